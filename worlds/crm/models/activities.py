"""What is done and planned with people: tasks, calls, meetings, e-mails, notes, campaigns, and mails that left."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from worlds.crm.models.model import Model
from worlds.engine.schema import business, check, derived, key, one_of, prose, refers, table, volatile

ACTIVITY_KINDS = ("task", "call", "meeting", "email", "note")
ACTIVITY_STATUSES = ("open", "done", "cancelled")
OUTCOMES = ("reached", "no_answer", "voicemail", "wrong_number", "held", "no_show", "sent", "received", "bounced")
CAMPAIGN_KINDS = ("email", "trade_show", "webinar", "event", "mailing", "referral")
CAMPAIGN_STATES = ("planned", "running", "finished", "cancelled")
MEMBER_STATUSES = ("planned", "sent", "responded", "registered", "attended", "no_show", "unsubscribed")


class Activity(Model):
    """A task, call, meeting, e-mail or note, about any of an account, a contact, a lead and a deal.

    `due_at` is when a task is due, `starts_at` when a call or meeting is; `zone` is where whoever wrote it down had
    their clock. `duration` in minutes. `direction` of calls and e-mails: `in` from them, `out` from the house.
    """

    __tablename__ = "activity"
    __table_args__ = table(
        "business",
        one_of("kind", ACTIVITY_KINDS),
        one_of("status", ACTIVITY_STATUSES),
        check("outcome IS NULL OR outcome IN (" + ", ".join(f"'{one}'" for one in OUTCOMES) + ")"),
        check("direction IS NULL OR direction IN ('in', 'out')"),
        check("priority IN ('low', 'normal', 'high')"),
        check("(status = 'done') = (done_at IS NOT NULL)"),
        check("duration IS NULL OR duration >= 0"),
        Index("activity_due", "due_at"),
        Index(
            "activity_moment",
            text("coalesce(due_at, starts_at, created_at)"),
            "id",
            sqlite_where=text("is_deleted = 0"),
        ),
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    subject: Mapped[str] = prose()
    body: Mapped[str | None] = prose()
    account_id: Mapped[int | None] = refers("account.id")
    contact_id: Mapped[int | None] = refers("contact.id")
    lead_id: Mapped[int | None] = refers("lead.id")
    opportunity_id: Mapped[int | None] = refers("opportunity.id")
    due_at: Mapped[datetime | None] = business()
    starts_at: Mapped[datetime | None] = business()
    duration: Mapped[int | None] = business()
    status: Mapped[str] = business()
    priority: Mapped[str] = business()
    direction: Mapped[str | None] = business()
    outcome: Mapped[str | None] = business()
    zone: Mapped[str] = business()
    owner_id: Mapped[int] = refers("crm_user.id")
    created_by: Mapped[str] = business()
    is_deleted: Mapped[bool] = business()
    search_text: Mapped[str] = derived()
    done_at: Mapped[datetime | None] = volatile()
    created_at: Mapped[datetime] = volatile()
    updated_at: Mapped[datetime] = volatile()


class Campaign(Model):
    """Something by which many people are addressed at once."""

    __tablename__ = "campaign"
    __table_args__ = table(
        "business",
        UniqueConstraint("name"),
        one_of("kind", CAMPAIGN_KINDS),
        one_of("state", CAMPAIGN_STATES),
        check("ends IS NULL OR starts IS NULL OR starts <= ends"),
    )

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    kind: Mapped[str] = business()
    state: Mapped[str] = business()
    description: Mapped[str | None] = prose()
    starts: Mapped[date | None] = business()
    ends: Mapped[date | None] = business()
    owner_id: Mapped[int | None] = refers("crm_user.id")
    created_at: Mapped[datetime] = volatile()


class CampaignMember(Model):
    """That a contact or a lead is addressed by a campaign, and how far it went with them."""

    __tablename__ = "campaign_member"
    __table_args__ = table(
        "business",
        UniqueConstraint("campaign_id", "contact_id"),
        UniqueConstraint("campaign_id", "lead_id"),
        one_of("status", MEMBER_STATUSES),
        check("(contact_id IS NULL) <> (lead_id IS NULL)"),
        called="member_id",
    )

    id: Mapped[int] = key()
    campaign_id: Mapped[int] = refers("campaign.id")
    contact_id: Mapped[int | None] = refers("contact.id")
    lead_id: Mapped[int | None] = refers("lead.id")
    status: Mapped[str] = business()
    added_at: Mapped[datetime] = volatile()


class OutboxEmail(Model):
    """A mail that left the house, and why."""

    __tablename__ = "outbox_email"
    __table_args__ = table("outward")

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    to_address: Mapped[str] = business()
    contact_id: Mapped[int | None] = refers("contact.id")
    lead_id: Mapped[int | None] = refers("lead.id")
    opportunity_id: Mapped[int | None] = refers("opportunity.id")
    subject: Mapped[str] = prose()
    body: Mapped[str] = prose()
    sent_at: Mapped[datetime] = volatile()
