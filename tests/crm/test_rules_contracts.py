"""Promises of contracts and of the deals by which they go on: a renewal comes by itself, and once."""

from datetime import date, timedelta

from tiny_crm import Crm
from tiny_deals import CONTRACT, EARLY, LAMP, NEGOTIATION, OFFERED, QUOTE, TENT, WON, WON_DEAL
from tiny_records import ANNA, HARBOUR, ZWAAN
from tiny_staff import LEAVER, MANAGER, REP

from worlds.crm.operations.contracts import create_contract, get_contract, list_contracts, record_signature
from worlds.crm.operations.opportunities import change_stage, create_opportunity, get_opportunity
from worlds.crm.operations.passing_time import look_after
from worlds.crm.operations.quote_lines import set_discount
from worlds.crm.operations.quotes import present_quote, record_answer

TODAY = date(2026, 3, 16)
SOON = date(2026, 4, 1)


def renewals_of(crm: Crm) -> list[int]:
    return [row[0] for row in crm.rows("SELECT id FROM opportunity WHERE kind = 'renewal' ORDER BY id")]


def won(crm: Crm) -> int:
    """The hotel's offer, signed and won; its contract's id."""
    ctx = crm.as_("rep")
    crm.db.execute("UPDATE opportunity SET stage_id = ? WHERE id = ?", (NEGOTIATION, OFFERED))
    contract = create_contract(ctx, OFFERED, SOON).contract_id
    record_signature(ctx, contract, "Anna de Vries")
    change_stage(ctx, OFFERED, WON)
    return contract


# -- contracts ----------------------------------------------------------------------------------------------------


def test_contracts_are_found_by_what_they_are(crm: Crm):
    ctx = crm.as_("rep")
    (row,) = list_contracts(ctx, state="signed", account_id=ZWAAN, renewed=False, ends_to=date(2027, 2, 9)).items
    assert (row.number, row.value, row.opportunity_number) == ("K-2901", 124_500, "D-1045")
    assert list_contracts(ctx, query="k-2901 zwaan").total == 1
    assert list_contracts(ctx, ends_from=date(2027, 2, 10)).total == list_contracts(ctx, renewed=True).total == 0
    assert list_contracts(crm.as_("rep", 4)).total == 0
    with crm.refuses("contract_not_found", field="contract_id"):
        get_contract(crm.as_("rep", 4), CONTRACT)


def test_a_contract_is_drawn_up_for_a_deal(crm: Crm):
    ctx = crm.as_("rep")
    made = create_contract(ctx, OFFERED, SOON)
    assert (made.state, made.value, made.ends, made.account_id) == ("sent", 264_800, date(2027, 3, 31), ZWAAN)
    with crm.refuses("contract_exists", field="opportunity_id"):
        create_contract(ctx, OFFERED, SOON)
    for starts, ends, field in (
        (SOON, SOON - timedelta(days=1), "ends"), (SOON, date(2037, 1, 1), "ends"), (date(1990, 1, 1), None, "starts"),
    ):  # fmt: skip
        with crm.refuses("contract_days", field=field):
            create_contract(ctx, EARLY, starts, ends)
    with crm.refuses("deal_closed"):
        create_contract(ctx, WON_DEAL, SOON)


def test_a_contract_may_stand_on_an_accepted_quote(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("quote_not_accepted", field="quote_id"):
        create_contract(ctx, OFFERED, SOON, quote_id=QUOTE)
    set_discount(ctx, QUOTE, 500, "They sign for two years.")
    present_quote(ctx, QUOTE)
    record_answer(ctx, QUOTE, "accepted")
    with crm.refuses("quote_not_accepted", field="quote_id"):
        create_contract(ctx, EARLY, SOON, quote_id=QUOTE)
    made = create_contract(ctx, OFFERED, date(2028, 2, 29), quote_id=QUOTE)
    assert (made.value, made.quote_number, made.ends) == (251_560, "Q-2031", date(2029, 2, 28))


def test_a_signature_is_written_down_once(crm: Crm):
    ctx = crm.as_("rep")
    contract = create_contract(ctx, OFFERED, SOON).contract_id
    with crm.refuses("signed_later", field="signed_on"):
        record_signature(ctx, contract, "Anna de Vries", TODAY + timedelta(days=1))
    with crm.refuses("edit_not_permitted", field="contract_id"):
        record_signature(crm.as_("cs_manager"), contract, "Anna de Vries")
    done = record_signature(ctx, contract, "Anna de Vries", date(2026, 3, 12))
    assert (done.state, done.signed_by, done.signed_on) == ("signed", "Anna de Vries", date(2026, 3, 12))
    assert crm.history("contract", contract) == [("state", "sent", "signed", "user")]
    with crm.refuses("contract_settled", field="contract_id"):
        record_signature(ctx, contract, "Anna de Vries")


# -- renewals -----------------------------------------------------------------------------------------------------


def test_a_won_deal_is_to_be_renewed_once(crm: Crm):
    contract = won(crm)
    (renewal,) = renewals_of(crm)
    row = "name, account_id, owner_id, stage_id, amount, close_date, primary_contact_id, price_book_id, closed_at"
    assert crm.held("opportunity", renewal, row) == (
        "Hotel De Zwaan B.V.: renewal 2027", ZWAAN, REP, 1, 264_800, "2027-03-31", ANNA, 1, None,
    )  # fmt: skip
    shown = get_opportunity(crm.as_("rep"), renewal)
    assert ([(one.product_id, one.quantity) for one in shown.lines], shown.renews_contract_id) == (
        [(TENT, 10), (LAMP, 4)], contract,
    )  # fmt: skip
    assert shown.stage_history[0].by == "Renewals"
    told = get_contract(crm.as_("rep"), contract)
    assert (told.renewal_opportunity_id, told.renewal_number) == (renewal, shown.number)
    crm.now += timedelta(days=360)
    look_after(crm.as_system())
    assert [one for one in renewals_of(crm) if crm.held("opportunity", one, "close_date") == "2027-03-31"] == [renewal]


def test_a_renewal_has_today_s_prices_and_what_is_still_sold(crm: Crm):
    crm.db.execute("UPDATE price_book_entry SET list_price = 26000 WHERE price_book_id = 1 AND product_id = ?", (TENT,))
    crm.db.execute("UPDATE product SET active = 0 WHERE id = ?", (LAMP,))
    crm.db.execute("UPDATE opportunity_line SET discount_bp = 1000 WHERE opportunity_id = ?", (OFFERED,))
    won(crm)
    (renewal,) = renewals_of(crm)
    sql = "SELECT product_id, quantity, list_price, discount_bp, net FROM opportunity_line WHERE opportunity_id = ?"
    assert crm.rows(sql, renewal) == [(TENT, 10, 26_000, 0, 260_000)]
    assert crm.held("opportunity", renewal, "amount") == 260_000


def test_ninety_days_before_its_end_a_contract_is_to_be_renewed(crm: Crm):
    crm.db.execute("UPDATE contract SET ends = '2026-06-15'")
    assert look_after(crm.as_system()).renewals == 0
    crm.wait(days=1)
    assert look_after(crm.as_system()).renewals == 1
    (renewal,) = renewals_of(crm)
    assert crm.held("opportunity", renewal, "amount, close_date, owner_id") == (124_500, "2026-06-15", REP)
    assert look_after(crm.as_system()).renewals == 0


def test_the_renewal_of_who_has_left_goes_to_who_is_above_them(crm: Crm):
    crm.db.execute("UPDATE contract SET ends = '2026-05-01', opportunity_id = NULL")
    crm.db.execute("UPDATE account SET owner_id = ? WHERE id = ?", (LEAVER, ZWAAN))
    look_after(crm.as_system())
    (renewal,) = renewals_of(crm)
    assert crm.held("opportunity", renewal, "owner_id, amount, currency") == (MANAGER, 0, "EUR")


def test_nobody_makes_a_second_renewal(crm: Crm):
    ctx = crm.as_("rep")
    contract = won(crm)
    with crm.refuses("renewal_exists", field="renews_contract_id") as said:
        create_opportunity(ctx, "Renewal", ZWAAN, SOON, kind="renewal", renews_contract_id=contract)
    assert said.value.details == {"opportunity_id": renewals_of(crm)[0]}
    with crm.refuses("contract_required", field="renews_contract_id"):
        create_opportunity(ctx, "Renewal", ZWAAN, SOON, kind="renewal")
    with crm.refuses("not_a_renewal", field="renews_contract_id"):
        create_opportunity(ctx, "More", ZWAAN, SOON, renews_contract_id=CONTRACT)
    with crm.refuses("contract_of_other_account", field="renews_contract_id"):
        create_opportunity(ctx, "Renewal", HARBOUR, SOON, kind="renewal", renews_contract_id=CONTRACT)
    made = create_opportunity(ctx, "Renewal", ZWAAN, SOON, kind="renewal", renews_contract_id=CONTRACT)
    assert crm.held("contract", CONTRACT, "renewal_opportunity_id") == made.opportunity_id
