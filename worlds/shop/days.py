"""Calendar days as the store counts them: in its own zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from worlds.shop import WORLD

ZONE = ZoneInfo(WORLD.zone)


def local_day(instant: datetime) -> date:
    """The store's calendar day at an instant."""
    return instant.astimezone(ZONE).date()


def day_start(day: date) -> datetime:
    """The instant at which a day of the store begins."""
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The instant at which a day of the store is over."""
    return day_start(day + timedelta(days=1))
