"""The written rules for discount codes: which of some codes go together for a basket, and what it then costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.engine.task import Decision, Situation
from worlds.shop.models import Category, Discount, Product, Variant
from worlds.shop.pricing import Item, Offer, quote
from worlds.shop.rules import SHIPPING_METHODS, SHIPPING_TAX_BP


@dataclass(frozen=True, slots=True)
class Code:
    """A code that holds, with the path of the category that it is narrowed to."""

    discount: Discount
    category: str | None

    @property
    def text(self) -> str:
        """The code as customers type it."""
        return self.discount.code

    @property
    def offer(self) -> Offer:
        """What it does to prices."""
        one = self.discount
        return Offer(one.id, one.code, one.discount_class, one.kind, one.value, self.category, one.product_id)

    def goes_with(self, other: "Code") -> bool:
        """Whether each of the two allows the other's kind."""
        return bool(
            getattr(self.discount, f"combines_with_{other.discount.discount_class}")
            and getattr(other.discount, f"combines_with_{self.discount.discount_class}")
        )

    def is_reached(self, items: Sequence[Item]) -> bool:
        """Whether the goods that the code covers reach its minimum."""
        covered = [item for item in items if self.discount.discount_class != "product" or self.offer.covers(item)]
        worth = sum(item.quantity * item.unit_price for item in covered)
        units = sum(item.quantity for item in covered)
        return bool(covered) and worth >= self.discount.min_subtotal and units >= self.discount.min_quantity


def legal(codes: Sequence[Code], items: Sequence[Item]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every set of codes that goes together for a basket sent by standard delivery, with the total in cents."""
    method = SHIPPING_METHODS["standard"]
    for size in range(len(codes) + 1):
        for chosen in combinations(codes, size):
            together = all(one.goes_with(other) for one, other in combinations(chosen, 2))
            if together and all(code.is_reached(items) for code in chosen):
                price = quote(items, [code.offer for code in chosen], method.price, SHIPPING_TAX_BP)
                yield tuple(code.text for code in chosen), price.total


def rule(situation: Situation) -> Decision:
    """The lowest legal `total` in cents, and every set of codes in `cheapest` that brings it there."""
    session, facts = situation.session, situation.facts
    first, second = situation.target["variant"]
    items = [_item(session, first, int(facts["first_units"])), _item(session, second, int(facts["second_units"]))]
    totals = dict(legal(_codes(session, facts["codes"].split(", ")), items))
    best = min(totals.values())
    return {"total": best, "cheapest": [list(codes) for codes, total in totals.items() if total == best]}


def _item(session: Session, variant_id: int, units: int) -> Item:
    found = (
        select(Variant.price, Product.tax_rate_bp, Product.id, Category.path)
        .join(Product, Product.id == Variant.product_id)
        .join(Category, Category.id == Product.category_id)
        .where(Variant.id == variant_id)
    )
    price, tax, product, path = session.execute(found).one()
    return Item(units, price, tax, product, path)


def _codes(session: Session, texts: Sequence[str]) -> list[Code]:
    found = (
        select(Discount, Category.path)
        .outerjoin(Category, Category.id == Discount.category_id)
        .where(Discount.code.in_(texts))
        .order_by(Discount.id)
    )
    return [Code(discount, path) for discount, path in session.execute(found)]
