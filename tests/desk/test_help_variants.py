"""Promises of the help centre in other faces: nothing is lost, everything can be read back, nobody is shut out."""

import pytest
from faces import Faces, Place, expect_own_names_in_rows
from help_cases import HelpCases

import worlds
from worlds.desk import WORLD

NUMBERS = range(1, 13)


@pytest.fixture(scope="module")
def places():
    """Every page of the help centre with who looks at it, by name."""
    with worlds.open("desk", role="requester") as episode:
        seats = HelpCases(episode).seats
        yield {name: Place(episode, seat.path, (seat.role, seat.person)) for name, seat in seats.items()}


@pytest.fixture(scope="module")
def faces(app, places):
    return Faces(WORLD, app, [*places.values()])


def test_the_plain_pages_are_read_as_they_are_and_name_no_tool(faces):
    faces.expect_to_be_read_as_they_are()


def test_the_chrome_of_the_plain_pages_has_words_in_every_language(faces):
    faces.expect_words_in_every_language(least=110, missing=0.03, left_out="Larkfield Help")


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_loses_an_action_in_a_variant(faces, number):
    pages = faces.expect_no_action_lost(number, step=4)
    assert len(pages) > 5
    for page in pages:
        expect_own_names_in_rows(page)


def test_what_people_wrote_is_the_same_in_every_face(faces, places):
    request = places["an open request"]
    said, *others = (
        [one.text_content() for one in faces.shown(request, number).find_class("prose")] for number in (0, *NUMBERS)
    )
    assert said
    assert others == [said] * len(NUMBERS)


def test_a_list_has_the_size_of_the_variant_where_the_address_names_none(faces, places):
    faces.expect_sizes_of_the_variant(NUMBERS, places["all articles"], lambda page: page.find_class("answer"))


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_variants_shut_nobody_out_and_are_no_wider_than_the_screen(browser, faces, width):
    faces.expect_to_shut_nobody_out(browser, NUMBERS, width)
