"""The colleagues as they act in history: who is who, who stands in for the one who left, and when people work."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from worlds.crm.days import ZONE
from worlds.crm.population.staffing import QUEUES, STAFF, TERRITORIES
from worlds.engine.context import Actor
from worlds.seeds.calendars import is_working_day

LEAVER: Final = "Stefan Rook"
_MANAGER: Final = "Marit de Jong"
SYSTEM: Final = Actor("system", None, "system")


@dataclass(slots=True)
class Office:
    """Who works here, by name and by id; `gone` are those who have left by now."""

    ids: dict[str, int]
    stages: dict[str, int]
    queues: dict[str, int]
    books: dict[str, int]
    campaigns: dict[str, int]
    territories: dict[str, int]
    gone: set[int] = field(default_factory=set)
    _rows: dict[str, tuple[Any, ...]] = field(default_factory=lambda: {one[0]: one for one in STAFF})

    def actor(self, name: str) -> Actor:
        """Somebody by name."""
        return Actor(self._rows[name][1], self.ids[name], name)

    def who(self, user_id: int) -> Actor:
        """Who acts for an owner: they themselves, or the manager of the one who has left."""
        if user_id in self.gone:
            return self.actor(_MANAGER)
        return self.actor(next(name for name, key in self.ids.items() if key == user_id))

    def language(self, actor: Actor) -> str:
        """The language in which somebody writes notes."""
        return str(self._rows[actor.name][5])

    def seller(self, country: str, postal_code: str | None, owner: str | None) -> Actor:
        """Whose an account is to be: that of who sells in its territory, unless somebody is named."""
        territory = self.territory(country, postal_code)
        region = next(one[1] for one in TERRITORIES if one[0] == territory)
        if owner == LEAVER and region == "North":
            return self.actor(LEAVER)
        if owner == "a manager":
            return self.actor(_MANAGER if region == "North" else "Luc Peeters")
        return self.actor(next(one[0] for one in STAFF if one[7] == territory))

    @staticmethod
    def territory(country: str, postal_code: str | None) -> str:
        """The territory that the rules find."""
        for name, _, countries, prefixes in TERRITORIES:
            if country in countries and (not prefixes or (postal_code or "").strip().startswith(prefixes)):
                return name
        return "Netherlands"

    def developer(self, region: str) -> Actor:
        """Who works off leads of a region."""
        return self.actor("Timo Saarinen" if region == "North" else "Ines Carvalho")

    @staticmethod
    def region(country: str | None, postal_code: str | None) -> str:
        """The region that a country is sold to from."""
        territory = Office.territory(country or "NL", postal_code)
        return next(one[1] for one in TERRITORIES if one[0] == territory)


QUEUE_OF: Final = {queue[0].removeprefix("New leads "): queue[0] for queue in QUEUES}


def worked(rng: random.Random, after: datetime, days: float = 0.0) -> datetime:
    """A moment in working hours, about so many days later than another one."""
    local = (after + timedelta(days=days)).astimezone(ZONE)
    moment = local.replace(hour=rng.randint(9, 16), minute=rng.randrange(60), second=rng.randrange(60), microsecond=0)
    if moment <= after.astimezone(ZONE):
        moment = local + timedelta(minutes=rng.randint(4, 50))
        if moment.hour >= 18 or moment.hour < 8:
            moment = (moment + timedelta(days=1)).replace(hour=9, minute=rng.randrange(60))
    while not is_working_day(moment.date()):
        moment += timedelta(days=1)
    return moment.astimezone(after.tzinfo).replace(microsecond=0)
