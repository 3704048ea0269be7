"""Promises of deals: their stages, what they are worth, and what nobody changes about them."""

from datetime import date, timedelta

from tiny_crm import Crm
from tiny_deals import (
    ANALYSIS,
    BARE,
    DECISION,
    EARLY,
    FRENCH_DEAL,
    GBP_DEAL,
    LAMP,
    LAST_YEAR,
    LOST,
    NEGOTIATION,
    OFFERED,
    PERCEPTION,
    PROPOSAL,
    PROSPECTING,
    QUALIFICATION,
    QUOTE,
    STERLING,
    TENT,
    VALUE,
    WON,
    WON_DEAL,
)
from tiny_records import ANNA, BRAM, CLAIRE, GARETH, HARBOUR, TILLEULS, ZWAAN
from tiny_staff import LEAVER, MANAGER, NORTH, OTHER_REP, REP

from worlds.crm import models
from worlds.crm.operations.approvals import submit_quote
from worlds.crm.operations.contact_roles import add_contact_role, remove_contact_role, update_contact_role
from worlds.crm.operations.lines import add_line, remove_line, update_line
from worlds.crm.operations.opportunities import (
    change_stage,
    create_opportunity,
    get_opportunity,
    list_opportunities,
    reopen_opportunity,
    update_opportunity,
)
from worlds.crm.operations.quote_lines import set_discount
from worlds.crm.records import changing, heads

TODAY = date(2026, 3, 16)
SOON = date(2026, 6, 30)


def ids(page) -> list[int]:
    return [row.opportunity_id for row in page.items]


def moves(crm: Crm, deal: int) -> list[tuple[int | None, int, str]]:
    sql = "SELECT from_stage_id, to_stage_id, actor_name FROM stage_history WHERE opportunity_id = ? ORDER BY id"
    return crm.rows(sql, deal)


def signed(crm: Crm, deal: int, account: int = ZWAAN, ends: date = date(2027, 3, 31)) -> int:
    """A signed contract of a deal; its id."""
    key = crm.count("contract") + 1
    crm.add(
        models.Contract(
            id=key, number=f"K-{3100 + key}", account_id=account, opportunity_id=deal, state="signed", currency="EUR",
            starts=TODAY, ends=ends, value=1, signed_on=TODAY, created_at=crm.now, updated_at=crm.now,
        )
    )  # fmt: skip
    return key


# -- finding and reading ------------------------------------------------------------------------------------------


def test_deals_are_found_by_what_they_are(crm: Crm):
    ctx = crm.as_("vp")
    assert ids(list_opportunities(ctx)) == [BARE, WON_DEAL, GBP_DEAL, FRENCH_DEAL, OFFERED, EARLY]
    assert ids(list_opportunities(ctx, query="d-1042 garden")) == [OFFERED]
    assert ids(list_opportunities(ctx, stage_kind="closed")) == ids(list_opportunities(ctx, stage_id=WON)) == [WON_DEAL]
    assert ids(list_opportunities(ctx, account_id=HARBOUR, currency="GBP")) == [GBP_DEAL]
    assert ids(list_opportunities(ctx, owner_id=OTHER_REP)) == [FRENCH_DEAL]
    assert ids(list_opportunities(ctx, territory_id=NORTH, stage_kind="open", sort="amount"))[0] == OFFERED
    assert ids(list_opportunities(ctx, contact_id=GARETH)) == [GBP_DEAL]
    assert ids(list_opportunities(ctx, close_from=date(2026, 4, 12), close_to=date(2026, 4, 13))) == [
        FRENCH_DEAL,
        OFFERED,
    ]
    assert list_opportunities(ctx, approval_lock=True).total == 0
    assert ids(list_opportunities(ctx, page=2, page_size=4)) == [OFFERED, EARLY]


def test_what_nobody_had_to_do_with_for_long_is_found(crm: Crm):
    crm.db.execute("UPDATE opportunity SET last_activity_on = '2026-03-01' WHERE id <> ?", (EARLY,))
    crm.db.execute("UPDATE opportunity SET last_activity_on = '2025-11-01' WHERE id = ?", (BARE,))
    stale = list_opportunities(crm.as_("vp"), stage_kind="open", no_activity_since=TODAY - timedelta(days=90))
    assert ids(stale) == [BARE, EARLY]


def test_a_rep_sees_the_deals_of_their_own_accounts(crm: Crm):
    assert FRENCH_DEAL not in ids(list_opportunities(crm.as_("rep")))
    with crm.refuses("opportunity_not_found", field="opportunity_id"):
        get_opportunity(crm.as_("rep"), FRENCH_DEAL)
    assert get_opportunity(crm.as_("finance"), FRENCH_DEAL).owner_name == "Camille Renard"


def test_a_deal_shows_lines_people_quotes_and_contracts(crm: Crm):
    shown = get_opportunity(crm.as_("rep"), OFFERED)
    assert [(one.sku, one.quantity, one.net) for one in shown.lines] == [
        ("TN-0401", 10, 249_000),
        ("LT-0210", 4, 15_800),
    ]
    assert [(one.name, one.role, one.primary) for one in shown.contact_roles] == [
        ("Anna de Vries", "decision_maker", True)
    ]
    assert [one.number for one in shown.quotes] == ["Q-2031"]
    assert (shown.amount, shown.amount_eur, shown.version) == (264_800, 264_800, 1)
    assert (shown.withheld, shown.approval_lock, shown.price_book_name) == ([], False, "Standard EUR")
    assert [one.number for one in get_opportunity(crm.as_("rep"), WON_DEAL).contracts] == ["K-2901"]


def test_an_amount_is_in_euros_at_the_rate_of_the_close_date(crm: Crm):
    """It closes on 14 April, when the rate of 1 April holds."""
    assert get_opportunity(crm.as_("rep"), GBP_DEAL).amount == 657_000
    assert get_opportunity(crm.as_("rep"), GBP_DEAL).amount_eur == 781_830
    update_opportunity(crm.as_("rep"), GBP_DEAL, close_date=date(2026, 3, 31))
    assert get_opportunity(crm.as_("rep"), GBP_DEAL).amount_eur == 768_690
    crm.db.execute("DELETE FROM exchange_rate")
    assert get_opportunity(crm.as_("rep"), GBP_DEAL).amount_eur is None


# -- making and changing ------------------------------------------------------------------------------------------


def test_a_new_deal_begins_with_what_its_account_has(crm: Crm):
    made = create_opportunity(crm.as_("rep"), "Winter tents", HARBOUR, SOON, next_step="Send samples")
    row = "number, stage_id, pipeline_id, currency, price_book_id, owner_id, amount, probability, forecast_category"
    assert crm.held("opportunity", made.opportunity_id, row) == (
        made.number, PROSPECTING, 1, "GBP", STERLING, REP, 0, 10, "pipeline",
    )  # fmt: skip
    assert made.number.startswith("D-")
    assert moves(crm, made.opportunity_id) == [(None, PROSPECTING, "Daan Visser")]
    assert ids(list_opportunities(crm.as_("rep"), query="harbour winter")) == [made.opportunity_id]


def test_a_deal_begins_open_and_closes_today_or_later(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("close_date_past", field="close_date"):
        create_opportunity(ctx, "Late", ZWAAN, TODAY - timedelta(days=1))
    with crm.refuses("deal_starts_open", field="stage_id"):
        create_opportunity(ctx, "Won at once", ZWAAN, SOON, stage_id=WON)
    with crm.refuses("stage_skipped", field="stage_id"):
        create_opportunity(ctx, "Nearly won", ZWAAN, SOON, stage_id=VALUE)
    with crm.refuses("account_not_found", field="account_id"):
        create_opportunity(ctx, "Not mine", TILLEULS, SOON)
    with crm.refuses("owner_inactive", field="owner_id"):
        create_opportunity(ctx, "Whose?", ZWAAN, SOON, owner_id=LEAVER)
    with crm.refuses("price_book_inactive", field="price_book_id"):
        create_opportunity(ctx, "Old prices", ZWAAN, SOON, price_book_id=LAST_YEAR)
    with crm.refuses("price_book_currency", field="price_book_id"):
        create_opportunity(ctx, "In pounds", ZWAAN, SOON, price_book_id=STERLING)
    assert create_opportunity(ctx, "Today", ZWAAN, TODAY).close_date == TODAY


def test_what_is_left_out_stays_and_what_is_emptied_goes(crm: Crm):
    ctx = crm.as_("rep")
    update_opportunity(ctx, EARLY, description="Lanterns for the lobby.", forecast_category="commit")
    row = "name, next_step, description, forecast_category, probability"
    assert crm.held("opportunity", EARLY, row) == (
        "Lobby lighting", "Call again", "Lanterns for the lobby.", "commit", 20,
    )  # fmt: skip
    update_opportunity(ctx, EARLY, empty=["next_step"])
    assert crm.held("opportunity", EARLY, "next_step") is None
    assert ("next_step", "Call again", None, "user") in crm.history("opportunity", EARLY)
    with crm.refuses("set_and_emptied", field="empty"):
        update_opportunity(ctx, EARLY, next_step="Wait", empty=["next_step"])
    with crm.refuses("close_date_past", field="close_date"):
        update_opportunity(ctx, EARLY, close_date=TODAY - timedelta(days=1))


def test_whoever_only_reads_a_deal_changes_nothing(crm: Crm):
    with crm.refuses("edit_not_permitted", field="opportunity_id"):
        update_opportunity(crm.as_("cs_manager"), EARLY, next_step="Mine")
    with crm.refuses("edit_not_permitted", field="opportunity_id"):
        add_line(crm.as_("cs_manager"), EARLY, TENT, 1)
    assert "finance" not in update_opportunity.roles
    assert update_opportunity(crm.as_("sales_manager", MANAGER), EARLY, next_step="Ask Daan").opportunity_id == EARLY


def test_a_locked_deal_is_changed_by_nobody(crm: Crm):
    set_discount(crm.as_("rep"), QUOTE, 2_200, "They order for three years.")
    submit_quote(crm.as_("rep"), QUOTE, "They order for three years.")
    assert ids(list_opportunities(crm.as_("rep"), approval_lock=True)) == [OFFERED]
    for role in ("rep", "admin"):
        ctx = crm.as_(role)
        for call in (
            lambda who=ctx: update_opportunity(who, OFFERED, next_step="Now"),
            lambda who=ctx: change_stage(who, OFFERED, LOST, "price"),
            lambda who=ctx: add_line(who, OFFERED, TENT, 1),
            lambda who=ctx: update_line(who, OFFERED, 2, quantity=1),
            lambda who=ctx: add_contact_role(who, OFFERED, BRAM, "user"),
        ):
            with crm.refuses("approval_lock", field="opportunity_id"):
                call()


# -- stages -------------------------------------------------------------------------------------------------------


def test_a_stage_brings_its_probability_and_is_written_down(crm: Crm):
    crm.wait(hours=1)
    done = change_stage(crm.as_("rep"), BARE, QUALIFICATION)
    assert (done.stage_id, done.stage) == (QUALIFICATION, "Qualification")
    update_opportunity(crm.as_("rep"), BARE, primary_contact_id=ANNA)
    change_stage(crm.as_("rep"), BARE, ANALYSIS)
    row = "stage_id, last_stage_id, probability, forecast_category, stage_since, closed_at"
    assert crm.held("opportunity", BARE, row) == (
        ANALYSIS, QUALIFICATION, 20, "pipeline", "2026-03-16T09:00:00Z", None,
    )  # fmt: skip
    assert moves(crm, BARE)[1:] == [
        (PROSPECTING, QUALIFICATION, "Daan Visser"),
        (QUALIFICATION, ANALYSIS, "Daan Visser"),
    ]
    assert get_opportunity(crm.as_("rep"), BARE).stage_history[0].to_stage == "Needs Analysis"


def test_two_stages_may_be_left_out_and_no_more(crm: Crm):
    ctx = crm.as_("rep")
    update_opportunity(ctx, BARE, primary_contact_id=ANNA)
    with crm.refuses("stage_skipped", field="stage_id") as said:
        change_stage(ctx, BARE, DECISION)
    assert "3 stages" in said.value.message
    add_contact_role(ctx, BARE, ANNA, "economic_buyer")
    assert change_stage(ctx, BARE, VALUE).stage_id == VALUE
    assert change_stage(ctx, BARE, PROSPECTING).stage_id == PROSPECTING


def test_stages_ask_for_people_and_quotes(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("required_for_stage", field="primary_contact_id"):
        change_stage(ctx, BARE, ANALYSIS)
    with crm.refuses("decider_required", field="stage_id"):
        change_stage(ctx, EARLY, VALUE)
    add_contact_role(ctx, EARLY, ANNA, "decision_maker")
    change_stage(ctx, EARLY, PERCEPTION)
    with crm.refuses("quote_required", field="stage_id"):
        change_stage(ctx, EARLY, PROPOSAL)
    with crm.refuses("presented_quote_required", field="stage_id"):
        change_stage(ctx, OFFERED, NEGOTIATION)
    crm.db.execute("UPDATE quote SET status = 'rejected'")
    change_stage(ctx, OFFERED, PERCEPTION)
    with crm.refuses("quote_required"):
        change_stage(ctx, OFFERED, PROPOSAL)
    crm.db.execute("UPDATE quote SET status = 'draft'")
    assert change_stage(ctx, OFFERED, PROPOSAL).stage_id == PROPOSAL
    with crm.refuses("stage_not_found", field="stage_id"):
        change_stage(ctx, OFFERED, 99)


def test_a_deal_is_lost_from_any_stage_with_a_reason(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("required_for_stage", field="loss_reason"):
        change_stage(ctx, EARLY, LOST)
    with crm.refuses("loss_note_required", field="loss_note"):
        change_stage(ctx, EARLY, LOST, "other")
    with crm.refuses("deal_not_lost", field="loss_reason"):
        change_stage(ctx, EARLY, QUALIFICATION, "price")
    change_stage(ctx, EARLY, LOST, "no_budget", "Next year perhaps.")
    row = "stage_id, loss_reason, probability, forecast_category, close_date, closed_at"
    assert crm.held("opportunity", EARLY, row) == (
        LOST, "no_budget", 0, "omitted", "2026-03-16", "2026-03-16T08:00:00Z",
    )  # fmt: skip


def test_winning_needs_an_amount_a_contact_and_a_signed_contract(crm: Crm):
    ctx = crm.as_("rep")
    crm.db.execute("UPDATE opportunity SET stage_id = ? WHERE id = ?", (NEGOTIATION, OFFERED))
    with crm.refuses("contract_unsigned", field="stage_id"):
        change_stage(ctx, OFFERED, WON)
    signed(crm, OFFERED)
    update_opportunity(ctx, OFFERED, empty=["primary_contact_id"])
    with crm.refuses("required_for_stage", field="primary_contact_id"):
        change_stage(ctx, OFFERED, WON)
    update_opportunity(ctx, OFFERED, primary_contact_id=BRAM)
    for line in (2, 3):
        remove_line(ctx, OFFERED, line)
    with crm.refuses("required_for_stage", field="amount"):
        change_stage(ctx, OFFERED, WON)
    add_line(ctx, OFFERED, LAMP, 3)
    done = change_stage(ctx, OFFERED, WON)
    assert (done.stage, done.close_date, done.amount) == ("Closed Won", TODAY, 11_850)
    assert crm.held("opportunity", OFFERED, "probability, forecast_category") == (100, "closed")


def test_a_closed_deal_stays_as_it_is(crm: Crm):
    ctx = crm.as_("rep")
    for values, field in (
        ({"close_date": SOON}, "close_date"),
        ({"forecast_category": "commit"}, "forecast_category"),
        ({"account_id": HARBOUR}, "account_id"),
    ):
        with crm.refuses("deal_closed", field=field):
            update_opportunity(ctx, WON_DEAL, **values)
    for call in (
        lambda: add_line(ctx, WON_DEAL, LAMP, 1),
        lambda: change_stage(ctx, WON_DEAL, QUALIFICATION),
        lambda: add_contact_role(ctx, WON_DEAL, BRAM, "user"),
    ):
        with crm.refuses("deal_closed", field="opportunity_id"):
            call()
    with crm.refuses("deal_closed", field="stage_id"):
        change_stage(ctx, WON_DEAL, LOST, "price")
    assert update_opportunity(ctx, WON_DEAL, description="All went well.").opportunity_id == WON_DEAL


def test_managers_open_closed_deals_again(crm: Crm):
    change_stage(crm.as_("rep"), EARLY, LOST, "other", "They moved.")
    row: heads.Opportunity = heads.opportunity(crm.as_("rep"), EARLY)
    with crm.refuses("reopen_not_permitted", field="opportunity_id"):
        changing.change(crm.as_("rep"), "opportunity", row, {"stage_id": ANALYSIS, "close_date": SOON})
    assert "rep" not in reopen_opportunity.roles
    manager = crm.as_("sales_manager")
    with crm.refuses("stage_not_open", field="stage_id"):
        reopen_opportunity(manager, EARLY, WON, SOON)
    with crm.refuses("close_date_past", field="close_date"):
        reopen_opportunity(manager, EARLY, ANALYSIS, TODAY - timedelta(days=3))
    reopen_opportunity(manager, EARLY, ANALYSIS, SOON)
    held = "stage_id, close_date, closed_at, loss_reason, loss_note, forecast_category"
    assert crm.held("opportunity", EARLY, held) == (ANALYSIS, "2026-06-30", None, None, None, "pipeline")
    with crm.refuses("deal_not_closed", field="opportunity_id"):
        reopen_opportunity(manager, EARLY, ANALYSIS, SOON)


# -- people -------------------------------------------------------------------------------------------------------


def test_people_have_parts_in_a_deal(crm: Crm):
    ctx = crm.as_("rep")
    made = add_contact_role(ctx, EARLY, BRAM, "evaluator", primary=True)
    assert [(one.contact_id, one.role, one.primary) for one in made.contact_roles] == [(BRAM, "evaluator", True)]
    role = made.contact_roles[0].contact_role_id
    with crm.refuses("contact_role_exists", field="contact_id"):
        add_contact_role(ctx, EARLY, BRAM, "user")
    changed = update_contact_role(ctx, EARLY, role, role="economic_buyer", primary=False)
    assert (changed.contact_roles[0].role, changed.primary_contact_id) == ("economic_buyer", None)
    assert remove_contact_role(ctx, EARLY, role).contact_roles == []
    with crm.refuses("contact_role_not_found", field="contact_role_id"):
        remove_contact_role(ctx, EARLY, role)
    with crm.refuses("contact_not_found", field="contact_id"):
        add_contact_role(ctx, EARLY, CLAIRE, "user")
