"""Moments: a day and a time, with an offset or in the zone of the world.

A local time that a change of the clocks doubles or skips is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from worlds.graders.normalizers import Canonical, as_text
from worlds.graders.normalizers.date import read_date

_TIME: Final = (
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?(?::(?P<second>[0-9]{2})(?:\.0{1,6})?)?"
    r"(?: ?(?P<half>[aApP])\.?[mM]\b\.?)?(?: ?Uhr)?"
)
_ZONE: Final = r"(?: ?(?P<zone>Z\b|UTC\b|GMT\b|[+\-\u2212][0-9]{2}:?[0-9]{2}|[A-Z][A-Za-z]+/[A-Za-z_]+|[A-Z]{3,4}\b))?"
_AFTER: Final = re.compile(rf"(?P<day>.{{8,40}}?)(?:T|,? at |, | um | )(?P<time>{_TIME}{_ZONE})")
_FIRST: Final = re.compile(rf"(?P<time>{_TIME}{_ZONE})(?: on |, | )(?P<day>.{{8,40}})")
_LOOKS_SO: Final = r"(?=[0-9]{1,2}(?::[0-9]{2}| ?[aApP]\.?[mM]))"
_STATED: Final = re.compile(rf"(?<![\w:]){_LOOKS_SO}(?P<time>{_TIME}{_ZONE})(?![\w:])")


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None


def _offset(text: str) -> tzinfo | None:
    """Return the zone that a suffix names: UTC, an offset, or a zone of the tz database."""
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    if text[0] in "+-\u2212":
        hours, minutes = int(text[1:3]), int(text[-2:])
        if hours > 14 or minutes > 59:
            return None
        length = timedelta(hours=hours, minutes=minutes)
        return timezone(length if text[0] == "+" else -length)
    return _zone(text) if "/" in text else None


def _local(moment: datetime, zone: ZoneInfo, name: str | None) -> datetime | None:
    """Return a local time in UTC: the one reading that exists (and carries the abbreviation `name`, if given)."""
    found = set()
    for fold in (0, 1):
        local = moment.replace(tzinfo=zone, fold=fold)
        utc = local.astimezone(UTC)
        exists = utc.astimezone(zone).replace(tzinfo=None) == moment
        if exists and (name is None or local.tzname() == name):
            found.add(utc)
    return found.pop() if len(found) == 1 else None


def _hour(match: re.Match[str]) -> int | None:
    """Return the hour of the day; None where there is neither a minute nor am or pm."""
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if not half:
        return hour if match["minute"] is not None and hour < 24 else None
    return hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else None


def _moment(day: date, match: re.Match[str], options: Mapping[str, Any]) -> datetime | None:
    hour, minute, second = _hour(match), int(match["minute"] or 0), int(match["second"] or 0)
    if hour is None or minute > 59 or second > 59:
        return None
    moment = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 (its zone follows)
    suffix = match["zone"]
    fixed = _offset(suffix) if suffix else None
    try:
        if fixed is not None and not isinstance(fixed, ZoneInfo):
            return moment.replace(tzinfo=fixed).astimezone(UTC)
        zone = fixed or _zone(str(options.get("zone", "UTC")))
        named = suffix is not None and fixed is None
        if zone is None or (named and not suffix.isalpha()):
            return None
        return _local(moment, zone, suffix if named else None)
    except OverflowError:
        return None


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:
    """Return the moment in UTC, as `2026-03-02T09:15:00Z`. `options["zone"]` is the zone of the world."""
    text = as_text(given) if isinstance(given, str) else None
    if not text:
        return None
    for form in (_AFTER, _FIRST):
        match = form.fullmatch(text)
        day = read_date(match["day"]) if match else None
        if match and day:
            moment = _moment(day, match, options)
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
    return None


def _spans(text: str) -> Iterator[str]:
    """Yield stretches of prose that may be a day and a time: up to 40 characters on either side of a time."""
    for match in _STATED.finditer(text):
        start, end = match.span()
        for words in range(1, 7):
            before = re.search(rf"(?:\S+[ T]+){{{words}}}$", text[max(0, start - 44) : start])
            after = re.match(rf"(?:[ ,]+\S+){{{words}}}", text[end : end + 44])
            if before:
                yield (before[0] + match["time"]).strip(" (")
            if after:
                yield (match["time"] + after[0]).rstrip(".,;)!?")


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose names this moment, day and time together."""
    stamps = re.findall(r"(?<![\w-])[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{5,8}(?:Z|[+-][0-9]{2}:?[0-9]{2})?(?!\w)", text)
    return any(normalize(span, options) == wanted for span in (*stamps, *_spans(text)))
