"""Calendar days: ISO, day and month by name, dotted day first; slashed days only where one reading is possible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text

_MONTHS: Final = {
    name: month
    for month, names in enumerate(
        (
            "january jan januar januari janvier",
            "february feb februar februari f\u00e9vrier",
            "march mar m\u00e4rz maart mars",
            "april apr avril",
            "may mai mei",
            "june jun juni juin",
            "july jul juli juillet",
            "august aug augustus ao\u00fbt",
            "september sep sept septembre",
            "october oct oktober okt octobre",
            "november nov novembre",
            "december dec dezember dez d\u00e9cembre",
        ),
        start=1,
    )
    for name in names.split()
}
_DAYS: Final = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "mon tue wed thu fri sat sun",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
)
_WEEKDAYS: Final = {name: place for names in _DAYS for place, name in enumerate(names.split())}
_NAMED: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY: Final = rf"(?:(?P<weekday>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\.?,? (?:the )?)?"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|\.)?"
_FORMS: Final = tuple(
    re.compile(_WEEKDAY + form, re.IGNORECASE)
    for form in (
        r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})",
        r"(?P<year>[0-9]{4})/(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})",
        r"(?P<day>[0-9]{1,2})\.[ ]?(?P<month>[0-9]{1,2})\.[ ]?(?P<year>[0-9]{4})",
        r"(?P<one>[0-9]{1,2})[/-](?P<other>[0-9]{1,2})[/-](?P<year>[0-9]{4})",
        rf"(?P<day>[0-9]{{1,2}}){_ORDINAL}[ -](?:of )?(?P<name>{_NAMED})\.?,?[ -](?P<year>[0-9]{{4}})",
        rf"(?P<name>{_NAMED})\.? (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<year>[0-9]{{4}})",
    )
)
_STATED: Final = tuple(re.compile(rf"(?<![\w/.:-]){form.pattern}(?![\w/:-]|\.[0-9])", re.IGNORECASE) for form in _FORMS)


def _day(match: re.Match[str]) -> date | None:
    """Return the day that a match names; None for no day, the wrong weekday, or two possible days."""
    parts = match.groupdict()
    if "one" in parts:
        one, other = int(parts["one"]), int(parts["other"])
        if one <= 12 and other <= 12 and one != other:
            return None
        day, month = (one, other) if one > 12 or one == other else (other, one)
    else:
        day = int(parts["day"])
        month = _MONTHS[parts["name"].casefold()] if "name" in parts else int(parts["month"])
    try:
        found = date(int(parts["year"]), month, day)
    except ValueError:
        return None
    weekday = parts["weekday"]
    return None if weekday and _WEEKDAYS[weekday.casefold()] != found.weekday() else found


def read_date(text: str) -> date | None:
    """Return the one day that a text names, or None."""
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _day(match)
    return None


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:  # noqa: ARG001 (the shape of a normalizer)
    """Return the day as ISO text."""
    text = as_text(given)
    found = read_date(text) if text else None
    return found.isoformat() if found else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:  # noqa: ARG001 (as normalize)
    """Say whether the prose names this day."""
    return wanted in _stated(text)


@lru_cache(maxsize=256)
def _stated(text: str) -> frozenset[str]:
    """All days that prose names, as ISO text; the same text is asked for one day after the other."""
    days = (_day(match) for form in _STATED for match in form.finditer(text))
    return frozenset(day.isoformat() for day in days if day is not None)
