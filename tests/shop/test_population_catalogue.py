"""Promises of the catalogue's grammar, of the discount codes and of the house rules as written."""

import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from worlds.seeds.streams import stream
from worlds.shop import WORLD, rules
from worlds.shop.days import ZONE
from worlds.shop.population.shelves import articles, charm, departments, stock_shelves
from worlds.shop.population.vouchers import Span, vouchers

START = datetime(2026, 3, 16, 8, tzinfo=UTC)


def rng_of(*names):
    return stream("catalogue", *names)


@pytest.fixture(scope="module")
def products():
    return stock_shelves(rng_of, 420)


@pytest.fixture(scope="module")
def pages():
    return {path.stem: path.read_text("utf-8") for path in sorted((WORLD.folder / "policy").glob("*.md"))}


def test_no_two_products_share_a_title_and_no_two_variants_a_sku(products):
    assert len({one.title for one in products}) == 420
    skus = [variant.sku for one in products for variant in one.variants]
    assert len(set(skus)) == len(skus)


def test_a_product_needs_no_knowledge_of_how_many_there_are(products):
    assert stock_shelves(rng_of, 80) == products[:80]


def test_asking_for_more_than_the_grammar_holds_is_refused():
    with pytest.raises(ValueError, match="the grammar makes only"):
        stock_shelves(rng_of, 1_000_000)


def test_titles_and_descriptions_read_whole(products):
    for one in products:
        assert not re.search(r"[{}]|  |\bNone\b", f"{one.title} {one.description}")
        assert one.description.endswith(".")
        assert one.title.startswith(one.vendor)
        assert one.short
        assert one.short in one.title


def test_every_shelf_of_the_tree_holds_articles():
    shelves = [shelf for department in departments() for group in department["groups"] for shelf in group["shelves"]]
    assert len(shelves) == len(set(shelves))
    assert {article.shelf for article in articles()} == set(shelves)


def test_variants_have_the_spread_of_a_real_range(products):
    counts = sorted(len(one.variants) for one in products)
    assert counts[len(counts) // 2] in (2, 3, 4)
    assert 9 <= counts[len(counts) * 95 // 100] <= 15
    assert all(len({variant.title for variant in one.variants}) == len(one.variants) for one in products)


def test_prices_lie_where_the_grammar_puts_them_and_above_cost(products):
    for one in products:
        for variant in one.variants:
            assert 0 < variant.cost < variant.price <= one.article.price[1] * 4
            assert variant.weight > 0


def test_prices_look_like_prices():
    for cents in random.Random(5).sample(range(200, 40_000), 400):
        price = charm(cents)
        assert price % 10 == 0
        assert 0.5 * cents < price <= cents + 900 or price == 190


def test_food_and_books_bear_the_lower_tax(products):
    rates = Counter(one.article.tax for one in products)
    assert set(rates) == {900, 2100}
    assert all(
        (one.article.family in ("pantry", "print") or one.article.shelf == "Seeds & Bulbs") == (one.article.tax == 900)
        for one in products
    )


def test_codes_are_unique_upper_case_and_as_many_as_asked():
    for months, count in ((6, 48), (18, 120)):
        made = vouchers(rng_of, Span(START - timedelta(days=30 * months), START, ZONE), count)
        assert len(made) == len({one.code for one in made}) == count
        assert all(one.code == one.code.upper() for one in made)
        assert {one.discount_class for one in made if one.valid(START)} == {"product", "order", "shipping"}


def test_codes_show_each_way_of_going_together():
    made = {one.code: one for one in vouchers(rng_of, Span(START - timedelta(days=180), START, ZONE), 60)}
    assert made["FREESHIP75"].beside(made["WELCOME10"])
    assert not made["FREESHIP75"].beside(made["LARK15"])
    assert made["GARDEN20"].beside(made["SPRING15"])
    assert not made["CAMPKITCHEN12"].beside(made["WELCOME10"])
    assert not made["WELCOME10"].beside(made["LARK15"])


def test_the_pages_say_the_figures_that_the_engine_enforces(pages):
    limits = rules.REFUND_LIMITS
    assert f"{limits['support_l1'] // 100}.00" in pages["refunds"]
    assert f"{limits['support_l2'] // 100}.00" in pages["refunds"]
    assert f"**{rules.RETURN_WINDOW_DAYS} days of delivery**" in pages["returns"]
    assert f"**{rules.TRANSIT_BUFFER_DAYS} days after it was shipped**" in pages["returns"]
    assert f"**{rules.AUTHORIZATION_LIFE.days} days**" in pages["payments"]
    for method in rules.SHIPPING_METHODS.values():
        assert f"| {method.title} | {method.price // 100}.{method.price % 100:02d} |" in pages["shipping"]
    for reason in rules.MERCHANT_FAULT:
        assert f"`{reason}`" in pages["shipping-refunds"]


def test_the_pages_name_only_codes_that_the_shop_knows(pages):
    models = WORLD.part("models")
    known = {
        "refunds": models.money.REFUND_REASONS,
        "return-handling": (*models.shipping.DECLINE_REASONS, *models.shipping.RETURN_REASONS),
        "escalations": (*models.records.TEAMS, *models.records.ESCALATION_REASONS),
        "cancellations": models.orders.CANCEL_REASONS,
    }
    for page, codes in known.items():
        rows = re.findall(r"^\| `(\w+)` \|", pages[page], re.MULTILINE)
        assert rows
        assert set(rows) <= set(codes)
    teams, reasons = set(models.records.TEAMS), set(models.records.ESCALATION_REASONS)
    for text in pages.values():
        for team, reason in re.findall(r"`(\w+)`\s+with\s+reason\s+`(\w+)`", text):
            assert team in teams
            assert reason in reasons
