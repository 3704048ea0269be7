"""Counts the statements that a call or a page executes, and how often it says the same one."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from worlds.engine import bookkeeping

_GIVEN = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\bNULL\b")
_LISTED = re.compile(r"\?(?:\s*,\s*\?)+")


class Counted:
    """An episode's copy of the world that remembers what was said to its database since `forget`."""

    def __init__(self, episode: Any) -> None:
        """Stand before the copy that an episode has."""
        self._fork = episode._fork
        self.said: list[str] = []
        episode._fork = self

    def __getattr__(self, name: str) -> Any:
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

    def forget(self) -> None:
        """Begin to count anew."""
        self.said.clear()

    @property
    def count(self) -> int:
        """Statements since then."""
        return len(self.said)

    @property
    def again(self) -> tuple[int, str]:
        """How often the question that was asked most was asked, whatever values it was asked with, and its text.

        What the engine keeps for itself it asks once a call, and is left out.
        """
        plain = map(_without_values, self.said)
        asked = Counter(text for text in plain if text.startswith(("SELECT", "WITH")) and " engine_" not in text)
        return max(((times, text) for text, times in asked.items()), default=(0, ""))


def _without_values(statement: str) -> str:
    return _LISTED.sub("?", _GIVEN.sub("?", " ".join(statement.split())))
