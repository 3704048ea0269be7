"""Full names of persons: case, composition, the shape of apostrophes and hyphens and a civil title do not matter.

Every letter does: no accent is dropped and no umlaut spelled out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4`\u02b9\uff07", "'"))
_HYPHENS: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013", "-"))
_TITLES: Final = frozenset({"mr", "mrs", "ms", "mx", "herr", "frau", "mr.", "mrs.", "ms.", "mx."})
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['.-](?=[^\W\d_]))*\.?")


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).translate(_HYPHENS)
    return unicodedata.normalize("NFC", text.casefold())


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:  # noqa: ARG001 (the shape of a normalizer)
    """Return the words of the name in order of speech; `Surname, Given` is turned around."""
    text = as_text(given) if isinstance(given, str) else None
    if not text or text.count(",") > 1:
        return None
    surname, comma, given_name = _folded(text).partition(",")
    words = f"{given_name} {surname}".split() if comma else surname.split()
    if comma and not (given_name.strip() and surname.strip()):
        return None
    while words and words[0] in _TITLES:
        words = words[1:]
    if not words or not all(_WORD.fullmatch(word) for word in words):
        return None
    return tuple(words)


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:  # noqa: ARG001 (as normalize)
    """Say whether the words of the name stand one after the other in the prose; a possessive 's is no part of it."""
    if not isinstance(wanted, tuple):
        return False
    length = len(wanted)
    words = [word.removesuffix("'s") for word in _WORD.findall(_folded(text))]
    bare = tuple(word.removesuffix(".") for word in wanted)
    trimmed = [word.removesuffix(".") for word in words]
    return any(tuple(trimmed[at : at + length]) == bare for at in range(len(trimmed) - length + 1))
