"""The queue of what is still to happen: event operations that are due at a moment of virtual time.

An event keeps the first cause of whatever queued it, through any depth, so that nobody is blamed or credited for
others. It lives in the episode's own database; running it is the door's work.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from worlds.engine import bookkeeping

HORIZON = timedelta(days=30)
"""How far after an agent's last call its queued events are still run before it is graded."""

_COLUMNS = "seq, due, operation, arguments, actor, root"
_DUE = f"SELECT {_COLUMNS} FROM engine_event WHERE due <= ? ORDER BY due, seq LIMIT 1"  # noqa: S608 - names of this module
_DUE_OF_AGENT = _DUE.replace("due <= ?", "due <= ? AND root GLOB 'agent:*'")
_ALL = f"SELECT {_COLUMNS} FROM engine_event ORDER BY due, seq"  # noqa: S608 - names of this module


@dataclass(frozen=True, slots=True)
class Event:
    """A queued event: an operation, when it is due (virtual seconds since 1970 UTC), who does it, its first cause."""

    seq: int
    due: int
    operation: str
    arguments: Mapping[str, Any]
    actor: str
    root: str

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
    def delay(self) -> int:
        """Virtual seconds from there."""


def queue(
    connection: sqlite3.Connection, due: int, operation: str, arguments: Mapping[str, Any], actor: str, root: str
) -> None:
    """Add an event."""
    connection.execute(
        "INSERT INTO engine_event(seq, due, operation, arguments, actor, root) VALUES (?, ?, ?, ?, ?, ?)",
        (bookkeeping.next_id(connection, "engine_event.seq"), due, operation, json.dumps(arguments), actor, root),
    )


def take_due(connection: sqlite3.Connection, until: int, *, of_agent: bool = False) -> Event | None:
    """Take the next event that is due by then off the queue; the next that the agent set off, if asked."""
    rows = connection.execute(_DUE_OF_AGENT if of_agent else _DUE, (until,)).fetchall()
    if not rows:
        return None
    row = rows[0]
    connection.execute("DELETE FROM engine_event WHERE seq = ?", (row[0],))
    return _read(row)


def queued(connection: sqlite3.Connection) -> list[Event]:
    """All that is queued, in the order in which it will happen."""
    return [_read(row) for row in connection.execute(_ALL)]


def set_off(connection: sqlite3.Connection, happenings: Iterable[Happens], operation: str, now: int) -> None:
    """Queue what a call of that operation sets off, the first time; `""` sets off what hangs on the start."""
    for number, one in enumerate(happenings):
        if one.after == operation and _first(connection, f"engine_event.happening.{number}"):
            queue(connection, now + one.delay, one.operation, one.arguments, one.name, f"world:{one.name}")


def _first(connection: sqlite3.Connection, name: str) -> bool:
    return bookkeeping.next_id(connection, name) == 1


def _read(row: tuple[Any, ...]) -> Event:
    seq, due, operation, arguments, actor, root = row
    return Event(seq, due, operation, json.loads(arguments), actor, root)
