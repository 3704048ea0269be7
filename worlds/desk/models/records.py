"""What is decided and written down: audits of every update, escalations, approvals, goodwill, ratings."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.desk.models.model import Model
from worlds.engine.schema import business, check, key, one_of, prose, refers, table, volatile

ESCALATION_REASONS = (
    "needs_diagnosis", "legal_threat", "safety", "privacy", "suspected_fraud", "breach_risk", "customer_complaint",
    "outside_policy", "planted_instructions", "system_problem", "other",
)  # fmt: skip
APPROVAL_STATES = ("pending", "approved", "denied", "withdrawn", "lapsed")


class TicketAudit(Model):
    """One update of a ticket: who made it, by what (`agent`, `trigger`, `automation`, `macro`, `merge`, …)."""

    __tablename__ = "ticket_audit"
    __table_args__ = table("trace")

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    at: Mapped[datetime] = volatile()
    actor_role: Mapped[str] = business()
    actor_id: Mapped[int | None] = business()
    actor_name: Mapped[str] = business()
    via: Mapped[str] = business()


class AuditEvent(Model):
    """One part of an update: a field that changed, a comment, a notification, a rule that fired."""

    __tablename__ = "audit_event"
    __table_args__ = table("trace")

    id: Mapped[int] = key()
    audit_id: Mapped[int] = refers("ticket_audit.id")
    ticket_id: Mapped[int] = refers("ticket.id")
    kind: Mapped[str] = business()
    field: Mapped[str | None] = business()
    before: Mapped[str | None] = prose()
    after: Mapped[str | None] = prose()


class Escalation(Model):
    """A ticket handed up to a group: why, what was found out, and what is asked."""

    __tablename__ = "escalation"
    __table_args__ = table("business", UniqueConstraint("number"), one_of("reason", ESCALATION_REASONS))

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    ticket_id: Mapped[int] = refers("ticket.id")
    group_id: Mapped[int] = refers("desk_group.id")
    reason: Mapped[str] = business()
    message: Mapped[str] = prose()
    author_role: Mapped[str] = business()
    created_at: Mapped[datetime] = volatile()


class Approval(Model):
    """A request to allow a goodwill amount above what the asker may promise. `amount` in cents."""

    __tablename__ = "approval"
    __table_args__ = table(
        "business", UniqueConstraint("number"), one_of("status", APPROVAL_STATES), check("amount > 0")
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    ticket_id: Mapped[int] = refers("ticket.id")
    amount: Mapped[int] = business()
    currency: Mapped[str] = business()
    reason: Mapped[str] = prose()
    status: Mapped[str] = business()
    approver_id: Mapped[int] = refers("desk_user.id")
    asked_by: Mapped[str] = business()
    answer: Mapped[str | None] = prose()
    asked_at: Mapped[datetime] = volatile()
    decided_at: Mapped[datetime | None] = volatile()


class GoodwillCredit(Model):
    """Money given as shop credit by way of apology. `amount` in cents; above the limit it names its approval."""

    __tablename__ = "goodwill_credit"
    __table_args__ = table("outward", UniqueConstraint("number"), check("amount > 0"))

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    ticket_id: Mapped[int] = refers("ticket.id")
    user_id: Mapped[int] = refers("desk_user.id")
    amount: Mapped[int] = business()
    currency: Mapped[str] = business()
    approval_id: Mapped[int | None] = refers("approval.id")
    given_by: Mapped[str] = business()
    given_at: Mapped[datetime] = volatile()


class Rating(Model):
    """How content a requester was (CSAT): offered a day after solving, answered or not."""

    __tablename__ = "rating"
    __table_args__ = table(
        "business",
        UniqueConstraint("ticket_id"),
        one_of("score", ("offered", "good", "bad")),
        Index("rating_score", "score"),
    )

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    score: Mapped[str] = business()
    comment: Mapped[str | None] = prose()
    offered_at: Mapped[datetime] = volatile()
    answered_at: Mapped[datetime | None] = volatile()
