"""Discount codes in the back office."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.fields import Instant, Money, Page, PageNumber, PageSize, Result
from worlds.engine.operation import reads
from worlds.shop.rules import STAFF
from worlds.shop.texts import Query


class DiscountRow(Result):
    """A discount code: `offer` says in words what it gives, `limits` what it asks for."""

    discount_id: int
    code: str
    title: str
    discount_class: str
    kind: str
    offer: str
    applies_to: str
    limits: list[str]
    min_subtotal: Money
    min_quantity: int
    usage_count: int
    usage_limit: int | None
    once_per_customer: bool
    combines_with: list[str]
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
    raise NotImplementedError
