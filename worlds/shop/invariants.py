"""The laws of the shop: what must hold after every transaction, each anchored on the rows that a change can break."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from worlds.engine.world import Invariant
from worlds.shop.derived import LINE_COUNTERS, ORDER_STATUSES, PAYMENT_REFUNDS
from worlds.shop.models.stock import STOCK_STATES

_AMONG = "IN (SELECT value FROM json_each(:keys))"

_MOVED = " OR ".join(
    f"""i.{state} <> (SELECT coalesce(sum(CASE WHEN x.to_state = '{state}' THEN x.quantity ELSE -x.quantity END), 0)
      FROM stock_movement x WHERE x.variant_id = i.variant_id AND x.location_id = i.location_id
      AND (x.to_state = '{state}' OR x.from_state = '{state}'))"""
    for state in STOCK_STATES
)

INVARIANTS = (
    Invariant(
        name="refunds_within_captures_by_payment",
        sentence="Pending and succeeded refunds of a payment never exceed what was captured from it.",
        table="payment",
        sql=f"""SELECT p.id FROM payment p WHERE p.id {_AMONG} AND p.captured_amount <
          (SELECT coalesce(sum(r.amount), 0) FROM refund r WHERE r.payment_id = p.id AND r.status <> 'failed')""",
        via={"refund": "payment_id"},
    ),
    Invariant(
        name="refunds_within_captures_by_order",
        sentence="Pending and succeeded refunds of an order never exceed what was captured for it.",
        table="sales_order",
        sql=f"""SELECT o.id FROM sales_order o WHERE o.id {_AMONG} AND
          (SELECT coalesce(sum(p.captured_amount), 0) FROM payment p WHERE p.order_id = o.id) <
          (SELECT coalesce(sum(r.amount), 0) FROM refund r WHERE r.order_id = o.id AND r.status <> 'failed')""",
        via={"refund": "order_id", "payment": "order_id"},
    ),
    Invariant(
        name="payments_match_their_events",
        sentence="What a payment holds, took and gave back is what its gateway events add up to.",
        table="payment",
        sql=f"""SELECT p.id FROM payment p LEFT JOIN (
            SELECT e.payment_id,
              sum(CASE WHEN e.kind = 'authorization' THEN e.amount ELSE 0 END) AS held,
              sum(CASE WHEN e.kind = 'capture' THEN e.amount ELSE 0 END) AS taken,
              sum(CASE e.kind WHEN 'refund' THEN e.amount WHEN 'refund_failure' THEN -e.amount ELSE 0 END) AS back,
              sum(e.kind = 'void') AS voids, sum(e.kind = 'expiry') AS expiries
            FROM payment_event e WHERE e.payment_id {_AMONG} GROUP BY e.payment_id) s ON s.payment_id = p.id
          WHERE p.id {_AMONG} AND (p.amount, p.captured_amount, p.refunded_amount, p.status = 'voided',
            p.status = 'expired') IS NOT (s.held, s.taken, s.back, s.voids, s.expiries)""",
        via={"payment_event": "payment_id"},
    ),
    Invariant(
        name="payment_refunds_are_recomputed",
        sentence="A payment's refunded amount is what its pending and succeeded refunds add up to.",
        table="payment",
        sql=f"""SELECT p.id FROM payment p JOIN ({PAYMENT_REFUNDS} WHERE p.id {_AMONG}) c ON c.id = p.id
          WHERE p.refunded_amount <> c.refunded_amount""",
        via={"refund": "payment_id"},
    ),
    Invariant(
        name="refunds_add_up",
        sentence="A refund is the sum of its lines and its shipping, less the fee that was kept.",
        table="refund",
        sql=f"""SELECT r.id FROM refund r WHERE r.id {_AMONG} AND r.amount <> r.shipping_amount - r.fee_amount +
          (SELECT coalesce(sum(k.amount), 0) FROM refund_line k WHERE k.refund_id = r.id)""",
        via={"refund_line": "refund_id"},
    ),
    Invariant(
        name="fees_are_kept_once",
        sentence="Refunds of an order keep no more than the restocking fees of its returns.",
        table="sales_order",
        sql=f"""SELECT o.id FROM sales_order o WHERE o.id {_AMONG} AND
          (SELECT coalesce(sum(t.fee), 0) FROM return_request t WHERE t.order_id = o.id) <
          (SELECT coalesce(sum(r.fee_amount), 0) FROM refund r WHERE r.order_id = o.id AND r.status <> 'failed')""",
        via={"refund": "order_id", "return_request": "order_id"},
    ),
    Invariant(
        name="refunds_within_lines",
        sentence="No order line is refunded for more than it cost, net or tax.",
        table="order_line",
        sql=f"""SELECT l.id FROM order_line l JOIN refund_line k ON k.order_line_id = l.id
          JOIN refund r ON r.id = k.refund_id AND r.status <> 'failed' WHERE l.id {_AMONG}
          GROUP BY l.id HAVING sum(k.net_amount) > l.total - l.tax_total OR sum(k.tax_amount) > l.tax_total""",
        via={"refund_line": "order_line_id"},
    ),
    Invariant(
        name="units_conserved",
        sentence="Every stock state of a variant at a location is what the movements brought there.",
        table="inventory_level",
        sql=f"SELECT i.id FROM inventory_level i WHERE i.id {_AMONG} AND ({_MOVED})",
    ),
    Invariant(
        name="movements_have_a_level",
        sentence="Every stock movement belongs to a level and to a state that the level knows.",
        table="stock_movement",
        sql=f"""SELECT m.id FROM stock_movement m LEFT JOIN inventory_level i ON i.variant_id = m.variant_id
          AND i.location_id = m.location_id WHERE m.id {_AMONG} AND (i.id IS NULL
          OR coalesce(m.from_state, '{STOCK_STATES[0]}') NOT IN {STOCK_STATES}
          OR coalesce(m.to_state, '{STOCK_STATES[0]}') NOT IN {STOCK_STATES})""",
    ),
    Invariant(
        name="movements_moved_units",
        sentence="A stock movement has changed the level that it names.",
        table="stock_movement",
        sql=f"""SELECT min(m.id) FROM stock_movement m JOIN inventory_level i ON i.variant_id = m.variant_id
          AND i.location_id = m.location_id WHERE m.id {_AMONG} GROUP BY i.id HAVING {_MOVED}""",
    ),
    Invariant(
        name="transfers_conserve",
        sentence="What transfers of a variant took from some locations they brought to others.",
        table="variant",
        sql=f"""SELECT m.variant_id FROM stock_movement m WHERE m.variant_id {_AMONG} AND m.kind = 'transfer'
          GROUP BY m.variant_id
          HAVING sum(CASE WHEN m.to_state IS NULL THEN -m.quantity ELSE m.quantity END) <> 0""",
        via={"stock_movement": "variant_id"},
    ),
    Invariant(
        name="promises_are_committed",
        sentence="What is promised to order lines is committed where it was promised.",
        table="allocation",
        sql=f"""SELECT a.id FROM allocation a WHERE a.id {_AMONG} AND
          (SELECT coalesce(sum(x.quantity), 0) FROM allocation x
            WHERE x.variant_id = a.variant_id AND x.location_id = a.location_id) IS NOT
          (SELECT i.committed FROM inventory_level i
            WHERE i.variant_id = a.variant_id AND i.location_id = a.location_id)""",
    ),
    Invariant(
        name="committed_is_promised",
        sentence="Committed units of a variant at a location are those promised to order lines there.",
        table="inventory_level",
        sql=f"""SELECT i.id FROM inventory_level i WHERE i.id {_AMONG} AND i.committed <>
          (SELECT coalesce(sum(a.quantity), 0) FROM allocation a
            WHERE a.variant_id = i.variant_id AND a.location_id = i.location_id)""",
    ),
    Invariant(
        name="waiting_lines_are_promised",
        sentence="Units of an order line that wait to be shipped are promised somewhere, and no others.",
        table="order_line",
        sql=f"""SELECT l.id FROM order_line l WHERE l.id {_AMONG} AND l.variant_id IS NOT NULL
          AND l.quantity - l.fulfilled - l.cancelled <>
          (SELECT coalesce(sum(a.quantity), 0) FROM allocation a WHERE a.order_line_id = l.id)""",
        via={"allocation": "order_line_id"},
    ),
    Invariant(
        name="order_totals_add_up",
        sentence="An order's subtotal, discount and tax are those of its lines, tax on shipping included.",
        table="sales_order",
        sql=f"""SELECT o.id FROM sales_order o LEFT JOIN (
            SELECT l.order_id, sum(l.subtotal) AS subtotal, sum(l.discount_total) AS discount, sum(l.tax_total) AS tax
            FROM order_line l WHERE l.order_id {_AMONG} GROUP BY l.order_id) s ON s.order_id = o.id
          WHERE o.id {_AMONG} AND (o.subtotal, o.discount_total, o.tax_total)
            IS NOT (s.subtotal, s.discount, s.tax + o.shipping_tax)""",
        via={"order_line": "order_id"},
    ),
    Invariant(
        name="discounts_add_up",
        sentence="What codes took off a line, and off shipping, is what was allocated.",
        table="sales_order",
        sql=f"""SELECT o.id FROM sales_order o WHERE o.id {_AMONG} AND ((o.discount_total, o.shipping_discount) IS NOT (
            (SELECT coalesce(sum(a.amount), 0) FROM discount_allocation a
              WHERE a.order_id = o.id AND a.order_line_id IS NOT NULL),
            (SELECT coalesce(sum(a.amount), 0) FROM discount_allocation a
              WHERE a.order_id = o.id AND a.order_line_id IS NULL))
          OR EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.discount_total <>
            (SELECT coalesce(sum(a.amount), 0) FROM discount_allocation a WHERE a.order_line_id = l.id)))""",
        via={"discount_allocation": "order_id", "order_line": "order_id"},
    ),
    Invariant(
        name="statuses_are_derived",
        sentence="An order's statuses and refunded total follow from its payments, parcels, returns and refunds.",
        table="sales_order",
        sql=f"""SELECT o.id FROM sales_order o JOIN ({ORDER_STATUSES.format(where=f" WHERE o.id {_AMONG}")}) c
          ON c.id = o.id WHERE (o.refunded_total, o.financial_status, o.fulfilment_status, o.return_status)
          IS NOT (c.refunded_total, c.financial_status, c.fulfilment_status, c.return_status)""",
        via={"payment": "order_id", "refund": "order_id", "order_line": "order_id", "return_request": "order_id"},
    ),
    Invariant(
        name="counters_are_derived",
        sentence="A line's counters of units follow from parcels, cancellation, returns and refunds.",
        table="order_line",
        sql=f"""SELECT l.id FROM order_line l JOIN ({LINE_COUNTERS} WHERE l.id {_AMONG}) c ON c.id = l.id
          WHERE (l.fulfilled, l.cancelled, l.return_requested, l.returned, l.refunded)
          IS NOT (c.fulfilled, c.cancelled, c.return_requested, c.returned, c.refunded)""",
        via={
            "fulfilment_line": "order_line_id", "return_line": "order_line_id", "refund_line": "order_line_id",
        },
    ),
    Invariant(
        name="one_email_for_one_event",
        sentence="No event is told to a customer twice.",
        table="outbox_email",
        sql=f"""SELECT e.id FROM outbox_email e WHERE e.id {_AMONG}
          AND (SELECT count(*) FROM outbox_email x WHERE x.event = e.event) > 1""",
    ),
    Invariant(
        name="discounts_within_limits",
        sentence="A code's uses are the orders that have it and are not cancelled, at most as many as it allows.",
        table="discount",
        sql=f"""SELECT d.id FROM discount d WHERE d.id {_AMONG} AND (d.usage_count > d.usage_limit OR d.usage_count <>
          (SELECT count(DISTINCT a.order_id) FROM discount_allocation a JOIN sales_order o ON o.id = a.order_id
            WHERE a.discount_id = d.id AND o.cancelled_at IS NULL))""",
        via={"discount_allocation": "discount_id"},
    ),
    Invariant(
        name="nothing_shipped_is_cancelled",
        sentence="A cancelled order has no parcel.",
        table="sales_order",
        sql=f"""SELECT o.id FROM sales_order o WHERE o.id {_AMONG} AND o.cancelled_at IS NOT NULL
          AND EXISTS (SELECT 1 FROM fulfilment f WHERE f.order_id = o.id)""",
        via={"fulfilment": "order_id"},
    ),
    Invariant(
        name="one_live_label",
        sentence="An order has at most one live label.",
        table="sales_order",
        sql=f"""SELECT o.id FROM sales_order o WHERE o.id {_AMONG} AND (SELECT count(*) FROM shipping_label b
          WHERE b.order_id = o.id AND b.status IN ('bought', 'scanned')) > 1""",
        via={"shipping_label": "order_id"},
    ),
    Invariant(
        name="live_labels_have_the_address",
        sentence="A live label bears the address of its order.",
        table="sales_order",
        sql=f"""SELECT o.id FROM sales_order o JOIN shipping_label b ON b.order_id = o.id
          AND b.status IN ('bought', 'scanned') WHERE o.id {_AMONG} AND (b.to_name, b.to_company, b.to_line1,
            b.to_line2, b.to_city, b.to_province, b.to_postal_code, b.to_country, b.to_phone)
          IS NOT (o.ship_name, o.ship_company, o.ship_line1, o.ship_line2, o.ship_city, o.ship_province,
            o.ship_postal_code, o.ship_country, o.ship_phone)""",
        via={"shipping_label": "order_id"},
    ),
    Invariant(
        name="labels_match_their_events",
        sentence="A label was charged once, given back once if it is voided, and scanned once if it was.",
        table="shipping_label",
        sql=f"""SELECT b.id FROM shipping_label b LEFT JOIN (
            SELECT e.label_id, sum(CASE e.kind WHEN 'purchase' THEN e.amount ELSE 0 END) AS charged,
              sum(CASE e.kind WHEN 'void' THEN e.amount ELSE 0 END) AS back, sum(e.kind = 'purchase') AS purchases,
              sum(e.kind = 'void') AS voids, sum(e.kind = 'scan') AS scans
            FROM carrier_event e WHERE e.label_id {_AMONG} GROUP BY e.label_id) s ON s.label_id = b.id
          WHERE b.id {_AMONG} AND (b.price, CASE b.status WHEN 'voided' THEN b.price ELSE 0 END, 1,
            b.status = 'voided', b.scanned_at IS NOT NULL) IS NOT (s.charged, s.back, s.purchases, s.voids, s.scans)""",
        via={"carrier_event": "label_id"},
    ),
    Invariant(
        name="one_default_address",
        sentence="A customer has at most one default address.",
        table="customer",
        sql=f"""SELECT c.id FROM customer c WHERE c.id {_AMONG}
          AND (SELECT count(*) FROM address a WHERE a.customer_id = c.id AND a.is_default = 1) > 1""",
        via={"address": "customer_id"},
    ),
)  # fmt: skip
"""All laws. Where a changed row of another table can break one, `via` says which anchor it belongs to."""
