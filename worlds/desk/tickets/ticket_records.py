"""What is recorded beside a ticket: conversations at the side, approvals, credits, hand-overs, articles, clocks."""

from datetime import datetime, timedelta
from typing import NamedTuple

from worlds.desk import views
from worlds.engine.context import Context
from worlds.engine.rows import Query


class _Side(NamedTuple):
    conversation_id: int
    party: str
    subject: str
    state: str
    messages: int


class _Approval(NamedTuple):
    approval_id: int
    number: str
    amount: int
    currency: str
    status: str
    approver_name: str
    answer: str | None


class _Credit(NamedTuple):
    credit_id: int
    number: str
    amount: int
    currency: str
    given_by: str


class _Escalation(NamedTuple):
    escalation_id: int
    number: str
    group_name: str
    reason: str
    message: str
    created_at: datetime


class _Article(NamedTuple):
    article_id: int
    slug: str
    title: str


class _Rating(NamedTuple):
    score: str
    comment: str | None


_SIDES = Query(
    _Side,
    """SELECT s.id, s.party, s.subject, s.state, (SELECT count(*) FROM side_message m WHERE m.conversation_id = s.id)
    FROM side_conversation s WHERE s.ticket_id = :ticket ORDER BY s.id""",
)
_APPROVALS = Query(
    _Approval,
    """SELECT a.id, a.number, a.amount, a.currency, a.status, u.name, a.answer FROM approval a
    JOIN desk_user u ON u.id = a.approver_id WHERE a.ticket_id = :ticket ORDER BY a.id""",
)
_CREDITS = Query(
    _Credit, "SELECT id, number, amount, currency, given_by FROM goodwill_credit WHERE ticket_id = :ticket ORDER BY id"
)
_ESCALATIONS = Query(
    _Escalation,
    """SELECT e.id, e.number, g.name, e.reason, e.message, e.created_at FROM escalation e
    JOIN desk_group g ON g.id = e.group_id WHERE e.ticket_id = :ticket ORDER BY e.id""",
)
_ARTICLES = Query(
    _Article,
    """SELECT a.id, a.slug, a.title FROM article_link l JOIN kb_article a ON a.id = l.article_id
    WHERE l.ticket_id = :ticket ORDER BY l.id""",
)
_RATING = Query(_Rating, "SELECT score, comment FROM rating WHERE ticket_id = :ticket")


def side_conversations(ctx: Context, ticket_id: int) -> list[views.SideHead]:
    """Conversations with people outside about a ticket."""
    return [views.SideHead(**row._asdict()) for row in _SIDES.all(ctx, ticket=ticket_id)[:50]]


def approvals(ctx: Context, ticket_id: int) -> list[views.ApprovalHead]:
    """Requests for approval on a ticket."""
    return [views.ApprovalHead(**row._asdict()) for row in _APPROVALS.all(ctx, ticket=ticket_id)[:50]]


def credits_given(ctx: Context, ticket_id: int) -> list[views.CreditHead]:
    """Goodwill that was given on a ticket."""
    return [views.CreditHead(**row._asdict()) for row in _CREDITS.all(ctx, ticket=ticket_id)[:50]]


def escalations(ctx: Context, ticket_id: int) -> list[views.EscalationHead]:
    """To whom a ticket was handed up."""
    return [views.EscalationHead(**row._asdict()) for row in _ESCALATIONS.all(ctx, ticket=ticket_id)[:50]]


def articles(ctx: Context, ticket_id: int) -> list[views.ArticleHead]:
    """Articles that were used for a ticket."""
    return [views.ArticleHead(**row._asdict()) for row in _ARTICLES.all(ctx, ticket=ticket_id)[:50]]


def rating(ctx: Context, ticket_id: int) -> views.RatingView | None:
    """How content the requester was, where they were asked."""
    row = _RATING.first(ctx, ticket=ticket_id)
    return None if row is None else views.RatingView(**row._asdict())


class _Timer(NamedTuple):
    metric: str
    state: str
    policy: str
    target_minutes: int
    hours: str
    used_seconds: int
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None


_TIMERS = Query(
    _Timer,
    """SELECT s.metric, s.state, p.name, s.target_minutes, s.hours, s.used_seconds, s.started_at, s.due_at,
      s.breached_at
    FROM sla_timer s JOIN sla_policy p ON p.id = s.policy_id WHERE s.ticket_id = :ticket
    ORDER BY s.started_at DESC, s.id DESC LIMIT 50""",
)


def timers(ctx: Context, ticket_id: int) -> list[views.TimerView]:
    """A ticket's clocks, those that were started last first."""
    rows = _TIMERS.all(ctx, ticket=ticket_id)
    return [
        views.TimerView(
            metric=row.metric, state=row.state, policy=row.policy, target_minutes=row.target_minutes, hours=row.hours,
            started_at=row.started_at, due_at=row.due_at, breached_at=row.breached_at,
            minutes_left=_minutes_left(row, ctx.now),
        )
        for row in rows
    ]  # fmt: skip


def _minutes_left(row: _Timer, now: datetime) -> int | None:
    if row.state == "active" and row.due_at is not None:
        return (row.due_at - now) // timedelta(minutes=1)
    return row.target_minutes - row.used_seconds // 60 if row.state == "paused" else None
