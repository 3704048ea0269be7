"""Shipping: sending parcels, their tracking numbers, and their delivery."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import RecordId
from worlds.engine.operation import writes
from worlds.engine.rows import insert, number, run
from worlds.shop import gateway, labelling, mails, order_file, order_parts, stockroom
from worlds.shop.chronicle import audit, mail, timeline
from worlds.shop.derived import recompute
from worlds.shop.gateway import PaymentRow
from worlds.shop.labelling import LabelRow
from worlds.shop.ledger import LineState
from worlds.shop.models import Fulfilment, FulfilmentLine
from worlds.shop.order_file import OrderHead
from worlds.shop.places import location_name
from worlds.shop.rules import WAREHOUSE
from worlds.shop.texts import Tracking
from worlds.shop.views import Carrier, FulfilmentView, LineQuantity


@writes(roles=WAREHOUSE)
def fulfil_order(
    ctx: Context,
    order_id: RecordId,
    location_id: RecordId,
    carrier: Carrier | None = None,
    tracking_number: Tracking | None = None,
    lines: Annotated[list[LineQuantity], Field(min_length=1, max_length=100)] | None = None,
    notify: bool = True,
) -> FulfilmentView:
    """Ship units of an order from a location as one parcel; the first parcel captures the payment.

    An order's live label goes with the parcel and is used up by it.

    Args:
        order_id: The order's id.
        location_id: The location that it leaves from; it must have the units.
        carrier: Who carries it; the live label's carrier if left out.
        tracking_number: The carrier's number for the parcel; the live label's if left out.
        lines: What is in the parcel; everything not shipped yet if left out.
        notify: Mail the customer the tracking number.
    """
    order = order_file.head(ctx, order_id)
    location = location_name(ctx, location_id)
    _check_payable(ctx, order)
    found = order_file.lines(ctx, order_id)
    parcel = _contents(order, found, lines)
    label = labelling.live_label(ctx, order_id)
    carried_by, tracking = _carried(order, label, carrier, tracking_number)
    _ship(ctx, order, found, parcel, location_id, location)
    _capture_first(ctx, order)
    count = number(ctx, "SELECT count(*) FROM fulfilment WHERE order_id = :order", order=order_id)
    fulfilment_id = insert(
        ctx, Fulfilment, number=f"{order.number}-F{count + 1}", order_id=order_id, location_id=location_id,
        status="shipped", carrier=carried_by, tracking_number=tracking, shipped_at=ctx.now,
    )  # fmt: skip
    for line_id, units in parcel:
        insert(ctx, FulfilmentLine, fulfilment_id=fulfilment_id, order_line_id=line_id, quantity=units)
    if label:
        labelling.use(ctx, label)
    recompute(ctx, order_id)
    _tell_shipped(ctx, order, found, fulfilment_id, parcel, (carried_by, tracking), notify=notify)
    return _parcel(ctx, fulfilment_id)


@writes(roles=WAREHOUSE, record="fulfilment_id")
def update_tracking(
    ctx: Context, fulfilment_id: RecordId, carrier: Carrier, tracking_number: Tracking, notify: bool = True
) -> FulfilmentView:
    """Correct the carrier and tracking number of a parcel that is under way.

    Args:
        fulfilment_id: The parcel's id, as get_order lists it.
        carrier: Who carries it.
        tracking_number: The right number.
        notify: Mail the customer the right number.
    """
    parcel = _parcel(ctx, fulfilment_id)
    if (parcel.carrier, parcel.tracking_number) == (carrier, tracking_number):
        return parcel
    _check_under_way(parcel, "its tracking number stays as it is")
    order = order_file.head(ctx, parcel.order_id)
    run(
        ctx, "UPDATE fulfilment SET carrier = :carrier, tracking_number = :tracking WHERE id = :fulfilment",
        carrier=carrier, tracking=tracking_number, fulfilment=fulfilment_id,
    )  # fmt: skip
    message = f"Tracking of {parcel.number} changed from {parcel.tracking_number} to {carrier} {tracking_number}"
    timeline(ctx, order.id, "tracking_updated", message)
    audit(
        ctx, "update_tracking", "fulfilment", fulfilment_id,
        before=f"{parcel.carrier} {parcel.tracking_number}", after=f"{carrier} {tracking_number}",
    )  # fmt: skip
    if notify:
        letter = mails.tracking_updated(order.ship_name, order.number, carrier, tracking_number)
        mail(
            ctx, "tracking_updated", f"tracking:{fulfilment_id}:{ctx.number('tracking_change')}", order.email, letter,
            order_id=order.id, customer_id=order.customer_id,
        )  # fmt: skip
    return _parcel(ctx, fulfilment_id)


@writes(roles=WAREHOUSE)
def mark_delivered(ctx: Context, fulfilment_id: RecordId) -> FulfilmentView:
    """Note that a parcel was delivered now.

    Args:
        fulfilment_id: The parcel's id.
    """
    parcel = _parcel(ctx, fulfilment_id)
    _check_under_way(parcel, "it cannot be delivered again")
    run(
        ctx, "UPDATE fulfilment SET status = 'delivered', delivered_at = :now WHERE id = :fulfilment",
        now=ctx.now, fulfilment=fulfilment_id,
    )  # fmt: skip
    timeline(ctx, parcel.order_id, "delivered", f"Parcel {parcel.number} delivered")
    audit(ctx, "mark_delivered", "fulfilment", fulfilment_id)
    return _parcel(ctx, fulfilment_id)


def _check_payable(ctx: Context, order: OrderHead) -> None:
    if order.cancelled_at is not None:
        raise Conflict("order_cancelled", f"Order {order.number} was cancelled, so nothing of it may be shipped.")
    if order.financial_status in ("voided", "expired", "pending"):
        raise Conflict(
            "order_not_paid",
            f"Order {order.number} is {order.financial_status}: it has no payment that could be taken, so nothing may "
            "be shipped. Cancel the order and ask the customer to order again.",
        )
    for payment in _untaken(ctx, order):
        gateway.check_capturable(ctx, payment)


def _untaken(ctx: Context, order: OrderHead) -> list[PaymentRow]:
    """The payments of which a parcel takes the rest: those taken in part, and those held for an unpaid order."""
    wanted = ("authorized", "partially_captured") if order.financial_status == "authorized" else ("partially_captured",)
    return [payment for payment in gateway.PAYMENTS.all(ctx, order=order.id) if payment.status in wanted]


def _carried(
    order: OrderHead, label: LabelRow | None, carrier: str | None, tracking_number: str | None
) -> tuple[str, str]:
    """Who carries a parcel, and under which number: what was said, which must be the live label's if there is one."""
    if label is None:
        if carrier is None or tracking_number is None:
            raise Invalid(
                "tracking_missing",
                f"Order {order.number} has no live label; name the carrier and the tracking number, or buy a label.",
                field="carrier" if carrier is None else "tracking_number",
            )
        return carrier, tracking_number
    if (carrier or label.carrier, tracking_number or label.tracking_number) != (label.carrier, label.tracking_number):
        raise Conflict(
            "label_live",
            f"Order {order.number} has the live label {label.number} of {label.carrier}, {label.tracking_number}. Ship "
            "it with that one, leaving carrier and tracking number out, or void it first.",
            field="tracking_number",
        )
    return label.carrier, label.tracking_number


def _contents(
    order: OrderHead, found: dict[int, LineState], wanted: Sequence[LineQuantity] | None
) -> list[tuple[int, int]]:
    if wanted is None:
        parcel = [(line.id, line.unfulfilled) for line in found.values() if line.unfulfilled]
        if not parcel:
            raise Conflict("nothing_to_fulfil", f"Order {order.number} has nothing left to ship.")
        return parcel
    parcel = []
    ids = [want.line_id for want in wanted]
    for at, want in enumerate(wanted):
        line = order_file.line_of(order, found, ids, at)
        if want.quantity > line.unfulfilled:
            raise Conflict(
                "quantity_above_fulfillable",
                f"Line {line.id} ({line.title}) of order {order.number} has {line.unfulfilled} units left to ship; "
                f"{want.quantity} cannot be. {mails.fewer(line.unfulfilled)}",
                field=f"lines.{at}.quantity",
                details={"fulfillable": line.unfulfilled},
            )
        parcel.append((line.id, want.quantity))
    return parcel


def _ship(
    ctx: Context,
    order: OrderHead,
    found: dict[int, LineState],
    parcel: Sequence[tuple[int, int]],
    location_id: int,
    location: str,
) -> None:
    promised = stockroom.promises(ctx, order.id)
    for line_id, units in parcel:
        waiting = promised.get(line_id)
        if not waiting or not stockroom.ship(ctx, order.id, line_id, waiting, location_id, units):
            raise Conflict(
                "insufficient_stock",
                f"{location} does not have {units} of {found[line_id].title} for order {order.number}. Ship fewer, or "
                "from another location; the stock list shows what is where.",
                field="location_id",
            )


def _capture_first(ctx: Context, order: OrderHead) -> None:
    for payment in _untaken(ctx, order):
        gateway.capture(ctx, payment, payment.amount - payment.captured_amount)


def _tell_shipped(
    ctx: Context,
    order: OrderHead,
    found: dict[int, LineState],
    fulfilment_id: int,
    parcel: Sequence[tuple[int, int]],
    carried: tuple[str, str],
    *,
    notify: bool,
) -> None:
    carrier, tracking = carried
    units = sum(quantity for _, quantity in parcel)
    timeline(ctx, order.id, "shipped", f"{mails.counted(units)} shipped with {carrier}, tracking number {tracking}")
    audit(ctx, "fulfil_order", "fulfilment", fulfilment_id, order=order.id, tracking_number=tracking)
    if notify:
        complete = units == sum(line.unfulfilled for line in found.values())
        listed = mails.items((quantity, found[line].title, found[line].variant_title) for line, quantity in parcel)
        letter = mails.order_shipped(order.ship_name, order.number, listed, carrier, tracking, complete=complete)
        mail(
            ctx, "order_shipped", f"fulfilment:{fulfilment_id}", order.email, letter,
            order_id=order.id, customer_id=order.customer_id,
        )  # fmt: skip


def _parcel(ctx: Context, fulfilment_id: int) -> FulfilmentView:
    parcel = order_parts.parcel(ctx, fulfilment_id)
    if parcel is None:
        raise NotFound(
            "fulfilment_not_found",
            f"There is no parcel {fulfilment_id}; an order lists its parcels.",
            field="fulfilment_id",
        )
    return parcel


def _check_under_way(parcel: FulfilmentView, consequence: str) -> None:
    if parcel.status == "delivered":
        raise Conflict("already_delivered", f"Parcel {parcel.number} was delivered, so {consequence}.")
