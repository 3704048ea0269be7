"""What is written down about work done: timeline, audit, notes, hand-overs, and the e-mails that left the house."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, check, key, one_of, prose, refers, table, volatile
from worlds.shop.models.model import Model

TEAMS = ("support_lead", "finance", "operations", "risk", "merchandising")
ESCALATION_REASONS = (
    "approval_needed", "outside_policy", "suspected_fraud", "payment_problem", "stock_problem", "carrier_claim",
    "customer_complaint", "system_problem", "other",
)  # fmt: skip
EMAILS = (
    "order_confirmation", "order_cancelled", "order_shipped", "tracking_updated", "refund_created",
    "refund_failed", "return_requested", "return_approved", "return_declined", "return_arrived",
    "address_changed", "message",
)  # fmt: skip


class TimelineEvent(Model):
    """A line of an order's timeline, as staff read it."""

    __tablename__ = "timeline_event"
    __table_args__ = table("trace")

    id: Mapped[int] = key()
    order_id: Mapped[int] = refers("sales_order.id")
    at: Mapped[datetime] = volatile()
    kind: Mapped[str] = business()
    message: Mapped[str] = prose()
    actor_role: Mapped[str] = business()
    actor_name: Mapped[str] = business()


class AuditEvent(Model):
    """Who did what to which record; never changed afterwards."""

    __tablename__ = "audit_event"
    __table_args__ = table("trace", Index("audit_event_subject", "subject", "subject_id"))

    id: Mapped[int] = key()
    at: Mapped[datetime] = volatile()
    actor_role: Mapped[str] = business()
    actor_id: Mapped[int | None] = business()
    action: Mapped[str] = business()
    subject: Mapped[str] = business()
    subject_id: Mapped[int] = business()
    details: Mapped[str] = prose()


class OutboxEmail(Model):
    """An e-mail that went out. `event` names what it tells of, such as `refund:1042`; no event is told twice."""

    __tablename__ = "outbox_email"
    __table_args__ = table("outward", UniqueConstraint("event"), one_of("kind", EMAILS))

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    event: Mapped[str] = business()
    to_address: Mapped[str] = business()
    order_id: Mapped[int | None] = refers("sales_order.id")
    customer_id: Mapped[int | None] = refers("customer.id")
    subject: Mapped[str] = prose()
    body: Mapped[str] = prose()
    sent_at: Mapped[datetime] = volatile()


class OrderNote(Model):
    """An internal note on an order; customers never see it."""

    __tablename__ = "order_note"
    __table_args__ = table("business")

    id: Mapped[int] = key()
    order_id: Mapped[int] = refers("sales_order.id")
    text: Mapped[str] = prose()
    author_role: Mapped[str] = business()
    author_name: Mapped[str] = business()
    created_at: Mapped[datetime] = volatile()


class Escalation(Model):
    """A hand-over to a team: what it is about, why, and what the team has to know."""

    __tablename__ = "escalation"
    __table_args__ = table(
        "business",
        one_of("team", TEAMS),
        one_of("reason", ESCALATION_REASONS),
        check("coalesce(order_id, customer_id, product_id, variant_id) IS NOT NULL"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business(unique=True)
    order_id: Mapped[int | None] = refers("sales_order.id")
    customer_id: Mapped[int | None] = refers("customer.id")
    product_id: Mapped[int | None] = refers("product.id")
    variant_id: Mapped[int | None] = refers("variant.id")
    team: Mapped[str] = business()
    reason: Mapped[str] = business()
    message: Mapped[str] = prose()
    author_role: Mapped[str] = business()
    created_at: Mapped[datetime] = volatile()
