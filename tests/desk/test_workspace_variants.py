"""Promises of the workspace in other faces: nothing is lost, everything can be read back, nobody is shut out."""

import pytest
from chrome import Chrome, forms, links, tree
from looking import complaints, served

import worlds
from worlds.desk import WORLD
from worlds.engine.faults.plan import Conditions
from worlds.engine.surfaces.drift.lexicon import lexicon_of
from worlds.engine.surfaces.drift.variant import variant_of
from worlds.engine.surfaces.visitor import Visitor

LEXICON = lexicon_of(WORLD)
CHROME = Chrome(WORLD)
NUMBERS = range(1, 13)
HOLES = {"amount": "€18.40", "day": "2 Mar 2026", "number": "AP-301", "order": "LK-10008"}
LOOKED_UP = {"span": "2 h 10 min", "clock": "Next reply", "level": "High", "property": "group", "field": "Order number"}


@pytest.fixture(scope="module")
def episode():
    with worlds.open("desk", role="admin") as opened:
        yield opened


@pytest.fixture(scope="module")
def paths(cases):
    """Every whole page of the workspace; lists with a page size of their own."""
    return [
        f"{path}{'&' if '?' in path else '?'}page_size=25" if listed(path) else path for path in cases.paths.values()
    ]


def listed(path):
    return path.partition("?")[0] in CHROME.settings.sizes


def shown(app, episode, variant, path):
    """A page of a fresh copy of the desk in a variant, so that no time has passed on it."""
    with episode.fork() as copy:
        copy.conditions = Conditions(variant=variant)
        return tree(Visitor(app, copy).get(path))


@pytest.fixture(scope="module")
def plain(app, episode, paths):
    return {path: shown(app, episode, 0, path) for path in paths}


def worth(name):
    if name.startswith("word"):
        return LOOKED_UP.get(name.removeprefix("word"), "Tickets")
    return "7" if len(name) == 1 else HOLES.get(name, "3 Mar 2026" if name.startswith("day") else "Trail Mug")


def test_every_wording_of_the_lexicon_is_read_back_as_what_it_means():
    assert list(CHROME.misread(worth)) == []


def test_the_plain_pages_are_read_as_they_are_and_name_no_tool(plain):
    assert CHROME.changed_by_reading(plain.values()) == []
    assert CHROME.tools(plain.values()) == []


def test_the_chrome_of_the_plain_pages_has_words_in_every_language(plain, episode):
    counted, missing = CHROME.in_all_languages(plain.values(), episode)
    assert counted > 400
    assert len(missing) <= 0.05 * (counted + len(missing)), sorted(missing)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_loses_an_action_in_a_variant(app, episode, paths, plain, number):
    for path in paths[number % 4 :: 4]:
        now = shown(app, episode, number, path)
        assert links(now) == links(plain[path]), path
        assert forms(now) == forms(plain[path]), path


def test_a_list_has_the_size_of_the_variant_where_the_address_names_none(app, episode):
    sizes = {
        variant_of(number).sizes: len(shown(app, episode, number, "/workspace/tickets").findall(".//tbody/tr"))
        for number in NUMBERS
    }
    assert sizes == {"plain": 25, "fewer": 10, "more": 50}


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_variants_shut_nobody_out_and_are_no_wider_than_the_screen(browser, app, episode, paths, width):
    """Each variant on one page, at one width: wide and narrow take turns."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    with episode.fork() as copy, served(app, {"/episodes/abc": copy}) as origin:
        for number in (one for one in NUMBERS if one // 2 % 2 == (width < 1000)):
            path = paths[number * 7 % len(paths)]
            copy.conditions = Conditions(variant=number)
            page.goto(f"{origin}/episodes/abc{path}")
            assert complaints(page) == [], (number, path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (number, path)
    context.close()
