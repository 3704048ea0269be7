"""Promises of pages: each costs so many statements and asks nothing row by row, however much there is to show."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Flask
from relations_cases import Cases
from sqlalchemy import Connection

from worlds.engine import bookkeeping
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
_GIVEN: Final = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\bNULL\b")
_LISTED: Final = re.compile(r"\?(?:\s*,\s*\?)+")


class Listening:
    """An episode's copy of the world that remembers what was said to its database since `said` was cleared."""

    def __init__(self, fork: Any) -> None:
        """Stand before a copy."""
        self._fork = fork
        self.said: list[str] = []

    def __getattr__(self, name: str) -> Any:
        """As the copy's."""
        return getattr(self._fork, name)

    @contextmanager
    def lease(self) -> Iterator[Connection]:
        """As the copy's, listening."""
        with self._fork.lease() as connection:
            driver = bookkeeping.driver_of(connection)
            driver.set_trace_callback(self.said.append)
            try:
                yield connection
            finally:
                driver.set_trace_callback(None)

    @property
    def again(self) -> tuple[int, str]:
        """How often the question that was asked most was asked, whatever values it was asked with, and its text."""
        plain = (_LISTED.sub("?", _GIVEN.sub("?", " ".join(one.split()))) for one in self.said)
        asked = Counter(text for text in plain if text.startswith(("SELECT", "WITH")) and " engine_" not in text)
        return max(((times, text) for text, times in asked.items()), default=(0, ""))


@contextmanager
def listening(episode: Any) -> Iterator[Listening]:
    """Listens to what an episode says to its database."""
    fork = episode._fork
    episode._fork = heard = Listening(fork)
    try:
        yield heard
    finally:
        episode._fork = fork


def test_every_page_costs_a_bounded_number_of_statements_and_asks_nothing_row_by_row(app: Flask, cases: Cases) -> None:
    paths = cases.paths
    with listening(cases.episode) as heard:
        visitor = Visitor(app, cases.episode)
        for name, path in paths.items():
            heard.said.clear()
            visitor.get(path)
            assert len(heard.said) <= MOST, (name, len(heard.said))
            assert heard.again[0] <= MOST_AGAIN, (name, heard.again)


def test_a_list_of_many_rows_costs_no_more_than_one_of_few(app: Flask, cases: Cases) -> None:
    with listening(cases.episode) as heard:
        visitor = Visitor(app, cases.episode)
        for path in LISTS:
            counts = []
            for size in (10, 50):
                heard.said.clear()
                visitor.get(f"/relations/{path}{'&' if '?' in path else '?'}page_size={size}")
                assert visitor.page.status_code == 200, path
                counts.append(len(heard.said))
            assert max(counts) - min(counts) <= APART, (path, counts)
