"""One ticket as the desk's operations read it, and who may see it."""

from datetime import datetime
from typing import NamedTuple

from worlds.desk.rules import REQUESTERS
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.rows import Query


class Head(NamedTuple):
    """A ticket's own columns."""

    id: int
    number: int
    subject: str
    status: str
    type: str | None
    priority: str | None
    impact: str | None
    urgency: str | None
    topic: str | None
    channel: str
    language: str
    requester_id: int
    submitter_id: int
    assignee_id: int | None
    group_id: int | None
    organization_id: int | None
    tags: str
    problem_id: int | None
    follow_up_of_id: int | None
    merged_into_id: int | None
    spam: int
    due_at: datetime | None
    reopens: int
    reassigned: int
    created_at: datetime
    updated_at: datetime
    state_since: datetime
    solved_at: datetime | None


_HEAD = Query(Head, "SELECT {fields} FROM ticket WHERE id = :ticket")
_HEADS = Query(Head, "SELECT {fields} FROM ticket WHERE id IN (SELECT value FROM json_each(:tickets)) ORDER BY id")


class _Own(NamedTuple):
    organization_id: int | None
    shared: int


_OWN = Query(
    _Own,
    """SELECT u.organization_id, coalesce(o.shared_tickets, 0) FROM desk_user u
    LEFT JOIN organization o ON o.id = u.organization_id WHERE u.id = :user""",
)


def head(ctx: Context, ticket_id: int, field: str = "ticket_id") -> Head:
    """A ticket that the acting person may see.

    Raises:
        NotFound: when there is none of that id, or it is none of a requester's business.
    """
    found = _HEAD.first(ctx, ticket=ticket_id)
    if found is None or (ctx.actor.role in REQUESTERS and not _is_theirs(ctx, found)):
        way_out = (
            "the list of your requests shows yours"
            if ctx.actor.role in REQUESTERS
            else "find it in the list of tickets"
        )
        raise NotFound("ticket_not_found", f"There is no ticket with id {ticket_id}; {way_out}.", field=field)
    return found


def heads(ctx: Context, ticket_ids: str) -> list[Head]:
    """Tickets by a JSON array of ids, in the order of their ids; ids that are none are left out."""
    return _HEADS.all(ctx, tickets=ticket_ids)


def _is_theirs(ctx: Context, ticket: Head) -> bool:
    if ticket.requester_id == ctx.actor.person:
        return True
    own = _OWN.first(ctx, user=ctx.actor.person)
    if own is None or own.organization_id is None or own.organization_id != ticket.organization_id:
        return False
    return ctx.actor.role == "org_manager" or bool(own.shared)
