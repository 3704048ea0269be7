"""One of a closed list of values, given by its value or by the label that people are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from worlds.graders.normalizers import Canonical, as_text
from worlds.graders.text import plain

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_NEGATIONS: Final = frozenset({"not", "no", "never", "nicht", "kein", "keine", "without", "cannot"})
_CLAUSE_END: Final = re.compile(r"[.,;:!?()\n\u2013\u2014]")
_REACH: Final = 3  # words before a value, in its own clause, within which a negation makes it unclear


def _folded(text: str) -> str:
    return " ".join(re.split(r"[\s_-]+", plain(text).casefold())).strip()


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:
    """Return the value. `options["labels"]` gives the label of each value; a text that fits two is refused."""
    text = as_text(given)
    if not text:
        return None
    folded = _folded(text)
    labels: Mapping[str, str] = options.get("labels", {})
    found = {value for value, label in labels.items() if folded in (_folded(value), _folded(label))}
    return found.pop() if len(found) == 1 else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose holds the value or label in whole words, with no negation just before it in its clause."""
    labels: Mapping[str, str] = options.get("labels", {})
    prose = _read(text)
    for sought in _spellings(str(wanted), labels.get(str(wanted), "")):
        if sought[0] in prose.places and _holds(prose, sought):
            return True
    return False


class _Prose(NamedTuple):
    """A text as it is looked through: folded, its words, their spellings alone, and where each spelling stands."""

    folded: str
    found: Sequence[re.Match[str]]
    words: Sequence[str]
    places: Mapping[str, Sequence[int]]


@lru_cache(maxsize=64)
def _read(text: str) -> _Prose:
    """Read a text once for the many values that it is asked for."""
    folded = re.sub(r"[ \t_-]+", " ", plain(text).casefold())
    found = list(_WORD.finditer(folded))
    words = [match[0] for match in found]
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        places.setdefault(word, []).append(at)
    return _Prose(folded, found, words, places)


@lru_cache(maxsize=1024)
def _spellings(value: str, label: str) -> Sequence[Sequence[str]]:
    """Return the words of a value and of its label, where they have any."""
    return [words for words in (_WORD.findall(_folded(one)) for one in (value, label)) if words]


def _holds(prose: _Prose, sought: Sequence[str]) -> bool:
    for at in prose.places[sought[0]]:
        if prose.words[at : at + len(sought)] == sought:
            before = prose.found[max(0, at - _REACH) : at + 1]
            if not _negated(prose.folded, before):
                return True
    return False


def _negated(text: str, words: Sequence[re.Match[str]]) -> bool:
    """Say whether one of the words before the last one denies it; what stands in an earlier clause does not."""
    *before, value = words
    return any(
        (word[0] in _NEGATIONS or word[0].endswith(("n't", "n\u2019t")))
        and not _CLAUSE_END.search(text, word.end(), value.start())
        for word in before
    )
