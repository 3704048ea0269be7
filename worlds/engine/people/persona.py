"""Who a person is: what they know and want, how they write, and how long they take."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Literal
from zoneinfo import ZoneInfo

from worlds.engine.people.facts import Fact

Language = Literal["en", "nl", "de", "fr"]
Tone = Literal["friendly", "plain", "curt"]

_SPREAD = math.log(10) / 1.6449
"""Of the logarithm of a reply delay: the slowest of twenty takes ten times as long as the one in the middle."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is there, by their own clock: from `opens` to `closes`, at weekends too if `weekends`."""

    opens: time = time(8)
    closes: time = time(22)
    weekends: bool = True
    zone: str = "Europe/Amsterdam"

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself, or the first one after it at which they are there."""
        zone = ZoneInfo(self.zone)
        local = moment.astimezone(zone)
        if self._works(local) and self.opens <= local.time() < self.closes:
            return moment
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        while not self._works(datetime.combine(day, self.opens, zone)):
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, zone).astimezone(UTC) + timedelta(minutes=moment.minute)

    def _works(self, local: datetime) -> bool:
        return self.weekends or local.weekday() < 5


ALWAYS = Hours(time(0), time(23, 59, 59))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in an episode.

    Args:
        name: as they sign; their changes are booked to the actor `person:<name>`.
        role: what they are to the agent: customer, colleague, approver.
        about: the record (table, key) that they and the agent have to do with.
        facts: their fact sheet, which nobody sees: they tell of it what they are asked for.
        goal: what they want, in a few words.
        second_issue: what they come up with once the first matter is settled; nothing where empty.
        change: what they want instead after a while; nothing where empty.
        language, tone: how they write.
        honesty: the probability that a number they give is the right one at the first time.
        thoroughness: the probability that they answer all of several questions.
        silence: the probability that they do not answer at all.
        typos: the share of longer words that they misspell.
        quotes: whether they quote what they answer.
        reserved: whether they keep silent about what asks them nothing that they have not told yet.
        patience: how long they wait before they ask again; they never do where None.
        delay: the median of their reply delay; the slowest of twenty takes ten times as long.
        hours: when they write.
    """

    name: str
    role: str = "customer"
    about: tuple[str, int] | None = None
    facts: Sequence[Fact] = ()
    goal: str = ""
    second_issue: str = ""
    change: str = ""
    language: Language = "en"
    tone: Tone = "plain"
    honesty: float = 1.0
    thoroughness: float = 1.0
    silence: float = 0.0
    typos: float = 0.0
    quotes: bool = False
    reserved: bool = False
    patience: timedelta | None = None
    delay: timedelta = timedelta(hours=3)
    hours: Hours = field(default_factory=Hours)

    @property
    def actor(self) -> str:
        """As whom their changes are booked."""
        return f"person:{self.name}"

    @property
    def sheet(self) -> Mapping[str, Fact]:
        """The facts by name."""
        return {fact.name: fact for fact in self.facts}

    def rng(self, chance: str, number: int, purpose: str = "") -> random.Random:
        """Their own chance for the n-th thing that they hear or do."""
        digest = sha256(f"{chance}|{self.name}|{number}|{purpose}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))

    def runs_out_at(self, now: datetime) -> datetime:
        """When their patience is at an end, if they begin to wait now."""
        return self.hours.next_open(now + (self.patience or LONGEST))

    def answers_at(self, now: datetime, rng: random.Random) -> datetime:
        """When they get round to an answer: after a delay of their own, within their hours."""
        seconds = self.delay.total_seconds() * math.exp(rng.gauss(0.0, _SPREAD))
        taken = min(max(timedelta(seconds=round(seconds)), SHORTEST), LONGEST)
        return self.hours.next_open(now + taken)
