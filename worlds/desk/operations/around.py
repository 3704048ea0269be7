"""Who follows a ticket, and the pieces of work on it."""

from typing import Literal, NamedTuple

from worlds.desk.models import ChecklistItem, Collaborator
from worlds.desk.rules import WORKERS
from worlds.desk.texts import Subject
from worlds.desk.tickets import laws
from worlds.desk.tickets.opening import requester
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.ticket_parts import checklist, collaborators
from worlds.desk.tickets.updating import Beside, update
from worlds.desk.views import CollaboratorView, ItemView, UpTo50
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import writes
from worlds.engine.rows import Query, insert, number, run

MOST = 50
"""People on a ticket, and pieces of work."""


class Following(Result):
    """Who is copied in on a ticket or follows it."""

    ticket_id: int
    collaborators: UpTo50[CollaboratorView]


class Checklist(Result):
    """The pieces of work on a ticket."""

    ticket_id: int
    items: UpTo50[ItemView]


class _Item(NamedTuple):
    id: int
    title: str
    status: str


_ITEM = Query(_Item, "SELECT {fields} FROM checklist_item WHERE id = :item AND ticket_id = :ticket")


@writes(roles=WORKERS)
def add_collaborator(
    ctx: Context, ticket_id: RecordId, user_id: RecordId, route: Literal["cc", "follower"] = "cc"
) -> Following:
    """Copy somebody in on a ticket's public replies, or let a colleague follow it.

    Args:
        ticket_id: The ticket's id.
        user_id: Who it is.
        route: `cc` gets every public reply by mail; `follower` is for colleagues.
    """
    ticket = head(ctx, ticket_id)
    laws.check_not_closed(ticket)
    who = requester(ctx, user_id, "user_id")
    if user_id == ticket.requester_id:
        raise Conflict(
            "is_requester", f"{who.name} has brought ticket {ticket.number} and gets its replies.", field="user_id"
        )
    if route == "follower" and not _works_here(ctx, user_id):
        raise Invalid(
            "follower_not_staff", f"Only colleagues follow a ticket; {who.name} can be copied in.", field="route"
        )
    known = collaborators(ctx, ticket_id)
    if any(one.user_id == user_id for one in known):
        raise Conflict("already_on_ticket", f"{who.name} is on ticket {ticket.number} already.", field="user_id")
    if len(known) >= MOST:
        raise Conflict("collaborators_full", f"Ticket {ticket.number} has {MOST} people on it; take one off first.")
    insert(ctx, Collaborator, ticket_id=ticket_id, user_id=user_id, route=route)
    update(ctx, ticket, {}, beside=[Beside("collaborator", route, None, who.name)])
    return Following(ticket_id=ticket_id, collaborators=collaborators(ctx, ticket_id))


@writes(roles=WORKERS)
def remove_collaborator(ctx: Context, ticket_id: RecordId, user_id: RecordId) -> Following:
    """Take somebody off a ticket who was copied in or followed it.

    Args:
        ticket_id: The ticket's id.
        user_id: Who it is.
    """
    ticket = head(ctx, ticket_id)
    laws.check_not_closed(ticket)
    known = {one.user_id: one for one in collaborators(ctx, ticket_id)}
    if user_id not in known:
        raise NotFound(
            "not_on_ticket",
            f"User {user_id} is neither copied in on ticket {ticket.number} nor follows it; the ticket shows who is.",
            field="user_id",
        )
    run(
        ctx, "DELETE FROM collaborator WHERE ticket_id = :ticket AND user_id = :user", ticket=ticket_id, user=user_id
    )  # fmt: skip
    update(ctx, ticket, {}, beside=[Beside("collaborator", known[user_id].route, known[user_id].name, None)])
    return Following(ticket_id=ticket_id, collaborators=collaborators(ctx, ticket_id))


@writes(roles=WORKERS, duplicates=True)
def add_item(ctx: Context, ticket_id: RecordId, title: Subject, assignee_id: RecordId | None = None) -> Checklist:
    """Put a piece of work on a ticket's checklist; the ticket cannot be solved before it is done.

    Args:
        ticket_id: The ticket's id.
        title: What has to be done.
        assignee_id: The colleague who does it.
    """
    ticket = head(ctx, ticket_id)
    laws.check_not_closed(ticket)
    if ticket.status == "solved":
        raise Conflict(
            "ticket_solved",
            f"Ticket {ticket.number} is solved, so no work is left on it; set its status to open first.",
            field="ticket_id",
        )
    if assignee_id is not None and not _works_here(ctx, assignee_id):
        raise NotFound(
            "agent_not_found",
            f"Nobody with id {assignee_id} works here; the list of agents shows who does.",
            field="assignee_id",
        )
    if len(checklist(ctx, ticket_id)) >= MOST:
        raise Conflict("checklist_full", f"Ticket {ticket.number} has {MOST} pieces of work; open another ticket.")
    insert(
        ctx, ChecklistItem, ticket_id=ticket_id, title=title, assignee_id=assignee_id, status="open",
        created_at=ctx.now,
    )  # fmt: skip
    return _listed(ctx, ticket, Beside("checklist", title, None, "open"))


@writes(roles=WORKERS)
def complete_item(ctx: Context, ticket_id: RecordId, item_id: RecordId) -> Checklist:
    """Say that a piece of work on a ticket's checklist is done.

    Args:
        ticket_id: The ticket's id.
        item_id: The piece of work, as the ticket shows it.
    """
    ticket = head(ctx, ticket_id)
    laws.check_not_closed(ticket)
    item = _ITEM.first(ctx, item=item_id, ticket=ticket_id)
    if item is None:
        raise NotFound(
            "item_not_found", f"Ticket {ticket.number} has no piece of work {item_id}; its checklist shows all.",
            field="item_id",
        )  # fmt: skip
    if item.status == "done":
        raise Conflict("item_done", f"{item.title!r} on ticket {ticket.number} was done before.", field="item_id")
    run(ctx, "UPDATE checklist_item SET status = 'done' WHERE id = :item", item=item_id)
    return _listed(ctx, ticket, Beside("checklist", item.title, "open", "done"))


def _listed(ctx: Context, ticket: Head, beside: Beside) -> Checklist:
    update(ctx, ticket, {}, beside=[beside])
    return Checklist(ticket_id=ticket.id, items=checklist(ctx, ticket.id))


def _works_here(ctx: Context, user_id: int) -> bool:
    sql = """SELECT count(*) FROM desk_user WHERE id = :user AND suspended = 0
        AND role IN ('light_agent', 'agent', 'team_lead', 'admin')"""
    return bool(number(ctx, sql, user=user_id))
