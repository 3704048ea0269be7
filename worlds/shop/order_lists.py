"""Lists of orders, as staff and customers see them."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from worlds.engine.context import Context
from worlds.engine.fields import Page, iso_instant
from worlds.engine.folding import normal_email
from worlds.engine.listing import Conditions, page_of
from worlds.engine.rows import number
from worlds.shop.days import day_end, day_start
from worlds.shop.views import OrderRow


class Row(NamedTuple):
    """An order in a list, as stored."""

    order_id: int
    number: str
    placed_at: datetime
    customer_id: int | None
    customer_name: str
    email: str
    financial_status: str
    fulfilment_status: str
    return_status: str
    cancelled: int
    units: int
    total: int
    currency: str


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """What a list of orders is narrowed to; None asks for nothing."""

    query: str | None = None
    financial_status: str | None = None
    fulfilment_status: str | None = None
    return_status: str | None = None
    cancelled: bool | None = None
    customer_id: int | None = None
    placed_from: date | None = None
    placed_to: date | None = None


NAME_SQL: Final = "trim(coalesce(c.first_name, '') || ' ' || coalesce(c.last_name, ''))"
_SELECT: Final = (
    f"o.id, o.number, o.placed_at, o.customer_id, coalesce(nullif({NAME_SQL}, ''), o.ship_name), o.email,"
    " o.financial_status, o.fulfilment_status, o.return_status, o.cancelled_at IS NOT NULL,"
    " (SELECT sum(l.quantity) FROM order_line l WHERE l.order_id = o.id), o.total, o.currency"
)
_NUMBER: Final = re.compile(r"#?lk-(\d{5,})", re.IGNORECASE | re.ASCII)
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_OF_EMAIL: Final = (
    "FROM sales_order s WHERE s.email_norm = :email"
    " OR s.customer_id IN (SELECT k.id FROM customer k WHERE k.email_norm = :email)"
)
_SEARCHED: Final = "(o.search_text || ' ' || coalesce(c.search_text, '') || ' ' || coalesce(c.phone_digits, ''))"
_SORTS: Final = {
    "newest": "o.placed_at DESC, o.id DESC",
    "oldest": "o.placed_at, o.id",
    "total_high": "o.total DESC, o.id DESC",
    "total_low": "o.total, o.id",
}


def orders(ctx: Context, filters: OrderFilters, sort: str, page: int, page_size: int) -> Page[OrderRow]:
    """One page of orders."""
    conditions = _searched(ctx, (filters.query or "").strip())
    conditions.equal(
        o__financial_status=filters.financial_status,
        o__fulfilment_status=filters.fulfilment_status,
        o__return_status=filters.return_status,
        o__customer_id=filters.customer_id,
    )
    if filters.cancelled is not None:
        conditions.add("o.cancelled_at IS NOT NULL" if filters.cancelled else "o.cancelled_at IS NULL")
    if filters.placed_from:
        conditions.add("o.placed_at >= :placed_from", placed_from=iso_instant(day_start(filters.placed_from)))
    if filters.placed_to:
        conditions.add("o.placed_at < :placed_to", placed_to=iso_instant(day_end(filters.placed_to)))
    source = "sales_order o LEFT JOIN customer c ON c.id = o.customer_id"
    rows, total = page_of(ctx, Row, _SELECT, source, conditions, _SORTS[sort], page, page_size)
    return Page[OrderRow].of([OrderRow(**row._asdict()) for row in rows], total, page, page_size)


def _searched(ctx: Context, query: str) -> Conditions:
    """What a query asks for: a whole order number or e-mail address by index, anything else word by word."""
    conditions = Conditions()
    if found := _NUMBER.fullmatch(query):
        conditions.equal(o__number=f"LK-{found[1]}")
    elif _EMAIL.fullmatch(query) and number(ctx, f"SELECT EXISTS (SELECT 1 {_OF_EMAIL})", email=normal_email(query)):
        conditions.add(f"o.id IN (SELECT s.id {_OF_EMAIL})", email=normal_email(query))
    else:
        conditions.words(query or None, _SEARCHED, phone_column=_SEARCHED)
    return conditions
