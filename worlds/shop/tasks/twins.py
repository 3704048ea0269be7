"""Articles that look like others, with prices that could be asked for: what `reprice-product` draws from.

Nothing here decides about a price; it only offers prices on both sides of where the rules draw the line.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from worlds.engine.task import SOLVABLE

BRANCHES = (SOLVABLE, "hand_over")
MOST = 12
"""Prices on either side of the line for one product."""
_LOWEST, _HIGHEST, _LINE = 60, 88, 130
"""Percent: of the price until now, from and to which is asked for; of the cost, where approval begins."""


@dataclass(frozen=True, slots=True)
class Reprice:
    """A product with a look-alike, and a lower price in cents that somebody could ask for."""

    branch: str
    product_id: int
    title: str
    maker: str
    price: int


class _Product(NamedTuple):
    product_id: int
    title: str
    maker: str
    category_id: int
    final_sale: int
    lowest: int
    highest: int
    cheapest: int
    dearest: int
    variants: int
    all_active: int
    status: str

    @property
    def alike(self) -> bool:
        """Whether its variants cost the same, the shop and its customers."""
        return self.lowest == self.highest and self.cheapest == self.dearest and self.variants > 1

    @property
    def on_sale(self) -> bool:
        """Whether it is on sale with all its variants."""
        return self.status == "active" and bool(self.all_active)


_PRODUCTS = text(
    """SELECT p.id, p.title, p.vendor, p.category_id, p.final_sale, min(v.price), max(v.price),
      coalesce(min(v.cost), 0), coalesce(max(v.cost), 0), count(*), min(v.active), p.status
    FROM product p JOIN variant v ON v.product_id = p.id GROUP BY p.id ORDER BY p.id"""
)


def reprices(session: Session) -> list[Reprice]:
    """Lower prices of products that have a look-alike on sale, in pairs: one that may be set, one for approval."""
    products = [_Product(*row) for row in session.execute(_PRODUCTS)]
    named = Counter(_folded(one.title) for one in products)
    found = []
    for one in products:
        if one.on_sale and one.alike and not one.final_sale and named[_folded(one.title)] == 1:
            others = [other for other in products if other.on_sale and _look_alike(one, other)]
            may, may_not = _prices(one, others)
            for pair in zip(may[:MOST], may_not[:MOST], strict=False):
                found += [
                    Reprice(branch, one.product_id, one.title, one.maker, price)
                    for branch, price in zip(BRANCHES, pair, strict=True)
                ]
    return found


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", re.sub(r"(?<=\d)(ml|l|cm)\b", r" \1", title.casefold())))


def _look_alike(one: _Product, other: _Product) -> bool:
    """Whether two titles of a shelf differ in at most one word, or in how they are spelt."""
    same_shelf = other.category_id == one.category_id and other.product_id != one.product_id
    return same_shelf and len(_words(one.title) ^ _words(other.title)) <= 2


def _prices(one: _Product, others: Sequence[_Product]) -> tuple[range, range]:
    """Round prices upwards and downwards from where approval begins; a look-alike costs more than each."""
    step = 10 if one.lowest < 5_000 else 50 if one.lowest < 15_000 else 100
    line = -(-one.cheapest * _LINE // (100 * step)) * step
    ceiling = min(one.lowest * _HIGHEST // 100, max((other.lowest for other in others), default=0))
    return range(line, ceiling, step), range(line - step, -(-one.lowest * _LOWEST // 100), -step)
