"""Lists of deals: their filters and their orders."""

from datetime import date
from typing import Any, Final, Literal, NamedTuple

from worlds.crm.records import access
from worlds.crm.selling import deal_detail
from worlds.crm.selling.deal_detail import DealRow
from worlds.crm.views import OpportunityRow
from worlds.engine.context import Context
from worlds.engine.fields import Page
from worlds.engine.listing import Conditions, page_of

Sort = Literal["newest", "close_date", "amount", "updated", "longest_untouched"]
ORDERS: Final[dict[Sort, str]] = {
    "newest": "o.id DESC",
    "close_date": "o.close_date, o.id",
    "amount": "o.amount DESC, o.id",
    "updated": "o.updated_at DESC, o.id DESC",
    "longest_untouched": "coalesce(o.last_activity_on, ''), o.id",
}


class DealFilters(NamedTuple):
    """What deals are asked for; None asks for nothing."""

    query: str | None = None
    stage_id: int | None = None
    stage_kind: str | None = None
    owner_id: int | None = None
    account_id: int | None = None
    contact_id: int | None = None
    kind: str | None = None
    forecast_category: str | None = None
    currency: str | None = None
    territory_id: int | None = None
    campaign_id: int | None = None
    loss_reason: str | None = None
    close_from: date | None = None
    close_to: date | None = None
    no_activity_since: date | None = None
    approval_lock: bool | None = None


def deals(ctx: Context, filters: DealFilters, sort: Sort, page: int, page_size: int) -> Page[OpportunityRow]:
    """A page of the deals that the acting person may open."""
    conditions = Conditions()
    conditions.add("o.is_deleted = 0")
    conditions.add(access.opens(ctx, "opportunity", "o"), **access.me(ctx))
    conditions.words(filters.query, "o.search_text")
    conditions.equal(
        o__stage_id=filters.stage_id, o__owner_id=filters.owner_id, o__account_id=filters.account_id,
        o__kind=filters.kind, o__forecast_category=filters.forecast_category, o__currency=filters.currency,
        o__campaign_id=filters.campaign_id, o__loss_reason=filters.loss_reason, a__territory_id=filters.territory_id,
        s__kind=None if filters.stage_kind == "closed" else filters.stage_kind,
        o__approval_lock=None if filters.approval_lock is None else int(filters.approval_lock),
    )  # fmt: skip
    if filters.stage_kind == "closed":
        conditions.add("s.kind <> 'open'")
    _spans(conditions, filters)
    rows, total = page_of(
        ctx, DealRow, deal_detail.SELECTED, deal_detail.SOURCE, conditions, ORDERS[sort], page, page_size
    )
    return Page[OpportunityRow].of([row.view for row in rows], total, page, page_size)


def _spans(conditions: Conditions, filters: DealFilters) -> None:
    """The days between which deals close, when they were last touched, and whom they are with."""
    spans: tuple[tuple[str, str, Any], ...] = (
        ("o.close_date >= :close_from", "close_from", filters.close_from),
        ("o.close_date <= :close_to", "close_to", filters.close_to),
        (
            "coalesce(o.last_activity_on, substr(o.created_at, 1, 10)) < :untouched", "untouched",
            filters.no_activity_since,
        ),
    )  # fmt: skip
    for text, name, day in spans:
        if day is not None:
            conditions.add(text, **{name: day.isoformat()})
    if filters.contact_id is not None:
        conditions.add(
            """(o.primary_contact_id = :contact OR o.id IN
            (SELECT r.opportunity_id FROM opportunity_contact_role r WHERE r.contact_id = :contact))""",
            contact=filters.contact_id,
        )
