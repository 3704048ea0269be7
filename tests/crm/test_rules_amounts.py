"""Promises of amounts: they follow the lines, every line is rounded by itself, and no product goes below its floor."""

import pytest
from tiny_crm import Crm
from tiny_deals import BARE, EARLY, GBP_DEAL, LAMP, OLD_STOVE, RESELLER, STANDARD, TENT

from worlds.crm.operations.lines import add_line, remove_line, update_line
from worlds.crm.operations.opportunities import update_opportunity
from worlds.crm.records import changing, heads


def test_the_amount_follows_the_lines(crm: Crm):
    ctx = crm.as_("rep")
    assert add_line(ctx, EARLY, TENT, 2).amount == 79_000 + 49_800
    done = update_line(ctx, EARLY, 1, quantity=25)
    assert (done.amount, [one.position for one in done.lines]) == (98_750 + 49_800, [1, 2])
    assert remove_line(ctx, EARLY, done.lines[1].line_id).amount == 98_750
    assert crm.held("opportunity", EARLY, "amount") == 98_750
    told = [(field, before, after) for field, before, after, _ in crm.history("opportunity", EARLY)]
    assert ("line.LT-0210", "20 x 39.50", "25 x 39.50") in told
    assert ("amount", "128800", "148550") in told


def test_every_line_is_rounded_by_itself(crm: Crm):
    """7.5 % off three lanterns and off one tent: half a cent goes up in each, not in the sum."""
    ctx = crm.as_("rep")
    crm.db.execute("UPDATE price_book_entry SET list_price = 3951 WHERE product_id = ? AND price_book_id = 1", (LAMP,))
    update_opportunity(ctx, BARE, price_book_id=STANDARD)
    first = add_line(ctx, BARE, LAMP, 3, 750)
    assert first.lines[0].net == 10_964  # 118.53 less 8.88975
    second = add_line(ctx, BARE, LAMP, 1, 750)
    assert [one.net for one in second.lines] == [10_964, 3_655]
    assert second.amount == 14_619  # together unrounded 146.1870


def test_nobody_types_an_amount(crm: Crm):
    assert "amount" not in update_opportunity.input_schema["properties"]
    row: heads.Opportunity = heads.opportunity(crm.as_("rep"), EARLY)
    for role in ("rep", "admin"):
        with crm.refuses("amount_rolls_up", field="amount"):
            changing.change(crm.as_(role), "opportunity", row, {"amount": 1})


def test_lines_are_of_products_with_a_price(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("price_book_missing", field="opportunity_id"):
        add_line(ctx, BARE, TENT, 1)
    with crm.refuses("product_inactive", field="product_id"):
        add_line(ctx, EARLY, OLD_STOVE, 1)
    with crm.refuses("product_not_found", field="product_id"):
        add_line(ctx, EARLY, 99, 1)
    crm.db.execute("DELETE FROM price_book_entry WHERE price_book_id = 1 AND product_id = ?", (TENT,))
    with crm.refuses("price_missing", field="product_id"):
        add_line(ctx, EARLY, TENT, 1)
    with crm.refuses("line_not_found", field="line_id"):
        update_line(ctx, EARLY, 2, quantity=1)
    with crm.refuses("nothing_to_change"):
        update_line(ctx, EARLY, 1)


@pytest.mark.parametrize(("deal", "discount"), [(EARLY, 2_973), (GBP_DEAL, 3_288)])
def test_no_product_is_sold_below_its_floor(crm: Crm, deal: int, discount: int):
    """A tent's floor is 175.00 EUR: 29.71 % off 249.00 EUR, or 32.84 % off 219.00 GBP at 1.19 EUR."""
    ctx = crm.as_("rep")
    with crm.refuses("below_floor", field="discount") as said:
        add_line(ctx, deal, TENT, 1, discount)
    assert "TN-0401" in said.value.message
    assert add_line(ctx, deal, TENT, 1, discount - 5).opportunity_id == deal


def test_prices_stay_while_there_are_lines(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("lines_are_priced", field="price_book_id"):
        update_opportunity(ctx, EARLY, price_book_id=RESELLER)
    with crm.refuses("lines_are_priced", field="currency"):
        update_opportunity(ctx, EARLY, currency="GBP")
    remove_line(ctx, EARLY, 1)
    with crm.refuses("price_book_currency"):
        update_opportunity(ctx, EARLY, currency="GBP")
    update_opportunity(ctx, EARLY, price_book_id=RESELLER)
    assert add_line(ctx, EARLY, TENT, 1).amount == 19_900
