"""How solutions in the back office find a row by what a mail calls an article."""

import pytest

from worlds.shop.tasks.officework import row_of


@pytest.mark.parametrize(
    ("called", "begins"),
    [
        ("Dinner Plate (Clay)", "Dinner Plate Clay"),
        ("Dinner Plate (2025) (Clay)", "Dinner Plate (2025) Clay"),
        ("Tomato Chutney (Default)", "Tomato Chutney"),
        ("Lantern", "Lantern"),
    ],
)
def test_only_the_last_brackets_of_an_article_are_its_variant(called, begins):
    assert row_of(called) == begins
