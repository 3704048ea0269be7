"""Numbers of records: `#`, case and the prefix of their kind do not matter; every digit does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text
from worlds.graders.text import plain

_NUMBER: Final = re.compile(r"[0-9a-z](?:[0-9a-z]|[-/_.](?=[0-9a-z])){0,62}")
_STATED: Final = re.compile(r"(?<![\w.,/-])#?[0-9A-Za-z](?:[0-9A-Za-z]|[-/_.](?=[0-9A-Za-z])){0,62}(?!\w)")
_PREFIX_END: Final = "-_/ "


def _prefix(options: Mapping[str, Any]) -> str:
    return str(options.get("prefix", "")).casefold().rstrip(_PREFIX_END)


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:
    """Return the number in lower case, without `#` and without `options["prefix"]`."""
    text = None if isinstance(given, bool | float) else as_text(given)
    if not text:
        return None
    folded = plain(text).casefold()
    rest = folded.removeprefix("#").lstrip(" ")
    prefix = _prefix(options)
    if prefix and rest.startswith(prefix):
        bare = rest.removeprefix(prefix).lstrip(_PREFIX_END)
        bare = bare if folded.startswith("#") else bare.removeprefix("#")
        rest = bare if bare[:1].isdigit() else rest
    return rest if rest.isascii() and _NUMBER.fullmatch(rest) else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose names the record: as a whole word, and a number of one or two digits only after `#`."""
    prefix = _prefix(options)
    spaced = re.sub(rf"(?i)(?<!\w){re.escape(prefix)} (?=#?[0-9])", f"{prefix}-", text) if prefix else text
    for match in _STATED.finditer(spaced):
        word = match[0]
        if spaced[match.end() : match.end() + 2].strip(" ")[:1] in {"%", "\u20ac"}:
            continue
        short = word.isdigit() and len(word) < 3
        if not short and normalize(word, options) == wanted:
            return True
    return False
