"""Promises of Larkfield Relations in other faces: nothing is lost, and everything can be read back."""

import pytest
from faces import Faces, Place
from flask import Flask
from relations_cases import Cases

from worlds.crm import WORLD

NUMBERS = range(1, 13)
HOLES = {"amount": "€18.40", "day": "2 Mar 2026", "number": "D-1042"}


@pytest.fixture(scope="module")
def faces(app: Flask, cases: Cases) -> Faces:
    """Every whole page."""
    return Faces(WORLD, app, [Place(cases.episode, path) for path in cases.paths.values()])


def worth(name: str) -> str:
    if name.startswith("word"):
        return "Leads"
    return "7" if len(name) == 1 else HOLES.get(name, "Tents")


def test_every_wording_of_the_lexicon_is_read_back_as_what_it_means(faces: Faces) -> None:
    assert list(faces.chrome.misread(worth)) == []


def test_the_plain_pages_are_read_as_they_are_and_name_no_tool(faces: Faces) -> None:
    faces.expect_to_be_read_as_they_are()


def test_the_chrome_of_the_plain_pages_has_words_in_every_language(faces: Faces) -> None:
    faces.expect_words_in_every_language(least=1_000)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_page_loses_an_action_in_a_variant(faces: Faces, number: int) -> None:
    assert len(faces.expect_no_action_lost(number, step=6)) > 10


def test_a_list_has_the_size_of_the_variant_where_the_address_names_none(faces: Faces, cases: Cases) -> None:
    leads = Place(cases.episode, cases.paths["leads"])
    faces.expect_sizes_of_the_variant(NUMBERS, leads, lambda page: page.findall(".//tbody/tr"))
