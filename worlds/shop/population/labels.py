"""Shipping labels in the house's history: bought when an order is packed, scanned at the carrier's, renewed, used."""

import random
from datetime import UTC, datetime, timedelta

from worlds.engine.context import Actor
from worlds.engine.history import SYSTEM
from worlds.shop import labelling, order_file
from worlds.shop.labelling import HEAVY
from worlds.shop.operations.labels import buy_label, void_label
from worlds.shop.population.journey import Course, Journey

_SINCE = timedelta(days=42)
"""How long before episodes begin the house started to buy labels ahead."""
_SHARE = 0.85
"""Of the orders since then, how many get a label before they leave."""
_EARLY = 0.5
"""Of the labelled parcels, how many the carrier collects well before they are booked as shipped."""
_BY_COUNTRY = {"NL": "PostNL", "BE": "PostNL", "DE": "DHL", "AT": "DHL", "FR": "DPD", "LU": "DPD", "IE": "UPS"}
_FIRST_HOUR = 7
_OTHERS = ("FedEx", "FedEx", "DHL", "PostNL", "UPS")


def plan_label(course: Course, journey: Journey, leaving: datetime) -> None:
    """Let an order get its label some time before it leaves, and the carrier scan it some time after that."""
    rng = course.rng(journey.plan, "label")
    placed = journey.plan.at
    if placed < course.history.build.start - _SINCE or rng.random() >= _SHARE:
        return
    packed = _by_day(course, placed + (leaving - placed) * rng.uniform(0.05, 0.3))
    share = rng.uniform(0.15, 0.6) if rng.random() < _EARLY else rng.uniform(0.9, 0.99)
    handed_over = packed + (leaving - packed) * share
    course.history.at(packed, lambda now: stick_on(course, journey, now))
    course.history.at(handed_over, lambda now: _scan(course, journey, now))


def _by_day(course: Course, moment: datetime) -> datetime:
    """The moment, or seven in the morning and some minutes where nobody is at work yet."""
    local = moment.astimezone(course.calendar.zone)
    return local.replace(hour=_FIRST_HOUR).astimezone(UTC) if local.hour < _FIRST_HOUR else moment


def stick_on(course: Course, journey: Journey, now: datetime) -> None:
    """Buy a label, mostly from the carrier that the house rules name."""
    rng = course.rng(journey.plan, f"carrier {now.isoformat()}")
    actor = course.history.someone("ops", now, journey.order_id)
    carrier = _carrier(course, rng, journey, now)
    course.history.perform(now, actor, buy_label, journey.order_id, carrier, journey.plan.method)


def take_off(course: Course, journey: Journey, now: datetime, actor: Actor, reason: str) -> bool:
    """Void the label that an order has, if its carrier still takes it back; answers whether there was one."""
    label = labelling.live_label(course.history.context(now, SYSTEM), journey.order_id)
    return label is not None and course.history.perform(now, actor, void_label, label.id, reason) is not None


def label_on(course: Course, journey: Journey, now: datetime) -> tuple[str, str] | None:
    """Carrier and tracking number of the label that an order's next parcel has, if it has one."""
    label = labelling.live_label(course.history.context(now, SYSTEM), journey.order_id)
    return (label.carrier, label.tracking_number) if label else None


def _scan(course: Course, journey: Journey, now: datetime) -> None:
    ctx = course.history.context(now, SYSTEM)
    label = labelling.live_label(ctx, journey.order_id)
    if label:
        labelling.scan(ctx, label.id)


def _carrier(course: Course, rng: random.Random, journey: Journey, now: datetime) -> str:
    """The carrier of the house rules; for one label in four another, taken in a hurry or during a strike."""
    if rng.random() < 0.25:
        return rng.choice(_OTHERS)
    ctx = course.history.context(now, SYSTEM)
    address = order_file.head(ctx, journey.order_id).address
    if labelling.weight_left(ctx, journey.order_id) > HEAVY:
        return "GLS"
    if address.company:
        return "UPS"
    return "DHL" if journey.plan.method == "express" else _BY_COUNTRY[address.country]
