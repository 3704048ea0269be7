"""Leads: people who may become customers, before anybody knows whether they will."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from worlds.crm.models.accounts import INDUSTRIES
from worlds.crm.models.model import Model
from worlds.engine.schema import business, check, derived, key, one_of, prose, refers, sensitive, table, volatile

LEAD_STATUSES = ("new", "assigned", "working", "qualified", "converted", "recycled", "dead")
OPEN_LEADS = ("new", "assigned", "working", "qualified")
RATINGS = ("hot", "warm", "cold")
SOURCES = ("web", "trade_show", "referral", "partner", "cold_call", "advertising", "shop", "import", "event", "other")


class Lead(Model):
    """Somebody who may buy. A user or a queue owns it, never both. Once converted, it is read only.

    `first_touch_at` is when somebody of the house first turned to them, `assigned_at` when the present owner got it:
    between the two runs the promise of rule CR9. `external_key` is the web form's own name for what it sent.
    """

    __tablename__ = "lead"
    __table_args__ = table(
        "business",
        one_of("status", LEAD_STATUSES),
        one_of("source", SOURCES),
        check("rating IS NULL OR rating IN ('hot', 'warm', 'cold')"),
        check("industry IS NULL OR industry IN (" + ", ".join(f"'{one}'" for one in INDUSTRIES) + ")"),
        check("(owner_id IS NULL) <> (queue_id IS NULL)"),
        check("employees IS NULL OR employees > 0"),
        check("(status = 'converted') = (converted_contact_id IS NOT NULL)"),
        check("status <> 'converted' OR (converted_account_id IS NOT NULL AND converted_at IS NOT NULL)"),
        check("merged_into_id IS NULL OR is_deleted = 1"),
        Index("lead_email", "email_norm"),
        Index("lead_domain", text("substr(email_norm, instr(email_norm, '@') + 1)")),
        Index("lead_phone", "phone_norm"),
        Index("lead_external_key", "external_key"),
        Index("lead_status", "status"),
    )

    id: Mapped[int] = key()
    salutation: Mapped[str | None] = business()
    first_name: Mapped[str | None] = business()
    last_name: Mapped[str] = business()
    name_norm: Mapped[str] = derived()
    company: Mapped[str] = business()
    company_norm: Mapped[str] = derived()
    title: Mapped[str | None] = business()
    email: Mapped[str | None] = business()
    email_norm: Mapped[str | None] = derived()
    phone: Mapped[str | None] = business()
    phone_norm: Mapped[str | None] = derived()
    website: Mapped[str | None] = business()
    industry: Mapped[str | None] = business()
    street: Mapped[str | None] = business()
    postal_code: Mapped[str | None] = business()
    city: Mapped[str | None] = business()
    country: Mapped[str | None] = business()
    employees: Mapped[int | None] = business()
    language: Mapped[str] = business()
    source: Mapped[str] = business()
    campaign_id: Mapped[int | None] = refers("campaign.id")
    rating: Mapped[str | None] = business()
    status: Mapped[str] = business()
    owner_id: Mapped[int | None] = refers("crm_user.id")
    queue_id: Mapped[int | None] = refers("queue.id")
    do_not_call: Mapped[bool] = sensitive()
    notes: Mapped[str | None] = prose()
    external_key: Mapped[str | None] = business()
    converted_account_id: Mapped[int | None] = refers("account.id")
    converted_contact_id: Mapped[int | None] = refers("contact.id")
    converted_opportunity_id: Mapped[int | None] = refers("opportunity.id")
    merged_into_id: Mapped[int | None] = refers("lead.id")
    is_deleted: Mapped[bool] = business()
    search_text: Mapped[str] = derived()
    assigned_at: Mapped[datetime | None] = volatile()
    first_touch_at: Mapped[datetime | None] = volatile()
    converted_at: Mapped[datetime | None] = volatile()
    created_at: Mapped[datetime] = volatile()
    updated_at: Mapped[datetime] = volatile()
