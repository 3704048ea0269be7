"""What requesters say reaches a ticket: the one they name, the one that took it in, or a follow-up of a closed one."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from worlds.desk.tickets.field_values import held
from worlds.desk.tickets.opening import Draft, open_ticket
from worlds.desk.tickets.ticket_file import Head, heads
from worlds.desk.tickets.updating import Author, Said, Updated, acting, update
from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.rows import Query


class _Id(NamedTuple):
    id: int


_LAST_FOLLOW_UP = Query(
    _Id,
    """SELECT f.id FROM ticket t JOIN ticket f ON f.follow_up_of_id = t.id AND f.requester_id = t.requester_id
    WHERE t.id = :ticket AND f.status <> 'closed' ORDER BY f.id DESC LIMIT 1""",
)


def hear(ctx: Context, ticket: Head, said: Said, by: Author, channel: str) -> Updated:
    """Put what somebody says on a ticket.

    A ticket that was merged passes it on to the one that took it in; on a closed one it opens a follow-up.
    """
    ticket = where_it_went(ctx, ticket)
    if ticket.status == "closed":
        return follow_up(ctx, ticket, said, by=by, channel=channel)
    return update(ctx, ticket, {}, said, by=by, via="requester" if by.is_requester else "agent")


def where_it_went(ctx: Context, ticket: Head) -> Head:
    """The ticket that took this one in, through any number of merges; itself where it was never merged."""
    while ticket.merged_into_id is not None:
        (ticket,) = heads(ctx, json.dumps([ticket.merged_into_id]))
    return ticket


def where_it_goes_on(ctx: Context, ticket: Head) -> Head:
    """The last follow-up of a closed ticket that is not closed, where its requester was last written to; or itself."""
    ticket = where_it_went(ctx, ticket)
    if ticket.status != "closed":
        return ticket
    found = _LAST_FOLLOW_UP.first(ctx, ticket=ticket.id)
    return ticket if found is None else heads(ctx, json.dumps([found.id]))[0]


def follow_up(
    ctx: Context,
    closed: Head,
    said: Said,
    *,
    by: Author | None = None,
    channel: str = "web",
    subject: str | None = None,
    tags: Sequence[str] | None = None,
) -> Updated:
    """Open a ticket that goes on from a closed one: with its topic, group, tags and fields unless told otherwise.

    Raises:
        Conflict: when that one is not closed.
    """
    if closed.status != "closed":
        raise Conflict(
            "ticket_not_closed",
            f"Ticket {closed.number} is {closed.status}, not closed; go on with it instead of a follow-up.",
            field="ticket_id",
        )
    by = by or acting(ctx)
    columns = {
        "topic": closed.topic, "group_id": closed.group_id, "language": closed.language,
        "tags": closed.tags if tags is None else json.dumps(sorted(set(tags)), ensure_ascii=False),
    }  # fmt: skip
    draft = Draft(
        closed.requester_id, subject or closed.subject, said, channel, columns, held(ctx, closed.id), closed.id
    )
    return open_ticket(ctx, draft, by=by, via="requester" if by.is_requester else "agent")
