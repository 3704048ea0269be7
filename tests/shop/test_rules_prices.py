"""Prices: discounts by class and combination, tax by line, and what a cart comes to when it is bought."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_shop import ANNA, HOME, LAMP, MUG, MUG_BLUE, SOCKS, START, TENT, Shop, code

from worlds.engine.errors import Conflict, NotFound
from worlds.shop.operations.accounts import add_my_address, get_my_account
from worlds.shop.operations.carts import (
    add_to_cart,
    apply_discount_code,
    change_cart_line,
    get_cart,
    remove_discount_code,
)
from worlds.shop.operations.checkout import place_order, preview_checkout
from worlds.shop.operations.discounts import list_discounts
from worlds.shop.operations.orders import cancel_order
from worlds.shop.operations.policies import get_policy
from worlds.shop.pricing import Item, Offer, quote, spread


def item(quantity: int, price: int, tax: int = 2100, category: str = "home", product: int = 1) -> Item:
    return Item(quantity, price, tax, product, category)


def offer(at: int, discount_class: str, kind: str, value: int, **narrowed) -> Offer:
    return Offer(at, f"CODE{at}", discount_class, kind, value, **narrowed)


def test_tax_is_rounded_on_each_line_then_added_up():
    three = quote([item(1, 483), item(1, 483), item(1, 484)], [], 0, 0)
    # 21 % of 4.83 is 1.0143, of 4.84 is 1.0164: rounded by line 1.01 + 1.01 + 1.02
    assert [line.tax for line in three.lines] == [101, 101, 102]
    assert three.tax_total == 304  # 21 % of the sum, 14.50, would be 3.05


def test_tax_is_worked_out_on_the_discounted_amount_and_on_shipping():
    one = quote([item(2, 1000)], [offer(1, "order", "percent", 1000)], 495, 2100)
    assert (one.discount_total, one.lines[0].tax, one.shipping_tax, one.tax_total) == (200, 378, 104, 482)
    assert one.total == 2000 - 200 + 495 + 482


def test_product_codes_come_first_and_order_codes_take_off_what_is_left():
    both = [offer(1, "order", "percent", 1000), offer(2, "product", "percent", 2000, category="home")]
    made = quote([item(1, 1000, category="home/kitchen"), item(1, 1000, category="outdoor")], both, 0, 0)
    assert [line.discount for line in made.lines] == [200 + 80, 100]
    assert made.taken_off_by(1) == 180


def test_two_codes_of_ten_percent_are_not_twenty():
    made = quote([item(1, 10_000)], [offer(1, "order", "percent", 1000), offer(2, "order", "percent", 1000)], 0, 0)
    assert made.discount_total == 1900


def test_percentages_go_before_fixed_amounts_whatever_was_entered_first():
    made = quote([item(1, 10_000)], [offer(1, "order", "fixed", 1000), offer(2, "order", "percent", 1000)], 0, 0)
    assert made.discount_total == 2000


def test_a_line_takes_one_product_code_the_one_that_gives_most():
    codes = [offer(1, "product", "percent", 1000), offer(2, "product", "fixed", 300, product_id=1)]
    made = quote([item(2, 1000), item(2, 5000, product=2)], codes, 0, 0)
    assert [line.discount for line in made.lines] == [600, 1000]


def test_a_code_for_a_category_does_not_cover_one_whose_name_begins_alike():
    narrowed = offer(1, "product", "percent", 1000, category="home/kit")
    assert not narrowed.covers(item(1, 1000, category="home/kitchen"))
    assert narrowed.covers(item(1, 1000, category="home/kit/pans"))


def test_a_fixed_amount_never_takes_off_more_than_there_is():
    made = quote(
        [item(1, 300)], [offer(1, "order", "fixed", 1000), offer(2, "shipping", "free_shipping", 0)], 495, 2100
    )
    assert (made.total, made.shipping_discount, made.shipping_tax) == (0, 495, 0)


@given(st.data())
def test_spread_parts_add_up_and_stay_within_their_weights(data):
    weights = data.draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=12))
    amount = data.draw(st.integers(0, sum(weights)))
    parts = spread(amount, weights)
    assert sum(parts) == amount
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


def cart_with(shop: Shop, *lines: tuple[int, int]):
    ctx = shop.as_("customer", ANNA)
    for variant, quantity in lines:
        add_to_cart(ctx, variant, quantity)
    return ctx


def test_a_cart_becomes_an_order_at_the_price_of_its_preview(shop: Shop):
    ctx = cart_with(shop, (MUG, 2), (SOCKS, 1), (MUG, 1))
    code(shop, 1, "SPRING15", combines_with_shipping=True)
    code(shop, 2, "SHIPFREE", discount_class="shipping", kind="free_shipping", value=0, combines_with_order=True)
    apply_discount_code(ctx, "spring15")
    assert [one.code for one in apply_discount_code(ctx, " SHIPFREE").codes] == ["SPRING15", "SHIPFREE"]
    seen = preview_checkout(ctx, shipping_method="express")
    assert (seen.problems, seen.shipping_total, seen.shipping_discount) == ([], 0, 995)
    made = place_order(ctx, ANNA, "express")
    assert (made.total, made.payment_status) == (seen.total, "authorized")
    assert get_cart(ctx).lines == []
    assert shop.one("SELECT sum(usage_count) FROM discount") == 2
    assert shop.one("SELECT return_window_days, customer_id, ship_city FROM sales_order") == (30, ANNA, "Amsterdam")
    assert shop.one("SELECT amount, status FROM payment") == (made.total, "authorized")
    assert shop.one("SELECT kind, to_address FROM outbox_email") == ("order_confirmation", "anna@example.com")
    assert shop.level(MUG) == (7, 3, 0)
    assert shop.broken_laws() == []


def test_codes_go_together_only_if_both_allow_it(shop: Shop):
    ctx = cart_with(shop, (MUG, 2))
    code(shop, 1, "WELCOME10", value=1000)
    code(shop, 2, "SHIPFREE", discount_class="shipping", kind="free_shipping", value=0, combines_with_order=True)
    apply_discount_code(ctx, "WELCOME10")
    with pytest.raises(Conflict) as no:
        apply_discount_code(ctx, "SHIPFREE")
    assert no.value.code == "discount_not_combinable"
    assert "WELCOME10" in no.value.message
    remove_discount_code(ctx, "welcome10")
    apply_discount_code(ctx, "SHIPFREE")
    with pytest.raises(NotFound) as gone:
        remove_discount_code(ctx, "WELCOME10")
    assert gone.value.code == "discount_not_found"


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        ({"active": False}, "discount_not_active"),
        ({"starts_at": START + timedelta(hours=1)}, "discount_not_active"),
        ({"ends_at": START}, "discount_not_active"),
        ({"usage_limit": 0}, "discount_used_up"),
        ({"min_subtotal": 3999}, "discount_minimum_not_met"),
        ({"min_quantity": 3}, "discount_minimum_not_met"),
        ({"discount_class": "product", "category_id": 3}, "discount_does_not_apply"),
    ],
)
def test_a_code_that_does_not_fit_is_refused_with_its_reason(shop: Shop, rule: dict, refused: str):
    ctx = cart_with(shop, (MUG, 2))
    code(shop, 1, "CODE", **rule)
    with pytest.raises(Conflict) as no:
        apply_discount_code(ctx, "CODE")
    assert (no.value.code, no.value.field) == (refused, "code")


def test_entering_a_code_twice_changes_nothing_and_unknown_ones_are_said_to_be(shop: Shop):
    ctx = cart_with(shop, (MUG, 2))
    code(shop, 1, "CODE")
    apply_discount_code(ctx, "CODE")
    before = shop.dump()
    apply_discount_code(ctx, "code")
    assert shop.dump() == before
    with pytest.raises(NotFound) as no:
        apply_discount_code(ctx, "NOSUCH")
    assert no.value.code == "discount_not_found"


def test_a_code_for_once_a_customer_goes_by_mail_address_and_comes_back_with_cancelling(shop: Shop):
    once = code(shop, 1, "ONCE", once_per_customer=True)
    first = shop.order((MUG, 1), codes=(once,))
    ctx = cart_with(shop, (MUG, 1))
    with pytest.raises(Conflict) as no:
        apply_discount_code(ctx, "ONCE")
    assert no.value.code == "discount_already_used"
    cancel_order(shop.as_("admin"), first.order_id, "customer")
    assert apply_discount_code(ctx, "ONCE").codes[0].amount == 300


def test_a_code_that_stopped_fitting_is_said_and_stops_the_purchase(shop: Shop):
    ctx = cart_with(shop, (MUG, 2))
    code(shop, 1, "TWO", min_quantity=2)
    apply_discount_code(ctx, "TWO")
    cart = change_cart_line(ctx, get_cart(ctx).lines[0].line_id, 1)
    assert (cart.codes, len(cart.problems)) == ([], 1)
    assert preview_checkout(ctx).problems == cart.problems
    with pytest.raises(Conflict) as no:
        place_order(ctx, ANNA)
    assert no.value.code == "discount_minimum_not_met"
    assert shop.count("sales_order") == 0


def test_a_cart_holds_what_can_be_ordered(shop: Shop):
    ctx = cart_with(shop, (MUG_BLUE, 5))
    with pytest.raises(Conflict) as no:
        add_to_cart(ctx, MUG_BLUE, 1)
    assert (no.value.code, no.value.details) == ("insufficient_stock", {"available": 5})
    add_to_cart(ctx, TENT, 7)  # sold beyond stock
    with pytest.raises(NotFound) as gone:
        add_to_cart(ctx, 99)
    assert gone.value.code == "variant_not_found"
    shop.db.execute("UPDATE product SET status = 'archived' WHERE id = 2")
    assert preview_checkout(ctx).problems
    with pytest.raises(Conflict) as archived:
        place_order(ctx, ANNA)
    assert archived.value.code == "variant_not_found"


def test_stock_that_went_meanwhile_stops_the_purchase(shop: Shop):
    ctx = cart_with(shop, (MUG_BLUE, 5))
    shop.order((MUG_BLUE, 1), customer=2)
    assert "Only 4" in preview_checkout(ctx).problems[0]
    with pytest.raises(Conflict) as no:
        place_order(ctx, ANNA)
    assert no.value.code == "insufficient_stock"


def test_lines_of_a_cart_are_changed_and_removed(shop: Shop):
    ctx = cart_with(shop, (MUG, 2), (LAMP, 1))
    one, two = (line.line_id for line in get_cart(ctx).lines)
    assert change_cart_line(ctx, one, 4).units == 5
    assert [line.line_id for line in change_cart_line(ctx, two, 0).lines] == [one]
    with pytest.raises(NotFound) as no:
        change_cart_line(shop.as_("customer", 2), one, 1)  # somebody else's line
    assert no.value.code == "cart_line_not_found"


def test_an_order_needs_a_cart_an_address_of_ones_own_and_a_card_that_has_not_expired(shop: Shop):
    ctx = shop.as_("customer", ANNA)
    with pytest.raises(Conflict) as empty:
        place_order(ctx, ANNA)
    assert empty.value.code == "cart_empty"
    cart_with(shop, (MUG, 1))
    for arguments, refused in (
        ({"address_id": 2}, "address_not_found"),
        ({"address_id": ANNA, "payment_method_id": 2}, "payment_method_not_found"),
    ):
        with pytest.raises(NotFound) as no:
            place_order(ctx, **arguments)
        assert no.value.code == refused
    shop.wait(days=30)  # into April
    assert get_my_account(shop.as_("customer", ANNA)).payment_methods[0].expired
    with pytest.raises(Conflict) as expired:
        place_order(shop.as_("customer", ANNA), ANNA)
    assert expired.value.code == "card_expired"


def test_an_order_that_costs_nothing_needs_no_payment(shop: Shop):
    ctx = cart_with(shop, (MUG, 1))
    code(shop, 1, "GIFT", value=10000, combines_with_shipping=True)
    code(shop, 2, "SHIPFREE", discount_class="shipping", kind="free_shipping", value=0, combines_with_order=True)
    apply_discount_code(ctx, "GIFT")
    apply_discount_code(ctx, "SHIPFREE")
    made = place_order(ctx, ANNA)
    assert (made.total, made.payment_status, shop.count("payment")) == (0, "nothing to pay", 0)
    assert shop.one("SELECT financial_status FROM sales_order") == "paid"
    assert shop.broken_laws() == []


def test_a_new_address_may_become_the_default_one(shop: Shop):
    ctx = shop.as_("customer", ANNA)
    new = add_my_address(ctx, HOME.model_copy(update={"city": "Haarlem"}), make_default=True)
    assert [entry.is_default for entry in get_my_account(ctx).addresses] == [True, False]
    assert preview_checkout(ctx).address_id == new.address_id
    assert shop.broken_laws() == []


def test_carts_and_address_books_are_bounded(shop: Shop):
    ctx = cart_with(shop, (MUG, 1))
    for at in range(1, 12):
        code(shop, at, f"CODE{at}", value=100, combines_with_order=True)
    for at in range(1, 11):
        apply_discount_code(ctx, f"CODE{at}")
    with pytest.raises(Conflict) as codes:
        apply_discount_code(ctx, "CODE11")
    assert codes.value.code == "discounts_full"
    for _ in range(49):
        add_my_address(ctx, HOME)
    with pytest.raises(Conflict) as addresses:
        add_my_address(ctx, HOME)
    assert addresses.value.code == "address_book_full"


def test_codes_are_listed_with_what_they_give_and_ask(shop: Shop):
    code(shop, 1, "SPRING15", min_subtotal=5000, once_per_customer=True, combines_with_shipping=True)
    code(shop, 2, "OLD", ends_at=START)
    rows = list_discounts(shop.as_("support_l1")).items
    assert [(row.code, row.status) for row in rows] == [("OLD", "ended"), ("SPRING15", "active")]
    assert (rows[1].offer, rows[1].limits) == ("15 % off", ["from 50.00 EUR of goods", "once a customer"])
    assert [row.code for row in list_discounts(shop.as_("support_l1"), status="ended").items] == ["OLD"]


def test_a_code_for_a_first_order_is_refused_to_those_who_ordered_before(shop: Shop):
    welcome = code(shop, 1, "WELCOME10", value=1000, first_order_only=True)
    first = shop.order((MUG, 1))
    ctx = cart_with(shop, (MUG, 1))
    with pytest.raises(Conflict) as no:
        apply_discount_code(ctx, "WELCOME10")
    assert no.value.code == "discount_first_order_only"
    with pytest.raises(Conflict) as at_checkout:
        shop.order((MUG, 1), codes=(welcome,))
    assert at_checkout.value.code == "discount_first_order_only"
    assert "first order" in " ".join(list_discounts(shop.as_("ops"), "welcome").items[0].limits)
    cancel_order(shop.as_("admin"), first.order_id, "customer")
    assert apply_discount_code(ctx, "WELCOME10").codes[0].amount == 200


def test_the_minimum_of_an_order_code_is_measured_before_other_codes(shop: Shop):
    """As its policy page says."""
    ctx = cart_with(shop, (MUG, 2))
    code(shop, 1, "FROM39", min_subtotal=3900, combines_with_product=True)
    code(shop, 2, "MUGS", discount_class="product", value=5000, combines_with_order=True)
    for entered in ("MUGS", "FROM39"):
        seen = apply_discount_code(ctx, entered)
    assert [one.amount for one in seen.codes] == [300, 1999]
    assert preview_checkout(ctx).problems == []
    assert "before other codes are taken off" in get_policy(ctx, "discount-codes").text
