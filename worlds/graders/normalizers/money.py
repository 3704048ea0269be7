"""Amounts of money: minor units and a currency; an amount that could be read in two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text
from worlds.graders.numerals import NUMBER, SIGN, continues, number, sign

_PLACES: Final = {"JPY": 0, "KRW": 0, "ISK": 0, "KWD": 3, "BHD": 3, "TND": 3}
_CODES: Final = frozenset(
    [
        "AUD",
        "BGN",
        "BHD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "INR",
        "ISK",
        "JPY",
        "KRW",
        "KWD",
        "MXN",
        "NOK",
        "NZD",
        "PLN",
        "RON",
        "SEK",
        "SGD",
        "TND",
        "TRY",
        "USD",
        "ZAR",
    ]
)
_NAMES: Final = {
    "\u20ac": "EUR", "euro": "EUR", "euros": "EUR", "\u00a3": "GBP", "us$": "USD", "ca$": "CAD", "a$": "AUD",
    "\u20b9": "INR", "z\u0142": "PLN", "fr.": "CHF", "sfr": "CHF",
}  # fmt: skip
_SHARED: Final = {
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD"),
    "dollar": ("USD", "AUD", "CAD", "HKD", "NZD", "SGD"),
    "dollars": ("USD", "AUD", "CAD", "HKD", "NZD", "SGD"),
    "pound": ("GBP",),
    "pounds": ("GBP",),
    "\u00a5": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("SEK", "NOK", "DKK", "ISK"),
}
_CURRENCY: Final = r"(?:[A-Za-z]{1,3}\$|[$\u20ac\u00a3\u00a5\u20b9]|[A-Za-z]{2,7}\.?|z\u0142)"
_AMOUNT: Final = re.compile(
    rf"(?P<sign>{SIGN}?) ?(?P<left>{_CURRENCY}?)[ \u00a0]?(?P<inner>{SIGN}?)(?P<number>{NUMBER})"
    rf"[ \u00a0\u202f]?(?P<right>{_CURRENCY}?)"
)
_STATED: Final = re.compile(
    rf"(?<![\w.,])(?P<sign>{SIGN}?)(?P<left>(?:[A-Z]{{1,3}}\$|[$\u20ac\u00a3\u00a5\u20b9]|\b[A-Z]{{3}}\b)?)[ \u00a0]?"
    rf"(?P<inner>{SIGN}?)(?P<number>[0-9]{{1,18}}(?:[.,'\u2019\u00a0\u202f][0-9]{{1,18}}){{0,7}})"
    rf"(?:[ \u00a0\u202f]?(?P<right>[$\u20ac\u00a3\u00a5\u20b9]|[A-Z]{{3}}\b|[Ee]uros?\b|[Dd]ollars?\b|[Pp]ounds?\b))?"
    rf"(?![0-9A-Za-z])"
)


def _currency(token: str, options: Mapping[str, Any]) -> str | None:
    """Return a currency's code; a sign that several share means the expected one, or the first of them."""
    if token.upper() in _CODES:
        return token.upper()
    token = token.casefold()
    shared = _SHARED.get(token)
    if shared:
        return options["currency"] if options.get("currency") in shared else shared[0]
    return _NAMES.get(token)


def _minor(match: re.Match[str], options: Mapping[str, Any]) -> Canonical | None:
    tokens = {token for token in (match["left"], match["right"]) if token}
    codes = {_currency(token, options) for token in tokens} or {options.get("currency")}
    code = codes.pop() if len(codes) == 1 else None
    value = number(match["number"])
    if code is None or value is None or (match["sign"] and match["inner"]):
        return None
    scaled = value.scaleb(_PLACES.get(code, 2))
    if scaled != int(scaled):
        return None
    return (int(scaled) * sign(match["sign"] or match["inner"]), code)


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:
    """Return (minor units, currency code). `options["currency"]` is meant where none is named."""
    text = None if isinstance(given, bool) else as_text(given)
    match = _AMOUNT.fullmatch(text) if text else None
    return _minor(match, options) if match else None


def _stated(text: str, options: Mapping[str, Any]) -> Iterator[Canonical | None]:
    """Yield the amounts in prose: those with a currency, and bare ones written with two decimals."""
    for match in _STATED.finditer(text):
        named = match["left"] or match["right"]
        bare = re.fullmatch(r".*[.,][0-9]{2}", match["number"])
        if (named or bare) and not continues(text, match.start("number")):
            yield _minor(match, options)


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose names this very amount."""
    return any(found == wanted for found in _stated(text, options))


def spelled(minor: int, currency: str) -> str:
    """Return an amount as `18.40 EUR`."""
    places = _PLACES.get(currency, 2)
    return f"{Decimal(minor).scaleb(-places):.{places}f} {currency}"
