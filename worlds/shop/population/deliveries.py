"""Keeping the shelves full: suppliers' deliveries twice a week, and small corrections after counting."""

from datetime import datetime, timedelta
from typing import NamedTuple

from worlds.engine.rows import Query
from worlds.shop import stockroom
from worlds.shop.operations.stock import adjust_stock
from worlds.shop.population.journey import Course

_EVERY = timedelta(days=3, hours=12)
_LATE = 0.25
"""Share of what was ordered that does not come with the next delivery."""


class _Low(NamedTuple):
    variant_id: int
    location_id: int
    available: int
    low_at: int


_LOW = Query(
    _Low,
    """SELECT i.variant_id, i.location_id, i.available, i.low_at FROM inventory_level i
    JOIN variant v ON v.id = i.variant_id WHERE v.active = 1 AND i.available <= i.low_at ORDER BY i.id""",
)
_SOME = Query(
    _Low, "SELECT variant_id, location_id, available, low_at FROM inventory_level WHERE id % :parts = :part ORDER BY id"
)


def deliver(course: Course, now: datetime) -> None:
    """Bring what is low back up, as far as suppliers could deliver it."""
    rng = course.history.build.rng("delivery", now.isoformat())
    actor = course.history.someone("ops", now)
    ctx = course.history.context(now, actor)
    note = f"Delivery {now:%y%m%d}-{rng.randint(100, 999)}"
    for low in _LOW.all(ctx):
        units = max(1, low.low_at * rng.randint(2, 4) + rng.randint(0, 12) - low.available)
        if rng.random() >= _LATE:
            stockroom.move(ctx, "receipt", low.variant_id, low.location_id, units, (None, "available"), reason=note)
    course.history.at(now + _EVERY, lambda then: deliver(course, then))


def count(course: Course, now: datetime) -> None:
    """Once a month a part of the shelves is counted; a few units are lost, found or broken."""
    rng = course.history.build.rng("count", now.isoformat())
    ctx = course.history.context(now, course.history.someone("ops", now))
    for level in _SOME.all(ctx, parts=61, part=rng.randrange(61)):
        if rng.random() < 0.3 and level.available > 3:
            reason, change = rng.choice(
                (("lost", -1), ("found", 1), ("damaged", -1), ("damaged", -2), ("correction", -1))
            )
            actor = course.history.someone("ops", now, level.variant_id)
            course.history.perform(
                now, actor, adjust_stock, level.variant_id, level.location_id, change, reason, _WHERE[reason]
            )
    course.history.at(now + timedelta(days=29, hours=3), lambda then: count(course, then))


_WHERE = {
    "lost": "Not on the shelf and not in the bin beside it.",
    "found": "Was behind the rack in aisle 4.",
    "damaged": "Box crushed under a pallet.",
    "correction": "Counted twice by two people.",
}
