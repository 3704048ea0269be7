"""Deals: listing, reading, making, changing, moving from stage to stage, opening again."""

from typing import Annotated, Any, Literal

from pydantic import Field

from worlds.crm.records import changing, heads
from worlds.crm.records.asked import settled
from worlds.crm.records.heads import Opportunity
from worlds.crm.rules import EVERYBODY, MANAGERS, SELLERS
from worlds.crm.selling import contract_file, deal_lists, renewals, stages
from worlds.crm.selling.deal_detail import changed, detail
from worlds.crm.selling.deal_lists import DealFilters, Sort
from worlds.crm.selling.views import LossReason, OpportunityChanged, OpportunityDetail, StageKind
from worlds.crm.texts import Notes, Title, Why
from worlds.crm.views import Currency, DealKind, Forecast, OpportunityRow, Source
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.fields import Day, Line, Page, PageNumber, PageSize, Query, RecordId
from worlds.engine.operation import ALL, reads, writes

Emptied = Literal["next_step", "description", "primary_contact_id", "campaign_id", "lead_source", "price_book_id"]
OpenForecast = Literal["pipeline", "best_case", "commit", "omitted"]


@reads(roles=EVERYBODY)
def list_opportunities(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    stage_id: RecordId | None = None,
    stage_kind: StageKind | Literal["closed"] | None = None,
    owner_id: RecordId | None = None,
    account_id: RecordId | None = None,
    contact_id: RecordId | None = None,
    kind: DealKind | None = None,
    forecast_category: Forecast | None = None,
    currency: Currency | None = None,
    territory_id: RecordId | None = None,
    campaign_id: RecordId | None = None,
    loss_reason: LossReason | None = None,
    close_from: Day | None = None,
    close_to: Day | None = None,
    no_activity_since: Day | None = None,
    approval_lock: bool | None = None,
    sort: Sort = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[OpportunityRow]:
    """List deals that you may open, newest first.

    Args:
        query: Words that must all occur in the deal's number or name, or in its account's name.
        stage_id: Only deals in this stage.
        stage_kind: Only open, won or lost deals; `closed` are both won and lost.
        owner_id: Only this colleague's deals.
        account_id: Only this account's deals.
        contact_id: Only deals in which this contact has a part.
        kind: Only new business, renewals or expansions.
        forecast_category: Only deals of this category of the forecast.
        currency: Only deals in this currency.
        territory_id: Only deals with accounts of this territory.
        campaign_id: Only deals that came from this campaign.
        loss_reason: Only deals lost for this reason.
        close_from: First day on which they close.
        close_to: Last day on which they close.
        no_activity_since: Only deals with which nobody has had to do since this day; what is planned does not count.
        approval_lock: Only deals that wait for an approval (true), or only the others (false).
        sort: Order of the list.
        page: Page number from 1.
        page_size: Deals a page.
    """
    filters = DealFilters(
        query, stage_id, stage_kind, owner_id, account_id, contact_id, kind, forecast_category, currency, territory_id,
        campaign_id, loss_reason, close_from, close_to, no_activity_since, approval_lock,
    )  # fmt: skip
    return deal_lists.deals(ctx, filters, sort, page, page_size)


@reads(roles=EVERYBODY)
def get_opportunity(ctx: Context, opportunity_id: RecordId) -> OpportunityDetail:
    """Show a deal with its lines, people, quotes, contracts and the stages it went through.

    Args:
        opportunity_id: The deal's id, as list_opportunities gives it; not its number.
    """
    return detail(ctx, heads.opportunity(ctx, opportunity_id, gone=True))


@writes(roles=SELLERS, duplicates=True)
def create_opportunity(  # noqa: PLR0913 - what a deal begins with
    ctx: Context,
    name: Title,
    account_id: RecordId,
    close_date: Day,
    kind: DealKind = "new",
    stage_id: RecordId | None = None,
    currency: Currency | None = None,
    price_book_id: RecordId | None = None,
    primary_contact_id: RecordId | None = None,
    owner_id: RecordId | None = None,
    next_step: Line | None = None,
    description: Notes | None = None,
    lead_source: Source | None = None,
    campaign_id: RecordId | None = None,
    renews_contract_id: RecordId | None = None,
) -> OpportunityChanged:
    """Make a deal. Its amount comes from the lines that add_line gives it.

    Args:
        name: What it is called.
        account_id: With whom.
        close_date: The day on which it is expected to close.
        kind: New business, a renewal of a contract, or an expansion.
        stage_id: The stage in which it begins; the first one if left out.
        currency: Its currency; the account's if left out.
        price_book_id: The price book of its lines; the account's, or the standard one, if left out.
        primary_contact_id: Whom it is mainly with.
        owner_id: Whose deal it is; yours if left out.
        next_step: What is done next.
        description: What it is about.
        lead_source: Where it came from.
        campaign_id: The campaign from which it came.
        renews_contract_id: The contract by which a renewal goes on; renewals alone name one, and each contract has one.
    """
    contract = _renewed(ctx, account_id, kind, renews_contract_id)
    key = changing.create(
        ctx,
        "opportunity",
        {
            "name": name, "account_id": account_id, "close_date": close_date, "kind": kind, "stage_id": stage_id,
            "currency": currency, "price_book_id": price_book_id, "primary_contact_id": primary_contact_id,
            "owner_id": owner_id, "next_step": next_step, "description": description, "lead_source": lead_source,
            "campaign_id": campaign_id,
        },
    )  # fmt: skip
    if contract is not None:
        renewals.link(ctx, contract, key)
    return changed(ctx, key)


@writes(roles=SELLERS, record="opportunity_id", columns={"empty": (ALL,)})
def update_opportunity(  # noqa: PLR0913 - what of a deal may be changed
    ctx: Context,
    opportunity_id: RecordId,
    name: Title | None = None,
    close_date: Day | None = None,
    next_step: Line | None = None,
    description: Notes | None = None,
    forecast_category: OpenForecast | None = None,
    primary_contact_id: RecordId | None = None,
    owner_id: RecordId | None = None,
    account_id: RecordId | None = None,
    currency: Currency | None = None,
    price_book_id: RecordId | None = None,
    kind: DealKind | None = None,
    lead_source: Source | None = None,
    campaign_id: RecordId | None = None,
    empty: Annotated[list[Emptied], Field(max_length=6)] | None = None,
) -> OpportunityChanged:
    """Change a deal; what is left out stays as it is. Its stage is changed by change_stage, its amount by its lines.

    Args:
        opportunity_id: The deal's id.
        name: What it is called.
        close_date: The day on which it is expected to close: today or later.
        next_step: What is done next.
        description: What it is about.
        forecast_category: How it counts in the forecast.
        primary_contact_id: Whom it is mainly with.
        owner_id: Whose deal it is.
        account_id: With whom.
        currency: Its currency; only while it has no lines.
        price_book_id: The price book of its lines; only while it has none.
        kind: New business, a renewal or an expansion.
        lead_source: Where it came from.
        campaign_id: The campaign from which it came.
        empty: What to empty.
    """
    deal = heads.opportunity(ctx, opportunity_id)
    given = {
        "name": name, "close_date": close_date, "next_step": next_step, "description": description,
        "forecast_category": forecast_category, "primary_contact_id": primary_contact_id, "owner_id": owner_id,
        "account_id": account_id, "currency": currency, "price_book_id": price_book_id, "kind": kind,
        "lead_source": lead_source, "campaign_id": campaign_id,
    }  # fmt: skip
    changes = settled(given, empty or ())
    changing.change(ctx, "opportunity", deal, changes)
    return changed(ctx, deal.id)


@writes(roles=SELLERS, record="opportunity_id")
def change_stage(
    ctx: Context,
    opportunity_id: RecordId,
    stage_id: RecordId,
    loss_reason: LossReason | None = None,
    loss_note: Why | None = None,
) -> OpportunityChanged:
    """Move a deal to another stage, also to close it as won or lost; probability and forecast go with the stage.

    At most two open stages may be left out on the way forward. A proposal needs a quote; winning needs an amount, a
    primary contact and a signed contract, and opens the renewal by itself; losing needs a reason.

    Args:
        opportunity_id: The deal's id.
        stage_id: The stage, as list_stages gives it.
        loss_reason: Why it is lost, where it is closed as lost.
        loss_note: What else there is to say of why it was lost.
    """
    deal = heads.opportunity(ctx, opportunity_id)
    if stages.stage(ctx, deal.stage_id).kind != "open" and stages.stage(ctx, stage_id).kind == "open":
        raise Conflict(
            "deal_closed",
            f"Deal {deal.number} is closed; only a manager opens it again.",
            field="opportunity_id",
        )
    values: dict[str, Any] = {"stage_id": stage_id}
    said = {"loss_reason": loss_reason, "loss_note": loss_note}
    values.update({one: value for one, value in said.items() if value is not None})
    changing.change(ctx, "opportunity", deal, values)
    return changed(ctx, deal.id)


@writes(roles=MANAGERS, record="opportunity_id")
def reopen_opportunity(
    ctx: Context, opportunity_id: RecordId, stage_id: RecordId, close_date: Day
) -> OpportunityChanged:
    """Open a closed deal again. Why it was lost is emptied; its quotes, its contract and a renewal stay as they are.

    Args:
        opportunity_id: The deal's id.
        stage_id: The open stage to which it goes back.
        close_date: The day on which it is now expected to close: today or later.
    """
    deal = heads.opportunity(ctx, opportunity_id)
    _check_closed(ctx, deal, stage_id)
    changing.change(ctx, "opportunity", deal, {"stage_id": stage_id, "close_date": close_date})
    return changed(ctx, deal.id)


def _check_closed(ctx: Context, deal: Opportunity, stage_id: int) -> None:
    if stages.stage(ctx, deal.stage_id).kind == "open":
        raise Conflict(
            "deal_not_closed", f"Deal {deal.number} is open; move it to another stage.", field="opportunity_id"
        )
    to = stages.stage(ctx, stage_id)
    if to.kind != "open":
        raise Invalid("stage_not_open", f"A deal goes back to an open stage, and {to.name} is none.", field="stage_id")


def _renewed(ctx: Context, account_id: int, kind: str, contract_id: int | None) -> int | None:
    """The contract by which a new deal goes on, which has no renewal yet."""
    if contract_id is None:
        if kind == "renewal":
            raise Invalid(
                "contract_required",
                "A renewal says which contract it renews; see the list of contracts, with the renewals there are.",
                field="renews_contract_id",
            )
        return None
    if kind != "renewal":
        raise Invalid("not_a_renewal", "Only a deal of kind renewal renews a contract.", field="renews_contract_id")
    found = contract_file.contract(ctx, contract_id, "renews_contract_id")
    if found.account_id != account_id:
        raise Invalid(
            "contract_of_other_account",
            f"Contract {found.number} is one of {found.account_name}, not of that account.",
            field="renews_contract_id",
        )
    if found.state == "terminated":
        raise Conflict(
            "contract_settled", f"Contract {found.number} was terminated, so nothing goes on from it.",
            field="renews_contract_id",
        )  # fmt: skip
    if found.renewal_opportunity_id is not None:
        raise Conflict(
            "renewal_exists",
            f"Contract {found.number} goes on by deal {found.renewal_number} already; work on that one.",
            field="renews_contract_id",
            details={"opportunity_id": found.renewal_opportunity_id},
        )
    return contract_id
