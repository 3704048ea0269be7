"""Deals as lists and record pages show them."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from worlds.crm.models import Opportunity as OpportunityTable
from worlds.crm.records import heads, withheld
from worlds.crm.records.heads import Opportunity
from worlds.crm.selling import amounts, prices
from worlds.crm.selling.amounts import LineRow
from worlds.crm.selling.views import (
    ContactRoleView,
    ContractHead,
    LineView,
    OpportunityChanged,
    OpportunityDetail,
    QuoteHead,
    StageMove,
)
from worlds.crm.views import OpportunityRow
from worlds.engine.context import Context
from worlds.engine.rows import Query


class DealRow(NamedTuple):
    """A deal with the names of what it refers to."""

    opportunity_id: int
    number: str
    name: str
    kind: str
    account_id: int
    account_name: str
    stage_id: int
    stage: str
    stage_kind: str
    amount: int
    currency: str
    probability: int
    close_date: str
    forecast_category: str
    next_step: str | None
    owner_id: int
    owner_name: str
    approval_lock: int
    last_activity_on: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def view(self) -> OpportunityRow:
        """It as lists show it."""
        return OpportunityRow.model_validate(self._asdict())


class _Names(NamedTuple):
    last_stage: str | None
    price_book_name: str | None
    primary_contact_name: str | None
    campaign_name: str | None
    renews_contract_id: int | None


class _Role(NamedTuple):
    contact_role_id: int
    contact_id: int
    name: str
    title: str | None
    account_name: str | None
    role: str


class _Move(NamedTuple):
    from_stage: str | None
    to_stage: str
    by: str
    amount: int
    currency: str
    close_date: str
    at: datetime


class _Quote(NamedTuple):
    quote_id: int
    number: str
    status: str
    total: int
    currency: str
    expires_on: str


class _Contract(NamedTuple):
    contract_id: int
    number: str
    state: str
    starts: str
    ends: str
    renewal_opportunity_id: int | None


SELECTED: Final = """o.id, o.number, o.name, o.kind, o.account_id, a.name, o.stage_id, s.name, s.kind, o.amount,
  o.currency, o.probability, o.close_date, o.forecast_category, o.next_step, o.owner_id, u.name, o.approval_lock,
  o.last_activity_on, o.created_at, o.updated_at"""
SOURCE: Final = """opportunity o JOIN account a ON a.id = o.account_id JOIN pipeline_stage s ON s.id = o.stage_id
  JOIN crm_user u ON u.id = o.owner_id"""
_ONE = Query(DealRow, f"SELECT {SELECTED} FROM {SOURCE} WHERE o.id = :deal")
_NAMES = Query(
    _Names,
    """SELECT l.name, b.name, trim(coalesce(c.first_name, '') || ' ' || c.last_name), k.name,
      (SELECT min(t.id) FROM contract t WHERE t.renewal_opportunity_id = o.id) FROM opportunity o
    LEFT JOIN pipeline_stage l ON l.id = o.last_stage_id LEFT JOIN price_book b ON b.id = o.price_book_id
    LEFT JOIN contact c ON c.id = o.primary_contact_id LEFT JOIN campaign k ON k.id = o.campaign_id
    WHERE o.id = :deal""",
)
_ROLES = Query(
    _Role,
    """SELECT r.id, r.contact_id, trim(coalesce(c.first_name, '') || ' ' || c.last_name), c.title, a.name, r.role
    FROM opportunity_contact_role r JOIN contact c ON c.id = r.contact_id LEFT JOIN account a ON a.id = c.account_id
    WHERE r.opportunity_id = :deal ORDER BY r.id LIMIT 50""",
)
_MOVES = Query(
    _Move,
    """SELECT f.name, t.name, h.actor_name, h.amount, h.currency, h.close_date, h.at FROM stage_history h
    LEFT JOIN pipeline_stage f ON f.id = h.from_stage_id JOIN pipeline_stage t ON t.id = h.to_stage_id
    WHERE h.opportunity_id = :deal ORDER BY h.id DESC LIMIT 50""",
)
_QUOTES = Query(
    _Quote,
    """SELECT id, number, status, total, currency, expires_on FROM quote WHERE opportunity_id = :deal
    ORDER BY id DESC LIMIT 20""",
)
_CONTRACTS = Query(
    _Contract,
    """SELECT id, number, state, starts, ends, renewal_opportunity_id FROM contract WHERE opportunity_id = :deal
    ORDER BY id DESC LIMIT 20""",
)


def line_view(row: LineRow) -> LineView:
    """A line as it is shown."""
    return LineView(
        line_id=row.line_id, position=row.position, product_id=row.product_id, sku=row.sku,
        product_name=row.product_name, quantity=row.quantity, list_price=row.list_price, discount=row.discount_bp,
        net=row.net,
    )  # fmt: skip


def detail(ctx: Context, deal: Opportunity) -> OpportunityDetail:
    """A deal as its record page shows it."""
    key = {"deal": deal.id}
    (row,), (names,) = _ONE.all(ctx, **key), _NAMES.all(ctx, **key)
    shown: dict[str, Any] = {
        **deal._asdict(), **row._asdict(), **names._asdict(), "version": ctx.version(OpportunityTable, deal.id),
        "withheld": withheld.names(ctx, "opportunity"),
        "amount_eur": prices.Rates(ctx).convert(deal.amount, deal.currency, "EUR", deal.close_date),
        "lines": [line_view(one) for one in amounts.lines(ctx, deal.id)],
        "contact_roles": [
            ContactRoleView(**one._asdict(), primary=one.contact_id == deal.primary_contact_id)
            for one in _ROLES.all(ctx, **key)
        ],
        "quotes": [QuoteHead.model_validate(one._asdict()) for one in _QUOTES.all(ctx, **key)],
        "contracts": [ContractHead.model_validate(one._asdict()) for one in _CONTRACTS.all(ctx, **key)],
        "stage_history": [StageMove.model_validate(one._asdict()) for one in _MOVES.all(ctx, **key)],
    }  # fmt: skip
    return OpportunityDetail.model_validate({name: shown[name] for name in OpportunityDetail.model_fields})


def changed(ctx: Context, deal_id: int) -> OpportunityChanged:
    """A deal after it was changed."""
    (row,) = _ONE.all(ctx, deal=deal_id)
    stored = now(ctx, deal_id)._asdict()
    shown = {**stored, **row._asdict(), "version": ctx.version(OpportunityTable, deal_id)}
    return OpportunityChanged.model_validate({name: shown[name] for name in OpportunityChanged.model_fields})


def now(ctx: Context, deal_id: int) -> Opportunity:
    """A deal as it is stored, once it was looked up."""
    return cast("Opportunity", heads.stored(ctx, "opportunity", deal_id))
