"""Service levels: which promise holds for a ticket, and the clocks that run, pause and end with what happens to it.

Each metric has its own pause set: first and next reply never pause, the requester's wait pauses while the desk waits
for the requester, the agent's work while it waits for anybody, resolution never. A ticket without a priority counts as
normal. What rules and mailboxes say fulfils nothing. Spam, merged and closed tickets have no clocks; one that is
reopened gets new ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from worlds.desk.automation.facts import Surroundings, calendar_of, facts, surroundings
from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.service.clocks import PAUSES, REPLIES, WORK, Target, Timer, started
from worlds.desk.service.timer_file import beginnings, book_breach, keep, open_timers, ran, targets_of
from worlds.desk.tickets.ticket_file import Head
from worlds.engine.context import Context
from worlds.engine.fields import iso_instant
from worlds.engine.hours import ROUND_THE_CLOCK, Calendar, Clock
from worlds.engine.rows import Query, run

if TYPE_CHECKING:
    from worlds.desk.tickets.updating import Author, Said


def reckon(
    ctx: Context,
    before: Head | None,
    after: Head,
    said: "Said | None",
    by: "Author",
    around_of: Callable[[Head], Surroundings] | None = None,
) -> None:
    """Start, pause, resume and end a ticket's clocks after an update.

    `before` is None for a new ticket; `around_of` answers what bears on a ticket, where the caller has looked already.
    """
    heard = said is not None and said.public and not said.automatic and by.role != "rule"
    if before is not None and not heard and before._replace(updated_at=after.updated_at) == after:
        return
    asks, answers = heard and by.is_requester, heard and not by.is_requester
    timers = [] if before is None else open_timers(ctx, after.id)
    if not timers and not is_counted(after):
        return
    around = around_of(after) if around_of else surroundings(ctx, after)
    reckoning = _Reckoning(ctx, before, after, around.calendar, timers, asks=asks, answers=answers)
    if is_counted(after):
        reckoning.go_on(targets_of(ctx, facts(after, around, ctx.now)))
    else:
        reckoning.end_all()
    reckoning.keep()


def is_counted(ticket: Head) -> bool:
    """Whether promises hold for a ticket: it is to be worked on, and is no spam."""
    return ticket.status in UNSOLVED and not ticket.spam and ticket.merged_into_id is None


@dataclass(slots=True)
class _Reckoning:
    """The clocks of one ticket in the course of one update."""

    ctx: Context
    before: Head | None
    ticket: Head
    calendar: Calendar | None
    timers: list[Timer]
    asks: bool
    answers: bool
    stored: list[Timer] = field(init=False)

    def __post_init__(self) -> None:
        """Remember how the clocks were stored."""
        self.stored = [one.twin() for one in self.timers]

    def clock(self, hours: str) -> Clock:
        return self.calendar if hours == "business" and self.calendar is not None else ROUND_THE_CLOCK

    def clock_before(self, hours: str) -> Clock:
        """In which a clock has counted up to this update."""
        if hours != "business" or self.before is None or self.before.group_id == self.ticket.group_id:
            return self.clock(hours)
        return calendar_of(self.ctx, self.before.group_id) or ROUND_THE_CLOCK

    def end_all(self) -> None:
        """The ticket is done, or is no longer any: work that was solved is fulfilled, the rest stops."""
        solved = self.ticket.status in ("solved", "closed") and not self.ticket.spam
        merged = self.ticket.status == "closed" and self.before is not None and self.before.status != "solved"
        for one in self.timers:
            kept = self.answers if one.metric in REPLIES else solved and not merged
            one.end("fulfilled" if kept else "stopped", self.clock_before(one.hours), self.ctx.now)

    def go_on(self, targets: Mapping[str, Target]) -> None:
        """The ticket is worked on: fulfil what was answered, fit targets and pauses, start what begins."""
        regained = not self.timers
        for one in self.timers:
            target = targets.get(one.metric)
            if one.metric in REPLIES and self.answers:
                one.end("fulfilled", self.clock_before(one.hours), self.ctx.now)
            elif target is None:
                one.end("stopped", self.clock_before(one.hours), self.ctx.now)
            else:
                regained = self._fit(one, target) or regained
                self._pause(one)
        self._start(targets, regained=regained)

    def _fit(self, timer: Timer, target: Target) -> bool:
        """Give a clock the target that holds now, counted from its start; answers whether that is another."""
        if timer.target == target and not (target.hours == "business" and self._other_hours()):
            return False
        if PAUSES[timer.metric]:
            periods = ran(self.ctx, self.ticket, timer.metric, timer.started_at)
        else:
            periods = [(timer.started_at, self.ctx.now)]
        timer.retarget(target, self.clock(target.hours), periods, self.ctx.now)
        return True

    def _other_hours(self) -> bool:
        return self.clock_before("business") is not self.clock("business")

    def _pause(self, timer: Timer) -> None:
        paused = self.ticket.status in PAUSES[timer.metric]
        if paused and timer.state == "active":
            timer.pause(self.clock(timer.hours), self.ctx.now)
        elif not paused and timer.state == "paused":
            timer.go_on(self.clock(timer.hours), self.ctx.now)

    def _start(self, targets: Mapping[str, Target], *, regained: bool) -> None:
        """Start the clocks that are promised and do not run yet."""
        open_ = {one.metric for one in self.timers if one.ended_at is None}
        for metric, since in self._begun(regained=regained).items():
            target = targets.get(metric)
            if target is None or metric in open_:
                continue
            paused = self.ticket.status in PAUSES[metric]
            periods = [(since, self.ctx.now)]
            if since != self.ctx.now and PAUSES[metric]:
                periods = ran(self.ctx, self.ticket, metric, since)
            elif paused:
                periods = []
            state = "paused" if paused else "active"
            self.timers.append(started(target, self.clock(target.hours), since, periods, state, self.ctx.now))

    def _begun(self, *, regained: bool) -> dict[str, datetime]:
        """When each clock that should run has begun."""
        now, before = self.ctx.now, self.before
        if before is None:
            return dict.fromkeys(WORK if self.answers else ("first_reply", *WORK), now)
        if before.status == "solved":
            return dict.fromkeys(("next_reply", *WORK) if self.asks else WORK, now)
        if regained:
            return beginnings(self.ctx, self.ticket)
        waits = any(one.metric in REPLIES and one.ended_at is None for one in self.timers)
        return {"next_reply": now} if self.asks and not waits else {}

    def keep(self) -> None:
        """Store the clocks that have changed, and write down which promises were broken meanwhile."""
        for at, one in enumerate(self.timers):
            was = self.stored[at] if at < len(self.stored) else None
            if was == one:
                continue
            keep(self.ctx, self.ticket.id, one)
            if one.breached_at is not None and (was is None or was.breached_at is None):
                book_breach(self.ctx, self.ticket.id, one.metric)


class _Broken(NamedTuple):
    id: int
    ticket_id: int
    metric: str


_BROKEN = Query(
    _Broken,
    """SELECT {fields} FROM sla_timer WHERE state = 'active' AND due_at <= :now AND breached_at IS NULL
    ORDER BY due_at, id""",
)


class _Next(NamedTuple):
    due_at: datetime | None


_NEXT = Query(
    _Next,
    """SELECT {fields} FROM sla_timer WHERE state = 'active' AND due_at > :now AND breached_at IS NULL
    ORDER BY due_at LIMIT 1""",
)


def book_breaches(ctx: Context) -> int:
    """Note the promises that have been broken by now, at the moment at which they were; answers how many."""
    broken = _BROKEN.all(ctx, now=iso_instant(ctx.now))
    for one in broken:
        run(ctx, "UPDATE sla_timer SET breached_at = due_at WHERE id = :timer", timer=one.id)
        book_breach(ctx, one.ticket_id, one.metric)
    return len(broken)


def next_breach(ctx: Context) -> datetime | None:
    """When the next promise will be broken unless somebody keeps it."""
    found = _NEXT.first(ctx, now=iso_instant(ctx.now))
    return None if found is None else found.due_at


def in_hours(ctx: Context, group_id: int | None, at: datetime) -> bool:
    """Whether a group of the desk works at a moment; the default group where there is none."""
    calendar = calendar_of(ctx, group_id)
    return calendar is None or calendar.is_open(at)
