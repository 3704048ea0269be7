"""Promises of pages: each costs so many statements and asks nothing row by row, however much there is to show."""

from typing import Final

import pytest
from counting import Counted
from flask import Flask
from relations_cases import Cases

from worlds.engine.surfaces.visitor import Visitor

MOST: Final = 90
"""Statements of a page."""
MOST_AGAIN: Final = 4
"""How often a page may ask the same; whoever asks row by row asks it more often."""
APART: Final = 4
"""Statements by which a list of ten rows may differ from one of fifty."""
LISTS: Final = (
    "leads",
    "accounts",
    "contacts",
    "deals",
    "quotes",
    "activities",
    "products",
    "prices",
    "history?kind=lead",
)


@pytest.fixture(scope="module")
def heard(cases: Cases) -> Counted:
    """An administrator's episode, whose statements are counted."""
    return Counted(cases.episode)


def test_every_page_costs_a_bounded_number_of_statements_and_asks_nothing_row_by_row(
    app: Flask, cases: Cases, heard: Counted
) -> None:
    visitor = Visitor(app, cases.episode)
    for name, path in cases.paths.items():
        heard.forget()
        visitor.get(path)
        assert 0 < heard.count <= MOST, (name, heard.count)
        assert heard.again[0] <= MOST_AGAIN, (name, heard.again)


def test_a_list_of_many_rows_costs_no_more_than_one_of_few(app: Flask, cases: Cases, heard: Counted) -> None:
    visitor = Visitor(app, cases.episode)
    for path in LISTS:
        counts = []
        for size in (10, 50):
            heard.forget()
            visitor.get(f"/relations/{path}{'&' if '?' in path else '?'}page_size={size}")
            assert visitor.page.status_code == 200, path
            counts.append(heard.count)
        assert max(counts) - min(counts) <= APART, (path, counts)
