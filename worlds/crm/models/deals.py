"""Deals: pipelines with their stages, opportunities, their lines, the people who decide, and how they went on."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.crm.models.accounts import CURRENCIES
from worlds.crm.models.leads import SOURCES
from worlds.crm.models.model import Model
from worlds.engine.schema import (
    business,
    check,
    collection,
    derived,
    key,
    not_negative,
    one_of,
    prose,
    refers,
    table,
    volatile,
)

STAGE_KINDS = ("open", "won", "lost")
FORECASTS = ("pipeline", "best_case", "commit", "closed", "omitted")
DEAL_KINDS = ("new", "renewal", "expansion")
CONTACT_ROLES = ("decision_maker", "economic_buyer", "evaluator", "influencer", "user", "other")
LOSS_REASONS = (
    "price",
    "competitor",
    "no_budget",
    "no_decision",
    "no_response",
    "timing",
    "product_gap",
    "duplicate",
    "other",
)


class Pipeline(Model):
    """An order of stages that deals go through."""

    __tablename__ = "pipeline"
    __table_args__ = table("business", UniqueConstraint("name"))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    is_default: Mapped[bool] = business()
    active: Mapped[bool] = business()


class PipelineStage(Model):
    """A stage of a pipeline; `probability` in whole per cent.

    `required_fields` are columns of a deal, `exit_rules` names of rules that have to hold before a deal enters it; both
    are JSON arrays.
    """

    __tablename__ = "pipeline_stage"
    __table_args__ = table(
        "business",
        UniqueConstraint("pipeline_id", "name"),
        one_of("kind", STAGE_KINDS),
        one_of("forecast_category", FORECASTS),
        check("probability BETWEEN 0 AND 100"),
        called="stage_id",
    )

    id: Mapped[int] = key()
    pipeline_id: Mapped[int] = refers("pipeline.id")
    name: Mapped[str] = business()
    position: Mapped[int] = business()
    probability: Mapped[int] = business()
    kind: Mapped[str] = business()
    forecast_category: Mapped[str] = business()
    required_fields: Mapped[str] = collection()
    exit_rules: Mapped[str] = collection()
    description: Mapped[str] = prose()


class Opportunity(Model):
    """A deal. People call it by its name and number, such as D-1042.

    `amount` is the roll-up of its lines, in minor units of `currency`. `approval_lock` says that a discount of its
    quote waits for approval, which locks the deal. What a renewal goes on from, the contract says
    (`renewal_opportunity_id`).
    """

    __tablename__ = "opportunity"
    __table_args__ = table(
        "business",
        UniqueConstraint("number"),
        one_of("kind", DEAL_KINDS),
        one_of("currency", CURRENCIES),
        one_of("forecast_category", FORECASTS),
        check("probability BETWEEN 0 AND 100"),
        check("loss_reason IS NULL OR loss_reason IN (" + ", ".join(f"'{one}'" for one in LOSS_REASONS) + ")"),
        check("lead_source IS NULL OR lead_source IN (" + ", ".join(f"'{one}'" for one in SOURCES) + ")"),
        Index("opportunity_close", "close_date"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    name: Mapped[str] = business()
    account_id: Mapped[int] = refers("account.id")
    kind: Mapped[str] = business()
    pipeline_id: Mapped[int] = refers("pipeline.id")
    stage_id: Mapped[int] = refers("pipeline_stage.id")
    last_stage_id: Mapped[int | None] = refers("pipeline_stage.id")
    amount: Mapped[int] = derived()
    currency: Mapped[str] = business()
    price_book_id: Mapped[int | None] = refers("price_book.id")
    probability: Mapped[int] = business()
    close_date: Mapped[date] = business()
    forecast_category: Mapped[str] = business()
    next_step: Mapped[str | None] = prose()
    description: Mapped[str | None] = prose()
    owner_id: Mapped[int] = refers("crm_user.id")
    primary_contact_id: Mapped[int | None] = refers("contact.id")
    loss_reason: Mapped[str | None] = business()
    loss_note: Mapped[str | None] = prose()
    lead_source: Mapped[str | None] = business()
    campaign_id: Mapped[int | None] = refers("campaign.id")
    approval_lock: Mapped[bool] = derived()
    is_deleted: Mapped[bool] = business()
    search_text: Mapped[str] = derived()
    last_activity_on: Mapped[date | None] = derived()
    stage_since: Mapped[datetime] = volatile()
    closed_at: Mapped[datetime | None] = volatile()
    created_at: Mapped[datetime] = volatile()
    updated_at: Mapped[datetime] = volatile()


class OpportunityLine(Model):
    """A product of a deal: the price book's `list_price`, `discount_bp` basis points off it, and `net`, its sum."""

    __tablename__ = "opportunity_line"
    __table_args__ = table(
        "business",
        check("quantity > 0"),
        check("discount_bp BETWEEN 0 AND 10000"),
        *not_negative("list_price"),
        part_of="opportunity_id",
        called="line_id",
    )

    id: Mapped[int] = key()
    opportunity_id: Mapped[int] = refers("opportunity.id")
    product_id: Mapped[int] = refers("product.id")
    position: Mapped[int] = business()
    quantity: Mapped[int] = business()
    list_price: Mapped[int] = business()
    discount_bp: Mapped[int] = business()
    net: Mapped[int] = derived()


class OpportunityContactRole(Model):
    """What part somebody plays in a deal."""

    __tablename__ = "opportunity_contact_role"
    __table_args__ = table(
        "business",
        UniqueConstraint("opportunity_id", "contact_id"),
        one_of("role", CONTACT_ROLES),
        part_of="opportunity_id",
        called="contact_role_id",
    )

    id: Mapped[int] = key()
    opportunity_id: Mapped[int] = refers("opportunity.id")
    contact_id: Mapped[int] = refers("contact.id")
    role: Mapped[str] = business()


class StageHistory(Model):
    """That a deal went from one stage to another, and what it looked like then. `amount` in minor units."""

    __tablename__ = "stage_history"
    __table_args__ = table("trace")

    id: Mapped[int] = key()
    opportunity_id: Mapped[int] = refers("opportunity.id")
    from_stage_id: Mapped[int | None] = refers("pipeline_stage.id")
    to_stage_id: Mapped[int] = refers("pipeline_stage.id")
    actor_id: Mapped[int | None] = business()
    actor_name: Mapped[str] = business()
    amount: Mapped[int] = business()
    currency: Mapped[str] = business()
    close_date: Mapped[date] = business()
    at: Mapped[datetime] = volatile()


class DealSplit(Model):
    """What share of a deal counts for somebody, in basis points; the shares of a deal make 10,000 (rule CR16)."""

    __tablename__ = "deal_split"
    __table_args__ = table(
        "business",
        UniqueConstraint("opportunity_id", "user_id"),
        check("share_bp BETWEEN 1 AND 10000"),
        part_of="opportunity_id",
    )

    id: Mapped[int] = key()
    opportunity_id: Mapped[int] = refers("opportunity.id")
    user_id: Mapped[int] = refers("crm_user.id")
    share_bp: Mapped[int] = business()
