"""Values as they are compared: names without legal forms, domains, e-mail addresses, phone numbers with country."""

import re
from typing import Final

from worlds.engine.folding import fold, normal_email

_LEGAL_FORMS: Final = frozenset(
    {
        "bv", "b.v.", "nv", "n.v.", "vof", "v.o.f.", "cv", "c.v.", "gmbh", "mbh", "ag", "kg", "ohg", "ug", "ev", "e.v.",
        "gbr", "co", "sa", "s.a.", "sarl", "s.a.r.l.", "sas", "s.a.s.", "sasu", "snc", "sci", "sprl", "srl", "s.r.l.",
        "spa", "s.p.a.", "sl", "s.l.", "slu", "sau", "ltd", "limited", "llp", "plc", "llc", "inc", "corp", "ab", "as",
        "a/s", "aps", "oy", "oyj", "dac", "clg", "kft", "asbl", "vzw", "stichting", "cie",
    }
)  # fmt: skip
"""Legal forms as they stand at the end of names, or before the last word of one (`GmbH & Co. KG`)."""
_PUBLIC_HOSTS: Final = frozenset({"gmail", "googlemail", "outlook", "hotmail", "yahoo", "icloud", "gmx", "web", "live"})
_FREE_DOMAINS: Final = frozenset(
    {
        "example.com", "example.net", "example.org", "mail.example.com", "post.example.net", "inbox.example.org",
        "student.example.org",
    }
)  # fmt: skip
"""Domains under which anybody has a mailbox; sharing one says nothing about a firm."""
_SPACED: Final = re.compile(r"\bs\.?\s?a\.?\s?r\.?\s?l\.?\Z")
"""The French and Luxembourg form, which is written with and without signs and spaces."""
_SIGNS: Final = re.compile(r"[^\w\s]")
_EXTENSION: Final = re.compile(r"\s*(?:ext\.?|x|tst\.?|dw|poste|toestel)\s*(\d{1,5})\s*\Z", re.IGNORECASE)
_COUNTRY_CODES: Final = {
    "NL": "31", "BE": "32", "DE": "49", "FR": "33", "AT": "43", "CH": "41", "ES": "34", "IT": "39", "GB": "44",
    "IE": "353", "DK": "45", "SE": "46", "NO": "47", "FI": "358", "LU": "352", "PT": "351", "PL": "48", "US": "1",
}  # fmt: skip
_SHORTEST_PHONE: Final = 6
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+\Z")


def email_norm(email: str) -> str:
    """An e-mail address as it is compared: without case and outer spaces."""
    return normal_email(email)


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address that somebody could be reached by."""
    return _EMAIL.match(email_norm(text)) is not None


def email_domain(email: str | None) -> str | None:
    """The domain of an address, or None where it is one under which anybody has a mailbox."""
    if not email or "@" not in email:
        return None
    domain = email_norm(email).rpartition("@")[2]
    return None if domain in _FREE_DOMAINS or domain.split(".")[0] in _PUBLIC_HOSTS else domain


def domain_norm(website: str | None) -> str | None:
    """The domain of a website: "https://www.Berghof.example/de" -> "berghof.example"."""
    if not website or not website.strip():
        return None
    bare = re.sub(r"^[a-z]+://", "", website.strip().casefold())
    domain = re.split(r"[/?#:]", bare)[0].removeprefix("www.").strip(".")
    return domain or None


def name_norm(name: str) -> str:
    """A firm's name as it is compared, without signs and legal forms at its end: "Café Nörd GmbH" -> "cafe nord"."""
    words = _SPACED.sub("sarl", fold(name)).replace("&", " & ").split()
    while len(words) > 1 and (words[-1] in _LEGAL_FORMS or words[-1].strip(".,") in _LEGAL_FORMS or words[-1] == "&"):
        words.pop()
    return " ".join(_SIGNS.sub(" ", " ".join(words)).split()) or fold(name)


def person_norm(first: str | None, last: str) -> str:
    """A person's name as it is compared."""
    return " ".join(_SIGNS.sub(" ", fold(f"{first or ''} {last}")).split())


def extension_of(phone: str) -> str | None:
    """The extension that a phone number was written with."""
    found = _EXTENSION.search(phone)
    return found[1] if found else None


def phone_norm(phone: str | None, country: str | None = None) -> str | None:
    """A phone number's digits with its country's code, without extension: ("06-1234 5678", "NL") -> "31612345678".

    Numbers that name no country are read as one of `country`; None where too few digits are left to be one.
    """
    bare = _EXTENSION.sub("", (phone or "").strip()).replace("(0)", "")
    digits = re.sub(r"\D", "", bare)
    if len(digits) < _SHORTEST_PHONE:
        return None
    if bare.startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    code = _COUNTRY_CODES.get(country or "", "")
    if digits.startswith("0") and code:
        return code + digits[1:]
    return code + digits if code and not digits.startswith(code) else digits
