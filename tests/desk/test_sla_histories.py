"""Clocks that are carried on from update to update show what counting a ticket's whole history shows."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st
from served import MINUTES, brought, night_shift, promise, works, writes
from tiny_desk import FRONTLINE, RETURNS, START, Desk, opened_desk

from worlds.desk.automation.facts import calendar_of
from worlds.desk.service import sla
from worlds.desk.service.clocks import PAUSES, WORK
from worlds.desk.service.service_laws import SERVICE
from worlds.desk.service.timer_file import open_timers

DAYS = 6
SHARES = {"low": 1, "normal": 1, "high": 2}
ACTS = (
    "ask", "reply", "note", "pending", "hold", "open", "solve", "low", "high", "returns", "frontline", "clock",
    "pending", "open", "hand over",
)  # fmt: skip
histories = st.lists(st.tuples(st.integers(0, 700), st.sampled_from(ACTS)), min_size=1, max_size=12)


@dataclass
class Ledger:
    """What a ticket's clocks must show, counted minute by minute from all that was done: no clock is carried on."""

    worked: dict[int, list[int]]
    """By group: minutes of work from the start up to each minute."""
    status: list[tuple[int, str]] = field(default_factory=lambda: [(0, "new")])
    priority: str = "normal"
    group: int = FRONTLINE
    since: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("first_reply", *WORK), 0))
    """By metric: since which minute a clock of it has been started."""
    broken: set[str] = field(default_factory=set)

    def counted(self, metric: str, now: int) -> int:
        total = 0
        for (start, status), (end, _) in zip(self.status, [*self.status[1:], (now, "")], strict=True):
            if status not in PAUSES[metric]:
                worked = self.worked[self.group]
                total += worked[max(end, self.since[metric])] - worked[max(start, self.since[metric])]
        return total

    def look(self, now: int) -> None:
        for metric in self.since:
            if self.counted(metric, now) >= MINUTES[metric] // SHARES[self.priority]:
                self.broken.add(metric)

    def becomes(self, status: str, now: int) -> None:
        was = self.status[-1][1]
        if status == was:
            return
        self.status.append((now, status))
        if status == "solved":
            self.since.clear()
            self.broken.clear()
        elif was == "solved":
            self.since |= dict.fromkeys(WORK, now)

    def asks(self, now: int) -> None:
        if self.status[-1][1] in {"pending", "hold", "solved"}:
            self.becomes("open", now)
        if not self.since.keys() & {"first_reply", "next_reply"}:
            self.since["next_reply"] = now

    def replies(self) -> None:
        for metric in ("first_reply", "next_reply"):
            self.since.pop(metric, None)
            self.broken.discard(metric)


def act(desk: Desk, ticket: int, ledger: Ledger, what: str, now: int) -> None:
    """Do something on the desk, and in the ledger."""
    status = ledger.status[-1][1]
    if what == "ask":
        writes(desk, ticket)
        ledger.asks(now)
    elif what == "reply":
        works(desk, ticket, reply="Here you are.")
        ledger.replies()
    elif what == "hand over":
        ledger.group = RETURNS if ledger.group == FRONTLINE else FRONTLINE
        works(desk, ticket, reply="My colleagues go on from here.", group_id=ledger.group)
        ledger.replies()
    elif what == "note":
        works(desk, ticket, note="Seen.")
    elif what == "clock":
        sla.book_breaches(desk.as_system())
    elif what in SHARES:
        works(desk, ticket, priority=what)
        ledger.priority = what
    elif what in {"returns", "frontline"}:
        ledger.group = RETURNS if what == "returns" else FRONTLINE
        works(desk, ticket, group_id=ledger.group)
    else:
        wanted = "solved" if what == "solve" else what
        works(desk, ticket, status=wanted)
        ledger.becomes(wanted, now)
    assert desk.ticket(ticket) == ledger.status[-1][1], (status, what)


def shown(desk: Desk, ticket: int, group: int) -> dict[str, tuple[int, bool]]:
    """By metric, of the clocks that have not ended: minutes counted up to now, and whether it is breached."""
    hours = calendar_of(desk.as_system(), group)
    assert hours is not None
    found: dict[str, tuple[int, bool]] = {}
    rows = open_timers(desk.as_system(), ticket)
    for one in rows:
        left = one.left(hours, desk.now)
        late = one.due_at is not None and one.due_at <= desk.now
        found[one.metric] = (one.target_minutes - left // 60, late or one.breached_at is not None)
        if not late and one.state == "active" and one.breached_at is None and one.due_at is not None:
            assert hours.seconds(desk.now, one.due_at) == left, "it is due when what is left has been worked"
    return found


def broken_laws(desk: Desk, ticket: int) -> list[str]:
    """Laws that the ticket, or one of its clocks, breaks now."""
    clocks = [row[0] for row in desk.rows("SELECT id FROM sla_timer WHERE ticket_id = ?", ticket)]
    keys = {"ticket": json.dumps([ticket]), "sla_timer": json.dumps(clocks)}
    return [law.name for law in SERVICE if desk.db.execute(law.sql, {"keys": keys[law.table]}).fetchall()]


def minutes_of_work(desk: Desk, group: int) -> list[int]:
    hours = calendar_of(desk.as_system(), group)
    assert hours is not None
    table = [hours.is_open(START + timedelta(minutes=minute)) for minute in range(DAYS * 1_440)]
    return [0, *accumulate(table)]


def replayed(desk: Desk, worked: dict[int, list[int]]) -> Callable[[list[tuple[int, str]]], None]:
    """A test of one history, on a new ticket of the same desk."""
    tickets = iter(range(100, 10_000))

    def replay(history: list[tuple[int, str]]) -> None:
        desk.now, now, ticket = START, 0, next(tickets)
        brought(desk, ticket, topic="other", assignee_id=None)
        ledger = Ledger(worked)
        works(desk, ticket, assignee_id=4)
        ledger.becomes("open", 0)
        for wait, what in history:
            now += wait
            desk.wait(minutes=wait)
            ledger.look(now)
            act(desk, ticket, ledger, what, now)
            ledger.look(now)
            expected = {name: (ledger.counted(name, now), name in ledger.broken) for name in ledger.since}
            assert shown(desk, ticket, ledger.group) == expected, (what, now)
            assert broken_laws(desk, ticket) == [], (what, now)

    return replay


def test_clocks_show_what_a_count_of_the_whole_history_shows() -> None:
    with opened_desk() as desk:
        promise(desk)
        night_shift(desk)
        worked = {group: minutes_of_work(desk, group) for group in (FRONTLINE, RETURNS)}
        replay = replayed(desk, worked)
        settings(max_examples=120, deadline=None, database=None, derandomize=True)(given(histories)(replay))()
