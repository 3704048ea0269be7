"""A fact with a type: the expected value of an answer's slot, or something that a message must or must not mention.

Its spelling is judged by the normalizer of its type (`normalizers/`), which reads one text as one value or refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from worlds.graders.normalizers import Canonical, normalizer


@dataclass(frozen=True, slots=True)
class Typed:
    """A value of one of the normalizers' types, with the options of its type (unit, zone, labels…).

    Raises ValueError if its own normalizer refuses the value.
    """

    type: str
    value: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    canonical: Canonical = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the expected value once, as an agent's would be read."""
        canonical = normalizer(self.type).normalize(self.value, self.options)
        if canonical is None:
            raise ValueError(f"{self.value!r} is no unambiguous {self.type} with {dict(self.options)!r}.")
        object.__setattr__(self, "canonical", canonical)

    def read(self, given: Any) -> Canonical | None:
        """Return the canonical form of what an agent gave, or None if it is ambiguous or no such value."""
        return normalizer(self.type).normalize(given, self.options)

    def mentioned(self, text: str) -> bool:
        """Say whether the text states this fact, found by its type and as a whole word, never as part of another."""
        return normalizer(self.type).mentioned(text, self.canonical, self.options)

    def __str__(self) -> str:
        return f"{self.type} {self.value}"

    def to_json(self) -> dict[str, Any]:
        """Return the fact as JSON."""
        return {"type": self.type, "value": self.value, "options": dict(self.options)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Typed:
        """Read what `to_json` wrote."""
        return cls(data["type"], data["value"], dict(data["options"]))


def money(minor: int, currency: str) -> Typed:
    """Return an amount in minor units; an agent may leave out this currency but not name another."""
    from worlds.graders.normalizers.money import spelled  # noqa: PLC0415 (normalizers load when first used)

    return Typed("money", spelled(minor, currency), {"currency": currency})


def quantity(amount: int | str, unit: str = "piece") -> Typed:
    """Return a number with a unit; a bare number is read in this unit."""
    return Typed("quantity", str(amount), {"unit": unit})


def percent(value: int | str) -> Typed:
    """Return a percentage, such as `percent(15)` or `percent("7.5")`."""
    return Typed("percent", f"{value}%")


def date(iso: str) -> Typed:
    """Return a calendar day, given as `2026-03-02`."""
    return Typed("date", iso)


def instant(iso: str, zone: str) -> Typed:
    """Return a moment, given as `2026-03-02T09:15:00Z`; an agent's text without an offset is read in this zone."""
    return Typed("instant", iso, {"zone": zone})


def email(address: str) -> Typed:
    """Return an e-mail address."""
    return Typed("email", address)


def phone(number: str, calling_code: str) -> Typed:
    """Return a telephone number; one without a country is read with this calling code, such as `"49"`."""
    return Typed("phone", number, {"calling_code": calling_code})


def person(name: str) -> Typed:
    """Return a person's full name."""
    return Typed("name", name)


def record(number: str, prefix: str = "") -> Typed:
    """Return a record's number; the prefix of its kind (`"RF-"`) may be left out by an agent."""
    return Typed("record", number, {"prefix": prefix})


def enum(value: str, labels: Mapping[str, str]) -> Typed:
    """Return one of a closed list of values, which an agent may give by value or by shown label."""
    return Typed("enum", value, {"labels": dict(labels)})


def yes_no(value: bool) -> Typed:
    """Return a yes or a no."""
    return Typed("yesno", "yes" if value else "no")


def set_of(items: Sequence[Typed]) -> Typed:
    """Return a set of facts of one type, in any order; the first item's options hold for all."""
    if not items:
        raise ValueError("A set of facts needs at least one.")
    of = items[0]
    return Typed("set", [item.value for item in items], {"of": of.type, "options": dict(of.options)})
