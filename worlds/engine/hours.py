"""Hours of work: how many seconds of them lie between two instants, and when so many more of them have passed.

A wall-clock minute counts when it exists: a night on which the clocks go forward has an hour less, one on which they go
back an hour more. Instants are aware datetimes; inside, seconds since 1970 UTC.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

Span = tuple[int, int]
"""From the first second to the one after the last."""
A_DAY: Final = timedelta(days=1)
_BEFORE, _AFTER = 15 * 3_600, 39 * 3_600
"""Around midnight UTC of a date, between which that date falls in every zone of the earth."""


class Calendar:
    """The hours of work of one schedule.

    Args:
        zone: a zone of the IANA database, in whose wall-clock time the intervals are.
        intervals: JSON, weekday (0 is Monday) to [[from, to], …] in minutes of the day, up to 1440.
        holidays: JSON, an array of dates without hours.

    Raises:
        ValueError: where no day of the week has hours, or an interval is none.
    """

    def __init__(self, zone: str, intervals: str, holidays: str = "[]") -> None:
        """Read the hours."""
        self.zone = ZoneInfo(zone)
        self._week: dict[int, list[Span]] = {int(day): _joined(spans) for day, spans in json.loads(intervals).items()}
        self._holidays = frozenset(date.fromisoformat(day) for day in json.loads(holidays))
        self._days: dict[date, tuple[Span, ...]] = {}
        if not any(self._week.values()):
            raise ValueError(f"A schedule in {zone} has no hours at all.")

    def has_hours(self, day: date) -> bool:
        """Whether any work is done on a day."""
        return bool(self.spans(day))

    def spans(self, day: date) -> tuple[Span, ...]:
        """The hours of a day, as seconds since 1970 UTC, in order and apart from each other."""
        known = self._days.get(day)
        if known is None:
            hours = () if day in self._holidays else self._week.get(day.weekday(), ())
            known = self._days[day] = _instants(self.zone, day, hours) if hours else ()
        return known

    def is_open(self, at: datetime) -> bool:
        """Whether work is done at an instant."""
        second = int(at.timestamp())
        return any(start <= second < end for start, end in self.spans(at.astimezone(self.zone).date()))

    def seconds(self, start: datetime, end: datetime) -> int:
        """How many seconds of work lie between two instants; 0 where the second is not later."""
        first, last = int(start.timestamp()), int(end.timestamp())
        return sum(max(0, min(to, last) - max(begin, first)) for begin, to in self._from(start, last))

    def after(self, start: datetime, seconds: int) -> datetime:
        """When so many seconds of work have passed since an instant; that instant itself for none."""
        if seconds <= 0:
            return start
        first, left = int(start.timestamp()), seconds
        for begin, to in self._from(start, None):
            worked = max(0, to - max(begin, first))
            if worked >= left:
                return datetime.fromtimestamp(max(begin, first) + left, UTC)
            left -= worked
        raise AssertionError("a schedule with hours has them again")

    def days_after(self, start: datetime, days: int) -> datetime:
        """The same time of day so many days of work later; days without hours do not count."""
        local = start.astimezone(self.zone)
        day = local.date()
        while days > 0:
            day += A_DAY
            days -= self.has_hours(day)
        return local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)

    def _from(self, start: datetime, last: int | None) -> Iterator[Span]:
        """The spans of work from the day of an instant on, up to one that begins at or after a second, or for ever."""
        day = start.astimezone(self.zone).date()
        end = None if last is None else datetime.fromtimestamp(last, self.zone).date()
        while end is None or day <= end:
            yield from self.spans(day)
            day += A_DAY


class RoundTheClock:
    """Every second counts: what `Calendar` answers for targets in calendar hours."""

    def seconds(self, start: datetime, end: datetime) -> int:
        """How many seconds lie between two instants; 0 where the second is not later."""
        return max(0, int(end.timestamp()) - int(start.timestamp()))

    def after(self, start: datetime, seconds: int) -> datetime:
        """So many seconds after an instant."""
        return start + timedelta(seconds=max(0, seconds))


ROUND_THE_CLOCK: Final = RoundTheClock()
Clock = Calendar | RoundTheClock


@lru_cache(maxsize=64)
def calendar(zone: str, intervals: str, holidays: str) -> Calendar:
    """The calendar of those hours, made once: what it works out of a day is kept."""
    return Calendar(zone, intervals, holidays)


def _joined(spans: list[list[int]]) -> list[Span]:
    """Intervals in order, those that touch or overlap made one."""
    joined: list[Span] = []
    for start, end in sorted((int(start), int(end)) for start, end in spans):
        if not 0 <= start < end <= 24 * 60:
            raise ValueError(f"From minute {start} to minute {end} is no interval of a day.")
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _instants(zone: ZoneInfo, day: date, hours: list[Span] | tuple[Span, ...]) -> tuple[Span, ...]:
    """When wall-clock hours of a date are, stretch by stretch of one offset from UTC."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    found = [
        (max(begin, midnight + start * 60 - offset), min(end, midnight + to * 60 - offset))
        for begin, end, offset in _stretches(zone, midnight - _BEFORE, midnight + _AFTER)
        for start, to in hours
    ]
    return tuple(sorted((start, to) for start, to in found if start < to))


def _stretches(zone: ZoneInfo, start: int, end: int) -> list[tuple[int, int, int]]:
    """The time between two seconds cut where the zone's offset changes: from, to, seconds ahead of UTC.

    No zone changes twice within three days and comes back to where it was.
    """

    def offset(second: int) -> int:
        ahead = datetime.fromtimestamp(second, zone).utcoffset()
        return int(ahead.total_seconds()) if ahead is not None else 0

    first, last = offset(start), offset(end)
    if first == last:
        return [(start, end, first)]
    change = start + bisect_left(range(start, end), 1, key=lambda second: int(offset(second) != first))
    return [(start, change, first), (change, end, last)]
