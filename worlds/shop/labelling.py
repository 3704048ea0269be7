"""Shipping labels as the shop has them: the tariff, tracking numbers, what is live, and each call to a carrier."""

import random
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.rows import Query, insert, number, run
from worlds.shop.chronicle import timeline
from worlds.shop.models import CarrierEvent, ShippingLabel
from worlds.shop.order_file import OrderHead
from worlds.shop.rules import LABEL_VOID_LIFE
from worlds.shop.views import AddressView, LabelView

HEAVY: Final = 15_000
"""Grams above which a parcel is heavy."""
SERVICES: Final = ("standard", "express", "pickup_point")
_FIRST_KILOS: Final = {"PostNL": 520, "DHL": 560, "DPD": 540, "GLS": 610, "UPS": 690, "FedEx": 470}
"""Cents for a standard parcel of up to two kilos within the Netherlands."""
_PER_KILO: Final = {"PostNL": 45, "DHL": 48, "DPD": 46, "GLS": 28, "UPS": 55, "FedEx": 24}
_ABROAD: Final = {"NL": 0, "BE": 110, "LU": 240, "DE": 190, "FR": 310, "AT": 380, "IE": 520}
_SERVICE_COSTS: Final = {"standard": 0, "express": 420, "pickup_point": -90}
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_NUMBERS: Final = {
    "PostNL": ("3SLK", 9), "DHL": ("JVGL", 10), "DPD": ("0534", 10), "GLS": ("ZNL", 8), "FedEx": ("7712", 8),
}  # fmt: skip
"""What each carrier's numbers begin with, and how many digits follow (policy page on tracking); UPS has a letter."""


class LabelRow(NamedTuple):
    """A label as stored, with its order's number."""

    id: int
    number: str
    order_id: int
    order_number: str
    status: str
    carrier: str
    service: str
    tracking_number: str
    price: int
    void_reason: str | None
    to_name: str
    to_company: str | None
    to_line1: str
    to_line2: str | None
    to_city: str
    to_province: str | None
    to_postal_code: str
    to_country: str
    to_phone: str | None
    bought_at: datetime
    scanned_at: datetime | None
    voided_at: datetime | None

    @property
    def voidable_until(self) -> datetime:
        """Until when its carrier takes it back."""
        return self.bought_at + LABEL_VOID_LIFE


LABEL_FIELDS: Final = (
    "b.id, b.number, b.order_id, o.number, b.status, b.carrier, b.service, b.tracking_number, b.price, b.void_reason,"
    " b.to_name, b.to_company, b.to_line1, b.to_line2, b.to_city, b.to_province, b.to_postal_code, b.to_country,"
    " b.to_phone, b.bought_at, b.scanned_at, b.voided_at"
)
LABEL_SOURCE: Final = "shipping_label b JOIN sales_order o ON o.id = b.order_id"
_SELECT: Final = f"SELECT {LABEL_FIELDS} FROM {LABEL_SOURCE}"  # noqa: S608 - fixed texts of our own
LABEL = Query(LabelRow, f"{_SELECT} WHERE b.id = :label")
LABELS = Query(LabelRow, f"{_SELECT} WHERE b.order_id = :order ORDER BY b.id")
_LIVE = Query(LabelRow, f"{_SELECT} WHERE b.order_id = :order AND b.status IN ('bought', 'scanned') ORDER BY b.id")
_WEIGHT: Final = """SELECT sum(v.weight * (l.quantity - l.fulfilled - l.cancelled))
FROM order_line l JOIN variant v ON v.id = l.variant_id WHERE l.order_id = :order"""


def live_label(ctx: Context, order_id: int) -> LabelRow | None:
    """The label that an order's next parcel has now, or None."""
    return _LIVE.first(ctx, order=order_id)


def check_unlabelled(ctx: Context, order: OrderHead, consequence: str) -> None:
    """Check that no live label stands in the way.

    Raises:
        Conflict: naming the label, and the way out.
    """
    label = live_label(ctx, order.id)
    if label is None:
        return
    way_out = (
        "Its carrier has scanned it, so the parcel has left: hand it over to operations with the reason carrier_claim."
        if label.status == "scanned"
        else "Void the label first."
    )
    raise Conflict("label_live", f"Order {order.number} has the live label {label.number}, so {consequence}. {way_out}")


def weight_left(ctx: Context, order_id: int) -> int:
    """Grams of what an order still has to ship."""
    return number(ctx, _WEIGHT, order=order_id)


def rate(carrier: str, service: str, country: str, grams: int) -> int:
    """What a carrier asks for a parcel, in cents: a base for two kilos, further kilos, country and service."""
    kilos = max(0, -(-grams // 1000) - 2)
    return _FIRST_KILOS[carrier] + kilos * _PER_KILO[carrier] + _ABROAD[country] + _SERVICE_COSTS[service]


def tracking_number(rng: random.Random, carrier: str) -> str:
    """A number as the carrier hands it out for us, with its prefix (see the policy page on tracking)."""
    if carrier == "UPS":
        return f"1ZLK{rng.randrange(100):02d}{rng.choice(_LETTERS)}{rng.randrange(10**8):08d}"
    prefix, digits = _NUMBERS[carrier]
    return f"{prefix}{rng.randrange(10**digits):0{digits}d}"


def buy(ctx: Context, order: OrderHead, carrier: str, service: str, price: int) -> int:
    """Buy a label for an order's address; answers its id. The caller has checked that it may be bought."""
    nth = number(ctx, "SELECT count(*) FROM shipping_label WHERE order_id = :order", order=order.id) + 1
    digest = sha256(f"{ctx.chance}|label|{order.id}|{nth}|{carrier}".encode()).digest()
    tracking = tracking_number(random.Random(int.from_bytes(digest[:8], "big")), carrier)
    name = f"{order.number}-L{nth}"
    label_id = insert(
        ctx, ShippingLabel, number=name, order_id=order.id, status="bought", carrier=carrier, service=service,
        tracking_number=tracking, price=price, bought_at=ctx.now,
        **{f"to_{part}": value for part, value in order.address.model_dump().items()},
    )  # fmt: skip
    _event(ctx, (label_id, order.id), "purchase", carrier, price)
    timeline(ctx, order.id, "label_bought", f"Label {name} bought from {carrier}, tracking number {tracking}")
    return label_id


def void(ctx: Context, label: LabelRow, reason: str) -> None:
    """Give a label back to its carrier, which pays its price back; the caller has checked that it may be."""
    run(
        ctx, "UPDATE shipping_label SET status = 'voided', void_reason = :reason, voided_at = :now WHERE id = :label",
        reason=reason, now=ctx.now, label=label.id,
    )  # fmt: skip
    _event(ctx, (label.id, label.order_id), "void", label.carrier, label.price)
    timeline(ctx, label.order_id, "label_voided", f"Label {label.number} voided at {label.carrier} ({reason})")


def scan(ctx: Context, label_id: int) -> None:
    """The carrier scans a parcel that it was handed: from now on its label cannot be voided."""
    label = LABEL.first(ctx, label=label_id)
    if label is None or label.status != "bought":
        return
    run(
        ctx, "UPDATE shipping_label SET status = 'scanned', scanned_at = :now WHERE id = :label",
        now=ctx.now, label=label_id,
    )  # fmt: skip
    _event(ctx, (label.id, label.order_id), "scan", label.carrier, 0)
    timeline(ctx, label.order_id, "label_scanned", f"{label.carrier} scanned the parcel with label {label.number}")


def use(ctx: Context, label: LabelRow) -> None:
    """The label's parcel is booked as shipped."""
    run(ctx, "UPDATE shipping_label SET status = 'used' WHERE id = :label", label=label.id)


def _event(ctx: Context, about: tuple[int, int], kind: str, carrier: str, amount: int) -> None:
    """Record a call about (label, order) to a carrier, or its scan."""
    label_id, order_id = about
    insert(
        ctx, CarrierEvent, label_id=label_id, order_id=order_id, kind=kind, carrier=carrier, amount=amount, at=ctx.now
    )


def view(row: LabelRow) -> LabelView:
    """A label as it is shown."""
    return LabelView(
        label_id=row.id, number=row.number, order_id=row.order_id, order_number=row.order_number, status=row.status,
        carrier=row.carrier, service=row.service, tracking_number=row.tracking_number, price=row.price,
        address=AddressView(
            name=row.to_name, company=row.to_company, line1=row.to_line1, line2=row.to_line2, city=row.to_city,
            province=row.to_province, postal_code=row.to_postal_code, country=row.to_country, phone=row.to_phone,
        ),
        bought_at=row.bought_at, scanned_at=row.scanned_at, voided_at=row.voided_at, void_reason=row.void_reason,
        voidable_until=row.voidable_until if row.status == "bought" else None,
    )  # fmt: skip


def labels(ctx: Context, order_id: int) -> list[LabelView]:
    """An order's labels, oldest first."""
    return [view(row) for row in LABELS.all(ctx, order=order_id)]
