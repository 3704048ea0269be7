"""Parcels that arrive crushed: photographed at once, refunded for one article first, the rest left open for a while."""

from datetime import datetime, timedelta

from worlds.engine.history import SYSTEM
from worlds.shop import order_file
from worlds.shop.operations.orders import add_order_note
from worlds.shop.operations.refunds import RefundLine
from worlds.shop.population import words
from worlds.shop.population.journey import Course, Journey
from worlds.shop.population.refunding import refund

_ROUGH = timedelta(days=60)
"""For so long before the end a new sorting machine has been crushing more parcels than usual."""
_ROUGHER = 4.0


def arrive(course: Course, journey: Journey, now: datetime) -> None:
    """Let some parcels of several articles arrive crushed; the customer first names one article."""
    rng = course.rng(journey.plan, "crushed")
    rate = course.rates["crushed_parcels"] * (_ROUGHER if course.calendar.end - now < _ROUGH else 1.0)
    ctx = course.history.context(now, SYSTEM)
    whole = order_file.head(ctx, journey.order_id).fulfilment_status == "fulfilled"
    if not whole or len(journey.lines) < 2 or rng.random() >= rate:
        return
    moment = course.calendar.worked(rng, now, rng.choice((0, 0, 1)))
    course.history.at(moment, lambda then: _report(course, journey, then))


def _report(course: Course, journey: Journey, now: datetime) -> None:
    """The photographs come in; support refunds what the customer names, at most half of a line's units at times."""
    rng = course.rng(journey.plan, "crushed report")
    actor = course.history.someone("support_l1", now, journey.order_id)
    note = words.staff_say(rng, "crushed", course.slots(rng, journey, now))
    course.history.perform(now, actor, add_order_note, journey.order_id, note)
    line_id = rng.choice(sorted(journey.lines))
    units = journey.units[line_id] if rng.random() < 0.5 else rng.randint(1, journey.units[line_id])
    wanted = [RefundLine(line_id=line_id, quantity=units)]
    moment = course.calendar.worked(rng, now, rng.choice((0, 1)))
    course.history.at(
        moment, lambda then: refund(course, journey, then, (wanted, "damaged"), shipping=False, looked_into=True)
    )
