"""Text as searches compare it: without case, accents or typographic quotes; phones as digits."""

import re
import unicodedata

_LIKE_PLAIN = {
    0x2019: "'",
    0x2018: "'",
    0x02BC: "'",
    ord("`"): "'",
    ord("#"): " ",
}  # typographic apostrophes; "#" of numbers
_LIKE_PLAIN |= {
    ord("ø"): "o",
    ord("đ"): "d",
    ord("ł"): "l",
    ord("æ"): "ae",
    ord("œ"): "oe",
}  # letters without a base form
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,}\Z")
_SIGNIFICANT = 8  # the last digits of a phone number, the same however country and area are written


def fold(text: str) -> str:
    """Text in the form that searches compare: "Zoë Brandão" -> "zoe brandao"."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIKE_PLAIN))
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def search_text(*parts: str | None) -> str:
    """The folded text of a record that searches look through."""
    return fold(" ".join(part for part in parts if part))


def normal_email(email: str) -> str:
    """An e-mail address as accounts are compared by: without case and outer spaces."""
    return email.strip().casefold()


def phone_digits(phone: str | None) -> str | None:
    """The digits of a phone number, or None where there is none."""
    digits = re.sub(r"\D", "", phone or "")
    return digits or None


def phone_pattern(query: str) -> str | None:
    """A LIKE pattern for a query that is a phone number, by its last digits; None for any other query."""
    if not _PHONE.match(query.strip()):
        return None
    digits = re.sub(r"\D", "", query)
    return f"%{digits[-_SIGNIFICANT:]}%" if len(digits) >= 6 else None


def word_patterns(query: str) -> list[str]:
    """LIKE patterns (escaped with a backslash), one for each word of a query; all must match."""
    return [f"%{_escaped(word)}%" for word in fold(query).split()][:12]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
