"""What `worlds bench` measures in the shop: an order with all that belongs to it, and a refund.

Only instances in which the refund is large enough to be noted on the order too: the smaller ones, and those that are
handed over, are solved with a single write.
"""

TASK = "refund-partial"
READ = "get_order"
WRITE = "refund_order"
LEAST_READS = 4
LEAST_WRITES = 2
