"""Looking after articles: prices, words and marks, who may change them, and what stays as it was ordered."""

import pytest
from tiny_shop import ANNA, MUG, MUG_BLUE, SOCKS, Shop

from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.shop import WORLD
from worlds.shop.operations.carts import add_to_cart, get_cart
from worlds.shop.operations.catalogue import get_product, search_products
from worlds.shop.operations.orders import get_order
from worlds.shop.operations.products import get_product_record, price_product, update_product, update_variant

MUGS, TENTS = 1, 2


def prices(shop: Shop, product: int) -> list[tuple[int, int | None]]:
    return shop.rows("SELECT price, compare_at FROM variant WHERE product_id = ? ORDER BY id", product)


def test_one_price_holds_for_every_variant_on_the_shelf(shop: Shop):
    shop.db.execute("UPDATE variant SET active = 0 WHERE id = ?", (MUG_BLUE,))
    priced = price_product(shop.as_("merch"), MUGS, 1499, 1999)
    assert prices(shop, MUGS) == [(1499, 1999), (1999, None)]
    assert [(one.price, one.active) for one in priced.variants] == [(1499, True), (1999, False)]
    assert shop.rows("SELECT action, subject, subject_id, actor_role FROM audit_event") == [
        ("price_product", "product", MUGS, "merch")
    ]


def test_an_order_keeps_its_prices_and_a_cart_follows(shop: Shop):
    shopper = shop.as_("customer", ANNA)
    placed = shop.order((MUG, 1))
    add_to_cart(shopper, MUG_BLUE, 1)
    price_product(shop.as_("merch"), MUGS, 1000)
    update_product(shop.as_("merch"), MUGS, title="Harbour Mug", final_sale=True)
    line = get_order(shop.as_("support_l1"), placed.order_id).lines[0]
    assert (line.unit_price, line.title, line.final_sale) == (1999, "Harbour Enamel Mug", False)
    assert get_cart(shopper).lines[0].unit_price == 1000
    assert shop.broken_laws() == []


def test_the_price_before_is_above_the_price(shop: Shop):
    ctx = shop.as_("merch")
    for compare_at in (1499, 1000):
        with pytest.raises(Invalid) as no:
            price_product(ctx, MUGS, 1499, compare_at)
        assert (no.value.code, no.value.field) == ("compare_at_not_above_price", "compare_at")
    price_product(ctx, MUGS, 1499, 1999)
    with pytest.raises(Invalid) as raised:
        update_variant(ctx, MUG, price=2500)  # above the price before that stands there
    assert raised.value.code == "compare_at_not_above_price"
    update_variant(ctx, MUG, price=2500, drop_compare_at=True)
    assert prices(shop, MUGS) == [(2500, None), (1499, 1999)]
    with pytest.raises(Invalid) as both:
        update_variant(ctx, MUG, compare_at=3000, drop_compare_at=True)
    assert both.value.code == "invalid_change"


def test_what_is_archived_is_not_priced(shop: Shop):
    ctx = shop.as_("merch")
    update_product(ctx, MUGS, status="archived")
    for attempt in (lambda: price_product(ctx, MUGS, 1499), lambda: update_variant(ctx, MUG, price=1499)):
        with pytest.raises(Conflict) as no:
            attempt()
        assert no.value.code == "product_archived"
    update_variant(ctx, MUG, weight=320)  # what it weighs is no price
    update_product(ctx, MUGS, status="active")
    price_product(ctx, MUGS, 1499)
    assert prices(shop, MUGS) == [(1499, None), (1499, None)]


def test_words_are_found_at_once_and_the_address_stays(shop: Shop):
    update_product(shop.as_("merch"), TENTS, title="Ridgeline Tarp 2P", vendor="Copper Hare")
    shopper = shop.as_("customer", ANNA)
    assert [one.product_id for one in search_products(shopper, query="copper tarp").items] == [TENTS]
    assert search_products(shopper, query="tent").total == 0
    assert shop.one("SELECT handle FROM product WHERE id = ?", TENTS) == "tent"


def test_a_new_sku_is_found_and_the_old_one_is_not(shop: Shop):
    update_product(shop.as_("merch"), MUGS, description="Two colours.")  # the search text takes in the SKUs
    update_variant(shop.as_("merch"), MUG, sku="LF-MUG-77")
    shopper = shop.as_("customer", ANNA)
    assert [one.product_id for one in search_products(shopper, query="LF-MUG-77").items] == [MUGS]
    assert search_products(shopper, query="LF-0001").total == 0


def test_what_is_left_out_stays_and_saving_unchanged_changes_nothing(shop: Shop):
    ctx = shop.as_("merch")
    before = shop.rows("SELECT * FROM variant ORDER BY id"), shop.rows("SELECT title, vendor, status FROM product")
    shown = get_product_record(ctx, MUGS)
    update_product(ctx, MUGS, title=shown.title, vendor=shown.vendor, status="active", final_sale=False)
    one = shown.variants[0]
    update_variant(ctx, MUG, price=one.price, sku=one.sku, weight=one.weight)
    update_variant(ctx, SOCKS)
    assert before == (
        shop.rows("SELECT * FROM variant ORDER BY id"),
        shop.rows("SELECT title, vendor, status FROM product"),
    )
    assert shop.count("audit_event") == 0


def test_what_there_is_not_is_not_changed(shop: Shop):
    ctx = shop.as_("merch")
    for attempt in (
        lambda: get_product_record(ctx, 99),
        lambda: update_product(ctx, 99, title="X"),
        lambda: price_product(ctx, 99, 100),
        lambda: update_variant(ctx, 99, price=100),
    ):
        with pytest.raises(NotFound) as no:
            attempt()
        assert no.value.code in {"product_not_found", "variant_not_found"}


def test_customers_never_see_what_an_article_costs_the_shop(shop: Shop):
    shop.db.execute("UPDATE variant SET cost = 777")
    assert "customer" not in WORLD.operations["get_product_record"].roles
    shown = get_product(shop.as_("customer", ANNA), MUGS).model_dump_json()
    cards = search_products(shop.as_("customer", ANNA)).model_dump_json()
    assert "777" not in shown + cards
    assert "7.77" not in shown + cards
    assert get_product_record(shop.as_("support_l1"), MUGS).variants[0].cost == 777
