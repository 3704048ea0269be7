"""One ticket as staff see it: whole, and as it is after a change."""

import json
from typing import NamedTuple

from worlds.desk import views
from worlds.desk.models import Ticket
from worlds.desk.tickets import ticket_parts, ticket_records
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.updating import Updated
from worlds.engine.context import Context
from worlds.engine.rows import Query, number


class _Names(NamedTuple):
    requester_name: str
    requester_email: str | None
    locale: str
    vip: int
    suspended: int
    notes: str | None
    organization_name: str | None
    tier: str | None
    submitter_name: str
    assignee_name: str | None
    group_name: str | None


_NAMES = Query(
    _Names,
    """SELECT u.name, i.value, u.locale, u.vip, u.suspended, u.notes, o.name, o.tier, s.name, a.name, g.name
    FROM ticket t JOIN desk_user u ON u.id = t.requester_id JOIN desk_user s ON s.id = t.submitter_id
    LEFT JOIN user_identity i ON i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1
    LEFT JOIN organization o ON o.id = t.organization_id LEFT JOIN desk_user a ON a.id = t.assignee_id
    LEFT JOIN desk_group g ON g.id = t.group_id WHERE t.id = :ticket""",
)


class _Reply(NamedTuple):
    body: str


_REPLY = Query(_Reply, "SELECT body FROM comment WHERE id = :comment AND public = 1 AND author_role <> 'end_user'")
_SHARED = (
    "number", "subject", "status", "type", "priority", "impact", "urgency", "topic", "language", "assignee_id",
    "group_id", "due_at",
)  # fmt: skip
_OWN = ("channel", "submitter_id", "reopens", "reassigned", "created_at", "updated_at", "state_since", "solved_at")


def detail(ctx: Context, ticket: Head) -> views.TicketDetail:
    """A ticket with all that belongs to it; a fixed number of statements."""
    names = _names(ctx, ticket.id)
    at = ticket.id
    return views.TicketDetail(
        ticket_id=at,
        version=ctx.version(Ticket, at),
        **{name: getattr(ticket, name) for name in (*_SHARED, *_OWN)},
        requester=_requester(ticket, names),
        submitter_name=names.submitter_name,
        assignee_name=names.assignee_name,
        group_name=names.group_name,
        tags=json.loads(ticket.tags),
        spam=bool(ticket.spam),
        fields=ticket_parts.fields(ctx, at),
        **ticket_parts.relations(ctx, at)._asdict(),
        collaborators=ticket_parts.collaborators(ctx, at),
        checklist=ticket_parts.checklist(ctx, at),
        side_conversations=ticket_records.side_conversations(ctx, at),
        approvals=ticket_records.approvals(ctx, at),
        credits=ticket_records.credits_given(ctx, at),
        escalations=ticket_records.escalations(ctx, at),
        articles=ticket_records.articles(ctx, at),
        timers=ticket_records.timers(ctx, at),
        rating=ticket_records.rating(ctx, at),
        lock=lock(ctx, at),
        comments=ticket_parts.comments(ctx, at, internal=True),
        comments_total=number(ctx, "SELECT count(*) FROM comment WHERE ticket_id = :ticket", ticket=at),
        audits=ticket_parts.audits(ctx, at),
    )


def changed(ctx: Context, done: Updated) -> views.TicketChanged:
    """A ticket as it is after an update, and what the update came to."""
    ticket = head(ctx, done.ticket.id)
    names = _names(ctx, ticket.id)
    return views.TicketChanged(
        ticket_id=ticket.id,
        version=ctx.version(Ticket, ticket.id),
        **{name: getattr(ticket, name) for name in _SHARED},
        problem_id=ticket.problem_id,
        assignee_name=names.assignee_name,
        group_name=names.group_name,
        tags=json.loads(ticket.tags),
        fields=ticket_parts.fields(ctx, ticket.id),
        comment_id=done.comment_id,
        replied=_replied(ctx, done.comment_id),
        rules=list(done.fired)[:50],
    )


def _replied(ctx: Context, comment_id: int | None) -> str | None:
    reply = _REPLY.first(ctx, comment=comment_id)
    return None if reply is None else reply.body


def lock(ctx: Context, ticket_id: int) -> views.LockView | None:
    """Who has a ticket to themselves now."""
    held = ctx.locked(Ticket, ticket_id)
    return None if held is None else views.LockView(holder=held.holder, why=held.why, until=held.ends)


def ref(ticket: Head) -> views.TicketRef:
    """A ticket as one names it."""
    return views.TicketRef(ticket_id=ticket.id, number=ticket.number, subject=ticket.subject, status=ticket.status)


def _names(ctx: Context, ticket_id: int) -> _Names:
    (found,) = _NAMES.all(ctx, ticket=ticket_id)
    return found


def _requester(ticket: Head, names: _Names) -> views.RequesterView:
    return views.RequesterView(
        user_id=ticket.requester_id, name=names.requester_name, email=names.requester_email, locale=names.locale,
        vip=bool(names.vip), suspended=bool(names.suspended), organization_id=ticket.organization_id,
        organization_name=names.organization_name, tier=names.tier, notes=names.notes,
    )  # fmt: skip
