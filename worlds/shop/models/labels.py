"""Shipping labels bought from carriers before a parcel leaves, and what was bought, given back and scanned there."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, check, key, not_negative, one_of, refers, table, volatile
from worlds.shop.models.model import Model
from worlds.shop.models.shipping import CARRIERS

LABEL_STATES = ("bought", "scanned", "used", "voided")
LABEL_SERVICES = ("standard", "express", "pickup_point")
VOID_REASONS = ("address_changed", "wrong_carrier", "order_cancelled", "misprint", "other")
CARRIER_EVENTS = ("purchase", "void", "scan")


class ShippingLabel(Model):
    """A label for one parcel of an order, with the address that is printed on it. `price` in cents.

    It is `bought`, then `scanned` by the carrier when the parcel is handed over, and `used` once the parcel is booked
    as shipped; a label that was not scanned may be `voided`. A bought or scanned label is live.
    """

    __tablename__ = "shipping_label"
    __table_args__ = table(
        "business",
        one_of("status", LABEL_STATES),
        one_of("carrier", CARRIERS),
        one_of("service", LABEL_SERVICES),
        check("(status = 'voided') = (void_reason IS NOT NULL)"),
        check("(status = 'voided') = (voided_at IS NOT NULL)"),
        check("status <> 'scanned' OR scanned_at IS NOT NULL"),
        *not_negative("price"),
        Index("shipping_label_status", "status"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business(unique=True)
    order_id: Mapped[int] = refers("sales_order.id")
    status: Mapped[str] = business()
    carrier: Mapped[str] = business()
    service: Mapped[str] = business()
    tracking_number: Mapped[str] = business(unique=True)
    price: Mapped[int] = business()
    void_reason: Mapped[str | None] = business()
    to_name: Mapped[str] = business()
    to_company: Mapped[str | None] = business()
    to_line1: Mapped[str] = business()
    to_line2: Mapped[str | None] = business()
    to_city: Mapped[str] = business()
    to_province: Mapped[str | None] = business()
    to_postal_code: Mapped[str] = business()
    to_country: Mapped[str] = business()
    to_phone: Mapped[str | None] = business()
    bought_at: Mapped[datetime] = volatile()
    scanned_at: Mapped[datetime | None] = business()
    voided_at: Mapped[datetime | None] = volatile()


class CarrierEvent(Model):
    """One call to a carrier about a label, or its scan of the parcel. `amount` in cents: charged, or given back."""

    __tablename__ = "carrier_event"
    __table_args__ = table("outward", one_of("kind", CARRIER_EVENTS), *not_negative("amount"))

    id: Mapped[int] = key()
    label_id: Mapped[int] = refers("shipping_label.id")
    order_id: Mapped[int] = refers("sales_order.id")
    kind: Mapped[str] = business()
    carrier: Mapped[str] = business()
    amount: Mapped[int] = business()
    at: Mapped[datetime] = volatile()
