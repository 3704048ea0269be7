"""Cancelling, addresses and notes: what may be changed about an order, until when, and what it leaves behind."""

import pytest
from tiny_shop import ANNA, HOME, MUG, SOCKS, UTRECHT, Shop, code

from worlds.engine.errors import Conflict, Forbidden, NotFound
from worlds.shop import gateway
from worlds.shop.operations.accounts import get_my_order, list_my_orders
from worlds.shop.operations.fulfilments import fulfil_order
from worlds.shop.operations.orders import add_order_note, cancel_order, edit_shipping_address, get_order, list_orders
from worlds.shop.operations.payments import capture_payment, void_payment
from worlds.shop.operations.refunds import RefundLine, refund_order


def test_cancelling_an_uncaptured_order_voids_the_payment_releases_stock_and_writes_no_refund(shop: Shop):
    placed = shop.order((MUG, 4), codes=(code(shop, 1, "ONCE"),))
    assert shop.level(MUG) == (6, 4, 0)
    made = cancel_order(shop.as_("support_l2"), placed.order_id, "customer")
    assert (made.voided, made.refunded, made.refund, made.restocked_units) == (placed.total, 0, None, 4)
    assert shop.one("SELECT status, captured_amount FROM payment") == ("voided", 0)
    assert shop.count("refund") == 0
    assert shop.level(MUG) == (10, 0, 0)
    assert shop.one("SELECT usage_count FROM discount") == 0
    assert made.financial_status == "voided"
    assert "released" in shop.one("SELECT body FROM outbox_email ORDER BY id DESC LIMIT 1")
    assert shop.broken_laws() == []


def test_cancelling_a_captured_order_refunds_the_rest_with_shipping(shop: Shop):
    placed = shop.order((MUG, 3), (SOCKS, 1))
    capture_payment(shop.as_("finance"), placed.payment_id)
    line = shop.line_ids(placed.order_id)[0]
    first = refund_order(shop.as_("finance"), placed.order_id, [RefundLine(line_id=line, quantity=1)], "other")
    made = cancel_order(shop.as_("finance"), placed.order_id, "stock")
    assert first.amount + made.refunded == placed.total
    assert made.refund is not None
    assert made.refund.shipping_amount == 599
    assert (made.voided, made.financial_status) == (0, "refunded")
    assert shop.level(MUG) == (9, 0, 0)  # the first unit was written off with its refund
    assert shop.broken_laws() == []


def test_cancelling_without_restocking_writes_the_units_off(shop: Shop):
    placed = shop.order((MUG, 4))
    cancel_order(shop.as_("support_l2"), placed.order_id, "stock", restock=False)
    assert shop.level(MUG) == (6, 0, 0)
    assert shop.broken_laws() == []


def test_an_order_of_which_something_was_shipped_cannot_be_cancelled(shop: Shop):
    placed = shop.order((MUG, 1))
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")
    with pytest.raises(Conflict) as no:
        cancel_order(shop.as_("admin"), placed.order_id, "customer")
    assert no.value.code == "order_shipped"


def test_an_order_is_cancelled_once(shop: Shop):
    placed = shop.order((MUG, 1))
    cancel_order(shop.as_("admin"), placed.order_id, "customer", notify=False)
    with pytest.raises(Conflict) as no:
        cancel_order(shop.as_("admin"), placed.order_id, "customer")
    assert no.value.code == "order_cancelled"
    assert shop.one("SELECT count(*) FROM outbox_email WHERE kind = 'order_cancelled'") == 0


def test_a_role_limit_holds_for_the_refund_of_a_cancellation_too(shop: Shop):
    placed = shop.order((MUG, 10))
    capture_payment(shop.as_("finance"), placed.payment_id)
    with pytest.raises(Forbidden) as no:
        cancel_order(shop.as_("support_l2"), placed.order_id, "customer")
    assert no.value.code == "approval_needed"
    cancel_order(shop.as_("finance"), placed.order_id, "customer")


def test_an_order_paid_in_part_is_not_cancelled_before_its_money_is_whole(shop: Shop):
    placed = shop.order((MUG, 2))
    capture_payment(shop.as_("finance"), placed.payment_id, 500)
    with pytest.raises(Conflict) as no:
        cancel_order(shop.as_("finance"), placed.order_id, "customer")
    assert no.value.code == "payment_incomplete"


def test_an_address_is_replaced_whole_until_something_was_shipped(shop: Shop):
    placed = shop.order((MUG, 2))
    new = HOME.model_copy(update={"line1": "Herengracht 5", "line2": "2 hoog"})
    before = shop.count("outbox_email")
    changed = edit_shipping_address(shop.as_("support_l2"), placed.order_id, new)
    assert changed.shipping_address.line1 == "Herengracht 5"
    assert shop.one("SELECT ship_line1, ship_line2 FROM sales_order") == ("Herengracht 5", "2 hoog")
    assert shop.one("SELECT line1 FROM address WHERE id = ?", ANNA) == "Prinsengracht 12"
    assert shop.count("outbox_email") == before + 1
    edit_shipping_address(shop.as_("support_l2"), placed.order_id, HOME, notify=False)
    assert shop.one("SELECT ship_line2 FROM sales_order") is None
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001", lines=None)
    with pytest.raises(Conflict) as no:
        edit_shipping_address(shop.as_("support_l2"), placed.order_id, new)
    assert no.value.code == "order_shipped"


def test_saving_an_address_unchanged_changes_nothing(shop: Shop):
    placed = shop.order((MUG, 2))
    before = shop.dump()
    assert not edit_shipping_address(shop.as_("support_l2"), placed.order_id, HOME).changed
    assert shop.dump() == before


def test_notes_are_seen_by_staff_alone(shop: Shop):
    placed = shop.order((MUG, 1))
    add_order_note(shop.as_("support_l1"), placed.order_id, "Rang twice, nobody in.")
    assert get_order(shop.as_("ops"), placed.order_id).notes[0].text == "Rang twice, nobody in."
    assert "Rang twice" not in get_my_order(shop.as_("customer", ANNA), placed.order_id).model_dump_json()


def test_a_customer_sees_a_refund_but_not_what_staff_noted_on_it(shop: Shop):
    placed = shop.order((MUG, 1))
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")
    lines = [RefundLine(line_id=shop.line_ids(placed.order_id)[0], quantity=1)]
    refund_order(shop.as_("finance"), placed.order_id, lines, "damaged", note="Third claim this month")
    seen = get_my_order(shop.as_("customer", ANNA), placed.order_id).refunds[0]
    assert (seen.note, seen.made_by) == (None, "Larkfield Supply")


def test_a_customer_sees_their_own_orders_only(shop: Shop):
    mine, other = shop.order((MUG, 1)), shop.order((MUG, 1), customer=2)
    seen = list_my_orders(shop.as_("customer", ANNA))
    assert [row.order_id for row in seen.items] == [mine.order_id]
    with pytest.raises(NotFound) as no:
        get_my_order(shop.as_("customer", ANNA), other.order_id)
    assert no.value.code == "order_not_found"
    with pytest.raises(NotFound):
        get_my_order(shop.as_("customer", ANNA), 999)


def test_an_order_keeps_titles_and_prices_as_they_were(shop: Shop):
    placed = shop.order((MUG, 1))
    shop.db.execute("UPDATE product SET title = 'New name', tax_rate_bp = 900")
    shop.db.execute("UPDATE variant SET price = 1")
    line = get_order(shop.as_("support_l1"), placed.order_id).lines[0]
    assert (line.title, line.unit_price, line.tax_rate) == ("Harbour Enamel Mug", 1999, "21")


@pytest.mark.parametrize(
    "words", ["LK-10001", "#lk-10001", "anna VRIES", "+31 6 1234-5678", "06 12345678", "anna@example"]
)
def test_orders_are_found_by_number_name_mail_and_phone(shop: Shop, words: str):
    placed = shop.order((MUG, 1))
    shop.order((MUG, 1), customer=2)
    found = list_orders(shop.as_("support_l1"), query=words)
    assert placed.order_id in [row.order_id for row in found.items]


@pytest.mark.parametrize("words", ["%", "_", "LK-%", "nobody", "anna ben"])
def test_wildcards_are_letters_and_all_words_count(shop: Shop, words: str):
    shop.order((MUG, 1))
    assert list_orders(shop.as_("support_l1"), query=words).total == 0


def test_orders_are_filtered_by_day_in_the_stores_zone(shop: Shop):
    shop.now = shop.now.replace(hour=23, minute=30)  # already the third in Amsterdam
    placed = shop.order((MUG, 1))
    day = placed and shop.now.date().replace(day=3)
    ctx = shop.as_("support_l1")
    assert list_orders(ctx, placed_from=day, placed_to=day).total == 1
    assert list_orders(ctx, placed_to=shop.now.date()).total == 0


def test_filters_and_pages_of_the_order_list(shop: Shop):
    orders = [shop.order((MUG, 1)) for _ in range(3)]
    ctx = shop.as_("support_l1")
    void_payment(shop.as_("finance"), orders[0].payment_id)
    assert [row.order_id for row in list_orders(ctx, financial_status="voided").items] == [orders[0].order_id]
    page = list_orders(ctx, sort="oldest", page=2, page_size=2)
    assert ([row.order_id for row in page.items], page.total, page.pages) == ([orders[2].order_id], 3, 2)


def test_authorizations_expire_after_a_week_and_nothing_can_be_taken_then(shop: Shop):
    placed = shop.order((MUG, 1))
    shop.wait(days=7)
    with pytest.raises(Conflict) as no:
        capture_payment(shop.as_("finance"), placed.payment_id)
    assert no.value.code == "authorization_expired"
    assert gateway.expire_authorizations(shop.as_("system")) == 1
    assert shop.one("SELECT financial_status FROM sales_order") == "expired"
    with pytest.raises(Conflict) as unpaid:
        fulfil_order(shop.as_("ops"), placed.order_id, UTRECHT, "PostNL", "3SLARK001")
    assert unpaid.value.code == "order_not_paid"
    assert shop.broken_laws() == []


def test_capturing_takes_at_most_what_is_authorized(shop: Shop):
    placed, ctx = shop.order((MUG, 1)), shop.as_("finance")
    taken = capture_payment(ctx, placed.payment_id, 1000)
    assert (taken.status, taken.captured) == ("partially_captured", 1000)
    assert shop.one("SELECT financial_status FROM sales_order") == "partially_paid"
    with pytest.raises(Conflict) as no:
        capture_payment(ctx, placed.payment_id, placed.total - 999)
    assert no.value.code == "amount_above_authorized"
    with pytest.raises(Conflict) as captured:
        void_payment(ctx, placed.payment_id)
    assert captured.value.code == "payment_captured"
    assert capture_payment(ctx, placed.payment_id).status == "captured"
    with pytest.raises(Conflict) as gone:
        capture_payment(ctx, placed.payment_id)
    assert gone.value.code == "payment_not_authorized"
    assert shop.broken_laws() == []


def test_an_order_stays_in_its_country(shop: Shop):
    placed = shop.order((MUG, 2))
    before = shop.dump()
    with pytest.raises(Conflict) as no:
        edit_shipping_address(shop.as_("support_l2"), placed.order_id, HOME.model_copy(update={"country": "BE"}))
    assert (no.value.code, no.value.field) == ("country_fixed", "address.country")
    assert shop.dump() == before


def test_what_was_shipped_is_said_with_the_way_out_of_its_page(shop: Shop):
    placed = shop.order((MUG, 2))
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")
    with pytest.raises(Conflict) as kept:
        edit_shipping_address(shop.as_("support_l2"), placed.order_id, HOME)
    assert "carrier_claim" in kept.value.message
    with pytest.raises(Conflict) as no:
        cancel_order(shop.as_("support_l2"), placed.order_id, "customer")
    assert "Refund the units that were not shipped" in no.value.message


def test_the_newest_lines_of_a_long_file_are_shown(shop: Shop):
    placed = shop.order((MUG, 1))
    for at in range(203):
        add_order_note(shop.as_("support_l1"), placed.order_id, f"note {at}")
    seen = get_order(shop.as_("support_l1"), placed.order_id).notes
    assert [seen[0].text, seen[-1].text, len(seen)] == ["note 3", "note 202", 200]
