"""Deals: the list, the record, its stage, and what is known of it."""

from typing import Any, Final

from flask import url_for

from worlds.crm.operations.accounts import get_account
from worlds.crm.operations.contact_roles import add_contact_role
from worlds.crm.operations.contracts import create_contract
from worlds.crm.operations.history import delete_record
from worlds.crm.operations.lines import add_line
from worlds.crm.operations.opportunities import (
    change_stage,
    create_opportunity,
    get_opportunity,
    list_opportunities,
    reopen_opportunity,
    update_opportunity,
)
from worlds.crm.operations.ownership import transfer_records
from worlds.crm.operations.quotes import create_quote
from worlds.crm.pages.relations.app import id_in, relations
from worlds.crm.pages.relations.asking import (
    Ask,
    Crumbs,
    Part,
    Sheet,
    emptied_of,
    form_for,
    sheet_page,
    values_of,
)
from worlds.crm.pages.relations.choices import (
    YES_NO,
    campaigns,
    colleagues,
    people_of,
    price_books,
    stage_options,
    stages,
    territories,
    with_own,
)
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.pages.relations.timeline import activity_acts, timeline
from worlds.crm.selling.views import OpportunityChanged, OpportunityDetail
from worlds.engine.errors import Refusal
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act
from worlds.engine.surfaces.pages import Done, Door

SORTS: Final = [
    ("newest", "Newest first"), ("close_date", "Close date"), ("amount", "Largest first"),
    ("updated", "Latest changed"), ("longest_untouched", "Longest untouched"),
]  # fmt: skip


@relations.page("/deals")
def deals(door: Door) -> str:
    """The list, with its filters in the URL."""
    filters = (
        Ask("query", "Search"),
        Ask("stage_kind", "State", [("open", "Open"), ("won", "Won"), ("lost", "Lost"), ("closed", "Closed")], "Any"),
        Ask("stage_id", "Stage", stage_options(stages(door), "open", "won", "lost"), "Any"),
        Ask("owner_id", "Owner", colleagues(door), "Anybody"),
        Ask("kind", "Kind", blank="Any"),
        Ask("forecast_category", "Forecast", blank="Any"),
        Ask("currency", "Currency", blank="Any"),
        Ask("territory_id", "Territory", territories(door), "Any"),
        Ask("campaign_id", "Campaign", campaigns(door), "Any"),
        Ask("loss_reason", "Lost for", blank="Any"),
        Ask("account_id", "Account’s id"),
        Ask("contact_id", "Contact’s id"),
        Ask("close_from", "Closes from"),
        Ask("close_to", "Closes to"),
        Ask("no_activity_since", "Untouched since"),
        Ask("approval_lock", "Waits for approval", YES_NO, "Any"),
        Ask("sort", "Sort by", SORTS),
    )
    me = str(door.actor.person or "")
    quick: Views = (
        ("All deals", {}),
        ("My open deals", {"stage_kind": "open", "owner_id": me}),
        ("Close date past", {"stage_kind": "open", "close_to": door.today.isoformat()}),
        ("Won", {"stage_kind": "won"}),
        ("Lost", {"stage_kind": "lost"}),
    )
    new = [act(door, "New deal", url_for("relations.new_deal"), create_opportunity)]
    return list_page(door, list_opportunities, Listed("Deals", "opportunity", "deal", "deals", filters, quick, new))


def deal_url(opportunity_id: int) -> str:
    """A deal's page."""
    return url_for("relations.deal", opportunity_id=opportunity_id)


def crumbs_of(shown: OpportunityDetail) -> Crumbs:
    """The way to what belongs to a deal."""
    return [("Deals", url_for("relations.deals")), (shown.number, deal_url(shown.opportunity_id))]


@relations.page("/deals/<id:opportunity_id>")
def deal(door: Door, opportunity_id: int) -> str:
    """One deal, with its stage, lines, people, quotes and contracts."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    return door.render(
        "relations/deal.html",
        deal=shown,
        path=stages(door),
        acts=_acts(door, shown),
        timeline=timeline(door, opportunity_id=opportunity_id),
        activity_acts=activity_acts(door, opportunity_id=opportunity_id),
        line_acts=[
            act(
                door, "Add a line", url_for("relations.new_line", opportunity_id=opportunity_id), add_line,
                (shown.approval_lock, "the deal waits for an approval"), (shown.stage_kind != "open", "it is closed"),
            )
        ],
        role_acts=[
            act(door, "Add somebody", url_for("relations.new_role", opportunity_id=opportunity_id), add_contact_role)
        ],
    )  # fmt: skip


def _acts(door: Door, shown: OpportunityDetail) -> list[Act]:
    key = shown.opportunity_id
    closed = (shown.stage_kind != "open", "the deal is closed")
    locked = (shown.approval_lock, "the deal is locked while a quote waits for approval")

    def one(title: str, page: str, operation: Any, *hurdles: tuple[bool, str], **whose: Any) -> Act:
        whose = whose or {"opportunity_id": key}
        return act(door, title, url_for(f"relations.{page}", **whose), operation, *hurdles)

    return [
        one("Change stage", "stage", change_stage, closed, locked),
        one("Edit", "edit_deal", update_opportunity, locked),
        one("New quote", "new_quote", create_quote, closed, locked),
        one("New contract", "new_contract", create_contract),
        one("Reopen", "reopening", reopen_opportunity, (shown.stage_kind == "open", "the deal is open")),
        one("Change owner", "transfer", transfer_records, closed, locked, kind="opportunity", record_ids=key),
        Act("Who may open it", url_for("relations.shares", kind="opportunity", record_id=key)),
        Act("Field history", url_for("relations.history", kind="opportunity", record_id=key)),
        Act("Automatic changes", url_for("relations.runs", kind="opportunity", record_id=key)),
        Act("Hand over", url_for("relations.new_hand_over", kind="opportunity", record_id=key)),
        one("Delete", "deletion", delete_record, locked, kind="opportunity", record_id=key),
    ]


@relations.page("/deals/<id:opportunity_id>/stage")
def stage(door: Door, opportunity_id: int) -> str:
    """Moves a deal to another stage."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    known = stages(door)
    others = [one for one in known if one.stage_id != shown.stage_id]
    asks = (
        Ask("stage_id", "Stage", stage_options(others, "open", "won", "lost")),
        Ask("loss_reason", "Why it is lost", blank="it is not lost"),
        Ask("loss_note", "What else there is to say of that"),
    )
    sheet = Sheet(
        f"Change the stage of {shown.number}", "Change the stage", deal_url(opportunity_id), crumbs_of(shown),
        (Part("", asks, wide=True),), note=f"{shown.name}, now in {shown.stage}",
    )  # fmt: skip
    action = url_for("relations.stage_changed", opportunity_id=opportunity_id)
    return sheet_page(door, change_stage, action, sheet, template="relations/stage.html", path=known, deal=shown)


@relations.action("/deals/<id:opportunity_id>/stage", change_stage, shows=stage)
def stage_changed(_door: Door, done: OpportunityChanged | None, opportunity_id: int) -> Done:
    """The deal is in another stage."""
    return Done(f"{done.number} is in {done.stage} now." if done else AGAIN, deal_url(opportunity_id))


@relations.page("/deals/<id:opportunity_id>/reopen")
def reopening(door: Door, opportunity_id: int) -> str:
    """Opens a closed deal again."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    asks = (
        Ask("stage_id", "Stage to which it goes back", stage_options(stages(door), "open")),
        Ask("close_date", "It is now expected to close on"),
    )
    sheet = Sheet(
        f"Reopen {shown.number}", "Reopen the deal", deal_url(opportunity_id), crumbs_of(shown), (Part("", asks),),
        note=f"{shown.name}, {shown.stage}", follows=("It counts in the pipeline and the forecast again.",),
    )  # fmt: skip
    return sheet_page(door, reopen_opportunity, url_for("relations.reopened", opportunity_id=opportunity_id), sheet)


@relations.action("/deals/<id:opportunity_id>/reopen", reopen_opportunity, shows=reopening)
def reopened(_door: Door, done: OpportunityChanged | None, opportunity_id: int) -> Done:
    """The deal is open again."""
    return Done(f"{done.number} is open again, in {done.stage}." if done else AGAIN, deal_url(opportunity_id))


@relations.page("/deals/new")
def new_deal(door: Door) -> str:
    """A deal with an account, whose people and price book it takes."""
    action = url_for("relations.deal_made")
    account_id = id_in(form_for(door, create_opportunity, action)["account_id"].value)
    who = _known(door, account_id) if account_id else None
    asks = (
        Ask("name", "Name"),
        Ask("account_id", "Account’s id", hint=who.name if who else "As its page shows it."),
        Ask("close_date", "Expected to close on"), Ask("kind", "Kind"),
        Ask("stage_id", "Stage", stage_options(stages(door), "open"), "the first one"),
        Ask("currency", "Currency", blank="the account’s"),
        Ask("price_book_id", "Price book", price_books(door), "the account’s, or the standard one"),
        Ask("primary_contact_id", "Primary contact", people_of(door, account_id) if who else None, "nobody yet"),
        Ask("owner_id", "Owner", colleagues(door), "you"), Ask("next_step", "Next step"),
        Ask("lead_source", "Where it came from", blank="not known"),
        Ask("campaign_id", "Campaign", campaigns(door), "none"),
        Ask("renews_contract_id", "Id of the contract that it renews", hint="Renewals alone name one."),
    )  # fmt: skip
    parts = (Part("", asks), Part("", (Ask("description", "What it is about", rows=4),), wide=True))
    sheet = Sheet(
        "New deal", "Save the deal", url_for("relations.deals"), [("Deals", url_for("relations.deals"))], parts
    )
    return sheet_page(door, create_opportunity, action, sheet)


def _known(door: Door, account_id: int) -> Any:
    """An account, or None where it cannot be opened: the form says so once it is sent."""
    try:
        return door.read(get_account, account_id=account_id)
    except Refusal:
        return None


@relations.action("/deals/new", create_opportunity, shows=new_deal)
def deal_made(_door: Door, done: OpportunityChanged | None) -> Done:
    """The deal is there."""
    if done is None:
        return Done(AGAIN, url_for("relations.deals"))
    return Done(f"The deal {done.number} was saved.", deal_url(done.opportunity_id))


@relations.page("/deals/<id:opportunity_id>/edit")
def edit_deal(door: Door, opportunity_id: int) -> str:
    """What is known of a deal."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    people = with_own(people_of(door, shown.account_id), shown.primary_contact_id, shown.primary_contact_name)
    books = with_own(price_books(door), shown.price_book_id, shown.price_book_name)
    asks = (
        Ask("name", "Name"), Ask("close_date", "Expected to close on"), Ask("next_step", "Next step"),
        Ask("forecast_category", "Forecast", blank="as it is"), Ask("kind", "Kind"),
        Ask("primary_contact_id", "Primary contact", people, "nobody"),
        Ask("account_id", "Account’s id", hint=shown.account_name),
        Ask("owner_id", "Owner", with_own(colleagues(door), shown.owner_id, shown.owner_name)),
        Ask("currency", "Currency", hint="Only while it has no lines."),
        Ask("price_book_id", "Price book", books, "none", hint="Only while it has no lines."),
        Ask("lead_source", "Where it came from", blank="not known"),
        Ask("campaign_id", "Campaign", with_own(campaigns(door), shown.campaign_id, shown.campaign_name), "none"),
    )  # fmt: skip
    parts = (Part("", asks), Part("", (Ask("description", "What it is about", rows=4),), wide=True))
    sheet = Sheet(
        f"Edit {shown.number}", "Save", deal_url(opportunity_id), crumbs_of(shown), parts, note=shown.name,
        emptied=emptied_of(update_opportunity),
    )  # fmt: skip
    values = values_of(shown, [ask.name for part in parts for ask in part.asks])
    return sheet_page(
        door, update_opportunity, url_for("relations.deal_saved", opportunity_id=opportunity_id), sheet, values
    )


@relations.action("/deals/<id:opportunity_id>/edit", update_opportunity, shows=edit_deal)
def deal_saved(_door: Door, done: OpportunityChanged | None, opportunity_id: int) -> Done:
    """The deal is saved."""
    return Done(f"The deal {done.number} was saved." if done else AGAIN, deal_url(opportunity_id))
