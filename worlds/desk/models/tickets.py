"""Tickets, and what belongs to one: fields of the house, who follows it, links, checklists, merges."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.desk.models.model import Model
from worlds.engine.schema import business, check, collection, derived, key, one_of, prose, refers, table, volatile

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
UNSOLVED = ("new", "open", "pending", "hold")
TYPES = ("question", "incident", "problem", "task")
PRIORITIES = ("low", "normal", "high", "urgent")
LEVELS = ("low", "medium", "high")
"""Of impact and urgency, which make the priority (rule D5)."""
CHANNELS = ("email", "web", "chat", "phone", "api", "social")
TOPICS = (
    "wismo", "return_exchange", "refund_status", "product_question", "change_cancel", "damaged", "discount", "account",
    "invoice_b2b", "complaint", "praise", "other",
)  # fmt: skip
FIELD_TYPES = ("text", "choice", "checkbox", "number")
LINKS = ("related", "parent")
"""`parent`: `ticket_id` is the parent of `other_id`."""
ROUTES = ("cc", "follower")


class Ticket(Model):
    """A matter that somebody has brought to the desk. Its number is what everybody calls it by.

    `priority`, `type`, `impact`, `urgency` and `topic` are empty until somebody has looked. `problem_id` is the problem
    that an incident belongs to. `follow_up_of_id` is the closed ticket that it goes on from, `merged_into_id` the
    ticket that took it in. `spam` tickets count nowhere. `reopens` counts how often it left `solved` again,
    `reassigned` how often another person or group got it.
    """

    __tablename__ = "ticket"
    __table_args__ = table(
        "business",
        UniqueConstraint("number"),
        one_of("status", STATUSES),
        one_of("channel", CHANNELS),
        check("priority IS NULL OR priority IN ('low', 'normal', 'high', 'urgent')"),
        check("problem_id IS NULL OR type = 'incident'"),
        check("merged_into_id IS NULL OR status = 'closed'"),
        check("status <> 'new' OR assignee_id IS NULL"),
        Index("ticket_status", "status", "group_id"),
    )

    id: Mapped[int] = key()
    number: Mapped[int] = business()
    subject: Mapped[str] = prose()
    status: Mapped[str] = business()
    type: Mapped[str | None] = business()
    priority: Mapped[str | None] = business()
    impact: Mapped[str | None] = business()
    urgency: Mapped[str | None] = business()
    topic: Mapped[str | None] = business()
    channel: Mapped[str] = business()
    language: Mapped[str] = business()
    requester_id: Mapped[int] = refers("desk_user.id")
    submitter_id: Mapped[int] = refers("desk_user.id")
    assignee_id: Mapped[int | None] = refers("desk_user.id")
    group_id: Mapped[int | None] = refers("desk_group.id")
    organization_id: Mapped[int | None] = refers("organization.id")
    tags: Mapped[str] = collection()
    problem_id: Mapped[int | None] = refers("ticket.id")
    follow_up_of_id: Mapped[int | None] = refers("ticket.id")
    merged_into_id: Mapped[int | None] = refers("ticket.id")
    spam: Mapped[bool] = business()
    due_at: Mapped[datetime | None] = business()
    reopens: Mapped[int] = derived()
    reassigned: Mapped[int] = derived()
    search_text: Mapped[str] = derived()
    created_at: Mapped[datetime] = volatile()
    updated_at: Mapped[datetime] = volatile()
    state_since: Mapped[datetime] = volatile()
    solved_at: Mapped[datetime | None] = volatile()


class TicketField(Model):
    """A field of the house's own: `options` is a JSON array for choices; some must be filled before solving."""

    __tablename__ = "ticket_field"
    __table_args__ = table("business", UniqueConstraint("name"), one_of("kind", FIELD_TYPES))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    title: Mapped[str] = business()
    kind: Mapped[str] = business()
    options: Mapped[str] = collection()
    topics: Mapped[str] = collection()
    required_to_solve: Mapped[bool] = business()
    active: Mapped[bool] = business()


class FieldValue(Model):
    """What a ticket holds in a field of the house's own."""

    __tablename__ = "field_value"
    __table_args__ = table(
        "business",
        UniqueConstraint("ticket_id", "field_id"),
        Index("field_value_held", "field_id", "value"),
        part_of="ticket_id",
    )

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    field_id: Mapped[int] = refers("ticket_field.id")
    value: Mapped[str] = business()


class Collaborator(Model):
    """Somebody who is copied in on public replies (`cc`), or a member of staff who follows (`follower`)."""

    __tablename__ = "collaborator"
    __table_args__ = table(
        "business", UniqueConstraint("ticket_id", "user_id"), one_of("route", ROUTES), part_of="ticket_id"
    )

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    user_id: Mapped[int] = refers("desk_user.id")
    route: Mapped[str] = business()


class TicketLink(Model):
    """That two tickets belong together without being one."""

    __tablename__ = "ticket_link"
    __table_args__ = table(
        "business", UniqueConstraint("ticket_id", "other_id"), one_of("kind", LINKS), check("ticket_id <> other_id")
    )

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    other_id: Mapped[int] = refers("ticket.id")
    kind: Mapped[str] = business()
    created_at: Mapped[datetime] = volatile()


class MergeRecord(Model):
    """That one ticket was merged into another; it cannot be undone."""

    __tablename__ = "merge_record"
    __table_args__ = table("business", UniqueConstraint("source_id"), check("source_id <> target_id"))

    id: Mapped[int] = key()
    target_id: Mapped[int] = refers("ticket.id")
    source_id: Mapped[int] = refers("ticket.id")
    actor_name: Mapped[str] = business()
    merged_at: Mapped[datetime] = volatile()


class ChecklistItem(Model):
    """A piece of work on a ticket for somebody; while one is open, the ticket cannot be solved (rule D1)."""

    __tablename__ = "checklist_item"
    __table_args__ = table("business", one_of("status", ("open", "done")), part_of="ticket_id", called="item_id")

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    title: Mapped[str] = prose()
    assignee_id: Mapped[int | None] = refers("desk_user.id")
    status: Mapped[str] = business()
    created_at: Mapped[datetime] = volatile()
