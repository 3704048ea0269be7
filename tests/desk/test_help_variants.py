"""Promises of the help centre in other faces: nothing is lost, everything can be read back, nobody is shut out."""

import pytest
from chrome import Chrome, forms, links, tree
from colleague import sit
from help_cases import HelpCases
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


@pytest.fixture(scope="module")
def episode():
    with worlds.open("desk", role="requester") as opened:
        yield opened


@pytest.fixture(scope="module")
def seats(episode):
    """Every page of the help centre with who looks at it; lists with a page size of their own."""
    return [one._replace(path=sized(one.path)) for one in HelpCases(episode).seats.values()]


def sized(path):
    listed = path.partition("?")[0] in CHROME.settings.sizes
    return f"{path}{'&' if '?' in path else '?'}page_size=25" if listed else path


def shown(app, episode, variant, seat):
    """A page of a fresh copy of the desk in a variant, so that no time has passed on it."""
    with episode.fork() as copy:
        sit(copy, seat.role, seat.person)
        copy.conditions = Conditions(variant=variant)
        return tree(Visitor(app, copy).get(seat.path))


@pytest.fixture(scope="module")
def plain(app, episode, seats):
    return {seat: shown(app, episode, 0, seat) for seat in seats}


def test_the_plain_pages_are_read_as_they_are_and_name_no_tool(plain):
    assert CHROME.changed_by_reading(plain.values()) == []
    assert CHROME.tools(plain.values()) == []


def test_the_chrome_of_the_plain_pages_has_words_in_every_language(plain, episode):
    counted, missing = CHROME.in_all_languages(plain.values(), episode)
    missing = {one for one in missing if "Larkfield Help" not in one}
    assert counted > 110
    assert len(missing) <= 0.03 * (counted + len(missing)), sorted(missing)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_loses_an_action_in_a_variant(app, episode, seats, plain, number):
    for seat in seats[number % 4 :: 4]:
        now = shown(app, episode, number, seat)
        assert links(now) == links(plain[seat]), seat
        assert forms(now) == forms(plain[seat]), seat


def test_what_people_wrote_is_the_same_in_every_face(app, episode, plain):
    seat = HelpCases(episode).seats["an open request"]
    said = [one.text_content() for one in plain[seat].find_class("prose")]
    assert said
    for number in NUMBERS:
        assert [one.text_content() for one in shown(app, episode, number, seat).find_class("prose")] == said


def test_a_list_has_the_size_of_the_variant_where_the_address_names_none(app, episode):
    seat = HelpCases(episode).seats["all articles"]
    sizes = {
        variant_of(number).sizes: len(shown(app, episode, number, seat).find_class("answer")) for number in NUMBERS
    }
    assert sizes == {"plain": 25, "fewer": 10, "more": 50}


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_variants_shut_nobody_out_and_are_no_wider_than_the_screen(browser, app, episode, seats, width):
    """Each variant on one page, at one width: wide and narrow take turns."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    with episode.fork() as copy, served(app, {"/episodes/abc": copy}) as origin:
        for number in (one for one in NUMBERS if one // 2 % 2 == (width < 1000)):
            seat = seats[number * 7 % len(seats)]
            sit(copy, seat.role, seat.person)
            copy.conditions = Conditions(variant=number)
            page.goto(f"{origin}/episodes/abc{seat.path}")
            assert complaints(page) == [], (number, seat.path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (number, seat.path)
    context.close()
