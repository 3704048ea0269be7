"""Transfer slips that could be asked for: what `move-stock` draws from. Nothing here decides about a slip."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from worlds.engine.task import SOLVABLE

FEWEST = 3
"""Units: slips ask for at least so many."""
BRANCHES = (SOLVABLE, "hand_over")


@dataclass(frozen=True, slots=True)
class Slip:
    """Units of a variant that are to go from one level to another, and an order that somebody places again meanwhile.

    `article` is how people name the variant, `levels` are the ids of the two levels.
    """

    branch: str
    variant_id: int
    levels: tuple[int, int]
    source: str
    place: str
    article: str
    units: int
    order_id: int


class _Level(NamedTuple):
    level_id: int
    variant_id: int
    product_id: int
    article: str
    kind: str
    location: str
    online: int
    available: int
    low_at: int


_LEVELS = text(
    """SELECT i.id, v.id, p.id, p.title || ' (' || v.title || ')', v.title, w.name, w.fulfils_online, i.available,
      i.low_at
    FROM inventory_level i JOIN variant v ON v.id = i.variant_id AND v.active = 1
    JOIN product p ON p.id = v.product_id AND p.status = 'active'
    JOIN location w ON w.id = i.location_id AND w.active = 1 ORDER BY v.id, w.priority, w.id"""
)
_BOUGHT = text(
    """SELECT l.variant_id, l.order_id, l.quantity FROM order_line l
    JOIN sales_order o ON o.id = l.order_id AND o.cancelled_at IS NULL
    JOIN customer c ON c.id = o.customer_id AND c.state = 'enabled' AND c.merged_into_id IS NULL
    WHERE l.variant_id IS NOT NULL AND EXISTS (SELECT 1 FROM payment y WHERE y.order_id = o.id)
    ORDER BY l.variant_id, l.order_id, l.id"""
)


def slips(session: Session) -> list[Slip]:
    """Two for each variant and place, which differ in who buys: the same slip fits, or no longer does."""
    variants: dict[int, list[_Level]] = {}
    filled: Counter[tuple[int, str]] = Counter()
    for row in session.execute(_LEVELS):
        level = _Level(*row)
        variants.setdefault(level.variant_id, []).append(level)
        filled[level.product_id, level.location] += level.available > 0
    bought: dict[int, list[tuple[int, int]]] = {}
    for variant_id, order_id, quantity in session.execute(_BOUGHT):
        bought.setdefault(variant_id, []).append((order_id, quantity))
    said = Counter(levels[0].article for levels in variants.values())
    found: list[Slip] = []
    for variant_id, levels in sorted(variants.items()):
        source = next((one for one in levels if one.online and one.available > 0), None)  # where orders take from
        if source is None or variant_id not in bought or source.kind == "Default":
            continue
        if said[source.article] == 1 and filled[source.product_id, source.location] > 1:
            found += _asked(source, levels, bought[variant_id])
    return found


def _asked(source: _Level, levels: Sequence[_Level], bought: Sequence[tuple[int, int]]) -> Iterator[Slip]:
    """Slips that leave room for the smallest purchase known of a variant and none for the largest."""
    small = min(units for _, units in bought)
    large = max(units for _, units in bought if units <= small + 2 * source.low_at)  # the slip could still be filled
    chance = random.Random(f"slips of {source.variant_id}")  # the list is the same for every seed
    room = small + chance.randrange(max(1, large - small))
    units = source.available - 2 * source.low_at - room
    if small == large or units < FEWEST:
        return
    for place in levels:
        if place.level_id == source.level_id:
            continue
        for branch, sold in zip(BRANCHES, (small, large), strict=True):
            yield Slip(
                branch=branch,
                variant_id=source.variant_id,
                levels=(source.level_id, place.level_id),
                source=source.location,
                place=place.location,
                article=source.article,
                units=units,
                order_id=chance.choice([order for order, quantity in bought if quantity == sold]),
            )
