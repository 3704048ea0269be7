"""The words in which people write about firms and deals, from `words/*.toml`: never the same note twice."""

import random
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from worlds.seeds.letters import Stock, long_date, sentences, toned, weekday

_HERE: Final = Path(__file__).parent / "words"
_TOWNS: Final = (
    "Zwolle", "Husum", "Annecy", "Torquay", "Visby", "Konstanz", "Oostende", "Den Helder", "Passau", "Colmar", "Sligo",
    "Kalmar", "Ulm", "Hoorn", "Dinant", "Lindau", "Whitby", "Tromsø", "Cuxhaven", "Middelburg", "Namur", "Keswick",
)  # fmt: skip
_FAIRS: Final = ("Köln", "Utrecht", "Lyon", "Birmingham", "Stuttgart", "Gent", "Friedrichshafen", "Göteborg")
_TONES: Final = ("polite", "polite", "brief", "chatty", "hurried")
_TRIES: Final = 24
_SHORT: Final = 5
"""Sentences of so many words and more are not said twice on a page."""


@cache
def _bank(language: str) -> Mapping[str, Any]:
    with (_HERE / f"{language}.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)
    return table


@cache
def _stock(language: str, names: tuple[str, ...]) -> Stock:
    return Stock.of(_bank(language)["slots"], dict.fromkeys(names, ""))


@dataclass(slots=True)
class Words:
    """What was said so far: whole texts anywhere, and sentences by page, so that neither comes twice."""

    said: set[str] = field(default_factory=set)
    _pages: dict[object, set[str]] = field(default_factory=lambda: defaultdict(set))

    def text(
        self, rng: random.Random, kind: str, given: Mapping[str, str], language: str = "en", page: object = 0
    ) -> str:
        """A text of a kind that nobody has written before.

        Raises:
            LookupError: if no text can do with what is given.
        """
        bank = _bank(language)
        spoken = language if kind in bank["kinds"] else "en"
        stock = _stock(spoken, tuple(given)).about(given)
        return _tidied(stock.shown(self._fresh(rng, stock, _bank(spoken)["kinds"][kind], page)))

    def letter(self, rng: random.Random, kind: str, given: Mapping[str, str], language: str, page: object = 0) -> str:
        """A text of a kind, greeted and signed in somebody's tone; what is given keeps its letters."""
        language = language if kind in _bank(language)["kinds"] else "en"
        bank = _bank(language)["kinds"]
        stock = _stock(language, tuple(given)).about(given)
        body = self._fresh(rng, stock, bank[kind], page)
        greeting = stock.choose(rng, bank["greeting"])
        closing = stock.choose(rng, bank["closing"])
        return stock.shown(toned(rng, body, (greeting,), (closing,), rng.choice(_TONES)))

    def title(self, rng: random.Random, kind: str, given: Mapping[str, str], language: str = "en") -> str:
        """What stands above a text; many bear the same."""
        stock = _stock(language, tuple(given)).about(given)
        return _tidied(stock.shown(stock.choose(rng, _bank(language)["kinds"][kind])))[:190]

    def _fresh(self, rng: random.Random, stock: Stock, templates: Sequence[str], page: object) -> str:
        """A text that is new, with what is given still behind its signs."""
        known = self._pages[page]
        hidden = text = ""
        for _ in range(_TRIES):
            hidden = stock.choose(rng, templates)
            text = _tidied(stock.shown(hidden))
            if text not in self.said and not known & sentences(text, _SHORT):
                break
        else:
            at = 2
            while text in self.said:
                text, at = f"{text.removesuffix(f' ({at - 1})')} ({at})", at + 1
                hidden = text
        self.said.add(text)
        known |= sentences(text, _SHORT)
        return _tidied(hidden)


def _tidied(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def _weekday(moment: datetime) -> date:
    """The day of a moment, or the Friday before where it is a day of rest."""
    return moment.date() - timedelta(days=max(0, moment.weekday() - 4))


def facts(rng: random.Random, language: str, now: datetime, known: Mapping[str, str]) -> dict[str, str]:
    """What texts may name at a moment beside what is known of the matter: days, years, towns, round numbers."""
    ahead = (now + timedelta(days=rng.randint(6, 70))).date()
    soon, ago = _weekday(now + timedelta(days=rng.randint(1, 6))), _weekday(now - timedelta(days=rng.randint(2, 6)))
    month = long_date(language, (now - timedelta(days=rng.randint(20, 200))).date()).split()[-1]
    later = long_date(language, (now + timedelta(days=rng.randint(70, 180))).date()).split()[-1]
    return {
        "date": long_date(language, ahead), "day": weekday(language, soon), "day2": weekday(language, ago),
        "month": month, "month2": later, "year": str(now.year - rng.randint(3, 14)), "years": str(rng.randint(18, 190)),
        "days": str(rng.choice((8, 10, 14, 21, 30))), "thousands": str(rng.randint(3, 60)),
        "town2": rng.choice(_TOWNS), "fair": rng.choice(_FAIRS), **known,
    }  # fmt: skip
