"""What an agent has been told so far, and whether a literal can be had from it: as it stands, joined, or worked out.

Only simple arithmetic counts: a sum, a difference or a product with a number that the request says, a sum or a
difference of two numbers of one reply, a percentage that is written somewhere, a day so many days from another. It is
told apart from what stands there, so that a reviewer can look at it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from worlds.graders.text import plain

STANDS: Final = "stands"
JOINED: Final = "joined"
DERIVED: Final = "derived"
NOWHERE: Final = ""

SHORTEST_PART: Final = 2
SHORTEST_RUN: Final = 5
MOST_DAYS: Final = 400
COUNTED: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
)
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

TOKEN: Final = re.compile(r"[^\W_]+(?:[.,\-:/@_+'’#][^\W_]+)*")
_NUMBER: Final = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPOKEN: Final = re.compile(r"(\d{1,2})\.? ([A-Za-z]{3,9})\.? (\d{4})")
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?) ?(?:%|percent)")


@dataclass(slots=True)
class Told:
    """Words, numbers, days and ids seen so far; `said` and `replies` keep the numbers apart by where they stood."""

    words: set[str] = field(default_factory=set)
    running: list[str] = field(default_factory=list)
    ids: set[int] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    percents: set[Decimal] = field(default_factory=set)
    said: set[Decimal] = field(default_factory=set)
    replies: list[frozenset[Decimal]] = field(default_factory=list)

    def ask(self, text: str) -> None:
        """Take in the request."""
        self.said |= self._read(text)
        self.said |= {Decimal(COUNTED.index(word)) for word in self.words if word in COUNTED}

    def learn(self, body: Any) -> None:
        """Take in a reply."""
        self.replies.append(frozenset(self._walk(body, "")))

    def _walk(self, value: Any, name: str) -> Iterator[Decimal]:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                yield from self._walk(inner, str(key))
        elif isinstance(value, list):
            for inner in value:
                yield from self._walk(inner, name)
        elif isinstance(value, int) and not isinstance(value, bool):
            if is_id(name):
                self.ids.add(value)
            yield Decimal(value)
        elif isinstance(value, str):
            yield from self._read(value)

    def _read(self, text: str) -> set[Decimal]:
        folded = plain(text).casefold()
        self.running.append(squeezed(folded))
        for token in TOKEN.findall(folded):
            self.words.add(squeezed(token))
            self.words |= {part for part in re.split(r"[\W_]+", token) if part}
        self.days |= set(days_in(folded))
        self.percents |= {Decimal(found) for found in _PERCENT.findall(folded)}
        return {Decimal(found.replace(",", "")) for found in _NUMBER.findall(folded)}

    # -- what can be had from it ----------------------------------------------------------------------------------

    def number(self, value: Decimal) -> str:
        """How a number can be had."""
        everywhere = self.said.union(*self.replies)
        if value == 0 or value in everywhere:
            return STANDS
        if any(value - one in everywhere or value + one in everywhere for one in self.said):
            return DERIVED
        if any(one - value in everywhere for one in self.said):
            return DERIVED
        if any(one and value % one == 0 and value / one in everywhere for one in self.said):
            return DERIVED
        if any(value - one in reply or value + one in reply for reply in self.replies for one in reply):
            return DERIVED
        cent = Decimal("0.01")
        shares = (one * share / 100 for share in self.percents for one in everywhere)
        return DERIVED if any(share.quantize(cent, ROUND_HALF_UP) == value for share in shares) else NOWHERE

    def day(self, value: date) -> str:
        """How a day can be had."""
        if value in self.days:
            return STANDS
        counts = {int(one) for one in self.said.union(*self.replies) if one == int(one) and one <= MOST_DAYS}
        near = {abs((value - one).days) for one in self.days}
        return DERIVED if near & counts else NOWHERE

    def word(self, value: str) -> str:
        """How one word can be had; punctuation within it does not count."""
        run = squeezed(plain(value).casefold())
        if not run or run in self.words:
            return STANDS
        if len(run) >= SHORTEST_RUN and any(run in text for text in self.running):
            return STANDS
        cuts = range(SHORTEST_PART, len(run) - SHORTEST_PART + 1)
        return JOINED if any(run[:cut] in self.words and run[cut:] in self.words for cut in cuts) else NOWHERE


def is_id(name: str) -> bool:
    """Whether a member or an argument of that name holds ids."""
    return name in ("id", "ids") or name.endswith(("_id", "_ids"))


def squeezed(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]+", "", text)


def days_in(text: str) -> Iterator[date]:
    """The days that a text names: `2026-03-04`, `4 March 2026`, `4 Mar 2026`."""
    for found in _ISO.findall(text):
        with suppress(ValueError):
            yield date.fromisoformat(found)
    for day, month, year in _SPOKEN.findall(text):
        number = next((n for n, name in enumerate(MONTHS, 1) if name.startswith(month.casefold())), 0)
        if number:
            with suppress(ValueError):
                yield date(int(year), number, int(day))
