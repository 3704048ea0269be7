"""What `worlds bench` measures in the shop: an order with all that belongs to it, and a refund."""

TASK = "refund-partial"
READ = "get_order"
WRITE = "refund_order"
