"""Parcels that left, and goods that come back."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, check, key, not_negative, one_of, prose, refers, table, volatile
from worlds.shop.models.model import Model

FULFILMENT_STATES = ("shipped", "delivered")
CARRIERS = ("PostNL", "DHL", "DPD", "UPS", "GLS", "FedEx")
RETURN_STATES = ("requested", "open", "declined", "closed")
RETURN_REASONS = (
    "size_too_small", "size_too_large", "changed_mind", "not_as_described", "wrong_item", "damaged", "defective",
    "other",
)  # fmt: skip
DECLINE_REASONS = ("outside_window", "final_sale", "used_or_worn", "not_ours", "duplicate", "other")


class Fulfilment(Model):
    """One parcel of an order, handed to a carrier at `shipped_at`."""

    __tablename__ = "fulfilment"
    __table_args__ = table(
        "business",
        one_of("status", FULFILMENT_STATES),
        check("(status = 'delivered') = (delivered_at IS NOT NULL)"),
        Index("fulfilment_tracking_number", "tracking_number"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business(unique=True)
    order_id: Mapped[int] = refers("sales_order.id")
    location_id: Mapped[int] = refers("location.id")
    status: Mapped[str] = business()
    carrier: Mapped[str] = business()
    tracking_number: Mapped[str] = business()
    shipped_at: Mapped[datetime] = business()
    delivered_at: Mapped[datetime | None] = business()


class FulfilmentLine(Model):
    """Units of an order line in a parcel."""

    __tablename__ = "fulfilment_line"
    __table_args__ = table("business", UniqueConstraint("fulfilment_id", "order_line_id"), check("quantity > 0"))

    id: Mapped[int] = key()
    fulfilment_id: Mapped[int] = refers("fulfilment.id")
    order_line_id: Mapped[int] = refers("order_line.id")
    quantity: Mapped[int] = business()


class ReturnRequest(Model):
    """A return (RMA): asked for, then opened or declined, then closed when the goods are in or given up.

    `asked_on` is the store's day, as ISO text, to which its period was counted; an `exception` was opened although that
    was too late. `fee` in cents is kept once from the refunds of its goods.
    """

    __tablename__ = "return_request"
    __table_args__ = table(
        "business",
        one_of("status", RETURN_STATES),
        one_of("reason", RETURN_REASONS),
        check("(status = 'declined') = (decline_reason IS NOT NULL)"),
        *not_negative("fee"),
        Index("return_request_status", "status"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business(unique=True)
    order_id: Mapped[int] = refers("sales_order.id")
    status: Mapped[str] = business()
    reason: Mapped[str] = business()
    note: Mapped[str | None] = prose()
    decline_reason: Mapped[str | None] = business()
    requested_by: Mapped[str] = business()
    asked_on: Mapped[str] = business()
    exception: Mapped[bool] = business()
    fee: Mapped[int] = business()
    requested_at: Mapped[datetime] = volatile()
    closed_at: Mapped[datetime | None] = volatile()


class ReturnLine(Model):
    """Units of an order line in a return: asked for, and of those received (`damaged` of them damaged)."""

    __tablename__ = "return_line"
    __table_args__ = table(
        "business",
        UniqueConstraint("return_id", "order_line_id"),
        check("quantity > 0"),
        check("received BETWEEN 0 AND quantity"),
        check("damaged BETWEEN 0 AND received"),
        *not_negative("received"),
    )

    id: Mapped[int] = key()
    return_id: Mapped[int] = refers("return_request.id")
    order_line_id: Mapped[int] = refers("order_line.id")
    quantity: Mapped[int] = business()
    received: Mapped[int] = business()
    damaged: Mapped[int] = business()
