"""When which group works, and who of it does something: the hours of the desk as history goes through them."""

import json
import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from worlds.desk.models.tickets import PRIORITIES
from worlds.desk.population.matters import Matter
from worlds.desk.population.staffing import GROUPS, SCHEDULES, ZONE, Team, rest_days
from worlds.engine.context import Actor
from worlds.engine.hours import ROUND_THE_CLOCK, Calendar, Clock

_LONGEST: Final = timedelta(days=30)


@dataclass(slots=True)
class Rota:
    """The hours of groups by their names, and the team."""

    team: Team
    calendars: Mapping[str, Calendar] = field(init=False)
    _promises: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """The same hours and promises as those that are stored."""
        holidays = json.dumps([day.isoformat() for day, _ in rest_days()])
        weeks = [
            Calendar(str(ZONE), json.dumps({str(day): week[day] for day in week}), holidays) for _, week in SCHEDULES
        ]
        self.calendars = {name: weeks[at] for name, _, at in GROUPS}
        book = tomllib.loads(Path(__file__).with_name("service.toml").read_text("utf-8"))
        self._promises = {one["name"]: one for one in book["policy"]}

    def at_work(self, group: str, moment: datetime, seconds: int) -> datetime:
        """When a group has worked for so many more seconds."""
        return self.calendars[group].after(moment, max(1, seconds))

    def is_open(self, group: str, moment: datetime) -> bool:
        """Whether a group works at a moment."""
        return self.calendars[group].is_open(moment)

    def someone(self, rng: random.Random, group: str, language: str) -> Actor:
        """An agent of a group, one who writes the language where there is one."""
        return self.team.someone(rng, self.team.groups[group], language)

    def due_at(self, matter: Matter, metric: str, due: datetime) -> datetime | None:
        """When a matter has to come in so that a promise about it runs out at a moment; None where none is made."""
        promise = self._promises[_policy(matter)].get(metric)
        if promise is None:
            return None
        priority = matter.priority if matter.stage != "new" else "high" if _is_vip(matter) else "normal"
        minutes = promise["minutes"][PRIORITIES.index(priority)]
        group = matter.group if matter.stage != "new" or matter.who.firm else "Frontline"
        clock: Clock = self.calendars[group] if promise["hours"] == "business" else ROUND_THE_CLOCK
        return _before(clock, due, minutes * 60)


def _is_vip(matter: Matter) -> bool:
    return matter.sender is None and (matter.who.vip or (matter.who.firm is not None and matter.who.firm.tier == "vip"))


def _policy(matter: Matter) -> str:
    if _is_vip(matter):
        return "VIP and key accounts"
    firm = matter.who.firm if matter.sender is None else None
    return "Business customers" if firm is not None and firm.tier == "business" else "Everybody"


def _before(clock: Clock, due: datetime, seconds: int) -> datetime:
    """The latest moment from which so many seconds are counted until another."""
    low, high = due - _LONGEST, due
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if clock.seconds(middle, due) >= seconds:
            low = middle
        else:
            high = middle
    return low.replace(microsecond=0)
