"""Shipping labels: what carriers ask, buying one for an order's next parcel, giving one back."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Money, Page, PageNumber, PageSize, Query, RecordId, Result, UpTo200, iso_instant
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.shop import labelling, order_file
from worlds.shop.chronicle import audit
from worlds.shop.labelling import LABEL, LABEL_FIELDS, LABEL_SOURCE, LabelRow
from worlds.shop.models.shipping import CARRIERS
from worlds.shop.order_file import OrderHead
from worlds.shop.rules import LABELLERS, STAFF
from worlds.shop.views import Carrier, LabelView

LabelService = Literal["standard", "express", "pickup_point"]
LabelStatus = Literal["bought", "scanned", "used", "voided"]
VoidReason = Literal["address_changed", "wrong_carrier", "order_cancelled", "misprint", "other"]


class Rate(Result):
    """What one carrier asks for one service."""

    carrier: str
    service: str
    price: Money


class LabelRates(Result):
    """What a label for all that an order still has to ship would cost now, at every carrier."""

    order_id: int
    number: str
    country: str
    weight_grams: int
    currency: str
    rates: UpTo200[Rate]


@reads(roles=STAFF)
def list_labels(
    ctx: Context,
    query: Query | None = None,
    status: LabelStatus | None = None,
    carrier: Carrier | None = None,
    order_id: RecordId | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[LabelView]:
    """List shipping labels, newest first.

    Args:
        query: Words that must all occur in label number, tracking number or the name on the label.
        status: Only labels in this state: bought, scanned by the carrier, used by a booked parcel, or voided.
        carrier: Only this carrier's.
        order_id: Only this order's.
        page: Page number from 1.
        page_size: Labels a page.
    """
    conditions = Conditions()
    conditions.equal(b__status=status, b__carrier=carrier, b__order_id=order_id)
    conditions.words(query, "lower(b.number || ' ' || b.tracking_number || ' ' || o.search_text)")
    rows, total = page_of(ctx, LabelRow, LABEL_FIELDS, LABEL_SOURCE, conditions, "b.id DESC", page, page_size)
    return Page[LabelView].of([labelling.view(row) for row in rows], total, page, page_size)


@reads(roles=STAFF)
def list_label_rates(ctx: Context, order_id: RecordId) -> LabelRates:
    """Show what each carrier asks for a label for all that an order still has to ship, and its weight.

    Args:
        order_id: The order's id.
    """
    order = order_file.head(ctx, order_id)
    grams = labelling.weight_left(ctx, order_id)
    country = order.address.country
    rates = [
        Rate(carrier=carrier, service=service, price=labelling.rate(carrier, service, country, grams))
        for carrier in CARRIERS
        for service in labelling.SERVICES
    ]
    return LabelRates(
        order_id=order_id, number=order.number, country=country, weight_grams=grams, currency=order.currency,
        rates=rates,
    )  # fmt: skip


@writes(roles=LABELLERS)
def buy_label(ctx: Context, order_id: RecordId, carrier: Carrier, service: LabelService) -> LabelView:
    """Buy a shipping label for an order's next parcel, to the order's address as it is now; the carrier charges it.

    Args:
        order_id: The order's id.
        carrier: Whom to buy it from.
        service: Which service.
    """
    order = order_file.head(ctx, order_id)
    _check_shippable(ctx, order)
    labelling.check_unlabelled(ctx, order, "it gets no second one")
    price = labelling.rate(carrier, service, order.address.country, labelling.weight_left(ctx, order_id))
    label_id = labelling.buy(ctx, order, carrier, service, price)
    audit(ctx, "buy_label", "label", label_id, order=order_id, carrier=carrier, service=service, price=price)
    return labelling.view(_label(ctx, label_id))


@writes(roles=LABELLERS)
def void_label(ctx: Context, label_id: RecordId, reason: VoidReason) -> LabelView:
    """Give back a label that no parcel has used; its carrier pays the price back.

    Args:
        label_id: The label's id, as get_order lists it.
        reason: Why it is given back.
    """
    label = _label(ctx, label_id)
    if label.status == "voided":
        raise Conflict(
            "label_voided",
            f"Label {label.number} was voided before. If order {label.order_number} still has to ship, buy another.",
        )
    if label.status != "bought":
        raise Conflict(
            "label_scanned",
            f"The parcel with label {label.number} has left with {label.carrier}, so the label cannot be voided. "
            "Hand the order over to operations with the reason carrier_claim.",
        )
    if label.voidable_until <= ctx.now:
        raise Conflict(
            "label_too_old",
            f"{label.carrier} took label {label.number} back until {iso_instant(label.voidable_until)} only. Hand the "
            "order over to operations with the reason carrier_claim.",
        )
    labelling.void(ctx, label, reason)
    audit(ctx, "void_label", "label", label_id, order=label.order_id, reason=reason, price=label.price)
    return labelling.view(_label(ctx, label_id))


def _check_shippable(ctx: Context, order: OrderHead) -> None:
    if order.cancelled_at is not None:
        raise Conflict("order_cancelled", f"Order {order.number} was cancelled, so it gets no label.")
    if order.financial_status in ("voided", "expired", "pending"):
        raise Conflict("order_not_paid", f"Order {order.number} is {order.financial_status}, so it gets no label.")
    if not any(line.unfulfilled for line in order_file.lines(ctx, order.id).values()):
        raise Conflict("nothing_to_fulfil", f"Order {order.number} has nothing left to ship, so it gets no label.")


def _label(ctx: Context, label_id: int) -> LabelRow:
    label = LABEL.first(ctx, label=label_id)
    if label is None:
        raise NotFound("label_not_found", f"There is no label {label_id}; an order lists its labels.", field="label_id")
    return label
