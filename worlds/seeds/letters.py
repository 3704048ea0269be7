"""Letters and mails as people write them: composed from templates, put in a tone, signed, and quoting what they answer.

What a caller gives (names, numbers, addresses) is never touched by a tone: an order number keeps its capitals and gets
no typing slips.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Final

from worlds.seeds.text import TONES, filled, slipped

LANGUAGES: Final = ("en", "nl", "de", "fr")

_WEEKDAYS: Final = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
_MONTHS: Final = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
        "december",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
}  # fmt: skip
_WROTE: Final = {
    "en": "On {weekday} {date} at {time}, {name} <{email}> wrote:",
    "nl": "Op {weekday} {date} om {time} schreef {name} <{email}>:",
    "de": "Am {weekday}, {date} um {time} schrieb {name} <{email}>:",
    "fr": "Le {weekday} {date} à {time}, {name} <{email}> a écrit :",
}
_HEADS: Final = {
    "en": "-----Original Message-----\nFrom: {name} <{email}>\nSent: {weekday} {date} {time}",
    "nl": "-----Oorspronkelijk bericht-----\nVan: {name} <{email}>\nVerzonden: {weekday} {date} {time}",
    "de": "-----Ursprüngliche Nachricht-----\nVon: {name} <{email}>\nGesendet: {weekday}, {date} {time}",
    "fr": "-----Message d'origine-----\nDe : {name} <{email}>\nEnvoyé : {weekday} {date} {time}",
}
_DAYS: Final = re.compile(
    "|".join((r"\d+", *(f"\\b{day.casefold()}\\b" for week in _WEEKDAYS.values() for day in week)))
)
_SLOT: Final = re.compile(r"\{(\w+)\}")
_SENTENCE: Final = re.compile(r"(?<=[.!?:])\s+|\n+")
_BREAK: Final = re.compile(r"(?<=[.!?]) (?=[^\W\d_])")
_WAYS: Final = re.compile(r"<([^<>|]*(?:\|[^<>|]*)+)>")
_PRIVATE, _CAPITAL = 0xE000, 0xE800


def weekday(language: str, day: date) -> str:
    """The day of the week, as the language writes it."""
    return _WEEKDAYS[language][day.weekday()]


def long_date(language: str, day: date, *, year: bool = False) -> str:
    """A day with its month in words, such as `9 March` or `9. März 2026`."""
    dot = "." if language == "de" else "er" if language == "fr" and day.day == 1 else ""
    said = f"{day.day}{dot} {_MONTHS[language][day.month - 1]}"
    return f"{said} {day.year}" if year else said


def euros(language: str, cents: int) -> str:
    """An amount as the language writes it: `€24.95`, `€ 24,95` or `24,95 €`."""
    plain = f"{cents // 100}.{cents % 100:02d}"
    comma = plain.replace(".", ",")
    return {"en": f"€{plain}", "nl": f"€ {comma}"}.get(language, f"{comma} €")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A mail that is answered: when it was written, by whom, and what it said. `when` is local to who quotes it."""

    when: datetime
    name: str
    email: str
    text: str


def quote(rng: random.Random, language: str, mail: Quoted, *, lines: int = 8) -> str:
    """A mail as mail programs put it into the answer: its first lines behind signs, or whole under a head."""
    said = mail.text.strip().split("\n")
    kept = said[:lines] + (["[…]"] if len(said) > lines else [])
    facts = {
        "weekday": weekday(language, mail.when.date()),
        "date": long_date(language, mail.when.date(), year=True),
        "time": f"{mail.when:%H:%M}",
        "name": mail.name,
        "email": mail.email,
    }
    if rng.random() < 0.25:
        return "\n".join([_HEADS[language].format(**facts), "", *kept])
    return "\n".join([_WROTE[language].format(**facts), *(f"> {line}".rstrip() for line in kept)])


def sentences(text: str, least: int = 6) -> frozenset[str]:
    """The sentences of a text that have at least so many words, in small letters and without quoting signs."""
    found = (part.strip(" >-\t").casefold() for part in _SENTENCE.split(text))
    return frozenset(part for part in found if len(part.split()) >= least)


def _undated(said: frozenset[str]) -> frozenset[str]:
    return frozenset(_DAYS.sub("#", one) for one in said)


def unsaid(draw: Callable[[], str], said: frozenset[str], tries: int = 12) -> str:
    """A text that shares no sentence with what was said before, or the last of so many tries.

    A sentence that differs in a day or a number alone counts as the same.
    """
    known = _undated(said)
    for _ in range(tries - 1):
        text = draw()
        if not known & _undated(sentences(text)):
            return text
    return draw()


@dataclass(frozen=True, slots=True)
class Stock:
    """Slots with what a caller gives, ready to fill templates with.

    A slot's value counts only if everything in it can be filled. `{Name}` is `{name}` with a capital, `<one|two>` is
    either of them. What is given stands as one private sign each until `shown`.
    """

    slots: Mapping[str, Sequence[str]]
    given: Mapping[str, str]

    @classmethod
    def of(
        cls,
        slots: Mapping[str, Sequence[str]],
        given: Mapping[str, str],
        maybe: Mapping[str, Sequence[str]] | None = None,
    ) -> "Stock":
        """The slots that can be filled with what is given; those of `maybe` are empty where theirs cannot."""
        usable: dict[str, Sequence[str]] = {name: (chr(_PRIVATE + at),) for at, name in enumerate(given)}
        capitals: dict[str, Sequence[str]] = {_capital(name): (chr(_CAPITAL + at),) for at, name in enumerate(given)}
        waiting = {name: tuple(values) for name, values in {**slots, **(maybe or {})}.items() if name not in given}
        for _ in range(6):
            known = usable.keys() | capitals.keys()
            fit = {name: tuple(one for one in values if _needs(one) <= known) for name, values in waiting.items()}
            usable |= {name: values for name, values in fit.items() if values}
            capitals |= {_capital(name): tuple(map(_capital, values)) for name, values in fit.items() if values}
        empty: dict[str, Sequence[str]] = {name: ("",) for name in maybe or {} if name not in usable}
        return cls({**capitals, **usable, **empty}, given)

    def about(self, given: Mapping[str, str]) -> "Stock":
        """The same slots for another case, of which the same is known."""
        return replace(self, given={name: given[name] for name in self.given})

    def fits(self, template: str) -> bool:
        """Whether every slot of a template can be filled, in one of its ways at least."""
        sure = _needs(_WAYS.sub("", template)) <= self.slots.keys()
        return sure and all(self._ways(group) for group in _WAYS.findall(template))

    def _ways(self, group: str) -> list[str]:
        return [one for one in group.split("|") if _needs(one) <= self.slots.keys()]

    def choose(self, rng: random.Random, templates: Sequence[str]) -> str:
        """One of the templates that can be filled, filled, with what is given still behind its signs.

        Raises:
            LookupError: if none can be filled.
        """
        fitting = [one for one in templates if self.fits(one)]
        if not fitting:
            missing = sorted(frozenset().union(*map(_needs, templates)) - self.slots.keys())
            raise LookupError(f"no text can do without {', '.join(missing)}")
        sure = _WAYS.sub(lambda found: rng.choice(self._ways(found[1])), rng.choice(fitting))
        return _WAYS.sub(lambda found: rng.choice(found[1].split("|")), filled(rng, sure, self.slots))

    def shown(self, text: str) -> str:
        """The text with what is given in the place of its signs."""
        for at, value in enumerate(self.given.values()):
            text = text.replace(chr(_PRIVATE + at), value).replace(chr(_CAPITAL + at), _capital(value))
        return text


@cache
def _needs(template: str) -> frozenset[str]:
    return frozenset(_SLOT.findall(template))


def _capital(text: str) -> str:
    if text.startswith("<"):
        return _WAYS.sub(lambda found: f"<{'|'.join(map(_capital, found[1].split('|')))}>", text, count=1)
    at = 1 if text.startswith("{") else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def toned(rng: random.Random, body: str, greetings: Sequence[str], closings: Sequence[str], tone: str) -> str:
    """A body written in a tone of `TONES`: in paragraphs, greeted, signed, in small letters, with slips."""
    manner = TONES[tone]
    parts = [_paragraphs(rng, body) if tone in {"polite", "chatty"} else body]
    if rng.random() < manner.greeting:
        parts.insert(0, f"{rng.choice(greetings)},")
    if rng.random() < manner.closing:
        parts.append(rng.choice(closings))
    text = ("\n\n" if tone in {"polite", "chatty"} else "\n").join(parts)
    text = text.lower() if rng.random() < manner.lower else text
    return slipped(rng, text) if rng.random() < manner.slips else text


def _paragraphs(rng: random.Random, body: str) -> str:
    """A long body in two paragraphs, as most people break it."""
    said = _BREAK.split(body)
    if len(said) < 4 or "\n" in body or rng.random() < 0.35:
        return body
    at = rng.randint(2, len(said) - 2)
    return "\n\n".join((" ".join(said[:at]), " ".join(said[at:])))
