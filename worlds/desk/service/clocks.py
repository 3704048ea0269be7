"""One clock of a ticket: how it starts, pauses, goes on, gets another target and ends; without a database.

A clock counts seconds in the hours of its target. It is breached once it has counted as many as it was given, and stays
so, whatever happens to it later.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Final, NamedTuple

from worlds.engine.hours import Clock

PAUSES: Final = {
    "first_reply": frozenset[str](),
    "next_reply": frozenset[str](),
    "requester_wait": frozenset({"pending"}),
    "agent_work": frozenset({"pending", "hold"}),
    "resolution": frozenset[str](),
}
"""The states of a ticket in which a metric's clock stands still."""
REPLIES: Final = ("first_reply", "next_reply")
"""Metrics that a public reply of staff fulfils; the others last until the ticket is solved."""
WORK: Final = ("requester_wait", "agent_work", "resolution")

Period = tuple[datetime, datetime]


class Target(NamedTuple):
    """What is promised for a metric: so many minutes in hours of work (`business`) or around the clock (`calendar`)."""

    policy_id: int
    metric: str
    minutes: int
    hours: str

    @property
    def seconds(self) -> int:
        """The promise in seconds."""
        return self.minutes * 60


@dataclass(slots=True)
class Timer:
    """A row of `sla_timer` that is worked on; `id` is None before it is stored."""

    id: int | None
    metric: str
    policy_id: int
    target_minutes: int
    hours: str
    state: str
    started_at: datetime
    counted_at: datetime
    used_seconds: int
    due_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None = None

    @property
    def target(self) -> Target:
        """What it was given."""
        return Target(self.policy_id, self.metric, self.target_minutes, self.hours)

    def twin(self) -> "Timer":
        """The same clock as it is now, which nobody works on."""
        return Timer(*_ALL(self))

    def left(self, clock: Clock, now: datetime) -> int:
        """Seconds until it is breached, in its own hours; below zero for how late it is."""
        running = clock.seconds(self.counted_at, now) if self.state == "active" else 0
        return self.target_minutes * 60 - self.used_seconds - running

    def count(self, clock: Clock, now: datetime) -> None:
        """Count up to now, and note a breach that nobody has noted."""
        if self.state == "active":
            self.used_seconds += clock.seconds(self.counted_at, now)
            self.breach(now)
        self.counted_at = now

    def breach(self, now: datetime) -> bool:
        """Note that it is breached, if it is and nobody has noted it; answers whether that was so."""
        if self.state != "active" or self.breached_at is not None or self.due_at is None or self.due_at > now:
            return False
        self.breached_at = self.due_at
        return True

    def pause(self, clock: Clock, now: datetime) -> None:
        """Let it stand still."""
        self.count(clock, now)
        self.state, self.due_at = "paused", None

    def go_on(self, clock: Clock, now: datetime) -> None:
        """Let it run again."""
        self.counted_at, self.state = now, "active"
        left = self.target_minutes * 60 - self.used_seconds
        self.due_at = clock.after(now, left) if left > 0 or self.breached_at is None else self.breached_at

    def end(self, state: str, clock: Clock, now: datetime) -> None:
        """Let it end, `fulfilled` or `stopped`; a clock that is not paused keeps when it was due."""
        self.count(clock, now)
        self.state, self.ended_at = state, now

    def retarget(self, target: Target, clock: Clock, periods: Iterable[Period], now: datetime) -> None:
        """Give it another target, counted from when it started: `periods` are those in which it ran, in order.

        Where the new target had passed before, it is breached now.
        """
        self.breach(now)
        self.policy_id, self.target_minutes, self.hours = target.policy_id, target.minutes, target.hours
        self.used_seconds, reached = counted(periods, clock, target.seconds)
        self.counted_at = now
        if self.breached_at is None and reached is not None:
            self.breached_at = now
        if self.state == "active":
            self.due_at = reached or clock.after(now, target.seconds - self.used_seconds)


_ALL: Final = attrgetter(*(one.name for one in fields(Timer)))


def started(target: Target, clock: Clock, began: datetime, periods: list[Period], state: str, now: datetime) -> Timer:
    """A clock that began at a moment, has run in `periods` since, and is `active` or `paused` now."""
    timer = Timer(
        None, target.metric, target.policy_id, target.minutes, target.hours, state, began, began, 0, None, None
    )
    timer.retarget(target, clock, periods, now)
    return timer


def counted(periods: Iterable[Period], clock: Clock, target: int) -> tuple[int, datetime | None]:
    """Seconds that were counted in all periods, and when the target was reached, if it was."""
    used, reached = 0, None
    for start, end in periods:
        within = clock.seconds(start, end)
        if reached is None and used + within >= target:
            reached = clock.after(start, target - used)
        used += within
    return used, reached


def running(metric: str, changes: Iterable[tuple[datetime, str]], now: datetime) -> list[Period]:
    """The periods in which a metric's clock runs, of the states that a ticket took on, each with its moment."""
    periods: list[Period] = []
    since: datetime | None = None
    for at, status in changes:
        if since is not None and status in PAUSES[metric]:
            periods.append((since, at))
            since = None
        elif since is None and status not in PAUSES[metric]:
            since = at
    return periods if since is None else [*periods, (since, now)]
