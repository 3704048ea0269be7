"""Discount codes in the back office."""

from datetime import datetime
from typing import Literal, NamedTuple

from worlds.engine.context import Context
from worlds.engine.fields import (
    Instant,
    Money,
    Page,
    PageNumber,
    PageSize,
    Query,
    Result,
    UpTo20,
    format_money,
    iso_instant,
)
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads
from worlds.shop.order_file import percent
from worlds.shop.rules import STAFF


class _Row(NamedTuple):
    discount_id: int
    code: str
    title: str
    discount_class: str
    kind: str
    value: int
    min_subtotal: int
    min_quantity: int
    usage_count: int
    usage_limit: int | None
    once_per_customer: int
    first_order_only: int
    with_product: int
    with_order: int
    with_shipping: int
    starts_at: datetime
    ends_at: datetime | None
    active: int
    category: str | None
    product: str | None


_SOURCE = """discount o LEFT JOIN category c ON c.id = o.category_id LEFT JOIN product p ON p.id = o.product_id"""
_SQL = """o.id, o.code, o.title, o.discount_class, o.kind, o.value, o.min_subtotal, o.min_quantity, o.usage_count,
  o.usage_limit, o.once_per_customer, o.first_order_only, o.combines_with_product, o.combines_with_order,
  o.combines_with_shipping, o.starts_at, o.ends_at, o.active, c.name, p.title"""
_STATES = {
    "off": "o.active = 0",
    "scheduled": "o.active = 1 AND o.starts_at > :now",
    "ended": "o.active = 1 AND o.ends_at <= :now",
    "active": "o.active = 1 AND o.starts_at <= :now AND (o.ends_at IS NULL OR o.ends_at > :now)",
}


class DiscountRow(Result):
    """A discount code: `offer` says in words what it gives, `limits` what it asks for."""

    discount_id: int
    code: str
    title: str
    discount_class: str
    kind: str
    offer: str
    applies_to: str
    limits: UpTo20[str]
    min_subtotal: Money
    min_quantity: int
    usage_count: int
    usage_limit: int | None
    once_per_customer: bool
    combines_with: UpTo20[str]
    starts_at: Instant
    ends_at: Instant | None
    status: str


@reads(roles=STAFF)
def list_discounts(
    ctx: Context,
    query: Query | None = None,
    discount_class: Literal["product", "order", "shipping"] | None = None,
    status: Literal["active", "scheduled", "ended", "off"] | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[DiscountRow]:
    """List discount codes.

    Args:
        query: Words that must all occur in code or title.
        discount_class: Only codes of this class.
        status: Only codes that are in this state now.
        page: Page number from 1.
        page_size: Codes a page.
    """
    conditions = Conditions()
    conditions.words(query, "(lower(o.code) || ' ' || lower(o.title))")
    conditions.equal(o__discount_class=discount_class)
    if status is not None:
        conditions.add(_STATES[status])
    conditions.values["now"] = iso_instant(ctx.now)
    rows, total = page_of(ctx, _Row, _SQL, _SOURCE, conditions, "o.code", page, page_size)
    return Page[DiscountRow].of([_view(row, ctx.now) for row in rows], total, page, page_size)


def _status(row: _Row, now: datetime) -> str:
    if not row.active:
        return "off"
    if row.starts_at > now:
        return "scheduled"
    return "ended" if row.ends_at is not None and row.ends_at <= now else "active"


def _offer(row: _Row) -> str:
    if row.kind == "percent":
        return f"{percent(row.value)} % off"
    return "free shipping" if row.kind == "free_shipping" else f"{format_money(row.value)} EUR off"


def _limits(row: _Row) -> list[str]:
    return [
        *([f"from {format_money(row.min_subtotal)} EUR of goods"] if row.min_subtotal else []),
        *([f"from {row.min_quantity} units"] if row.min_quantity > 1 else []),
        *(["once a customer"] if row.once_per_customer else []),
        *(["for a first order"] if row.first_order_only else []),
        *([f"{row.usage_limit} uses in all"] if row.usage_limit is not None else []),
    ]


def _view(row: _Row, now: datetime) -> DiscountRow:
    pairs = (("product", row.with_product), ("order", row.with_order), ("shipping", row.with_shipping))
    return DiscountRow(
        discount_id=row.discount_id, code=row.code, title=row.title, discount_class=row.discount_class, kind=row.kind,
        offer=_offer(row), applies_to=row.product or row.category or _WHOLE[row.discount_class], limits=_limits(row),
        min_subtotal=row.min_subtotal, min_quantity=row.min_quantity, usage_count=row.usage_count,
        usage_limit=row.usage_limit, once_per_customer=bool(row.once_per_customer),
        combines_with=[name for name, may in pairs if may], starts_at=row.starts_at, ends_at=row.ends_at,
        status=_status(row, now),
    )  # fmt: skip


_WHOLE = {"product": "all goods", "order": "the whole order", "shipping": "shipping"}
