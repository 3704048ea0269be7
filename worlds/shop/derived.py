"""Counters, statuses and sums that follow from other rows, kept in line in this one place.

The same selects serve the invariants: a stored value must equal what they answer.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from worlds.engine.context import Context
from worlds.engine.rows import run

LINE_COUNTERS = """
SELECT l.id AS id,
  (SELECT coalesce(sum(x.quantity), 0) FROM fulfilment_line x WHERE x.order_line_id = l.id) AS fulfilled,
  CASE WHEN (SELECT o.cancelled_at FROM sales_order o WHERE o.id = l.order_id) IS NOT NULL THEN l.quantity
    ELSE (SELECT coalesce(sum(x.cancelled), 0) FROM refund_line x WHERE x.order_line_id = l.id) END AS cancelled,
  (SELECT coalesce(sum(x.quantity - x.received), 0) FROM return_line x JOIN return_request r ON r.id = x.return_id
    WHERE x.order_line_id = l.id AND r.status IN ('requested', 'open')) AS return_requested,
  (SELECT coalesce(sum(x.received), 0) FROM return_line x WHERE x.order_line_id = l.id) AS returned,
  (SELECT coalesce(sum(x.quantity), 0) FROM refund_line x JOIN refund r ON r.id = x.refund_id
    WHERE x.order_line_id = l.id AND r.status <> 'failed') AS refunded
FROM order_line l"""

PAYMENT_REFUNDS = """
SELECT p.id AS id,
  (SELECT coalesce(sum(r.amount), 0) FROM refund r WHERE r.payment_id = p.id AND r.status <> 'failed')
    AS refunded_amount
FROM payment p"""

ORDER_STATUSES = """
SELECT s.id AS id, s.refunded_total AS refunded_total,
  CASE
    WHEN s.refunded_total > 0 AND s.refunded_total >= s.captured THEN 'refunded'
    WHEN s.refunded_total > 0 THEN 'partially_refunded'
    WHEN s.captured > 0 AND s.captured < s.total THEN 'partially_paid'
    WHEN s.captured > 0 OR s.total = 0 THEN 'paid'
    WHEN s.waiting > 0 THEN 'authorized'
    WHEN s.last_status IN ('voided', 'expired') THEN s.last_status
    ELSE 'pending'
  END AS financial_status,
  CASE
    WHEN s.shipped = 0 THEN 'unfulfilled'
    WHEN s.shipped < s.to_ship THEN 'partially_fulfilled'
    ELSE 'fulfilled'
  END AS fulfilment_status,
  CASE
    WHEN EXISTS (SELECT 1 FROM return_request r WHERE r.order_id = s.id AND r.status = 'requested') THEN 'requested'
    WHEN EXISTS (SELECT 1 FROM return_request r WHERE r.order_id = s.id AND r.status = 'open') THEN 'in_progress'
    WHEN s.returned > 0 THEN 'returned'
    ELSE 'none'
  END AS return_status
FROM (
  SELECT o.id AS id, o.total AS total,
    (SELECT coalesce(sum(p.captured_amount), 0) FROM payment p WHERE p.order_id = o.id) AS captured,
    (SELECT count(*) FROM payment p WHERE p.order_id = o.id AND p.status = 'authorized') AS waiting,
    (SELECT p.status FROM payment p WHERE p.order_id = o.id ORDER BY p.id DESC LIMIT 1) AS last_status,
    (SELECT coalesce(sum(r.amount), 0) FROM refund r WHERE r.order_id = o.id AND r.status <> 'failed')
      AS refunded_total,
    (SELECT coalesce(sum(l.fulfilled), 0) FROM order_line l WHERE l.order_id = o.id) AS shipped,
    (SELECT coalesce(sum(l.quantity - l.cancelled), 0) FROM order_line l WHERE l.order_id = o.id) AS to_ship,
    (SELECT coalesce(sum(l.returned), 0) FROM order_line l WHERE l.order_id = o.id) AS returned
  FROM sales_order o{where}
) s"""

_LINES = f"""
UPDATE order_line SET fulfilled = c.fulfilled, cancelled = c.cancelled, return_requested = c.return_requested,
  returned = c.returned, refunded = c.refunded
FROM ({LINE_COUNTERS} WHERE l.order_id = :order) c
WHERE order_line.id = c.id AND (order_line.fulfilled, order_line.cancelled, order_line.return_requested,
  order_line.returned, order_line.refunded)
  IS NOT (c.fulfilled, c.cancelled, c.return_requested, c.returned, c.refunded)"""

_PAYMENTS = f"""
UPDATE payment SET refunded_amount = c.refunded_amount FROM ({PAYMENT_REFUNDS} WHERE p.order_id = :order) c
WHERE payment.id = c.id AND payment.refunded_amount <> c.refunded_amount"""

_ORDER = f"""
UPDATE sales_order SET refunded_total = c.refunded_total, financial_status = c.financial_status,
  fulfilment_status = c.fulfilment_status, return_status = c.return_status
FROM ({ORDER_STATUSES.format(where=" WHERE o.id = :order")}) c
WHERE sales_order.id = c.id AND (sales_order.refunded_total, sales_order.financial_status,
  sales_order.fulfilment_status, sales_order.return_status)
  IS NOT (c.refunded_total, c.financial_status, c.fulfilment_status, c.return_status)"""


def recompute(ctx: Context, order_id: int) -> None:
    """Bring an order's line counters, payments' refunded amounts and statuses in line with its rows."""
    run(ctx, _LINES, order=order_id)
    run(ctx, _PAYMENTS, order=order_id)
    run(ctx, _ORDER, order=order_id)


def count_codes(ctx: Context, order_id: int, step: int) -> None:
    """Count an order's codes as used once more (`step` 1) or once less (-1)."""
    run(
        ctx,
        "UPDATE discount SET usage_count = usage_count + :step"
        " WHERE id IN (SELECT discount_id FROM discount_allocation WHERE order_id = :order)",
        step=step,
        order=order_id,
    )
