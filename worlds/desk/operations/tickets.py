"""Tickets as staff work on them: listing, reading, opening, changing, tagging, taking."""

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from worlds.desk.automation.actions import with_tags
from worlds.desk.rules import MAX_TAGS, STAFF, WORKERS
from worlds.desk.texts import Body, OrderNumber, Subject, Tag, Tags
from worlds.desk.tickets import laws, ticket_lists, ticket_parts
from worlds.desk.tickets.field_values import set_fields
from worlds.desk.tickets.opening import Draft, open_ticket, requester
from worlds.desk.tickets.ticket_detail import changed, detail
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.ticket_lists import TicketFilters
from worlds.desk.tickets.ticket_parts import AuditRow
from worlds.desk.tickets.updating import Said, update
from worlds.desk.views import (
    AuditView,
    Channel,
    Language,
    Level,
    Priority,
    SettableStatus,
    Settings,
    Status,
    TicketChanged,
    TicketDetail,
    TicketRow,
    TicketType,
    Topic,
)
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import Day, Instant, Page, PageNumber, PageSize, Query, RecordId
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import number

Sort = Literal["newest", "oldest", "updated", "longest_untouched", "priority", "due"]
Emptied = Literal["type", "impact", "urgency", "assignee_id", "group_id", "problem_id", "due_at"]
_OWN_GROUP = """SELECT m.group_id FROM membership m JOIN desk_group g ON g.id = m.group_id AND g.active = 1
    WHERE m.user_id = :user ORDER BY m.is_default DESC, m.group_id LIMIT 1"""
SomeTags = Annotated[list[Tag], Field(min_length=1, max_length=40)]


@reads(roles=STAFF)
def list_tickets(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    status: Status | Literal["unsolved"] | None = None,
    priority: Priority | None = None,
    type: TicketType | None = None,  # noqa: A002 - what the trade calls it
    topic: Topic | None = None,
    channel: Channel | None = None,
    group_id: RecordId | None = None,
    assignee_id: RecordId | None = None,
    unassigned: bool | None = None,
    requester_id: RecordId | None = None,
    organization_id: RecordId | None = None,
    problem_id: RecordId | None = None,
    tag: Tag | None = None,
    order_number: OrderNumber | None = None,
    created_from: Day | None = None,
    created_to: Day | None = None,
    spam: bool = False,
    sort: Sort = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[TicketRow]:
    """List tickets, newest first.

    Args:
        query: Words that must all occur in the ticket's number, subject, requester's name or address, or organisation.
        status: Only tickets in this state; `unsolved` are new, open, pending and on hold.
        priority: Only tickets of this priority.
        type: Only tickets of this type.
        topic: Only tickets about this.
        channel: Only tickets that came this way.
        group_id: Only this group's tickets.
        assignee_id: Only this colleague's tickets.
        unassigned: Only tickets that nobody has taken (true) or only the others (false).
        requester_id: Only this person's tickets.
        organization_id: Only this organisation's tickets.
        problem_id: Only incidents of this problem.
        tag: Only tickets with this tag.
        order_number: Only tickets whose field order_number holds this.
        created_from: First day on which they came in, in the desk's zone.
        created_to: Last day on which they came in, in the desk's zone.
        spam: Tickets marked as spam, which are left out otherwise.
        sort: Order of the list; `due` begins with those whose next clock runs out first.
        page: Page number from 1.
        page_size: Tickets a page.
    """
    filters = TicketFilters(
        query=query, status=status, priority=priority, type=type, topic=topic, channel=channel, group_id=group_id,
        assignee_id=assignee_id, unassigned=unassigned, requester_id=requester_id, organization_id=organization_id,
        problem_id=problem_id, tag=tag, order_number=order_number, created_from=created_from, created_to=created_to,
        spam=spam,
    )  # fmt: skip
    return ticket_lists.tickets(ctx, filters, sort, page, page_size)


@reads(roles=STAFF)
def get_ticket(ctx: Context, ticket_id: RecordId) -> TicketDetail:
    """Show a ticket with its conversation, fields, clocks, links, records at its side and its last 50 updates.

    Args:
        ticket_id: The ticket's id, as list_tickets gives it; not its number.
    """
    return detail(ctx, head(ctx, ticket_id))


@reads(roles=STAFF)
def list_ticket_audits(
    ctx: Context, ticket_id: RecordId, page: PageNumber = 1, page_size: PageSize = 50
) -> Page[AuditView]:
    """List all updates of a ticket, newest first, each with what it changed and the rule that made it.

    Args:
        ticket_id: The ticket's id.
        page: Page number from 1.
        page_size: Updates a page.
    """
    head(ctx, ticket_id)
    conditions = Conditions()
    conditions.equal(a__ticket_id=ticket_id)
    fields = "a.id, a.at, a.actor_role, a.actor_id, a.actor_name, a.via"
    rows, total = page_of(ctx, AuditRow, fields, "ticket_audit a", conditions, "a.id DESC", page, page_size)
    return Page[AuditView].of(ticket_parts.audit_views(ctx, rows), total, page, page_size)


@writes(roles=WORKERS, duplicates=True)
def create_ticket(  # noqa: PLR0913 - what a ticket is opened with
    ctx: Context,
    requester_id: RecordId,
    subject: Subject,
    body: Body,
    public: bool = False,
    channel: Channel = "phone",
    type: TicketType | None = None,  # noqa: A002 - what the trade calls it
    priority: Priority | None = None,
    topic: Topic | None = None,
    group_id: RecordId | None = None,
    assignee_id: RecordId | None = None,
    tags: Tags | None = None,
    fields: Settings | None = None,
    language: Language | None = None,
) -> TicketChanged:
    """Open a ticket on behalf of somebody, for instance of a caller.

    Args:
        requester_id: Whose matter it is; find them with list_users.
        subject: What it is about, in a few words.
        body: The first comment, in your name.
        public: Whether the first comment is mailed to the requester; an internal note otherwise.
        channel: How they reached the desk.
        type: Question, incident, problem or task.
        priority: How pressing it is.
        topic: What it is about.
        group_id: The group that works on it.
        assignee_id: The colleague who works on it.
        tags: Its tags.
        fields: Fields of the house's own.
        language: The language to answer in; the requester's own if left out.
    """
    columns = {
        "type": type, "priority": priority, "topic": topic, "group_id": group_id, "assignee_id": assignee_id,
        "tags": json.dumps(sorted(set(tags)), ensure_ascii=False) if tags else None, "language": language,
    }  # fmt: skip
    said = Said(body, public=public, via="phone" if channel == "phone" else "web")
    settings = tuple((one.name, one.value) for one in fields or ())
    return changed(ctx, open_ticket(ctx, Draft(requester_id, subject, said, channel, columns, settings)))


@writes(roles=WORKERS, record="ticket_id")
def update_ticket(  # noqa: PLR0913 - what of a ticket may be changed
    ctx: Context,
    ticket_id: RecordId,
    status: SettableStatus | None = None,
    type: TicketType | None = None,  # noqa: A002 - what the trade calls it
    priority: Priority | None = None,
    impact: Level | None = None,
    urgency: Level | None = None,
    topic: Topic | None = None,
    group_id: RecordId | None = None,
    assignee_id: RecordId | None = None,
    tags: Tags | None = None,
    requester_id: RecordId | None = None,
    problem_id: RecordId | None = None,
    due_at: Instant | None = None,
    subject: Subject | None = None,
    fields: Settings | None = None,
    language: Language | None = None,
    spam: bool | None = None,
    empty: Annotated[list[Emptied], Field(max_length=7)] | None = None,
) -> TicketChanged:
    """Change a ticket's properties; what is left out stays as it is.

    Args:
        ticket_id: The ticket's id.
        status: The state it is to be in; solving needs an assignee, a topic and all fields that its topic asks for.
        type: Question, incident, problem or task.
        priority: How pressing it is.
        impact: How many are hit, and how badly.
        urgency: How soon it has to be mended.
        topic: What it is about.
        group_id: The group that works on it; an assignee who is not one of its members has to be changed with it.
        assignee_id: The colleague who works on it.
        tags: All the tags it is to have: this replaces those it has. Use add_tags to add some.
        requester_id: Whose matter it is, where that was written down wrong; their organisation comes with them.
        problem_id: The problem of which it is an incident.
        due_at: By when a task has to be done.
        subject: What it is about, in a few words.
        fields: Fields of the house's own; those left out stay.
        language: The language to answer in.
        spam: Whether it is spam; spam counts nowhere.
        empty: Properties to empty.
    """
    ticket = head(ctx, ticket_id)
    laws.check_not_closed(ticket)
    given = {
        "status": status, "type": type, "priority": priority, "impact": impact, "urgency": urgency, "topic": topic,
        "group_id": group_id, "assignee_id": assignee_id, "problem_id": problem_id, "due_at": due_at,
        "subject": subject, "language": language, "spam": spam,
        "tags": None if tags is None else json.dumps(sorted(set(tags)), ensure_ascii=False),
    }  # fmt: skip
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if requester_id is not None and requester_id != ticket.requester_id:
        changes |= {"requester_id": requester_id, "organization_id": requester(ctx, requester_id).organization_id}
    _check_empty(changes, empty or [])
    changes.update({str(name): None for name in empty or ()})
    _check_problem(ctx, ticket, changes)
    beside = set_fields(ctx, ticket, ((one.name, one.value) for one in fields or ()))
    return changed(ctx, update(ctx, ticket, changes, beside=beside))


@writes(roles=WORKERS)
def add_tags(ctx: Context, ticket_id: RecordId, tags: SomeTags) -> TicketChanged:
    """Add tags to a ticket; those it has stay.

    Args:
        ticket_id: The ticket's id.
        tags: The tags to add.
    """
    ticket = head(ctx, ticket_id)
    return changed(ctx, update(ctx, ticket, {"tags": added_tags(ticket, tags)}))


@writes(roles=WORKERS)
def remove_tags(ctx: Context, ticket_id: RecordId, tags: SomeTags) -> TicketChanged:
    """Take tags off a ticket; others stay.

    Args:
        ticket_id: The ticket's id.
        tags: The tags to take off; those it does not have are no matter.
    """
    ticket = head(ctx, ticket_id)
    return changed(ctx, update(ctx, ticket, {"tags": with_tags(ticket.tags, remove=tags)}))


@writes(roles=("agent", "team_lead", "admin"), record="ticket_id")
def take_ticket(ctx: Context, ticket_id: RecordId) -> TicketChanged:
    """Assign a ticket to yourself; one that has no group goes to your first group.

    Args:
        ticket_id: The ticket's id.
    """
    ticket = head(ctx, ticket_id)
    changes = {"assignee_id": ctx.actor.person}
    if ticket.group_id is None:
        changes["group_id"] = number(ctx, _OWN_GROUP, user=ctx.actor.person) or None
    return changed(ctx, update(ctx, ticket, changes))


def added_tags(ticket: Head, tags: list[str]) -> str:
    """A ticket's tags with some more.

    Raises:
        Conflict: when there would be more than a ticket can have.
    """
    wanted = with_tags(ticket.tags, add=tags)
    if len(json.loads(wanted)) > MAX_TAGS:
        raise Conflict(
            "tags_full", f"Ticket {ticket.number} can have {MAX_TAGS} tags; take some off first.", field="tags"
        )
    return wanted


def _check_empty(changes: dict[str, Any], empty: list[Emptied]) -> None:
    both = sorted(set(changes) & set(empty))
    if both:
        raise Invalid(
            "set_and_emptied", f"{both[0]} is to be set and emptied at once; say one of the two.", field="empty"
        )


def _check_problem(ctx: Context, ticket: Head, changes: dict[str, Any]) -> None:
    """An incident belongs to a problem that is one, and only an incident does."""
    problem_id = changes.get("problem_id", ticket.problem_id)
    if problem_id is None:
        return
    kind = changes.get("type", ticket.type)
    if kind != "incident":
        raise Invalid(
            "incident_required",
            f"Only an incident belongs to a problem, and ticket {ticket.number} is {_a(kind)}; set type to incident, "
            "or empty problem_id.",
            field="type" if "type" in changes else "problem_id",
        )
    if "problem_id" in changes:
        check_is_problem(ctx, problem_id, ticket)


def check_is_problem(ctx: Context, problem_id: int, incident: Head) -> Head:
    """The problem of that id.

    Raises:
        NotFound: when there is no ticket of that id, or it is no problem.
    """
    problem = head(ctx, problem_id, field="problem_id")
    if problem.type != "problem" or problem.id == incident.id:
        raise NotFound(
            "problem_not_found",
            f"Ticket {problem.number} is no problem but {_a(problem.type)}; the list of tickets finds one by type.",
            field="problem_id",
        )
    return problem


def _a(kind: str | None) -> str:
    return "without a type" if kind is None else f"an {kind}" if kind == "incident" else f"a {kind}"
