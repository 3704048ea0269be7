"""Telephone numbers: the digits with their country; an extension is part of the number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text

_EXTENSION: Final = r"(?:[ ,;]{0,2}(?:ext\.?|extension|x|Durchwahl)[ ]?(?P<extension>[0-9]{1,6}))?"
_NUMBER: Final = re.compile(
    rf"(?:tel:|tel\.? ?)?(?P<number>\+?[0-9(][0-9 ()./\u00a0-]{{4,28}}[0-9]){_EXTENSION}", re.IGNORECASE
)
_STATED: Final = re.compile(
    rf"(?<![\w+])(?P<number>\+?[0-9(][0-9 ()./\u00a0-]{{4,28}}[0-9]){_EXTENSION}(?!\w)", re.IGNORECASE
)


def _read(match: re.Match[str], options: Mapping[str, Any]) -> Canonical | None:
    """Return +digits, with the country of the world where none is written."""
    own = str(options.get("calling_code", ""))
    written = match["number"]
    digits = re.sub(r"[^0-9]", "", re.sub(r"\(0\)", "", written))
    if written.startswith("+"):
        full = digits
    elif digits.startswith("00"):
        full = digits[2:]
    elif own and own != "1" and digits.startswith("0"):
        full = own + digits[1:]
    elif own == "1":
        full = digits if len(digits) == 11 and digits[0] == "1" else f"1{digits}"
        full = full if len(full) == 11 else ""
    else:
        return None  # without its trunk zero a national number could be a foreign one
    if not 7 <= len(full) <= 15 or full.startswith("0"):
        return None
    return f"+{full}" + (f"x{match['extension']}" if match["extension"] else "")


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:
    """Return the number as +country and digits; `options["calling_code"]` is the country of the world."""
    text = as_text(given) if isinstance(given, str) else None
    match = _NUMBER.fullmatch(text) if text else None
    return _read(match, options) if match else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose holds this number."""
    return any(_read(match, options) == wanted for match in _STATED.finditer(text))
