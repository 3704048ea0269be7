"""What the bank does in its own time: settling refunds, and letting go of authorizations."""

import random
from datetime import datetime, timedelta

from worlds.engine.build import Build
from worlds.engine.context import Context
from worlds.engine.history import SYSTEM
from worlds.shop import gateway
from worlds.shop.operations.passing_time import first_night
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
    if moment >= course.history.build.start:
        outcome = "returned" if fails else "paid"
        course.history.build.later(moment, "bank_reports", "bank", refund_id=refund_id, outcome=outcome)
        return
    course.history.at(moment, lambda then: _settle(course, then, refund_id, fails=fails))


def _settle(course: Course, now: datetime, refund_id: int, *, fails: bool) -> None:
    ctx = course.history.context(now, SYSTEM)
    gateway.settle_refund(ctx, refund_id, succeeded=not fails)
    if fails:
        course.truth.dirty("refunds_failed", refund_id)


def let_go(course: Course, now: datetime) -> None:
    """Every night the bank lets go of authorizations that ran out."""
    gateway.expire_authorizations(course.history.context(now, SYSTEM))
    course.history.at(now + timedelta(days=1), lambda then: let_go(course, then))


def go_on(build: Build, ctx: Context) -> None:
    """Queue what the bank and the shop's nightly jobs do once episodes have begun; each event queues the next."""
    build.later(gateway.next_expiry(ctx, build.start + timedelta(days=1)), "bank_lets_go", "bank")
    build.later(first_night(build.start), "nightly_jobs", "nightly jobs")
