"""Whether a discount code may be used: its dates, limits and minimums, and which codes go together."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Refusal
from worlds.engine.fields import format_money
from worlds.engine.rows import Query, number
from worlds.shop.pricing import Item, Offer


class Discount(NamedTuple):
    """A code as stored, with the path of the category that it is narrowed to."""

    id: int
    code: str
    title: str
    discount_class: str
    kind: str
    value: int
    product_id: int | None
    min_subtotal: int
    min_quantity: int
    usage_limit: int | None
    usage_count: int
    once_per_customer: int
    first_order_only: int
    combines_with_product: int
    combines_with_order: int
    combines_with_shipping: int
    starts_at: datetime
    ends_at: datetime | None
    active: int
    category: str | None

    @property
    def offer(self) -> Offer:
        """What it does to prices."""
        return Offer(self.id, self.code, self.discount_class, self.kind, self.value, self.category, self.product_id)

    def allows(self, discount_class: str) -> bool:
        """Whether it may be used beside a code of a class."""
        return bool(getattr(self, f"combines_with_{discount_class}"))


_FIELDS = ", ".join(f"o.{name}" for name in Discount._fields[:-1])
_SELECT = f"SELECT {_FIELDS}, c.path FROM discount o LEFT JOIN category c ON c.id = o.category_id"
BY_CODE = Query(Discount, f"{_SELECT} WHERE o.code = upper(:code)")
BY_IDS = Query(Discount, f"{_SELECT} WHERE o.id IN (SELECT value FROM json_each(:ids)) ORDER BY o.id")
OF_CART = Query(Discount, f"{_SELECT} JOIN cart_code k ON k.discount_id = o.id WHERE k.cart_id = :cart ORDER BY o.id")
_ORDERED = "SELECT count(*) FROM sales_order s WHERE s.email_norm = :email AND s.cancelled_at IS NULL"
_USED_BY = """SELECT count(*) FROM sales_order s WHERE s.email_norm = :email AND s.cancelled_at IS NULL
  AND EXISTS (SELECT 1 FROM discount_allocation a WHERE a.order_id = s.id AND a.discount_id = :discount)"""


def by_ids(ctx: Context, ids: Sequence[int]) -> list[Discount]:
    """Discounts of these ids."""
    return BY_IDS.all(ctx, ids=json.dumps(list(ids))) if ids else []


def problem(
    ctx: Context, discount: Discount, items: Sequence[Item], others: Sequence[Discount], email: str
) -> Refusal | None:
    """Why a code may not be used for a basket beside other codes by the owner of an e-mail address; None if it may."""
    return (
        _state_problem(ctx, discount, email)
        or _combination_problem(discount, others)
        or _basket_problem(discount, items)
    )


def check(ctx: Context, discounts: Sequence[Discount], items: Sequence[Item], email: str) -> None:
    """Check that all codes may be used together for a basket.

    Raises:
        Conflict: for the first that may not.
    """
    for discount in discounts:
        others = [one for one in discounts if one.id != discount.id]
        if refusal := problem(ctx, discount, items, others, email):
            raise refusal


def _state_problem(ctx: Context, discount: Discount, email: str) -> Refusal | None:
    ended = discount.ends_at is not None and discount.ends_at <= ctx.now
    if not discount.active or ended or discount.starts_at > ctx.now:
        when = "has ended" if ended else "is not active" if not discount.active else "has not started yet"
        return Conflict(
            "discount_not_active", f"The code {discount.code} {when}. Use another one, or none.", field="code"
        )
    if discount.usage_limit is not None and discount.usage_count >= discount.usage_limit:
        return Conflict(
            "discount_used_up",
            f"The code {discount.code} has been used as often as it may. Use another one.",
            field="code",
        )
    if discount.once_per_customer and number(ctx, _USED_BY, email=email, discount=discount.id):
        return Conflict(
            "discount_already_used",
            f"The code {discount.code} may be used once, and you have used it before. Use another one.",
            field="code",
        )
    if discount.first_order_only and number(ctx, _ORDERED, email=email):
        return Conflict(
            "discount_first_order_only",
            f"The code {discount.code} is for a first order, and you have ordered before. Use another one, or none.",
            field="code",
        )
    return None


def _combination_problem(discount: Discount, others: Sequence[Discount]) -> Refusal | None:
    for other in others:
        if not (discount.allows(other.discount_class) and other.allows(discount.discount_class)):
            return Conflict(
                "discount_not_combinable",
                f"The code {discount.code} cannot be used together with {other.code}. "
                f"Remove {other.code} first, or keep it.",
                field="code",
            )
    return None


def _basket_problem(discount: Discount, items: Sequence[Item]) -> Refusal | None:
    offer = discount.offer
    covered = [item for item in items if discount.discount_class != "product" or offer.covers(item)]
    subtotal = sum(item.quantity * item.unit_price for item in covered)
    units = sum(item.quantity for item in covered)
    what = "of the goods that it covers" if discount.discount_class == "product" else "of goods"
    if not covered:
        return Conflict(
            "discount_does_not_apply",
            f"Nothing in your cart is covered by the code {discount.code}. Use another one, or none.",
            field="code",
        )
    if subtotal < discount.min_subtotal:
        least = format_money(discount.min_subtotal)
        return Conflict(
            "discount_minimum_not_met",
            f"The code {discount.code} asks for at least {least} EUR {what} before tax; "
            f"you have {format_money(subtotal)} EUR.",
            field="code",
        )
    if units < discount.min_quantity:
        return Conflict(
            "discount_minimum_not_met",
            f"The code {discount.code} asks for at least {discount.min_quantity} units {what}; you have {units}.",
            field="code",
        )
    return None
