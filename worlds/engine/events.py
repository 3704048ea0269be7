"""The queue of what is still to happen: event operations that are due at a moment of virtual time.

An event keeps the first cause of whatever queued it, through any depth, so that nobody is blamed or credited for
others. It lives in the episode's own database; running it is the door's work.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, Self

from worlds.engine import bookkeeping

HORIZON = timedelta(days=30)
"""How far after an agent's last call its queued events are still run before it is graded."""

_COLUMNS = "seq, due, operation, arguments, actor, root"
_BY_AGENT = "root GLOB 'agent:*'"
_DUE = f"SELECT {_COLUMNS} FROM engine_event WHERE due <= ? ORDER BY due, priority, seq LIMIT 1"  # noqa: S608 - names of this module
_DUE_OF_AGENT = _DUE.replace("due <= ?", f"due <= ? AND {_BY_AGENT}")
_ALL = f"SELECT {_COLUMNS} FROM engine_event ORDER BY due, priority, seq"  # noqa: S608 - names of this module
_ALL_OF_AGENT = _ALL.replace("ORDER", f"WHERE {_BY_AGENT} ORDER")
_OF_AGENT = f"SELECT 1 FROM engine_event WHERE {_BY_AGENT} LIMIT 1"  # noqa: S608 - names of this module


@dataclass(frozen=True, slots=True)
class Event:
    """A queued event: an operation, when it is due (virtual seconds since 1970 UTC), who does it, its first cause.

    `text` holds the operation's arguments as a JSON object; `seq` is 0 before it is queued.
    """

    seq: int
    due: int
    operation: str
    text: str
    actor: str
    root: str

    @classmethod
    def of(cls, due: int, operation: str, arguments: Mapping[str, Any], actor: str, root: str) -> Self:
        """An event that is not queued yet."""
        return cls(0, due, operation, json.dumps(arguments), actor, root)

    @property
    def of_agent(self) -> bool:
        """Whether the agent set it off, through whatever chain."""
        return self.root.startswith("agent:")


class Happens(Protocol):
    """What is queued for others: see `worlds.engine.task.Happening`."""

    @property
    def name(self) -> str:
        """Who or what did it."""

    @property
    def operation(self) -> str:
        """An event operation."""

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What it is called with."""

    @property
    def after(self) -> str:
        """The operation whose first success sets it off; the first call where empty."""

    @property
    def given(self) -> Mapping[str, Any]:
        """Arguments that this call has to have."""

    @property
    def delay(self) -> int:
        """Virtual seconds from there."""


def queue(connection: sqlite3.Connection, event: Event, priority: int = 5) -> None:
    """Add an event; of those that are due at the same moment the lower priority comes first, then the earlier added."""
    number = bookkeeping.next_id(connection, "engine_event.seq")
    connection.execute(
        "INSERT INTO engine_event(seq, due, operation, arguments, actor, root, priority) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, event.due, event.operation, event.text, event.actor, event.root, priority),
    )


def take_due(connection: sqlite3.Connection, until: int, *, of_agent: bool = False) -> Event | None:
    """Take the next event that is due by then off the queue; the next that the agent set off, if asked."""
    rows = connection.execute(_DUE_OF_AGENT if of_agent else _DUE, (until,)).fetchall()
    if not rows:
        return None
    row = rows[0]
    connection.execute("DELETE FROM engine_event WHERE seq = ?", (row[0],))
    return Event(*row)


def waits_for_agent(connection: sqlite3.Connection) -> bool:
    """Whether anything is queued that the agent set off."""
    return bool(connection.execute(_OF_AGENT).fetchall())


def queued(connection: sqlite3.Connection, *, of_agent: bool = False) -> list[Event]:
    """All that is queued, or all that the agent set off, in the order in which it will happen."""
    return [Event(*row) for row in connection.execute(_ALL_OF_AGENT if of_agent else _ALL).fetchall()]


def set_off(
    connection: sqlite3.Connection,
    happenings: Iterable[Happens],
    operation: str,
    now: int,
    arguments: Mapping[str, Any] | None = None,
) -> None:
    """Queue what a call of that operation sets off, the first time; `""` sets off what hangs on the start."""
    said = arguments or {}
    for number, one in enumerate(happenings):
        due = one.after == operation and all(said.get(name) == value for name, value in one.given.items())
        if due and _first(connection, f"engine_event.happening.{number}"):
            queue(connection, Event.of(now + one.delay, one.operation, one.arguments, one.name, f"world:{one.name}"))


def _first(connection: sqlite3.Connection, name: str) -> bool:
    return bookkeeping.next_id(connection, name) == 1
