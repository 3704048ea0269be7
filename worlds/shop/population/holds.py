"""What keeps orders from leaving when episodes begin: a hold, a look by risk, goods that must come first."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from worlds.engine.fields import format_money
from worlds.engine.rows import run
from worlds.shop.chronicle import timeline
from worlds.shop.operations.escalations import escalate
from worlds.shop.operations.orders import add_order_note
from worlds.shop.population import words
from worlds.shop.population.journey import Course, Journey

_HELD, _AT_RISK, _BACKORDERED = 0.1, 0.09, 0.14
"""Shares of the orders that still wait when episodes begin."""
_WAITING_FOR = (
    "Supplier confirmed the missing units, no date yet.",
    "One unit broke while packing; a new one is ordered.",
    "Set is incomplete, the rest comes with the next container.",
)
_SUSPICIONS = (
    "the card was tried four times before it went through",
    "same recipient as an order that was charged back in January",
    "the buyer asks by phone to send it somewhere else",
)


def hold_back(course: Course, journey: Journey, leaving: datetime) -> bool:
    """Let something stand in the way of an order that waits when episodes begin; answers whether anything does."""
    if leaving < course.history.build.start:
        return False
    rng = course.rng(journey.plan, "hold back")
    kind = rng.random()
    reasons: tuple[tuple[float, Callable[[Course, Journey, datetime], None]], ...] = (
        (_HELD, _hold),
        (_HELD + _AT_RISK, _suspect),
        (_HELD + _AT_RISK + _BACKORDERED, _backorder),
    )
    moment = journey.plan.at + timedelta(minutes=rng.randint(12, 240))
    for limit, happens in reasons:
        if kind < limit:
            course.history.at(moment, partial(happens, course, journey))
            return True
    return False


def _hold(course: Course, journey: Journey, now: datetime) -> None:
    _tag(course, journey, now, "hold", "finance")


def _suspect(course: Course, journey: Journey, now: datetime) -> None:
    rng = course.rng(journey.plan, "suspicion")
    actor = course.history.someone("support_l1", now)
    text = words.staff_say(rng, "hold", {})
    message = f"Order {journey.number} of {format_money(journey.total)} EUR: {rng.choice(_SUSPICIONS)}."
    course.history.perform(now, actor, add_order_note, journey.order_id, text)
    course.history.perform(now, actor, escalate, "risk", "suspected_fraud", message, order_id=journey.order_id)


def _backorder(course: Course, journey: Journey, now: datetime) -> None:
    rng = course.rng(journey.plan, "backorder")
    _tag(course, journey, now, "backorder", "ops")
    actor = course.history.someone("ops", now)
    course.history.perform(now, actor, add_order_note, journey.order_id, rng.choice(_WAITING_FOR))


def _tag(course: Course, journey: Journey, now: datetime, tag: str, role: str) -> None:
    ctx = course.history.context(now, course.history.someone(role, now))
    run(ctx, "UPDATE sales_order SET tags = :tags WHERE id = :order", tags=json.dumps([tag]), order=journey.order_id)
    timeline(ctx, journey.order_id, "tagged", f"Tagged {tag}")
