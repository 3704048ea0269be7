"""A set of facts of one type, in any order and however often repeated; every member must be readable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from worlds.graders.normalizers import LONGEST, Canonical, normalizer

MOST: Final = 200
_BETWEEN: Final = re.compile(r"[;\n]")
_COMMAS: Final = re.compile(r", (?:and |und )?| and | und ")


def _items(given: Any) -> list[Any]:
    """Return the members as given: those of a list, or of a text split at semicolons, lines or comma and space."""
    if not isinstance(given, str) or len(given) > MOST * LONGEST:
        return list(given) if isinstance(given, list | tuple) else [given]
    strong = _BETWEEN.search(given)
    parts = (_BETWEEN if strong else _COMMAS).split(given)
    return [part.strip() for part in parts if part.strip()] if strong else [part.strip() for part in parts]


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:
    """Return the set of canonical members. `options` are `of`, their type, and `options`, those of that type."""
    items = _items(given)
    if not items or len(items) > MOST:
        return None
    reader, inner = normalizer(options["of"]), options.get("options", {})
    members = [None if isinstance(item, list | dict) else reader.normalize(item, inner) for item in items]
    return None if None in members else frozenset(members)


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose names every member."""
    if not isinstance(wanted, frozenset):
        return False
    reader, inner = normalizer(options["of"]), options.get("options", {})
    return all(reader.mentioned(text, member, inner) for member in wanted)
