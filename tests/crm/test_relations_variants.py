"""Promises of Larkfield Relations in other faces: nothing is lost, and everything can be read back."""

import pytest
from chrome import Chrome, forms, links, tree
from relations_cases import Cases

import worlds
from worlds.crm import WORLD
from worlds.engine.faults.plan import Conditions
from worlds.engine.surfaces.drift.variant import variant_of
from worlds.engine.surfaces.visitor import Visitor

CHROME = Chrome(WORLD)
NUMBERS = range(1, 13)
HOLES = {"amount": "€18.40", "day": "2 Mar 2026", "number": "D-1042"}


@pytest.fixture(scope="module")
def episode():
    with worlds.open("crm", role="admin") as opened:
        yield opened


@pytest.fixture(scope="module")
def paths(episode):
    """Every whole page; lists with a page size of their own."""
    found = Cases(episode).paths.values()
    return [f"{one}{'&' if '?' in one else '?'}page_size=25" if listed(one) else one for one in found]


def listed(path):
    return path.partition("?")[0] in CHROME.settings.sizes


def shown(app, episode, variant, path):
    """A page of a fresh copy of the CRM in a variant, so that no time has passed on it."""
    with episode.fork() as copy:
        copy.conditions = Conditions(variant=variant)
        return tree(Visitor(app, copy).get(path))


@pytest.fixture(scope="module")
def plain(app, episode, paths):
    return {path: shown(app, episode, 0, path) for path in paths}


def worth(name):
    if name.startswith("word"):
        return "Leads"
    return "7" if len(name) == 1 else HOLES.get(name, "Tents")


def test_every_wording_of_the_lexicon_is_read_back_as_what_it_means():
    assert list(CHROME.misread(worth)) == []


def test_the_plain_pages_are_read_as_they_are_and_name_no_tool(plain):
    assert CHROME.changed_by_reading(plain.values()) == []
    assert CHROME.tools(plain.values()) == []


def test_the_chrome_of_the_plain_pages_has_words_in_every_language(plain, episode):
    counted, missing = CHROME.in_all_languages(plain.values(), episode)
    assert counted > 1_000
    assert len(missing) <= 0.05 * (counted + len(missing)), sorted(missing)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_loses_an_action_in_a_variant(app, episode, paths, plain, number):
    for path in paths[number % 6 :: 6]:
        now = shown(app, episode, number, path)
        assert links(now) == links(plain[path]), path
        assert forms(now) == forms(plain[path]), path


def test_a_list_has_the_size_of_the_variant_where_the_address_names_none(app, episode):
    sizes = {
        variant_of(number).sizes: len(shown(app, episode, number, "/relations/leads").findall(".//tbody/tr"))
        for number in NUMBERS
    }
    assert sizes == {"plain": 25, "fewer": 10, "more": 50}
