"""When things happen in business: seasons, sales days, weekdays, hours, holidays, and the days on which people work."""

import random
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

QUARTERS = (0.93, 0.95, 0.93, 1.19)
"""Sales by quarter against the year's mean (US Census, e-commerce, raw against seasonally adjusted)."""
WEEKDAYS = (1.12, 1.04, 1.00, 0.99, 0.90, 0.88, 1.07)
"""Monday to Sunday; people shop most on Sunday evening and Monday."""
HOURS = (6, 3, 2, 1, 1, 2, 6, 14, 26, 38, 46, 48, 46, 47, 45, 44, 42, 40, 43, 54, 62, 58, 40, 18)
"""Orders by the hour of the local day."""

_BLACK_FRIDAY = {-1: 1.6, 0: 3.8, 1: 2.7, 2: 2.3, 3: 2.8}
"""Thursday to Monday around Black Friday against an ordinary day."""


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> frozenset[date]:
    """Days on which the Netherlands rests: warehouses and carriers stand still."""
    sunday = easter(year)
    king = date(year, 4, 27)
    return frozenset(
        {
            date(year, 1, 1),
            sunday + timedelta(1),
            king if king.weekday() != 6 else date(year, 4, 26),
            sunday + timedelta(39),
            sunday + timedelta(50),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def is_working_day(day: date) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < 5 and day not in holidays(day.year)


def black_friday(year: int) -> date:
    """The Friday after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta((3 - first.weekday()) % 7 + 22)


def day_factor(day: date, campaigns: Mapping[date, float]) -> float:
    """How busy a day is against the mean day: quarter, weekday, the weekend of Black Friday, holidays, campaigns."""
    factor = QUARTERS[(day.month - 1) // 3] * WEEKDAYS[day.weekday()]
    since = (day - black_friday(day.year)).days
    if since in _BLACK_FRIDAY:
        return factor * _BLACK_FRIDAY[since] * campaigns.get(day, 1.0)
    if date(day.year, 12, 1) <= day <= date(day.year, 12, 19):
        factor *= 1.35
    if date(day.year, 12, 24) <= day <= date(day.year, 12, 26):
        factor *= 0.45
    return factor * campaigns.get(day, 1.0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A span of business from `begin` to `end` (aware) in a zone, from which moments are drawn as they would fall.

    `campaigns` multiplies single days (a sale); `growth` is how much busier the last day is than the first.
    """

    zone: ZoneInfo
    begin: datetime
    end: datetime
    campaigns: Mapping[date, float] = field(default_factory=dict)
    growth: float = 1.0
    _days: tuple[date, ...] = field(init=False, repr=False)
    _bounds: tuple[float, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        first, last = self.begin.astimezone(self.zone).date(), self.end.astimezone(self.zone).date()
        days = tuple(first + timedelta(at) for at in range((last - first).days + 1))
        slope = (self.growth - 1.0) / max(1, len(days) - 1)
        factors = [day_factor(day, self.campaigns) * (1 + slope * at) for at, day in enumerate(days)]
        object.__setattr__(self, "_days", days)
        object.__setattr__(self, "_bounds", tuple(accumulate(factors)))

    def moment(self, rng: random.Random) -> datetime:
        """A moment between `begin` and `end` in UTC, to the second, at which somebody shops."""
        while True:
            at = bisect(self._bounds, rng.random() * self._bounds[-1])
            found = self._in_day(rng, self._days[min(at, len(self._days) - 1)])
            if self.begin <= found < self.end:
                return found

    def _in_day(self, rng: random.Random, day: date) -> datetime:
        hour = bisect(_HOUR_BOUNDS, rng.random() * _HOUR_BOUNDS[-1])
        local = datetime.combine(day, time(min(hour, 23), rng.randrange(60), rng.randrange(60)), self.zone)
        return local.astimezone(UTC)

    def worked(self, rng: random.Random, after: datetime, days: int, hours: tuple[int, int] = (8, 17)) -> datetime:
        """A moment within working hours, `days` working days after the day of `after`, and later than it."""
        local = after.astimezone(self.zone)
        day = local.date()
        if not is_working_day(day) or local.hour >= hours[1] - 1:
            day = _next_working_day(day)
            floor = hours[0] * 60
        else:
            floor = max(hours[0] * 60, local.hour * 60 + local.minute + 5)
        for _ in range(days):
            day = _next_working_day(day)
            floor = hours[0] * 60
        minute = rng.randint(floor, hours[1] * 60 - 1)
        found = datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60)), self.zone)
        return found.astimezone(UTC)


_HOUR_BOUNDS = tuple(accumulate(HOURS))


def _next_working_day(day: date) -> date:
    day += timedelta(1)
    while not is_working_day(day):
        day += timedelta(1)
    return day
