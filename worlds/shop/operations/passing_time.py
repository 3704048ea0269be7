"""What the bank, carriers, other channels and the nightly jobs do in their own time; no surface offers any of it."""

import json
from datetime import datetime, timedelta
from typing import Literal

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Quantity, RecordId, Result, line
from worlds.engine.operation import writes
from worlds.engine.rows import number, run
from worlds.shop import gateway, stockroom
from worlds.shop.chronicle import audit, timeline

A_DAY = timedelta(days=1)


class Passed(Result):
    """What one event touched: how many records."""

    records: int


@writes(roles=(), doors=(), priority=3)
def bank_lets_go(ctx: Context) -> Passed:
    """Let go of authorizations that ran out, and come back when the next one does, within a day."""
    lapsed = gateway.expire_authorizations(ctx)
    ctx.schedule(gateway.next_expiry(ctx, ctx.now + A_DAY), "bank_lets_go")
    return Passed(records=lapsed)


@writes(roles=(), doors=())
def carrier_scans(ctx: Context, fulfilment_id: RecordId, scan: Literal["depot", "van", "door"]) -> Passed:
    """Note where a carrier saw a parcel; at the door it is delivered.

    Args:
        fulfilment_id: The parcel.
        scan: Where it was seen.
    """
    # Ten thousand of these may fall into one call, so they go straight to the row.
    found = ctx.driver.execute(_PARCELS, (fulfilment_id,)).fetchall()
    if not found:
        raise Conflict("already_delivered", f"Parcel {fulfilment_id} is not under way.")
    order_id, parcel, carrier = found[0]
    if scan == "door":
        ctx.driver.execute(_DELIVERED, (f"{ctx.now:%Y-%m-%dT%H:%M:%SZ}", fulfilment_id))
        timeline(ctx, order_id, "delivered", f"Parcel {parcel} delivered")
        audit(ctx, "mark_delivered", "fulfilment", fulfilment_id)
    else:
        timeline(ctx, order_id, "scanned", f"Parcel {parcel} {_SEEN[scan]} {carrier}")
    return Passed(records=1)


_PARCELS = "SELECT order_id, number, carrier FROM fulfilment WHERE id = ? AND status = 'shipped'"
_DELIVERED = "UPDATE fulfilment SET status = 'delivered', delivered_at = ? WHERE id = ?"
_SEEN = {"depot": "seen in a depot of", "van": "is out for delivery with"}


@writes(roles=(), doors=())
def sells_elsewhere(ctx: Context, variant_id: RecordId, location_id: RecordId, quantity: Quantity) -> Passed:
    """Sell units over another channel, such as a market place, where enough of them are available.

    Args:
        variant_id: The variant.
        location_id: Where they are taken from.
        quantity: How many units.
    """
    level = stockroom.level_at(ctx, variant_id, location_id)
    if level is None or level.available < quantity:
        raise Conflict("insufficient_stock", f"Location {location_id} has fewer than {quantity} of {variant_id}.")
    stockroom.move(ctx, "sale", variant_id, location_id, quantity, ("available", None), reason=_CHANNEL)
    return Passed(records=1)


_CHANNEL = "Sold over another channel"


@writes(roles=(), doors=(), priority=8)
def nightly_jobs(ctx: Context) -> Passed:
    """Write down at night how many shelves are low, and come back the next night."""
    low = number(ctx, "SELECT count(*) FROM inventory_level WHERE available <= low_at")
    audit(ctx, "stock_report", "inventory_level", 0, low=low)
    ctx.schedule(ctx.now + A_DAY, "nightly_jobs")
    return Passed(records=low)


def first_night(start: datetime) -> datetime:
    """When the nightly jobs run for the first time after a moment: at one o'clock in the morning, UTC."""
    return start.replace(hour=1, minute=0, second=0, microsecond=0) + A_DAY


@writes(roles=(), doors=())
def automation_tags(
    ctx: Context,
    order_id: RecordId,
    tag: line(40),  # type: ignore[valid-type]
) -> Passed:
    """Tag an order by a rule that looks at what people do, once.

    Args:
        order_id: The order.
        tag: The tag.
    """
    known = ctx.driver.execute("SELECT tags FROM sales_order WHERE id = ?", (order_id,)).fetchall()
    if not known:
        raise NotFound("order_not_found", f"There is no order {order_id}.", field="order_id")
    tags = json.loads(known[0][0])
    if tag in tags:
        return Passed(records=0)
    run(ctx, "UPDATE sales_order SET tags = :tags WHERE id = :order", tags=json.dumps([*tags, tag]), order=order_id)
    timeline(ctx, order_id, "tagged", f"Tagged {tag} by {ctx.actor.name}")
    return Passed(records=1)
