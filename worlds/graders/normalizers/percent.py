"""Percentages: `15%`, `15 percent`, a bare number above one; a bare fraction could be a share and is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text
from worlds.graders.numerals import NUMBER, SIGN, number, sign

_SIGN_OF: Final = r"(?:%|\uff05|percent\b|per cent\b|pct\b|Prozent\b)"
_PERCENT: Final = re.compile(rf"({SIGN}?)({NUMBER})[ \u00a0\u202f]?({_SIGN_OF}?)", re.IGNORECASE)
_STATED: Final = re.compile(
    rf"(?<![\w.,])({SIGN}?)([0-9]{{1,9}}(?:[.,][0-9]{{1,9}})?)[ \u00a0\u202f]?({_SIGN_OF})(?![- ]?points?\b)",
    re.IGNORECASE,
)


def _read(match: re.Match[str]) -> Canonical | None:
    value = number(match[2])
    if value is None or (not match[3] and value <= Decimal(1)):
        return None
    amount = value * sign(match[1])
    return f"{amount.normalize():f}" if amount else "0"


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:  # noqa: ARG001 (the shape of a normalizer)
    """Return the percentage as a decimal string without trailing zeros."""
    text = None if isinstance(given, bool) else as_text(given)
    match = _PERCENT.fullmatch(text) if text else None
    return _read(match) if match else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:  # noqa: ARG001 (as normalize)
    """Say whether the prose names this percentage, with its sign or word."""
    return any(_read(match) == wanted for match in _STATED.finditer(text))
