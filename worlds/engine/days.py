"""Calendar days as a world counts them: in its own zone, while instants are in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class LocalDays:
    """The days of one zone, such as `Europe/Amsterdam`."""

    def __init__(self, zone: str) -> None:
        """Count days in a zone of the IANA database."""
        self.zone = ZoneInfo(zone)

    def of(self, instant: datetime) -> date:
        """The calendar day at an instant."""
        return instant.astimezone(self.zone).date()

    def spoken(self, instant: datetime) -> str:
        """The day of an instant as people write it in a mail: `4 March 2026`."""
        local = instant.astimezone(self.zone)
        return f"{local.day} {local:%B %Y}"

    def spoken_time(self, instant: datetime) -> str:
        """The time of day of an instant: `14:32`."""
        return f"{instant.astimezone(self.zone):%H:%M}"

    def start(self, day: date) -> datetime:
        """The instant, in UTC, at which a day begins."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def end(self, day: date) -> datetime:
        """The instant, in UTC, at which a day is over."""
        return self.start(day + timedelta(days=1))
