"""Numbers with a unit: pieces, mass, volume, length and time, compared in the unit that is the smallest of its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text
from worlds.graders.numerals import NUMBER, SIGN, continues, number, sign

_KINDS: Final[dict[str, dict[str, str]]] = {
    "piece": {"1": "piece pieces pc pcs pcs. unit units item items x \u00d7 st\u00fcck stk stk."},
    "mass": {"0.001": "mg", "1": "g gram grams gramm", "1000": "kg kilo kilos kilogram kilograms kilogramm"},
    "volume": {
        "1": "ml millilitre millilitres milliliter milliliters",
        "10": "cl",
        "1000": "l litre litres liter liters",
    },
    "length": {"1": "mm", "10": "cm", "1000": "m metre metres meter meters", "1000000": "km"},
    "time": {
        "1": "s sec secs second seconds",
        "60": "min mins minute minutes",
        "3600": "h hr hrs hour hours",
        "86400": "d day days",
        "604800": "week weeks",
    },
}
_UNITS: Final = {
    name: (kind, Decimal(factor))
    for kind, factors in _KINDS.items()
    for factor, names in factors.items()
    for name in names.split()
}
_QUANTITY: Final = re.compile(rf"({SIGN}?)({NUMBER})[ \u00a0\u202f]?([^\W\d_]{{1,24}}\.?|\u00d7)?")
_STATED: Final = re.compile(
    rf"(?<![\w.,])({SIGN}?)([0-9]{{1,18}}(?:[.,][0-9]{{1,18}}){{0,7}})[ \u00a0\u202f]?([^\W\d_]{{1,24}}|\u00d7)(?!\w)"
)


def _unit(name: str, options: Mapping[str, Any]) -> tuple[str, Decimal] | None:
    """Return a unit's kind and factor; the expected unit itself may be one of no table, such as `box`."""
    folded = name.casefold()
    own = str(options.get("unit", "")).casefold()
    if folded in _UNITS:
        return _UNITS[folded]
    return (own, Decimal(1)) if own and folded in {own, f"{own}s"} else None


def _read(match: re.Match[str], options: Mapping[str, Any]) -> Canonical | None:
    unit = _unit(match[3] or str(options.get("unit", "")), options)
    value = number(match[2])
    if unit is None or value is None:
        return None
    kind, factor = unit
    return (kind, f"{(value * factor * sign(match[1])).normalize():f}")


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:
    """Return (kind, amount in its smallest unit). A bare number is in `options["unit"]`."""
    text = None if isinstance(given, bool) else as_text(given)
    match = _QUANTITY.fullmatch(text) if text else None
    return _read(match, options) if match else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose names this quantity, with a unit."""
    found = (m for m in _STATED.finditer(text) if not continues(text, m.start(2)))
    return any(_read(match, options) == wanted for match in found)
