"""What happens at the desk with time alone: promises are broken, and every hour the rules look at what is due.

Nobody sets these off, so they are wound up when a population is made and come back by themselves; their root is the
clock, also where they touch what somebody has just changed. No surface offers them.
"""

from datetime import datetime, timedelta
from typing import Final

from worlds.desk.automation import automating
from worlds.desk.operations.approvals import approval_lapses
from worlds.desk.service import sla
from worlds.engine.context import Context
from worlds.engine.fields import Result
from worlds.engine.operation import writes

AN_HOUR: Final = timedelta(hours=1)
LOOK_AGAIN: Final = timedelta(minutes=15)
"""After this time at the latest promises are looked at again.

No promise is shorter, so each new one is seen before it is due; one that an update breaks is booked by that update.
"""


class Passed(Result):
    """What one event touched: how many records."""

    records: int


@writes(roles=(), doors=(), priority=3)
def promises_break(ctx: Context) -> Passed:
    """Book the promises that are broken by now, and come back when the next one will be."""
    broken = sla.book_breaches(ctx)
    ctx.schedule(next_look(ctx), "promises_break")
    return Passed(records=broken)


@writes(roles=(), doors=(), priority=8)
def hour_strikes(ctx: Context) -> Passed:
    """Do what is due every hour, and come back the next hour."""
    done = look_after(ctx)
    ctx.schedule(ctx.now + AN_HOUR, "hour_strikes")
    return Passed(records=done)


def look_after(ctx: Context) -> int:
    """What is due every hour: automations, closing, hold, ratings, approvals; answers how many records it touched.

    Populations call it at moments of the past.
    """
    lapsed = automating.overdue_approvals(ctx)
    for approval_id in lapsed:
        approval_lapses(ctx, approval_id)
    done = automating.automations(ctx) + automating.open_held(ctx)
    return len(lapsed) + done + automating.offer_ratings(ctx) + automating.close_solved(ctx)


def first_hour(start: datetime) -> datetime:
    """When the hour strikes for the first time after a moment."""
    return start.replace(minute=0, second=0, microsecond=0) + AN_HOUR


def next_look(ctx: Context) -> datetime:
    """When promises are looked at next: at the next that is due, and soon in any case."""
    return min(sla.next_breach(ctx) or ctx.now + LOOK_AGAIN, ctx.now + LOOK_AGAIN)
