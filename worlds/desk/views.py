"""What operations on tickets take and answer in more than one place."""

from typing import Annotated, Literal, TypeVar

from pydantic import Field

from worlds.desk.texts import FieldName, FieldText
from worlds.engine.fields import Input, Instant, Money, Result

One = TypeVar("One")
UpTo50 = Annotated[list[One], Field(max_length=50)]
"""A short list in a result."""
UpTo500 = Annotated[list[One], Field(max_length=500)]
"""A list in a result that shows at most 500 rows."""

Status = Literal["new", "open", "pending", "hold", "solved", "closed"]
SettableStatus = Literal["open", "pending", "hold", "solved"]
"""States that somebody can give a ticket: it is new only once, and closing is the system's."""
TicketType = Literal["question", "incident", "problem", "task"]
Priority = Literal["low", "normal", "high", "urgent"]
Level = Literal["low", "medium", "high"]
Channel = Literal["email", "web", "chat", "phone", "api", "social"]
Language = Literal["en", "nl", "de", "fr"]
Topic = Literal[
    "wismo", "return_exchange", "refund_status", "product_question", "change_cancel", "damaged", "discount", "account",
    "invoice_b2b", "complaint", "praise", "other",
]  # fmt: skip


class FieldSetting(Input):
    """A field of the house's own and what it is to hold; an empty value empties it."""

    name: FieldName = Field(description="The field's name, such as order_number.")
    value: FieldText = Field(description="What it holds; a checkbox holds true or false.")


Settings = Annotated[list[FieldSetting], Field(max_length=40)]


class TicketRow(Result):
    """A ticket in a list. `sla_due_at` is when the next of its clocks runs out, None where none runs."""

    ticket_id: int
    number: int
    subject: str
    status: str
    type: str | None
    priority: str | None
    topic: str | None
    channel: str
    language: str
    requester_id: int
    requester_name: str
    requester_vip: bool
    assignee_id: int | None
    assignee_name: str | None
    group_id: int | None
    group_name: str | None
    organization_id: int | None
    organization_name: str | None
    tags: UpTo50[str]
    problem_id: int | None
    spam: bool
    created_at: Instant
    updated_at: Instant
    sla_due_at: Instant | None


class FileHead(Result):
    """A file on a comment, without what is in it; only `clean` ones can be read, with get_attachment."""

    attachment_id: int
    name: str
    mime: str
    size: int
    scan_state: str
    redacted: bool


class CommentView(Result):
    """One thing said on a ticket: `public` ones went to the requester, the others are internal notes."""

    comment_id: int
    public: bool
    author_id: int | None
    author_name: str
    author_role: str
    body: str
    via: str
    automatic: bool
    redacted: bool
    created_at: Instant
    attachments: UpTo50[FileHead]


class FieldView(Result):
    """A field of the house's own on a ticket; `required` ones must be filled in before it can be solved."""

    name: str
    title: str
    kind: str
    value: str
    required: bool


class PersonHead(Result):
    """Somebody on a ticket; `email` is their primary address."""

    user_id: int
    name: str
    email: str | None


class RequesterView(PersonHead):
    """Whose matter it is."""

    locale: str
    vip: bool
    suspended: bool
    organization_id: int | None
    organization_name: str | None
    tier: str | None
    notes: str | None


class CollaboratorView(PersonHead):
    """Somebody copied in on public replies (`cc`), or a colleague who follows (`follower`)."""

    route: str


class TicketRef(Result):
    """Another ticket, as one names it."""

    ticket_id: int
    number: int
    subject: str
    status: str


class LinkView(TicketRef):
    """A ticket that belongs with this one: `related`, its `parent` or a `child` of it."""

    kind: str


class ItemView(Result):
    """A piece of work on a ticket."""

    item_id: int
    title: str
    status: str
    assignee_id: int | None
    assignee_name: str | None


class SideHead(Result):
    """A conversation at the side."""

    conversation_id: int
    party: str
    subject: str
    state: str
    messages: int


class ApprovalHead(Result):
    """A request to allow a goodwill amount."""

    approval_id: int
    number: str
    amount: Money
    currency: str
    status: str
    approver_name: str
    answer: str | None


class CreditHead(Result):
    """A goodwill credit that was given."""

    credit_id: int
    number: str
    amount: Money
    currency: str
    given_by: str


class EscalationHead(Result):
    """That the ticket was handed up to a group."""

    escalation_id: int
    number: str
    group_name: str
    reason: str
    message: str
    created_at: Instant


class ArticleHead(Result):
    """An article that was used for the ticket."""

    article_id: int
    slug: str
    title: str


class TimerView(Result):
    """One clock of a ticket.

    `minutes_left`: of an active one, minutes until it is due, below zero once it is late; of a paused one, minutes of
    its hours that it has left; None once it has ended.
    """

    metric: str
    state: str
    policy: str
    target_minutes: int
    hours: str
    started_at: Instant
    due_at: Instant | None
    breached_at: Instant | None
    minutes_left: int | None


class LockView(Result):
    """Who has the ticket to themselves, and until when."""

    holder: str
    why: str
    until: Instant


class RatingView(Result):
    """How content the requester was."""

    score: str
    comment: str | None


class AuditEventView(Result):
    """One part of an update."""

    kind: str
    field: str | None
    before: str | None
    after: str | None


class AuditView(Result):
    """One update of a ticket: who made it, by what, and all that it changed."""

    audit_id: int
    at: Instant
    actor_role: str
    actor_id: int | None
    actor_name: str
    via: str
    events: UpTo500[AuditEventView]


class TicketChanged(Result):
    """A ticket after a change: its columns as they are now, the comment that was written, and the rules that ran.

    `replied` is the public reply that was sent with it, word for word; None where none was.
    """

    ticket_id: int
    version: int
    number: int
    subject: str
    status: str
    type: str | None
    priority: str | None
    impact: str | None
    urgency: str | None
    topic: str | None
    language: str
    group_id: int | None
    group_name: str | None
    assignee_id: int | None
    assignee_name: str | None
    problem_id: int | None
    due_at: Instant | None
    tags: UpTo50[str]
    fields: UpTo50[FieldView]
    comment_id: int | None
    replied: str | None
    rules: UpTo50[str]


class TicketDetail(Result):
    """A ticket with all that belongs to it."""

    ticket_id: int
    version: int
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
    requester: RequesterView
    submitter_id: int
    submitter_name: str
    assignee_id: int | None
    assignee_name: str | None
    group_id: int | None
    group_name: str | None
    tags: UpTo50[str]
    fields: UpTo50[FieldView]
    problem: TicketRef | None
    incidents: UpTo500[TicketRef]
    follow_up_of: TicketRef | None
    follow_ups: UpTo50[TicketRef]
    merged_into: TicketRef | None
    merged: UpTo500[TicketRef]
    links: UpTo500[LinkView]
    collaborators: UpTo50[CollaboratorView]
    checklist: UpTo50[ItemView]
    side_conversations: UpTo50[SideHead]
    approvals: UpTo50[ApprovalHead]
    credits: UpTo50[CreditHead]
    escalations: UpTo50[EscalationHead]
    articles: UpTo50[ArticleHead]
    timers: UpTo50[TimerView]
    rating: RatingView | None
    lock: LockView | None
    spam: bool
    due_at: Instant | None
    reopens: int
    reassigned: int
    created_at: Instant
    updated_at: Instant
    state_since: Instant
    solved_at: Instant | None
    comments: UpTo500[CommentView]
    comments_total: int
    audits: UpTo50[AuditView]
