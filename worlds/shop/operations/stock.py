"""Stock: levels by location, corrections to them, and the locations."""


# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import Page, PageNumber, PageSize, Quantity, Query, Reason, RecordId, Result, UpTo200
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.shop import stockroom
from worlds.shop.chronicle import audit
from worlds.shop.models.stock import ON_HAND
from worlds.shop.places import location_name
from worlds.shop.rules import STAFF, WAREHOUSE
from worlds.shop.texts import Code


class _Place(NamedTuple):
    location_id: int
    name: str
    city: str
    country: str
    active: int
    fulfils_online: int


class _Level(NamedTuple):
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
    low_at: int


_LOCATIONS = Rows(
    _Place, "SELECT id, name, city, country, active, fulfils_online FROM location ORDER BY priority, id LIMIT 200"
)
_LEVELS = """inventory_level i JOIN variant v ON v.id = i.variant_id JOIN product p ON p.id = v.product_id
  JOIN location w ON w.id = i.location_id"""
_LEVEL_SQL = """i.variant_id, i.location_id, w.name, p.id, p.title, v.title, v.sku, i.available, i.committed,
  i.reserved, i.damaged, i.quality_control, i.safety_stock, i.incoming, i.low_at"""
_LEVEL = Rows(
    _Level,
    f"SELECT {_LEVEL_SQL} FROM {_LEVELS} WHERE i.variant_id = :variant AND i.location_id = :location",
)
_SORTS = {
    "product": "p.title COLLATE NOCASE, v.position, w.priority, i.id",
    "available_low": "i.available, i.id",
    "available_high": "i.available DESC, i.id",
}


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

    items: UpTo200[LocationView]


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


class StockMove(Result):
    """Units that were carried from one location to another, and both levels as they are now."""

    quantity: int
    reference: str | None
    source: StockLevel
    target: StockLevel


@reads(roles=STAFF)
def list_locations(ctx: Context) -> Locations:
    """List the locations that hold stock."""
    return Locations(items=[LocationView(**row._asdict()) for row in _LOCATIONS.all(ctx)])


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
    conditions = Conditions()
    conditions.words(query, "(p.search_text || ' ' || lower(v.title) || ' ' || lower(v.sku))")
    conditions.equal(i__location_id=location_id, i__variant_id=variant_id)
    if low_only:
        conditions.add("i.available <= i.low_at")
    rows, total = page_of(ctx, _Level, _LEVEL_SQL, _LEVELS, conditions, _SORTS[sort], page, page_size)
    return Page[StockLevel].of([_view(row) for row in rows], total, page, page_size)


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
    level = _level(ctx, variant_id, location_id)
    if change == 0:
        raise Invalid(
            "invalid_change", "A change of 0 changes nothing. Give the units to add or take off.", field="change"
        )
    if change < 0:
        _check_enough(level, level.available, -change, "available")
    elif reason == "damaged":
        _check_enough(level, level.damaged, change, "damaged")
    if reason == "lost" and change > 0:
        raise Invalid("invalid_change", "Lost units are taken off: give a negative change.", field="change")
    if reason in ("received", "found") and change < 0:
        raise Invalid("invalid_change", f"Units that were {reason} are added: give a positive change.", field="change")
    outside = "damaged" if reason == "damaged" else None
    states = (outside, "available") if change > 0 else ("available", outside)
    kind = "receipt" if reason == "received" else "adjustment"
    stockroom.move(ctx, kind, variant_id, location_id, abs(change), states, reason=_said(reason, note))
    audit(ctx, "adjust_stock", "variant", variant_id, location=location_id, change=change, reason=reason)
    return _view(_level(ctx, variant_id, location_id))


@writes(roles=WAREHOUSE)
def set_stock(
    ctx: Context,
    variant_id: RecordId,
    location_id: RecordId,
    expected: Annotated[int, Field(ge=-10_000, le=1_000_000)] | None,
    quantity: Annotated[int, Field(ge=0, le=1_000_000)],
    note: Reason | None = None,
) -> StockLevel:
    """Set the available units of a variant at a location after a count, if they are still what you read.

    Args:
        variant_id: The variant's id.
        location_id: The location's id.
        expected: The available units that you read; if they have changed since, nothing is set. Null sets them
            whatever they are by now, and the movement and the audit say that nobody looked.
        quantity: The available units that were counted.
        note: Anything to remember.
    """
    level = _level(ctx, variant_id, location_id)
    if expected is not None:
        _check_unchanged(level, expected, "expected")
    change = quantity - level.available
    if change:
        states = (None, "available") if change > 0 else ("available", None)
        why = _said("count" if expected is not None else "count, not compared", note)
        stockroom.move(ctx, "count", variant_id, location_id, abs(change), states, reason=why)
        compared = {} if expected is not None else {"compared": False}
        audit(
            ctx, "set_stock", "variant", variant_id, location=location_id, before=level.available, after=quantity,
            **compared,
        )  # fmt: skip
    return _view(_level(ctx, variant_id, location_id))


@writes(roles=WAREHOUSE)
def move_stock(
    ctx: Context,
    variant_id: RecordId,
    from_location_id: RecordId,
    to_location_id: RecordId,
    quantity: Quantity,
    expected_available: Annotated[int, Field(ge=-10_000, le=1_000_000)],
    reference: Code | None = None,
    note: Reason | None = None,
) -> StockMove:
    """Move available units of a variant to another location, if the first one still has what you read.

    Args:
        variant_id: The variant's id.
        from_location_id: Where the units are taken.
        to_location_id: Where they go.
        quantity: How many units.
        expected_available: The available units that you read at the first location; if they have changed since,
            nothing is moved.
        reference: The number of the transfer slip.
        note: Anything to remember.
    """
    if from_location_id == to_location_id:
        raise Invalid(
            "invalid_change",
            "Units are moved to another location, not to the same one; choose another.",
            field="to_location_id",
        )
    source = _level(ctx, variant_id, from_location_id, "from_location_id")
    location_name(ctx, to_location_id, "to_location_id")
    _check_unchanged(source, expected_available, "expected_available")
    _check_enough(source, source.available, quantity, "available", "quantity")
    stockroom.transfer(
        ctx, variant_id, from_location_id, to_location_id, quantity, reason=_said(reference or "transfer", note)
    )
    audit(
        ctx, "move_stock", "variant", variant_id, source=from_location_id, target=to_location_id, quantity=quantity,
        reference=reference,
    )  # fmt: skip
    return StockMove(
        quantity=quantity,
        reference=reference,
        source=_view(_level(ctx, variant_id, from_location_id)),
        target=_view(_level(ctx, variant_id, to_location_id)),
    )


def _view(row: _Level) -> StockLevel:
    on_hand = sum(getattr(row, state) for state in ON_HAND)
    return StockLevel(**row._asdict(), on_hand=on_hand, low=row.available <= row.low_at)


def _level(ctx: Context, variant_id: int, location_id: int, field: str = "location_id") -> _Level:
    location = location_name(ctx, location_id, field)
    level = _LEVEL.first(ctx, variant=variant_id, location=location_id)
    if level is None:
        raise NotFound(
            "stock_level_not_found",
            f"{location} does not keep a variant {variant_id}; the stock list shows what is where.",
            field="variant_id",
        )
    return level


def _check_unchanged(level: _Level, expected: int, field: str) -> None:
    if level.available != expected:
        raise Conflict(
            "stale_stock",
            f"{level.product} ({level.variant}) at {level.location} has {level.available} available, not {expected}: "
            "it has changed since you read it. Read it again and decide anew.",
            field=field,
            details={"available": level.available},
        )


def _check_enough(level: _Level, there: int, wanted: int, state: str, field: str = "change") -> None:
    if wanted > there:
        raise Conflict(
            "insufficient_stock",
            f"{level.location} has {max(0, there)} {state} units of {level.product} ({level.variant}); {wanted} cannot "
            "be taken. Take fewer.",
            field=field,
            details={state: there},
        )


def _said(reason: str, note: str | None) -> str:
    return f"{reason}: {note}" if note else reason
