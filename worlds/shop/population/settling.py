"""What the bank does in its own time: settling refunds, and letting go of authorizations."""

import random
from datetime import datetime, timedelta

from worlds.shop import gateway
from worlds.shop.population.desk import SYSTEM
from worlds.shop.population.journey import Course


def settle_later(
    course: Course, rng: random.Random, now: datetime, refund_id: int, *, looked_into: bool = False
) -> None:
    """The bank settles a refund in three to eight working days; a few come back.

    What it looks into takes it some weeks, unless it turns it down, which it does sooner.
    """
    fails = rng.random() < course.rates["looked_into_failed" if looked_into else "refunds_failed"]
    days = rng.randint(20, 40) if looked_into and not fails else rng.randint(3, 8)
    moment = course.calendar.worked(rng, now, days, hours=(1, 6))
    course.desk.at(moment, lambda then: _settle(course, then, refund_id, fails=fails))


def _settle(course: Course, now: datetime, refund_id: int, *, fails: bool) -> None:
    ctx = course.desk.context(now, SYSTEM)
    gateway.settle_refund(ctx, refund_id, succeeded=not fails)
    if fails:
        course.truth.dirty("refunds_failed", refund_id)


def let_go(course: Course, now: datetime) -> None:
    """Every night the bank lets go of authorizations that ran out."""
    gateway.expire_authorizations(course.desk.context(now, SYSTEM))
    course.desk.at(now + timedelta(days=1), lambda then: let_go(course, then))
