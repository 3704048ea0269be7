"""Numbers as people write them: points, commas, groups and signs, read exactly or refused where two readings exist."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

SIGN: Final = r"[+\-\u2212]"
NUMBER: Final = r"[0-9]{1,18}(?:[.,'\u2019 \u00a0\u202f][0-9]{1,18}){0,7}"
"""Whatever may be a number without its sign; `number` decides whether it is one."""

_PLAIN: Final = re.compile(r"[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"([0-9]{1,18})[.,]([0-9]{1,9})")
_SPACED: Final = re.compile(r"([0-9]{1,3}(?:([ \u00a0\u202f'\u2019])[0-9]{3})(?:\2[0-9]{3}){0,4})(?:[.,]([0-9]{1,2}))?")
_ENGLISH: Final = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3}){1,5})(?:\.([0-9]{1,9}))?")
_GERMAN: Final = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3}){1,5})(?:,([0-9]{1,9}))?")
_SPACE_BEFORE: Final = re.compile(r"(?<![0-9])[0-9]{1,3} ")


def number(text: str) -> Decimal | None:
    """Return the number without sign that a text is; None if it is none, or could be two.

    A single group of three after a point or comma ("1.250", "1,250") is refused: it may be a thousand or a fraction.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if match := _DECIMAL.fullmatch(text):
        whole, fraction = match[1], match[2]
        grouped = len(fraction) == 3 and len(whole) <= 3 and whole != "0"
        return None if grouped else Decimal(f"{whole}.{fraction}")
    for form in (_SPACED, _ENGLISH, _GERMAN):
        if match := form.fullmatch(text):
            fraction = match[match.re.groups]
            return Decimal(re.sub("[^0-9]", "", match[1]) + (f".{fraction}" if fraction else ""))
    return None


def sign(text: str) -> int:
    """Return -1 for a minus of any shape, 1 otherwise."""
    return -1 if text in {"-", "\u2212"} else 1


def continues(text: str, start: int) -> bool:
    """Say whether the three digits at `start` may be the tail of a number whose thousands stand before a space."""
    return bool(re.match(r"[0-9]{3}(?![0-9])", text[start : start + 4])) and any(
        match.end() == start for match in _SPACE_BEFORE.finditer(text, max(0, start - 5), start)
    )
