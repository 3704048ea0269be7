"""Where goods lie, in which state, and every move that brought them there."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, check, derived, key, not_negative, one_of, prose, refers, table, volatile
from worlds.shop.models.model import Model

STOCK_STATES = ("available", "committed", "reserved", "damaged", "quality_control", "safety_stock", "incoming")
ON_HAND = STOCK_STATES[:-1]
MOVEMENTS = (
    "initial", "receipt", "allocation", "release", "sale", "restock", "return", "adjustment", "count", "write_off",
    "transfer",
)  # fmt: skip


class Location(Model):
    """A warehouse or store. Online orders are allocated to locations in order of `priority`."""

    __tablename__ = "location"
    __table_args__ = table("business")

    id: Mapped[int] = key()
    name: Mapped[str] = business(unique=True)
    city: Mapped[str] = business()
    country: Mapped[str] = business()
    active: Mapped[bool] = business()
    fulfils_online: Mapped[bool] = business()
    priority: Mapped[int] = business()


class InventoryLevel(Model):
    """Units of one variant at one location by state; each equals what the movements brought less what they took.

    `available` falls below zero only for variants that are sold beyond stock.
    """

    __tablename__ = "inventory_level"
    __table_args__ = table(
        "business",
        Index("inventory_level_place", "variant_id", "location_id", unique=True),
        *not_negative("committed", "reserved", "damaged", "quality_control", "safety_stock", "incoming"),
    )

    id: Mapped[int] = key()
    variant_id: Mapped[int] = refers("variant.id", index=False)
    location_id: Mapped[int] = refers("location.id")
    available: Mapped[int] = business()
    committed: Mapped[int] = business()
    reserved: Mapped[int] = business()
    damaged: Mapped[int] = business()
    quality_control: Mapped[int] = business()
    safety_stock: Mapped[int] = business()
    incoming: Mapped[int] = business()
    low_at: Mapped[int] = business()


class StockMovement(Model):
    """Units that moved from one state to another; no `from_state` means from outside, no `to_state` to outside."""

    __tablename__ = "stock_movement"
    __table_args__ = table(
        "trace",
        check("quantity > 0"),
        check("from_state IS NOT to_state"),
        one_of("kind", MOVEMENTS),
        Index("stock_movement_level", "variant_id", "location_id"),
    )

    id: Mapped[int] = key()
    variant_id: Mapped[int] = refers("variant.id", index=False)
    location_id: Mapped[int] = refers("location.id")
    kind: Mapped[str] = business()
    quantity: Mapped[int] = business()
    from_state: Mapped[str | None] = business()
    to_state: Mapped[str | None] = business()
    order_id: Mapped[int | None] = refers("sales_order.id")
    reason: Mapped[str | None] = prose()
    actor_role: Mapped[str] = business()
    at: Mapped[datetime] = volatile()


class Allocation(Model):
    """Units of an order line that are committed at a location and wait there to be shipped; held by an invariant."""

    __tablename__ = "allocation"
    __table_args__ = table(
        "business", Index("allocation_place", "order_line_id", "location_id", unique=True), *not_negative("quantity")
    )

    id: Mapped[int] = key()
    order_line_id: Mapped[int] = refers("order_line.id", kind="derived", index=False)
    location_id: Mapped[int] = refers("location.id", kind="derived")
    variant_id: Mapped[int] = refers("variant.id", kind="derived")
    quantity: Mapped[int] = derived()
