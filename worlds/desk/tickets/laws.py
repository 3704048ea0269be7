"""The laws of a ticket's states: what the system itself does with a change that is asked for, and what it refuses.

new -> open -> pending | hold -> solved -> closed. Assigning a new ticket opens it; nothing becomes new again; what an
end user says opens a pending, held or solved one; solving needs an assignee, all fields that the house asks for and a
finished checklist; closed is final.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from worlds.desk.models import Ticket
from worlds.desk.tickets.ticket_file import Head
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.locks import Lock
from worlds.engine.rows import Query, number

COLUMNS: Final = (
    "subject", "status", "type", "priority", "impact", "urgency", "topic", "language", "requester_id", "assignee_id",
    "group_id", "organization_id", "tags", "problem_id", "spam", "due_at",
)  # fmt: skip
"""What of a ticket may be changed."""
REOPENED_BY_REQUESTER: Final = frozenset({"pending", "hold", "solved"})


class _Missing(NamedTuple):
    name: str


_MISSING = Query(
    _Missing,
    """SELECT f.name FROM ticket_field f LEFT JOIN field_value v ON v.field_id = f.id AND v.ticket_id = :ticket
    WHERE f.active = 1 AND f.required_to_solve = 1 AND coalesce(v.value, '') = ''
    AND (f.topics = '[]' OR EXISTS (SELECT 1 FROM json_each(f.topics) t WHERE t.value = :topic)) ORDER BY f.id""",
)


def settled(
    ctx: Context, ticket: Head, changes: Mapping[str, Any], *, by_requester: bool = False, by_rule: bool = False
) -> dict[str, Any]:
    """The columns that change, after the system's own rules have had their say.

    Args:
        ctx: the call's context.
        ticket: as it is.
        changes: columns with the values that are asked for; None empties one.
        by_requester: whether its requester has just said something.
        by_rule: whether a rule changes it; rules follow the laws of states but need not fill in fields.

    Raises:
        Conflict, Invalid, NotFound: where a law forbids it.
    """
    check_not_closed(ticket)
    asked = {name: value for name, value in changes.items() if value != getattr(ticket, name)}
    status = asked.get("status", ticket.status)
    if by_requester and "status" not in asked and ticket.status in REOPENED_BY_REQUESTER:
        status = "open"
    assignee = asked.get("assignee_id", ticket.assignee_id)
    if status == "new" and (assignee is not None or ("status" in asked and ticket.status != "new")):
        status = _opened(ticket, asked)
    if "priority" in asked and asked["priority"] is None:
        raise Invalid("priority_stays", "A priority that was set cannot be emptied; choose another.", field="priority")
    if "tags" in asked:
        asked["tags"] = _sorted(asked["tags"])
    _check_people(ctx, ticket, asked)
    _check_type(ticket, asked)
    merged = asked.get("merged_into_id") is not None  # what goes on elsewhere need not be finished here
    looks_again = asked.keys() & {"topic", "spam", "assignee_id"} or ticket.status not in ("solved", "closed")
    if status in ("solved", "closed") and looks_again and not merged:
        _check_solving(ctx, ticket, asked, assignee, by_rule=by_rule)
    if status != ticket.status:
        asked["status"] = status
    else:
        asked.pop("status", None)
    return {name: value for name, value in asked.items() if value != getattr(ticket, name)}


def check_not_closed(ticket: Head) -> None:
    """Refuse to change a closed ticket.

    Raises:
        Conflict: when it is closed.
    """
    if ticket.status == "closed":
        raise Conflict(
            "ticket_closed",
            f"Ticket {ticket.number} is closed and cannot be changed; a follow-up goes on from it.",
            field="ticket_id",
        )


def check_free(ctx: Context, ticket: Head, field: str) -> None:
    """Refuse to change a ticket that somebody else has to themselves.

    The door holds this for the ticket that a call names; this is for those that stand in a list.

    Raises:
        Conflict: naming who has it.
    """
    check_held(ctx, ctx.locked(Ticket, ticket.id), ticket, field)


def check_held(ctx: Context, held: Lock | None, ticket: Head, field: str) -> None:
    """The same, where the lock on the ticket is known, if there is one."""
    if held is not None and held.holder != ctx.actor.name:
        raise Conflict(
            "ticket_locked",
            f"{held.holder} has ticket {ticket.number} to themselves ({held.why}); try again in some minutes.",
            field=field,
        )


def _opened(ticket: Head, asked: Mapping[str, Any]) -> str:
    if asked.get("status") == "new":
        raise Invalid("never_new_again", f"Ticket {ticket.number} cannot become new again.", field="status")
    return "open"


def _sorted(tags: str) -> str:
    return json.dumps(sorted(set(json.loads(tags))), ensure_ascii=False)


def _check_people(ctx: Context, ticket: Head, asked: Mapping[str, Any]) -> None:
    """An assignee works here, in the ticket's group where it has one; a group is open."""
    group = asked.get("group_id", ticket.group_id)
    if asked.get("group_id") is not None and not number(
        ctx, "SELECT count(*) FROM desk_group WHERE id = :group AND active = 1", group=group
    ):
        raise NotFound(
            "group_not_found", f"There is no group {group}; the list of groups shows those there are.", field="group_id"
        )
    assignee = asked.get("assignee_id", ticket.assignee_id)
    if assignee is None or not asked.keys() & {"assignee_id", "group_id"}:
        return
    staff = """SELECT count(*) FROM desk_user WHERE id = :user AND role IN ('agent', 'team_lead', 'admin')
        AND suspended = 0"""
    if "assignee_id" in asked and not number(ctx, staff, user=assignee):
        raise NotFound(
            "agent_not_found",
            f"Nobody with id {assignee} takes tickets here; the list of agents shows who does.",
            field="assignee_id",
        )
    member = "SELECT count(*) FROM membership WHERE group_id = :group AND user_id = :user"
    if group is not None and not number(ctx, member, group=group, user=assignee):
        raise Invalid(
            "assignee_not_in_group",
            f"User {assignee} is not a member of group {group}; choose one of its members, or another group.",
            field="assignee_id",
        )


def _check_type(ticket: Head, asked: Mapping[str, Any]) -> None:
    """Only an incident belongs to a problem, whoever changes its type and by what."""
    if asked.get("type", "incident") != "incident" and asked.get("problem_id", ticket.problem_id) is not None:
        raise Invalid(
            "incident_required",
            f"Ticket {ticket.number} belongs to a problem, so it stays an incident; empty problem_id first.",
            field="type",
        )


def _check_solving(
    ctx: Context, ticket: Head, asked: Mapping[str, Any], assignee: int | None, *, by_rule: bool
) -> None:
    if assignee is None:
        raise Invalid(
            "assignee_required",
            f"Ticket {ticket.number} has no assignee; whoever solves it takes it first.",
            field="assignee_id",
        )
    if asked.get("spam", ticket.spam):
        return
    if number(ctx, "SELECT count(*) FROM checklist_item WHERE ticket_id = :t AND status = 'open'", t=ticket.id):
        raise Conflict(
            "checklist_open",
            f"Ticket {ticket.number} has open items on its checklist; finish them first.",
            field="status",
        )
    topic = asked.get("topic", ticket.topic)
    if topic is None:
        raise Invalid("topic_required", f"Ticket {ticket.number} has no topic; choose one to solve it.", field="topic")
    missing = [] if by_rule else [one.name for one in _MISSING.all(ctx, ticket=ticket.id, topic=topic)]
    if missing:
        raise Invalid(
            "field_required",
            f"Ticket {ticket.number} cannot be solved before {', '.join(missing)} is filled in.",
            field=f"fields.{missing[0]}",
        )
