"""Numbers of records: `#`, case and the prefix of their kind do not matter; every digit does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text
from worlds.graders.text import plain

_NUMBER: Final = re.compile(r"[0-9a-z](?:[0-9a-z]|[-/_.](?=[0-9a-z])){0,62}")
_STATED: Final = re.compile(r"(?<![\w.,/-])#?[0-9A-Za-z](?:[0-9A-Za-z]|[-/_.](?=[0-9A-Za-z])){0,62}(?!\w)")
_PREFIX_END: Final = "-_/ "
_OTHER_UNITS: Final = frozenset({"%", "\u20ac"})  # what they follow is no record's number


def _prefix(options: Mapping[str, Any]) -> str:
    return str(options.get("prefix", "")).casefold().rstrip(_PREFIX_END)


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:
    """Return the number in lower case, without `#` and without `options["prefix"]`."""
    text = None if isinstance(given, bool | float) else as_text(given)
    return _number(plain(text).casefold(), _prefix(options)) if text else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose names the record: as a whole word, and a number of one or two digits only after `#`."""
    prefix = _prefix(options)
    return str(wanted) in _folded(text, prefix) and wanted in _stated(text, prefix)


def _number(folded: str, prefix: str) -> str | None:
    """Return the number that folded text is, without `#` and the folded prefix of its kind."""
    rest = folded.removeprefix("#").lstrip(" ")
    if prefix and rest.startswith(prefix):
        bare = rest.removeprefix(prefix).lstrip(_PREFIX_END)
        bare = bare if folded.startswith("#") else bare.removeprefix("#")
        rest = bare if bare[:1].isdigit() else rest
    return rest if rest.isascii() and _NUMBER.fullmatch(rest) else None


@lru_cache(maxsize=64)
def _stated(text: str, prefix: str) -> frozenset[str]:
    """Return the numbers that prose names, kept since one message is asked for many of them."""
    spaced, found = _joined(text, prefix), set()
    for match in _STATED.finditer(spaced):
        word = match[0]
        short = len(word) < 3 and word.isdigit()
        if short or spaced[match.end() : match.end() + 2].strip(" ")[:1] in _OTHER_UNITS:
            continue
        if number := _number(word.casefold(), prefix):
            found.add(number)
    return frozenset(found)


@lru_cache(maxsize=64)
def _folded(text: str, prefix: str) -> str:
    """Return prose in which every number that it names occurs as it is written: most values do not, which is cheap."""
    return _joined(text, prefix).casefold()


def _joined(text: str, prefix: str) -> str:
    """Return prose in which no prefix stands apart from its number."""
    return _apart(prefix).sub(f"{prefix}-", text) if prefix else text


@lru_cache(maxsize=64)
def _apart(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<!\w){re.escape(prefix)} (?=#?[0-9])")
