"""Stock: levels by location, corrections to them, and the locations."""

from typing import Annotated, Literal

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.shop.rules import STAFF, WAREHOUSE
from worlds.shop.texts import Query, Reason


class LocationView(Result):
    """A warehouse or store."""

    location_id: int
    name: str
    city: str
    country: str
    active: bool
    fulfils_online: bool


class Locations(Result):
    """All locations."""

    items: list[LocationView]


class StockLevel(Result):
    """Units of a variant at a location. on_hand adds up all states but `incoming`; `low` is at or below `low_at`."""

    variant_id: int
    location_id: int
    location: str
    product_id: int
    product: str
    variant: str
    sku: str
    available: int
    committed: int
    reserved: int
    damaged: int
    quality_control: int
    safety_stock: int
    incoming: int
    on_hand: int
    low_at: int
    low: bool


@reads(roles=STAFF)
def list_locations(ctx: Context) -> Locations:
    """List the locations that hold stock."""
    raise NotImplementedError


@reads(roles=STAFF)
def list_stock(
    ctx: Context,
    query: Query | None = None,
    location_id: RecordId | None = None,
    variant_id: RecordId | None = None,
    low_only: bool = False,
    sort: Literal["product", "available_low", "available_high"] = "product",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[StockLevel]:
    """List stock levels by variant and location.

    Args:
        query: Words that must all occur in product, variant, vendor or SKU.
        location_id: Only this location.
        variant_id: Only this variant.
        low_only: Only levels at or below their reorder mark.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Levels a page.
    """
    raise NotImplementedError


@writes(roles=WAREHOUSE)
def adjust_stock(
    ctx: Context,
    variant_id: RecordId,
    location_id: RecordId,
    change: Annotated[int, Field(ge=-10_000, le=10_000)],
    reason: Literal["received", "found", "lost", "damaged", "correction"],
    note: Reason | None = None,
) -> StockLevel:
    """Change the available units of a variant at a location by so many.

    Args:
        variant_id: The variant's id.
        location_id: The location's id.
        change: Units to add, or to take off if negative.
        reason: Why; `damaged` moves units between available and damaged, the others bring them in or take them out.
        note: Anything to remember.
    """
    raise NotImplementedError


@writes(roles=WAREHOUSE)
def set_stock(
    ctx: Context,
    variant_id: RecordId,
    location_id: RecordId,
    expected: Annotated[int, Field(ge=-10_000, le=1_000_000)],
    quantity: Annotated[int, Field(ge=0, le=1_000_000)],
    note: Reason | None = None,
) -> StockLevel:
    """Set the available units of a variant at a location after a count, if they are still what you read.

    Args:
        variant_id: The variant's id.
        location_id: The location's id.
        expected: The available units that you read; if they have changed since, nothing is set.
        quantity: The available units that were counted.
        note: Anything to remember.
    """
    raise NotImplementedError
