"""Promises against ways around the limit of discount, around locks, and to a second renewal (rules CR6 and CR13)."""

from datetime import date

import pytest
from tiny_crm import Crm
from tiny_deals import (
    BARE,
    CONTRACT,
    EARLY,
    GBP_DEAL,
    LAMP,
    LAST_YEAR,
    NEGOTIATION,
    OFFERED,
    QUOTE,
    STANDARD,
    STERLING,
    TENT,
    WON,
    WON_DEAL,
)
from tiny_records import ZWAAN
from tiny_staff import OTHER_REP, REP

from worlds.crm.operations.approvals import decide_approval, recall_approval, submit_quote
from worlds.crm.operations.bulk import FieldValue, bulk_update_records
from worlds.crm.operations.colleagues import colleague_updates
from worlds.crm.operations.contact_roles import add_contact_role
from worlds.crm.operations.contracts import create_contract, record_signature
from worlds.crm.operations.history import delete_record
from worlds.crm.operations.lines import add_line, remove_line, update_line
from worlds.crm.operations.opportunities import (
    change_stage,
    create_opportunity,
    reopen_opportunity,
    update_opportunity,
)
from worlds.crm.operations.ownership import transfer_records
from worlds.crm.operations.passing_time import look_after
from worlds.crm.operations.quote_lines import add_quote_line, set_discount, update_quote_line
from worlds.crm.operations.quotes import create_quote, present_quote, record_answer, revise_quote, update_quote

pytestmark = pytest.mark.usefixtures("lawful")
WHY = "They order for three years."


def approved(crm: Crm, discount: int = 1_500) -> None:
    """Let the quote's discount be approved by the manager."""
    set_discount(crm.as_("rep"), QUOTE, discount, WHY)
    request = submit_quote(crm.as_("rep"), QUOTE, WHY).approval_id
    decide_approval(crm.as_("sales_manager"), request, "approved")


# -- the limit ----------------------------------------------------------------------------------------------------


def test_a_contract_on_a_deals_own_lines_gives_no_discount_that_nobody_approved(crm: Crm):
    ctx = crm.as_("rep")
    present_quote(ctx, QUOTE)
    change_stage(ctx, OFFERED, NEGOTIATION)
    update_line(ctx, OFFERED, 2, discount=2_500)
    with crm.refuses("approval_needed", field="quote_id"):
        create_contract(ctx, OFFERED, date(2026, 4, 1))
    update_line(ctx, OFFERED, 2, discount=1_000)
    assert create_contract(ctx, OFFERED, date(2026, 4, 1)).value == 24_900 * 10 * 9 // 10 + 3_950 * 4


def test_what_was_approved_and_accepted_is_agreed_at_its_own_total(crm: Crm):
    approved(crm)
    ctx = crm.as_("rep")
    with crm.refuses("quote_not_accepted", field="quote_id"):
        create_contract(ctx, OFFERED, date(2026, 4, 1), quote_id=QUOTE)
    total = present_quote(ctx, QUOTE).total
    record_answer(ctx, QUOTE, "accepted")
    assert create_contract(ctx, OFFERED, date(2026, 4, 1), quote_id=QUOTE).value == total


def test_lines_and_quote_count_together_and_so_do_lines_of_another_currency(crm: Crm):
    ctx = crm.as_("rep")
    update_quote_line(ctx, QUOTE, 1, discount=900)
    set_discount(ctx, QUOTE, 900, WHY)
    with crm.refuses("approval_needed", field="quote_id"):
        present_quote(ctx, QUOTE)
    other = create_quote(ctx, OFFERED, currency="GBP")
    assert set_discount(ctx, other.quote_id, 1_001, WHY).approval_needed
    with crm.refuses("approval_needed", field="quote_id"):
        present_quote(ctx, other.quote_id)


def test_goods_are_not_given_free_below_their_floor(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("below_floor", field="discount"):
        add_quote_line(ctx, QUOTE, LAMP, 40, discount=10_000)
    with crm.refuses("below_floor", field="discount"):
        add_line(ctx, OFFERED, LAMP, 40, discount=10_000)
    with crm.refuses("below_floor", field="discount"):
        set_discount(crm.as_("vp"), QUOTE, 4_000, WHY)


def test_a_draft_made_of_an_approved_quote_is_asked_for_anew(crm: Crm):
    approved(crm)
    ctx = crm.as_("rep")
    again = revise_quote(ctx, QUOTE)
    assert (again.status, crm.held("quote", QUOTE, "status")) == ("draft", "superseded")
    with crm.refuses("approval_needed", field="quote_id"):
        present_quote(ctx, again.quote_id)
    with crm.refuses("quote_settled", field="quote_id"):
        present_quote(ctx, QUOTE)


def test_an_approved_quote_keeps_what_was_approved_whatever_becomes_of_its_deal(crm: Crm):
    approved(crm)
    ctx = crm.as_("rep")
    update_line(ctx, OFFERED, 2, quantity=1, discount=2_500)
    for attempt in (
        lambda: set_discount(ctx, QUOTE, 2_000, WHY),
        lambda: update_quote_line(ctx, QUOTE, 1, discount=2_000),
        lambda: add_quote_line(ctx, QUOTE, TENT, 1),
    ):
        with crm.refuses("quote_not_draft", field="quote_id"):
            attempt()
    assert present_quote(ctx, QUOTE).off_list == 1_500


def test_a_discount_that_was_recalled_and_raised_needs_another_approval(crm: Crm):
    ctx = crm.as_("rep")
    set_discount(ctx, QUOTE, 1_500, WHY)
    recall_approval(ctx, submit_quote(ctx, QUOTE, WHY).approval_id)
    set_discount(ctx, QUOTE, 1_900, WHY)
    with crm.refuses("approval_needed", field="quote_id"):
        present_quote(ctx, QUOTE)
    set_discount(ctx, QUOTE, 900, WHY)
    assert present_quote(ctx, QUOTE).status == "presented"


def test_discounts_of_lines_say_why_as_well(crm: Crm):
    ctx = crm.as_("rep")
    update_quote_line(ctx, QUOTE, 1, discount=500)
    with crm.refuses("discount_reason_required", field="quote_id"):
        present_quote(ctx, QUOTE)
    set_discount(ctx, QUOTE, 0, WHY)
    assert present_quote(ctx, QUOTE).discount_reason == WHY


def test_last_years_prices_come_back_by_no_way(crm: Crm):
    """A quote of last year's book is neither presented, nor added to, nor made again."""
    ctx = crm.as_("rep")
    crm.db.execute("UPDATE quote SET price_book_id = ? WHERE id = ?", (LAST_YEAR, QUOTE))
    with crm.refuses("price_book_inactive", field="quote_id"):
        present_quote(ctx, QUOTE)
    with crm.refuses("price_book_inactive", field="quote_id"):
        add_quote_line(ctx, QUOTE, TENT, 1)
    crm.db.execute("UPDATE quote SET status = 'expired' WHERE id = ?", (QUOTE,))
    with crm.refuses("price_book_inactive", field="quote_id"):
        revise_quote(ctx, QUOTE)
    crm.db.execute("UPDATE opportunity SET price_book_id = ? WHERE id = ?", (LAST_YEAR, OFFERED))
    with crm.refuses("price_book_inactive"):
        add_line(ctx, OFFERED, TENT, 1)


# -- the lock -----------------------------------------------------------------------------------------------------


def test_a_deal_in_approval_is_changed_by_no_operation(crm: Crm):
    ctx = crm.as_("rep")
    set_discount(ctx, QUOTE, 1_500, WHY)
    submit_quote(ctx, QUOTE, WHY)
    for attempt in (
        lambda: create_quote(ctx, OFFERED),
        lambda: revise_quote(ctx, QUOTE),
        lambda: update_quote(ctx, QUOTE, notes="Hurry."),
        lambda: add_line(ctx, OFFERED, LAMP, 1),
        lambda: remove_line(ctx, OFFERED, 2),
        lambda: add_contact_role(ctx, OFFERED, 2, "user"),
        lambda: create_contract(ctx, OFFERED, date(2026, 4, 1)),
        lambda: update_opportunity(crm.as_("admin"), OFFERED, next_step="Wait."),
        lambda: delete_record(ctx, "opportunity", OFFERED),
        lambda: colleague_updates(
            crm.as_system("Daan Visser"), "opportunity", OFFERED, [FieldValue(field="next_step", value="Wait.")]
        ),
    ):
        with crm.refuses("approval_lock"):
            attempt()
    done = bulk_update_records(ctx, "opportunity", [OFFERED], [FieldValue(field="next_step", value="Wait.")])
    assert (done.failed, done.items[0].error) == (1, "APPROVAL_LOCK")
    moved = transfer_records(crm.as_("sales_ops"), "opportunity", [OFFERED], OTHER_REP)
    assert (moved.failed, moved.items[0].error) == (1, "APPROVAL_LOCK")


def test_a_closed_deal_keeps_its_owner_by_every_way(crm: Crm):
    boss = crm.as_("sales_ops")
    with crm.refuses("deal_closed", field="owner_id"):
        update_opportunity(boss, WON_DEAL, owner_id=OTHER_REP)
    done = bulk_update_records(boss, "opportunity", [WON_DEAL], [FieldValue(field="owner_id", value=str(OTHER_REP))])
    assert done.items[0].error == "DEAL_CLOSED"
    assert transfer_records(boss, "opportunity", [WON_DEAL], OTHER_REP).items[0].error == "DEAL_CLOSED"
    transfer_records(boss, "account", [ZWAAN], OTHER_REP, with_open_deals=True)
    assert crm.held("opportunity", WON_DEAL, "owner_id") == REP


# -- the renewal --------------------------------------------------------------------------------------------------


def won(crm: Crm) -> int:
    """Win the deal that was offered; the id of its renewal."""
    ctx = crm.as_("rep")
    present_quote(ctx, QUOTE)
    change_stage(ctx, OFFERED, NEGOTIATION)
    contract = create_contract(ctx, OFFERED, date(2026, 4, 1)).contract_id
    record_signature(ctx, contract, "Anna de Vries")
    change_stage(ctx, OFFERED, WON)
    return int(crm.held("contract", contract, "renewal_opportunity_id"))


def test_a_contract_is_renewed_once_whatever_is_done_with_its_deal(crm: Crm):
    renewal = won(crm)
    deals = crm.count("opportunity")
    reopen_opportunity(crm.as_("sales_manager"), OFFERED, NEGOTIATION, date(2026, 5, 1))
    change_stage(crm.as_("rep"), OFFERED, WON)
    crm.now = crm.now.replace(year=2027, month=1)
    look_after(crm.as_system())
    assert crm.rows("SELECT id FROM opportunity WHERE kind = 'renewal' AND close_date >= '2027-03-01'") == [(renewal,)]
    assert crm.count("opportunity") == deals + 1  # the renewal of the other contract, which came with the night


def test_a_renewal_is_not_thrown_away_and_made_again(crm: Crm):
    renewal = won(crm)
    with crm.refuses("record_needed", field="record_id"):
        delete_record(crm.as_("rep"), "opportunity", renewal)
    change_stage(crm.as_("rep"), renewal, 10, "no_budget")
    with crm.refuses("renewal_exists", field="renews_contract_id"):
        create_opportunity(
            crm.as_("rep"), "Once more", ZWAAN, date(2027, 3, 1), kind="renewal", renews_contract_id=CONTRACT + 1
        )


def test_a_deal_does_not_become_a_renewal_later(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("field_not_changeable", field="kind"):
        update_opportunity(ctx, EARLY, kind="renewal")
    renewal = won(crm)
    with crm.refuses("field_not_changeable", field="kind"):
        update_opportunity(ctx, renewal, kind="new")
    update_opportunity(ctx, EARLY, kind="expansion")
    assert crm.held("opportunity", EARLY, "kind") == "expansion"


def test_what_the_customer_has_terminated_gets_no_renewal(crm: Crm):
    crm.db.execute("UPDATE contract SET state = 'terminated', ends = '2026-05-01' WHERE id = ?", (CONTRACT,))
    assert look_after(crm.as_system()).renewals == 0
    with crm.refuses("contract_settled", field="renews_contract_id"):
        create_opportunity(
            crm.as_("rep"), "Go on", ZWAAN, date(2026, 5, 1), kind="renewal", renews_contract_id=CONTRACT
        )


# -- stages -------------------------------------------------------------------------------------------------------


def test_stages_are_not_left_out_by_changing_many_or_by_beginning_late(crm: Crm):
    ctx = crm.as_("rep")
    done = bulk_update_records(ctx, "opportunity", [BARE], [FieldValue(field="stage", value="Closed Won")])
    assert done.items[0].error == "STAGE_SKIPPED"
    with crm.refuses("stage_skipped", field="stage_id"):
        create_opportunity(ctx, "In a hurry", ZWAAN, date(2026, 5, 1), stage_id=NEGOTIATION)
    done = bulk_update_records(ctx, "opportunity", [WON_DEAL], [FieldValue(field="stage_id", value="3")])
    assert done.items[0].error == "REOPEN_NOT_PERMITTED"


def test_a_deals_currency_stays_once_it_has_lines(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("lines_are_priced", field="currency"):
        update_opportunity(ctx, GBP_DEAL, currency="EUR")
    with crm.refuses("lines_are_priced", field="price_book_id"):
        update_opportunity(ctx, GBP_DEAL, price_book_id=STANDARD)
    with crm.refuses("price_book_currency"):
        update_opportunity(ctx, BARE, price_book_id=STERLING)
