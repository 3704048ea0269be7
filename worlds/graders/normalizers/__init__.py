"""Readers of typed facts, one file a type, found by looking into this folder.

A normalizer is a module with two functions: `normalize(given, options)` reads one text (or JSON value) as one value and
answers None for anything ambiguous; `mentioned(text, wanted, options)` says whether prose states a value. None of them
uses edit distance, prefixes or substrings.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

Canonical = str | int | tuple[Any, ...] | frozenset[Any]

MOST = 10**15  # no number that a slot holds is greater, and a greater float is not exact
LONGEST = 400  # no typed value needs more characters; longer text is refused unread


class Normalizer(Protocol):
    """The shape of a module in this folder."""

    def normalize(self, given: Any, options: Mapping[str, Any]) -> Canonical | None:
        """Return the one value that `given` states, or None."""

    def mentioned(self, text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
        """Say whether the text states the value."""


@cache
def normalizer_names() -> tuple[str, ...]:
    """Return the names of all types, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def normalizer(name: str) -> Normalizer:
    """Return the reader of a type. Raises ValueError for an unknown type."""
    if name not in normalizer_names():
        raise ValueError(f"{name!r} is no type of fact; there are {', '.join(normalizer_names())}.")
    return cast("Normalizer", import_module(f"{__name__}.{name}"))


def as_text(given: Any) -> str | None:
    """Return a given JSON value as trimmed text to be read, or None if it is no single short value."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, int | float):
        return repr(given) if -MOST < given < MOST else None
    if isinstance(given, str) and len(given) <= LONGEST:
        return given.strip()
    return None
