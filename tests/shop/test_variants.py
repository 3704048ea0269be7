"""Promises of the shop's pages in other faces: nothing is lost, everything can be read back, solutions still pass."""

import re

import pytest
from faces import Faces, Place, expect_own_names_in_rows
from looking import served
from playwright.sync_api import expect
from store_cases import Shopper

import worlds
from worlds.engine.faults.plan import Conditions
from worlds.engine.proofs.faces import browse_in
from worlds.engine.start import Start
from worlds.engine.surfaces.drift.variant import variant_of
from worlds.shop import WORLD

NUMBERS = range(1, 21)
PLAYED = {2: "buy-with-code", 5: "fix-tracking", 8: "move-stock", 9: "refund-after-timeout", 15: "reprice-product"}
"""By variant, whose solution plays in it: a few, as a play takes seconds; `worlds check --variants` plays all."""
HOLES = {
    "amount": "€18.40",
    "day": "2 Mar 2026",
    "number": "LK-10007",
    "order": "LK-10008",
    "reference": "pay_1a",
    "code": "SPRING10",
}


@pytest.fixture(scope="module")
def office():
    with worlds.open("shop", role="admin") as episode:
        yield episode


@pytest.fixture(scope="module")
def shopper(app):
    one = Shopper(app)
    one.fill()
    yield one
    one.episode.close()


@pytest.fixture(scope="module")
def in_office(office, cases):
    """Every whole page of the office."""
    return [Place(office, path) for name, path in cases.paths.items() if name != "refund preview"]


@pytest.fixture(scope="module")
def in_store(shopper):
    """Pages of the storefront, before its customer."""
    address = shopper.call("get_my_account")["addresses"][0]["address_id"]
    order, product = shopper.returnable["order_id"], shopper.partly_gone["product_id"]
    store = ("/", "/shop?page_size=24", "/search?query=mug&page_size=24", f"/products/{product}", "/cart", "/checkout")
    more = (
        f"/checkout/shipping?address_id={address}",
        f"/checkout/review?address_id={address}&shipping_method=standard",
        f"/account/orders/{order}/return",
    )
    account = ("/account", "/account/orders", f"/account/orders/{order}", "/account/addresses/new", "/help", "/nowhere")
    return [Place(shopper.episode, path, ("customer", shopper.person)) for path in (*store, *more, *account)]


@pytest.fixture(scope="module")
def faces(app, in_office, in_store):
    return Faces(WORLD, app, in_office + in_store)


def worth(name):
    return "Orders" if name.startswith("word") else "7" if len(name) == 1 else HOLES.get(name, "Trail Mug")


def test_every_wording_of_the_lexicon_is_read_back_as_what_it_means(faces):
    assert list(faces.chrome.misread(worth)) == []


def test_the_plain_pages_are_read_as_they_are_and_name_no_tool(faces):
    faces.expect_to_be_read_as_they_are()


def test_the_chrome_of_the_plain_pages_has_words_in_every_language(faces):
    faces.expect_words_in_every_language(least=400)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_loses_an_action_in_a_variant(faces, number):
    pages = faces.expect_no_action_lost(number, step=3)
    assert len(pages) > 10
    for page in pages:
        expect_own_names_in_rows(page)


def test_the_language_of_the_chrome_is_said_and_that_of_the_rest_too(faces, office):
    number = next(one for one in NUMBERS if variant_of(one).language == "de" and not variant_of(one).notices)
    root = faces.shown(Place(office, "/office/rules/refunds"), number)
    assert root.get("lang") == "de"
    assert root.find(".//nav[@class='side']").get("lang") is None
    (article,) = root.find_class("written")
    assert article.get("lang") == "en"


def test_a_list_has_the_size_of_the_variant_where_the_address_names_none(faces, office):
    def rows(page):
        return page.findall(".//tbody/tr")

    faces.expect_sizes_of_the_variant(NUMBERS, Place(office, "/office/orders"), rows)
    assert len(rows(faces.shown(Place(office, "/office/orders?page_size=25"), 2))) == 25


# -- in a real browser --------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_variants_shut_nobody_out_and_are_no_wider_than_the_screen(browser, app, in_office, in_store, width):
    """Office and storefront take turns."""
    Faces(WORLD, app, in_office).expect_to_shut_nobody_out(browser, NUMBERS, width, in_store)


@pytest.mark.browser
def test_notices_menus_and_steps_open_by_keyboard_and_without_scripts(browser, app, office, in_office):
    number = next(n for n in range(1, 999) if (v := variant_of(n)).menus and v.steps and v.notices == ("news",)
                  and v.language == "en")  # fmt: skip
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    office.conditions = Conditions(variant=number)
    path = next(one.path for one in in_office if re.fullmatch(r"/office/orders/\d+", one.path))
    with served(app, {"/episodes/abc": office}) as origin:
        page.goto(f"{origin}/episodes/abc{path}")
        expect(page.get_by_role("dialog").get_by_role("button")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        more = page.locator(".wear-more summary")
        hidden = page.locator(".wear-more a").first
        expect(hidden).to_be_hidden()
        more.focus()
        page.keyboard.press("Enter")
        expect(hidden).to_be_visible()
        page.goto(f"{origin}/episodes/abc{path}/refund")
        page.locator(".wear-step summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#problems")).to_be_visible()
    context.close()


def options(variant):
    """What a variant shows, each as (property, option); a variant without notices shows none of them."""
    shown = {(name, getattr(variant, name)) for name in ("language", "theme", "density", "layout", "sizes", "pager")}
    return shown | {
        ("menus", variant.menus),
        ("steps", variant.steps),
        *(("notice", n) for n in variant.notices or ("",)),
    }


def test_the_variants_that_are_played_show_every_option_and_both_fronts():
    everything = set().union(*(options(variant_of(number)) for number in range(1, 999)))
    assert set().union(*(options(variant_of(number)) for number in PLAYED)) == everything
    roles = {WORLD.families[name].role for name in PLAYED.values()}
    assert "customer" in roles
    assert len(roles) > 1


@pytest.mark.browser
@pytest.mark.parametrize(("number", "name"), PLAYED.items())
def test_browser_solutions_pass_in_variants_that_they_are_not_told(number, name):
    family = WORLD.families[name]
    assert browse_in(Start.of(WORLD, family.population), family, seed=1, variant=number) == ""
