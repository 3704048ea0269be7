"""The one way in which judged text is compared and shown: NFC and trimmed, nothing cleverer."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from typing import Any

SHOWN = 80


def plain(text: str) -> str:
    """Return the text as it is compared: NFC, without white space at either end."""
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()


def same(one: Any, other: Any) -> bool:
    """Say whether two stored values are one value: text after `plain`, booleans as the 0 and 1 they are stored as.

    A number is never the same as a text, nor an integer the same as a float.
    """
    if isinstance(one, str) and isinstance(other, str):
        return one == other or plain(one) == plain(other)
    if one is None or other is None:
        return one is other
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return type(one) is type(other) and bool(one == other)


def members(value: Any) -> list[Any] | None:
    """Return the members of a stored set: a list, JSON text of a list, or text separated by commas; None if none."""
    if isinstance(value, list | tuple):
        return list(value)
    if not isinstance(value, str):
        return None
    if value.lstrip().startswith("["):
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            return None
        return parsed if isinstance(parsed, list) else None
    return [part for part in map(plain, value.split(",")) if part]


def canonical(value: Any) -> str:
    """Return a key that is equal for equal members of a set, whatever their JSON spelling."""
    return json.dumps(plain(value) if isinstance(value, str) else value, sort_keys=True, default=repr)


def same_set(one: Any, other: Any) -> bool:
    """Say whether two stored sets hold the same members, whatever their order, repetition and spelling."""
    if same(one, other):
        return True
    left, right = members(one), members(other)
    if left is None or right is None:
        return False
    return {canonical(item) for item in left} == {canonical(item) for item in right}


def shown(value: Any) -> str:
    """Return a value as evidence shows it: one short line in which control characters are spelled out."""
    if isinstance(value, str):
        cut = value if len(value) <= SHOWN else value[:SHOWN] + "…"
        return repr(cut)
    try:
        text = repr(value)
    except RecursionError:
        return "(nested too deeply)"
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def listed(parts: Iterable[str], most: int = 6) -> str:
    """Join parts for a sentence, naming how many were left out beyond `most`."""
    items = list(parts)
    tail = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + tail
