"""The clocks of tickets as they are stored, the promises behind them, and what of a ticket's past they need."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from worlds.desk.automation.conditions import Facts, holds
from worlds.desk.models import AuditEvent, SlaTimer, TicketAudit
from worlds.desk.service.clocks import WORK, Period, Target, Timer, running
from worlds.desk.tickets.ticket_file import Head
from worlds.engine.context import Context
from worlds.engine.fields import iso_instant
from worlds.engine.rows import Query, insert, run


class _Row(NamedTuple):
    id: int
    metric: str
    policy_id: int
    target_minutes: int
    hours: str
    state: str
    started_at: datetime
    counted_at: datetime
    used_seconds: int
    due_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None


_OPEN = Query(
    _Row, "SELECT {fields} FROM sla_timer WHERE ticket_id = :ticket AND state IN ('active', 'paused') ORDER BY id"
)


class _Policy(NamedTuple):
    id: int
    conditions: str


_POLICIES = Query(_Policy, "SELECT {fields} FROM sla_policy WHERE active = 1 ORDER BY position, id")
_TARGETS = Query(
    Target,
    "SELECT policy_id, metric, minutes, hours FROM sla_target WHERE policy_id = :policy AND priority = :priority",
)
UNSET_PRIORITY = "normal"
"""What a ticket counts as before anybody has given it a priority."""


def open_timers(ctx: Context, ticket_id: int) -> list[Timer]:
    """The clocks of a ticket that have not ended, in the order in which they were started."""
    return [Timer(*row) for row in _OPEN.all(ctx, ticket=ticket_id)]


def targets_of(ctx: Context, facts: Facts) -> Mapping[str, Target]:
    """What is promised for a ticket, by metric: the targets of the first policy that holds, at its priority."""
    policy = next((one for one in _POLICIES.all(ctx) if holds(one.conditions, facts)), None)
    if policy is None:
        return {}
    priority = facts.values["priority"] or UNSET_PRIORITY
    return {one.metric: one for one in _TARGETS.all(ctx, policy=policy.id, priority=priority)}


def keep(ctx: Context, ticket_id: int, timer: Timer) -> None:
    """Store a clock as it is now."""
    if timer.id is None:
        timer.id = insert(
            ctx, SlaTimer, ticket_id=ticket_id, metric=timer.metric, policy_id=timer.policy_id,
            target_minutes=timer.target_minutes, hours=timer.hours, state=timer.state, started_at=timer.started_at,
            counted_at=timer.counted_at, used_seconds=timer.used_seconds, due_at=timer.due_at,
            breached_at=timer.breached_at, ended_at=timer.ended_at,
        )  # fmt: skip
        return
    run(
        ctx, _KEEP, timer=timer.id, policy=timer.policy_id, target=timer.target_minutes, hours=timer.hours,
        state=timer.state, counted=timer.counted_at, used=timer.used_seconds, due=timer.due_at,
        breached=timer.breached_at, ended=timer.ended_at,
    )  # fmt: skip


_KEEP = """UPDATE sla_timer SET policy_id = :policy, target_minutes = :target, hours = :hours, state = :state,
    counted_at = :counted, used_seconds = :used, due_at = :due, breached_at = :breached, ended_at = :ended
    WHERE id = :timer"""


def book_breach(ctx: Context, ticket_id: int, metric: str) -> None:
    """Write down in a ticket's history that a promise was not kept."""
    audit_id = insert(
        ctx, TicketAudit, ticket_id=ticket_id, at=ctx.now, actor_role="rule", actor_id=None,
        actor_name="Service levels", via="sla",
    )  # fmt: skip
    insert(ctx, AuditEvent, audit_id=audit_id, ticket_id=ticket_id, kind="breach", field=metric, after="breached")


class _Change(NamedTuple):
    at: datetime
    before: str | None
    after: str


_CHANGES = Query(
    _Change,
    """SELECT a.at, e.before, e.after FROM audit_event e JOIN ticket_audit a ON a.id = e.audit_id
    WHERE e.ticket_id = :ticket AND e.kind = 'change' AND e.field = 'status' AND a.at >= :since ORDER BY e.id""",
)


def ran(ctx: Context, ticket: Head, metric: str, since: datetime) -> list[Period]:
    """When a metric's clock that started at a moment has been running up to now."""
    found = _CHANGES.all(ctx, ticket=ticket.id, since=iso_instant(since))
    first = (found[0].before if found else None) or ticket.status
    return running(metric, [(since, first), *((one.at, one.after) for one in found)], ctx.now)


class _Past(NamedTuple):
    reopened: datetime | None
    replied: int
    asked: datetime | None


_REOPENED = """SELECT max(id) FROM audit_event WHERE ticket_id = :ticket AND kind = 'change' AND field = 'status'
      AND before = 'solved' AND after <> 'closed'"""
_REPLIED = """SELECT max(id) FROM comment WHERE ticket_id = :ticket AND public = 1 AND automatic = 0
      AND author_role <> 'end_user'"""
_PAST = Query(
    _Past,
    f"""SELECT
      (SELECT a.at FROM audit_event e JOIN ticket_audit a ON a.id = e.audit_id WHERE e.id = ({_REOPENED})),
      ({_REPLIED}) IS NOT NULL,
      (SELECT min(c.created_at) FROM comment c JOIN audit_event e ON e.ticket_id = c.ticket_id AND e.kind = 'comment'
        AND e.after = c.id WHERE c.ticket_id = :ticket AND c.author_role = 'end_user' AND c.automatic = 0
        AND c.id > coalesce(({_REPLIED}), 0) AND e.id > coalesce(({_REOPENED}), 0))""",  # noqa: S608 - fixed texts of this module
)


def beginnings(ctx: Context, ticket: Head) -> dict[str, datetime]:
    """When each clock of a ticket would have started, had it always been promised; only those that would run."""
    past = _PAST.first(ctx, ticket=ticket.id) or _Past(None, 0, None)
    begun = dict.fromkeys(WORK, past.reopened or ticket.created_at)
    if past.reopened is None and not past.replied:
        return {"first_reply": ticket.created_at, **begun}
    return begun if past.asked is None else {"next_reply": past.asked, **begun}
