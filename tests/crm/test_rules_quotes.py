"""Promises of the catalogue and of quotes: their prices, their sums, and the way from a draft to an answer."""

from datetime import date, timedelta

import pytest
from tiny_crm import Crm
from tiny_deals import (
    BARE,
    FRENCH_DEAL,
    GBP_DEAL,
    LAMP,
    LAST_YEAR,
    OFFERED,
    OLD_STOVE,
    QUOTE,
    RESELLER,
    STERLING,
    TENT,
)
from tiny_records import ANNA, BRAM, CLAIRE

from worlds.crm.operations.catalogue import list_exchange_rates, list_price_books, list_prices, list_products
from worlds.crm.operations.quote_lines import add_quote_line, remove_quote_line, set_discount, update_quote_line
from worlds.crm.operations.quotes import (
    create_quote,
    get_quote,
    list_quotes,
    present_quote,
    record_answer,
    revise_quote,
    update_quote,
)
from worlds.crm.selling import quoting

TODAY = date(2026, 3, 16)


def ids(page) -> list[int]:
    return [row.quote_id for row in page.items]


def status(crm: Crm, quote: int = QUOTE) -> str:
    return str(crm.held("quote", quote, "status"))


# -- the catalogue ------------------------------------------------------------------------------------------------


def test_products_are_found_and_their_cost_is_for_few(crm: Crm):
    assert [one.sku for one in list_products(crm.as_("rep"), active=True).items] == ["LT-0210", "TN-0401"]
    (tent,) = list_products(crm.as_("rep"), query="BELL tent").items
    assert (tent.cost, tent.withheld, tent.floor_price) == (None, ["cost"], 17_500)
    (tent,) = list_products(crm.as_("finance"), line="tents").items
    assert (tent.cost, tent.withheld) == (11_000, [])


def test_prices_are_those_of_a_book(crm: Crm):
    ctx = crm.as_("rep")
    books = list_price_books(ctx).items
    assert [(one.name, one.currency, one.active, one.prices) for one in books][-1] == (
        "Standard EUR 2025", "EUR", False, 2,
    )  # fmt: skip
    assert [one.price_book_id for one in list_price_books(ctx, currency="GBP").items] == [STERLING]
    assert [one.list_price for one in list_prices(ctx, product_id=TENT).items] == [24_900, 21_900, 19_900, 22_900]
    stove = list_prices(ctx, query="stove").items[0]
    assert (stove.product_id, stove.active) == (OLD_STOVE, False)
    assert [one.sku for one in list_prices(ctx, price_book_id=RESELLER).items] == ["LT-0210", "TN-0401"]
    with crm.refuses("price_book_not_found", field="price_book_id"):
        list_prices(ctx, price_book_id=99)


def test_rates_are_those_of_a_day(crm: Crm):
    ctx = crm.as_("rep")
    assert [(str(one.valid_from), one.rate) for one in list_exchange_rates(ctx, "GBP").items] == [
        ("2026-04-01", "1.19"),
        ("2026-01-01", "1.17"),
    ]
    assert [one.rate for one in list_exchange_rates(ctx, on=date(2026, 3, 31)).items] == ["1.17"]
    assert list_exchange_rates(ctx, to_currency="GBP").total == 0


# -- making one ---------------------------------------------------------------------------------------------------


def test_a_quote_has_the_lines_of_its_deal_at_the_prices_of_a_book(crm: Crm):
    ctx = crm.as_("rep")
    made = create_quote(ctx, OFFERED)
    assert [(one.sku, one.quantity, one.list_price) for one in made.lines] == [
        ("TN-0401", 10, 24_900),
        ("LT-0210", 4, 3_950),
    ]
    assert (made.status, made.total, made.contact_id, made.price_book_name) == (
        "draft", 264_800, ANNA, "Standard EUR",
    )  # fmt: skip
    assert made.expires_on == TODAY + timedelta(days=30)
    cheaper = create_quote(ctx, OFFERED, price_book_id=RESELLER, contact_id=BRAM, expires_on=TODAY)
    assert (cheaper.total, cheaper.contact_name) == (199_000 + 12_600, "Bram Koster")
    assert crm.held("opportunity", OFFERED, "amount, price_book_id") == (264_800, 1)
    assert ids(list_quotes(ctx, opportunity_id=OFFERED)) == [cheaper.quote_id, made.quote_id, QUOTE]


def test_a_quote_in_another_currency_is_at_the_rate_of_the_close_date(crm: Crm):
    """Thirty tents at 219.00 GBP; 1.19 EUR on the close date: 260.61 EUR a piece, rounded before it is multiplied."""
    made = create_quote(crm.as_("rep"), GBP_DEAL, currency="EUR")
    assert (made.currency, made.lines[0].list_price, made.total) == ("EUR", 26_061, 781_830)
    crm.db.execute("UPDATE price_book_entry SET list_price = 21905 WHERE price_book_id = ?", (STERLING,))
    again = create_quote(crm.as_("rep"), GBP_DEAL, currency="EUR")
    assert (again.lines[0].list_price, again.total) == (26_067, 782_010)  # 260.6695 EUR
    with crm.refuses("rate_missing", field="currency"):
        create_quote(crm.as_("rep"), GBP_DEAL, currency="CHF")
    turned = create_quote(crm.as_("rep"), OFFERED, currency="GBP")
    assert turned.lines[0].list_price == 20_924  # 249.00 / 1.19


def test_a_quote_takes_no_book_that_is_out_of_use(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("price_book_inactive", field="price_book_id"):
        create_quote(ctx, OFFERED, price_book_id=LAST_YEAR)
    crm.db.execute("UPDATE opportunity SET price_book_id = ? WHERE id = ?", (LAST_YEAR, OFFERED))
    with crm.refuses("price_book_inactive"):
        create_quote(ctx, OFFERED)
    with crm.refuses("price_book_not_found"):
        create_quote(ctx, OFFERED, price_book_id=99)
    with crm.refuses("price_book_missing"):
        create_quote(ctx, BARE)
    crm.db.execute("DELETE FROM price_book_entry WHERE price_book_id = ? AND product_id = ?", (RESELLER, LAMP))
    with crm.refuses("price_missing"):
        create_quote(ctx, OFFERED, price_book_id=RESELLER)


def test_a_quote_is_good_for_thirty_days_at_most(crm: Crm):
    ctx = crm.as_("rep")
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=31)):
        with crm.refuses("quote_life", field="expires_on"):
            create_quote(ctx, OFFERED, expires_on=day)
        with crm.refuses("quote_life", field="expires_on"):
            update_quote(ctx, QUOTE, expires_on=day)
    assert update_quote(ctx, QUOTE, expires_on=TODAY + timedelta(days=30), notes="Free delivery.").notes


def test_quotes_are_opened_with_their_deals(crm: Crm):
    assert list_quotes(crm.as_("rep", 4)).total == 0
    with crm.refuses("quote_not_found", field="quote_id"):
        get_quote(crm.as_("rep", 4), QUOTE)
    with crm.refuses("opportunity_not_found"):
        create_quote(crm.as_("rep"), FRENCH_DEAL)
    with crm.refuses("edit_not_permitted"):
        set_discount(crm.as_("cs_manager"), QUOTE, 100, "Why not.")
    assert ids(list_quotes(crm.as_("finance"), query="Q-2031 garden", status="draft")) == [QUOTE]
    assert list_quotes(crm.as_("finance"), expires_to=date(2026, 4, 14)).total == 0


# -- what it offers -----------------------------------------------------------------------------------------------


def test_the_lines_of_a_draft_change_and_its_sums_follow(crm: Crm):
    ctx = crm.as_("rep")
    more = add_quote_line(ctx, QUOTE, LAMP, 6, 500)
    assert (more.lines[2].net, more.total) == (22_515, 287_315)
    fewer = update_quote_line(ctx, QUOTE, 1, quantity=8)
    assert (fewer.subtotal, fewer.total) == (199_200 + 15_800 + 22_515, 237_515)
    assert remove_quote_line(ctx, QUOTE, more.lines[2].quote_line_id).total == 215_000
    assert crm.held("opportunity", OFFERED, "amount") == 264_800
    with crm.refuses("quote_line_not_found", field="quote_line_id"):
        update_quote_line(ctx, QUOTE, 99, quantity=1)
    with crm.refuses("nothing_to_change"):
        update_quote_line(ctx, QUOTE, 1)


def test_a_discount_is_taken_off_every_line_and_each_is_rounded(crm: Crm):
    """9 % off 2490.00 and off 158.00; on top of 5 % off the lanterns."""
    ctx = crm.as_("rep")
    update_quote_line(ctx, QUOTE, 2, discount=500)
    done = set_discount(ctx, QUOTE, 900, "They order ten at once.")
    assert ([one.net for one in done.lines], done.subtotal, done.total) == ([226_590, 13_659], 264_010, 240_249)
    assert (done.discount, done.off_list, done.approval_needed) == (900, 928, False)
    with crm.refuses("below_floor", field="discount") as said:
        set_discount(ctx, QUOTE, 3_000)
    assert "TN-0401" in said.value.message
    assert set_discount(ctx, QUOTE, 0).total == 264_010


def test_a_discount_says_why(crm: Crm):
    with crm.refuses("discount_reason_required", field="reason"):
        set_discount(crm.as_("rep"), QUOTE, 500)
    set_discount(crm.as_("rep"), QUOTE, 500, "A two-year contract.")
    assert crm.held("quote", QUOTE, "discount_bp, discount_reason") == (500, "A two-year contract.")
    assert crm.history("quote", QUOTE) == [
        ("discount_reason", None, "A two-year contract.", "user"),
        ("discount", "0", "5", "user"),
    ]


# -- presenting and answers ---------------------------------------------------------------------------------------


def test_presenting_sends_it_and_supersedes_the_one_before(crm: Crm):
    ctx = crm.as_("rep")
    first = present_quote(ctx, QUOTE)
    assert (first.status, first.presented_at) == ("presented", crm.now)
    assert crm.one("SELECT kind, to_address, opportunity_id, subject FROM outbox_email") == (
        "quote", "anna@dezwaan.example", OFFERED, "Quote Q-2031: Garden furniture 2026",
    )  # fmt: skip
    second = present_quote(ctx, create_quote(ctx, OFFERED).quote_id)
    assert (status(crm), second.status) == ("superseded", "presented")
    with crm.refuses("quote_settled", field="quote_id"):
        present_quote(ctx, QUOTE)


@pytest.mark.parametrize(("role", "most"), [("rep", 1_000), ("sales_manager", 2_000), ("vp", 2_000), ("admin", 1_000)])
def test_only_what_needs_no_approval_is_presented(crm: Crm, role: str, most: int):
    ctx = crm.as_(role)
    assert set_discount(ctx, QUOTE, most + 1, "They order a lot.").approval_needed
    with crm.refuses("approval_needed", field="quote_id"):
        present_quote(ctx, QUOTE)
    assert not set_discount(ctx, QUOTE, most).approval_needed
    assert present_quote(ctx, QUOTE).status == "presented"


def test_discounts_of_lines_count_for_the_whole(crm: Crm):
    """20 % off the tents is 18.8 % off everything."""
    ctx = crm.as_("rep")
    shown = update_quote_line(ctx, QUOTE, 1, discount=2_000)
    assert (shown.off_list, shown.approval_needed) == (1_881, True)
    with crm.refuses("approval_needed"):
        present_quote(ctx, QUOTE)


def test_what_cannot_reach_anybody_is_not_presented(crm: Crm):
    ctx = crm.as_("rep")
    crm.db.execute("UPDATE email_address SET invalid = 1 WHERE contact_id = ?", (ANNA,))
    with crm.refuses("contact_unreachable", field="quote_id"):
        present_quote(ctx, QUOTE)
    crm.db.execute("UPDATE quote SET contact_id = NULL")
    with crm.refuses("quote_without_contact", field="quote_id"):
        present_quote(ctx, QUOTE)
    with crm.refuses("contact_not_found", field="contact_id"):
        update_quote(ctx, QUOTE, contact_id=CLAIRE)
    update_quote(ctx, QUOTE, contact_id=BRAM)
    for line in (1, 2):
        remove_quote_line(ctx, QUOTE, line)
    with crm.refuses("quote_empty", field="quote_id"):
        present_quote(ctx, QUOTE)


def test_an_expired_quote_is_neither_presented_nor_accepted(crm: Crm):
    ctx = crm.as_("rep")
    crm.db.execute("UPDATE quote SET expires_on = '2026-03-15'")
    with crm.refuses("quote_expired", field="quote_id"):
        present_quote(ctx, QUOTE)
    crm.db.execute("UPDATE quote SET status = 'presented'")
    with crm.refuses("quote_expired", field="quote_id"):
        record_answer(ctx, QUOTE, "accepted")
    assert quoting.expire(crm.as_system()) == 1
    assert (status(crm), quoting.expire(crm.as_system())) == ("expired", 0)
    again = revise_quote(ctx, QUOTE)
    assert (again.status, again.total, status(crm)) == ("draft", 264_800, "expired")


def test_only_a_presented_quote_is_answered(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("quote_not_presented", field="quote_id"):
        record_answer(ctx, QUOTE, "accepted")
    present_quote(ctx, QUOTE)
    done = record_answer(ctx, QUOTE, "rejected", "Too dear.")
    assert (done.status, done.answer) == ("rejected", "Too dear.")
    with crm.refuses("quote_settled"):
        update_quote(ctx, QUOTE, notes="More.")


def test_what_is_no_draft_is_revised(crm: Crm):
    ctx = crm.as_("rep")
    set_discount(ctx, QUOTE, 500, "They order ten at once.")
    present_quote(ctx, QUOTE)
    for call in (
        lambda: set_discount(ctx, QUOTE, 0),
        lambda: add_quote_line(ctx, QUOTE, LAMP, 1),
        lambda: remove_quote_line(ctx, QUOTE, 1),
    ):
        with crm.refuses("quote_not_draft", field="quote_id"):
            call()
    made = revise_quote(ctx, QUOTE)
    assert (made.status, made.discount, made.total, status(crm)) == ("draft", 500, 251_560, "presented")
    with crm.refuses("quote_settled"):
        revise_quote(ctx, made.quote_id)
    assert present_quote(ctx, made.quote_id).status == "presented"
    assert status(crm) == "superseded"


def test_a_quote_of_a_closed_deal_stays(crm: Crm):
    ctx = crm.as_("rep")
    crm.db.execute(
        "UPDATE opportunity SET stage_id = 10, closed_at = ?, loss_reason = 'price'", ("2026-03-16T08:00:00Z",)
    )
    for call in (lambda: present_quote(ctx, QUOTE), lambda: create_quote(ctx, OFFERED)):
        with crm.refuses("deal_closed", field="opportunity_id"):
            call()
