"""What happens in the CRM with time alone: every hour leads that nobody turned to, every night what has run out.

Nobody sets these off, so they are wound up when a population is made and come back by themselves; their root is the
clock, also where they touch what somebody has just changed. No surface offers them.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from worlds.crm.days import day_start, local_day
from worlds.crm.records import assigning, changing, heads, working_hours
from worlds.crm.records.notices import notify
from worlds.crm.rules import LEAD_PROMISE_HOURS
from worlds.crm.selling import approvals, quoting, renewals
from worlds.engine.context import Context
from worlds.engine.fields import Result, iso_instant
from worlds.engine.operation import writes
from worlds.engine.rows import Query, run

AN_HOUR: Final = timedelta(hours=1)
NIGHT: Final = timedelta(hours=2)
"""How long after midnight of the house the night's work is done."""
A_DAY: Final = timedelta(days=1)


class Passed(Result):
    """What one event touched: how many records."""

    records: int


class Night(Result):
    """What one night did: quotes that expired, requests that lapsed, renewals that opened, records that were purged."""

    quotes: int
    approvals: int
    renewals: int
    contracts: int
    purged: int


class _Waiting(NamedTuple):
    id: int
    assigned_at: datetime


_WAITING = Query(
    _Waiting,
    """SELECT id, assigned_at FROM lead WHERE status = 'assigned' AND owner_id IS NOT NULL AND first_touch_at IS NULL
    AND is_deleted = 0 AND assigned_at IS NOT NULL AND assigned_at <= :since
    AND (SELECT via FROM field_history h WHERE h.kind = 'lead' AND h.record_id = lead.id AND h.field = 'owner_id'
        ORDER BY h.id DESC LIMIT 1) IS NOT 'lead_promise' ORDER BY assigned_at, id""",
)


@writes(roles=(), doors=(), priority=8)
def hour_strikes(ctx: Context) -> Passed:
    """Hand on the leads that nobody turned to in time, and come back the next hour."""
    done = pass_on_leads(ctx)
    ctx.schedule(ctx.now + AN_HOUR, "hour_strikes")
    return Passed(records=done)


@writes(roles=(), doors=(), priority=8)
def night_falls(ctx: Context) -> Night:
    """Do what is due every night, and come back the next night."""
    done = look_after(ctx)
    ctx.schedule(next_night(ctx.now), "night_falls")
    return done


def pass_on_leads(ctx: Context) -> int:
    """Give leads that nobody turned to within four hours of work to the next colleague in turn (rule CR9).

    Whose turn it is says the owner's own queue, or else the one that assignment rules name; where nobody else is at
    work there, the lead stays, and so it does with whoever has it by their turn. Answers how many leads changed hands.
    Populations call it at moments of the past.
    """
    done = 0
    since = iso_instant(ctx.now - timedelta(hours=LEAD_PROMISE_HOURS))
    for one in _WAITING.all(ctx, since=since):
        if working_hours.after(one.assigned_at, LEAD_PROMISE_HOURS) <= ctx.now:
            done += _pass_on(ctx, one.id)
    return done


def look_after(ctx: Context) -> Night:
    """What is due every night: quotes, approvals, renewals, contracts, the recycle bin.

    Populations call it at moments of the past.
    """
    due = renewals.due(ctx)
    for contract in due:
        renewals.renew(ctx, contract, changing.create)
    return Night(
        quotes=quoting.expire(ctx), approvals=approvals.lapse(ctx), renewals=len(due), contracts=_end_contracts(ctx),
        purged=_purge(ctx),
    )  # fmt: skip


def first_hour(start: datetime) -> datetime:
    """When the hour strikes for the first time after a moment."""
    return start.replace(minute=0, second=0, microsecond=0) + AN_HOUR


def next_night(now: datetime) -> datetime:
    """When the next night's work is done: at two in the morning by the clock of the house."""
    tonight = day_start(local_day(now)) + NIGHT
    return tonight if tonight > now else day_start(local_day(now) + A_DAY) + NIGHT


def _pass_on(ctx: Context, lead_id: int) -> bool:
    lead: Any = heads.stored(ctx, "lead", lead_id)
    queue = assigning.queue_for(ctx, lead._asdict())
    turn = None if queue is None else assigning.next_in_turn(ctx, queue, without=lead.owner_id)
    if turn is None:
        return False
    changing.change(
        ctx, "lead", lead, {"owner_id": turn, "assigned_at": ctx.now}, via="lead_promise", asked=False
    )  # fmt: skip
    body = f"Nobody turned to {lead.label} within {LEAD_PROMISE_HOURS} hours of work. It is your turn."
    notify(ctx, "lead", f"Lead for you: {lead.label}", body, user_id=turn, about={"lead_id": lead.id})
    return True


def _end_contracts(ctx: Context) -> int:
    """Let contracts end whose last day is over."""
    return run(
        ctx, "UPDATE contract SET state = 'ended', updated_at = :now WHERE state = 'signed' AND ends < :today",
        now=ctx.now, today=local_day(ctx.now).isoformat(),
    )  # fmt: skip


def _purge(ctx: Context) -> int:
    """Take out of the recycle bin for good what has lain there for fifteen days; it cannot be restored any more."""
    return run(
        ctx, "UPDATE deleted_record SET state = 'purged' WHERE state = 'in_bin' AND purge_at <= :now", now=ctx.now
    )
