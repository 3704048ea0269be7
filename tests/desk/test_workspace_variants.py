"""Promises of the workspace in other faces: nothing is lost, everything can be read back, nobody is shut out."""

import pytest
from faces import Faces, Place, expect_own_names_in_rows

from worlds.desk import WORLD

NUMBERS = range(1, 13)
HOLES = {"amount": "€18.40", "day": "2 Mar 2026", "number": "AP-301", "order": "LK-10008"}
LOOKED_UP = {"span": "2 h 10 min", "clock": "Next reply", "level": "High", "property": "group", "field": "Order number"}


@pytest.fixture(scope="module")
def faces(app, cases):
    """Every whole page of the workspace."""
    return Faces(WORLD, app, [Place(cases.episode, path) for path in cases.paths.values()])


def worth(name):
    if name.startswith("word"):
        return LOOKED_UP.get(name.removeprefix("word"), "Tickets")
    return "7" if len(name) == 1 else HOLES.get(name, "3 Mar 2026" if name.startswith("day") else "Trail Mug")


def test_every_wording_of_the_lexicon_is_read_back_as_what_it_means(faces):
    assert list(faces.chrome.misread(worth)) == []


def test_the_plain_pages_are_read_as_they_are_and_name_no_tool(faces):
    faces.expect_to_be_read_as_they_are()


def test_the_chrome_of_the_plain_pages_has_words_in_every_language(faces):
    faces.expect_words_in_every_language(least=400)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_loses_an_action_in_a_variant(faces, number):
    pages = faces.expect_no_action_lost(number, step=4)
    assert len(pages) > 10
    for page in pages:
        expect_own_names_in_rows(page)


def test_a_list_has_the_size_of_the_variant_where_the_address_names_none(faces, cases):
    tickets = Place(cases.episode, cases.paths["tickets"])
    faces.expect_sizes_of_the_variant(NUMBERS, tickets, lambda page: page.findall(".//tbody/tr"))


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_variants_shut_nobody_out_and_are_no_wider_than_the_screen(browser, faces, width):
    faces.expect_to_shut_nobody_out(browser, NUMBERS, width)
