"""Handing a ticket up to a group that may decide it."""

from datetime import datetime
from typing import NamedTuple

from worlds.desk.models import Escalation
from worlds.desk.records import EscalationReason, EscalationView, GroupName
from worlds.desk.rules import STAFF, WORKERS
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import Beside, Said, acting, update
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId, Words
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert


class _Row(NamedTuple):
    escalation_id: int
    number: str
    ticket_id: int
    ticket_number: int
    group_id: int
    group_name: str
    reason: EscalationReason
    message: str
    by: str
    created_at: datetime


class _Group(NamedTuple):
    id: int


_SELECTED = """e.id, e.number, e.ticket_id, t.number, e.group_id, g.name, e.reason, e.message, e.author_role,
  e.created_at"""
_SOURCE = "escalation e JOIN ticket t ON t.id = e.ticket_id JOIN desk_group g ON g.id = e.group_id"
_GROUP = Query(_Group, "SELECT id FROM desk_group WHERE name = :name AND active = 1")


@writes(roles=WORKERS, record="ticket_id")
def escalate(
    ctx: Context, ticket_id: RecordId, group: GroupName, reason: EscalationReason, message: Words
) -> EscalationView:
    """Hand a ticket up to a group: it gets the group, loses its assignee, opens, and a note holds the message.

    Args:
        ticket_id: The ticket's id.
        group: The group that has to decide.
        reason: Why you cannot.
        message: What the group has to know and is asked to do.
    """
    ticket = head(ctx, ticket_id)
    found = _GROUP.first(ctx, name=group)
    if found is None:
        raise NotFound("group_not_found", f"The group {group} is closed; choose one that is open.", field="group")
    number = f"ES-{700 + ctx.number('escalation_number')}"
    note = Said(f"{number}, handed up to {group} ({reason}):\n\n{message}", public=False)
    changes = {"status": "open", "group_id": found.id, "assignee_id": None}
    handed = Beside("escalation", number, None, f"{group}, {reason}")
    update(ctx, ticket, changes, note, beside=(handed,))
    escalation_id = insert(
        ctx, Escalation, number=number, ticket_id=ticket_id, group_id=found.id, reason=reason, message=message,
        author_role=acting(ctx).role, created_at=ctx.now,
    )  # fmt: skip
    return EscalationView(
        escalation_id=escalation_id, number=number, ticket_id=ticket_id, ticket_number=ticket.number,
        group_id=found.id, group_name=group, reason=reason, message=message, by=acting(ctx).role,
        created_at=ctx.now,
    )  # fmt: skip


@reads(roles=STAFF)
def list_escalations(
    ctx: Context,
    ticket_id: RecordId | None = None,
    group_id: RecordId | None = None,
    reason: EscalationReason | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[EscalationView]:
    """List tickets that were handed up, the last first.

    Args:
        ticket_id: Only hand-overs of this ticket.
        group_id: Only what was handed to this group.
        reason: Only those with this reason.
        page: Page number from 1.
        page_size: Hand-overs a page.
    """
    conditions = Conditions()
    conditions.equal(e__ticket_id=ticket_id, e__group_id=group_id, e__reason=reason)
    rows, total = page_of(ctx, _Row, _SELECTED, _SOURCE, conditions, "e.id DESC", page, page_size)
    return Page[EscalationView].of([EscalationView(**row._asdict()) for row in rows], total, page, page_size)
