"""Promises of the shop's pages in other faces: nothing is lost, everything can be read back, solutions still pass."""

import re

import pytest
from chrome import Chrome, forms, links, tree
from looking import complaints, served
from office_cases import Cases
from playwright.sync_api import expect
from store_cases import Shopper

import worlds
from worlds.engine.faults.plan import Conditions
from worlds.engine.proofs.faces import browse_in
from worlds.engine.start import Start
from worlds.engine.surfaces.drift.lexicon import lexicon_of
from worlds.engine.surfaces.drift.variant import variant_of
from worlds.engine.surfaces.visitor import Visitor
from worlds.shop import WORLD

LEXICON = lexicon_of(WORLD)
CHROME = Chrome(WORLD)
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
def places(office, shopper):
    """Every whole page of office and storefront: (whose episode, path); lists with a page size of their own."""
    with worlds.open("shop", role="admin") as other:
        paths = Cases(other).paths
    address = shopper.call("get_my_account")["addresses"][0]["address_id"]
    order, product = shopper.returnable["order_id"], shopper.partly_gone["product_id"]
    store = ("/", "/shop?page_size=24", "/search?query=mug&page_size=24", f"/products/{product}", "/cart", "/checkout")
    more = (
        f"/checkout/shipping?address_id={address}",
        f"/checkout/review?address_id={address}&shipping_method=standard",
        f"/account/orders/{order}/return",
    )
    account = ("/account", "/account/orders", f"/account/orders/{order}", "/account/addresses/new", "/help", "/nowhere")
    sized = {
        name: path + ("&" if "?" in path else "?") + "page_size=25" for name, path in paths.items() if listed(path)
    }
    mine = {name: path for name, path in (paths | sized).items() if name != "refund preview"}
    return [
        *((office, path) for path in mine.values()),
        *((shopper.episode, path) for path in (*store, *more, *account)),
    ]


def listed(path):
    return re.fullmatch(r"/office/[a-z]+(\?.*)?", path) and "rules" not in path


def visitor_of(app, episode, variant):
    """Somebody before an episode's pages in a variant."""
    episode.conditions = Conditions(variant=variant)
    return Visitor(app, episode)


@pytest.fixture(scope="module")
def plain(app, places):
    """The plain pages by episode and path."""
    found = {}
    for episode, path in places:
        found[id(episode), path] = tree(visitor_of(app, episode, 0).get(path))
    return found


def worth(name):
    return "Orders" if name.startswith("word") else "7" if len(name) == 1 else HOLES.get(name, "Trail Mug")


def test_every_wording_of_the_lexicon_is_read_back_as_what_it_means():
    assert list(CHROME.misread(worth)) == []


def test_the_plain_pages_are_read_as_they_are_and_name_no_tool(plain):
    assert CHROME.changed_by_reading(plain.values()) == []
    assert CHROME.tools(plain.values()) == []


def test_the_chrome_of_the_plain_pages_has_words_in_every_language(plain, office):
    counted, missing = CHROME.in_all_languages(plain.values(), office)
    assert counted > 400
    assert len(missing) <= 0.05 * (counted + len(missing)), sorted(missing)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_loses_an_action_in_a_variant(app, places, plain, number):
    for episode, path in places[number % 3 :: 3]:
        before = plain[id(episode), path]
        now = tree(visitor_of(app, episode, number).get(path))
        assert links(now) == links(before), path
        assert forms(now) == forms(before), path
        for row in now.iter("tr"):
            names = [one.get("aria-label") or "".join(one.itertext()) for one in row.iter("a", "button")]
            assert len(names) == len(set(names)), (path, names)


def test_the_language_of_the_chrome_is_said_and_that_of_the_rest_too(app, office):
    number = next(one for one in NUMBERS if variant_of(one).language == "de" and not variant_of(one).notices)
    root = tree(visitor_of(app, office, number).get("/office/rules/refunds"))
    assert root.get("lang") == "de"
    assert root.find(".//nav[@class='side']").get("lang") is None
    (article,) = root.find_class("written")
    assert article.get("lang") == "en"


def test_a_list_has_the_size_of_the_variant_where_the_address_names_none(app, office):
    sizes = {}
    for number in NUMBERS:
        root = tree(visitor_of(app, office, number).get("/office/orders"))
        sizes[variant_of(number).sizes] = len(root.findall(".//tbody/tr"))
    assert sizes == {"plain": 25, "fewer": 10, "more": 50}
    assert len(tree(visitor_of(app, office, 2).get("/office/orders?page_size=25")).findall(".//tbody/tr")) == 25


# -- in a real browser --------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_variants_shut_nobody_out_and_are_no_wider_than_the_screen(browser, app, office, shopper, places, width):
    """Each variant on one page, at one width: office and storefront, wide and narrow take turns."""
    mine = [(episode, path) for episode, path in places if episode is not office]
    desk = [(episode, path) for episode, path in places if episode is office]
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    with served(app, {"/episodes/abc": office, "/episodes/def": shopper.episode}) as origin:
        for number in (one for one in NUMBERS if one // 2 % 2 == (width < 1000)):
            known = mine if number % 2 else desk
            episode, path = known[number * 7 % len(known)]
            episode.conditions = Conditions(variant=number)
            page.goto(f"{origin}/episodes/{'abc' if episode is office else 'def'}{path}")
            assert complaints(page) == [], (number, path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (number, path)
    context.close()


@pytest.mark.browser
def test_notices_menus_and_steps_open_by_keyboard_and_without_scripts(browser, app, office, places):
    number = next(n for n in range(1, 999) if (v := variant_of(n)).menus and v.steps and v.notices == ("news",)
                  and v.language == "en")  # fmt: skip
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    office.conditions = Conditions(variant=number)
    path = next(path for _, path in places if re.fullmatch(r"/office/orders/\d+", path))
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
