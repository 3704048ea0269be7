"""What `worlds bench` measures at the desk beside its first family: a week in which customers and colleagues write."""

import sqlite3
from collections.abc import Iterator
from itertools import cycle

from worlds.engine.events import Event

_WEEK = 7 * 86_400
_WAITING = "SELECT id FROM ticket WHERE status = 'pending' AND spam = 0 ORDER BY id"
_OPEN = "SELECT id FROM ticket WHERE status IN ('new', 'open') AND spam = 0 ORDER BY id"
_COLLEAGUE = "SELECT name FROM desk_user WHERE role = 'light_agent' AND suspended = 0 ORDER BY id LIMIT 1"


def light_week(driver: sqlite3.Connection, begin: int, count: int) -> Iterator[Event]:
    """So many events of one row each over a week: a colleague opens one ticket after the other.

    In `week` each event writes four rows and more, with triggers and clocks; what the queue itself takes shows here.
    """
    unsolved = cycle([row[0] for row in driver.execute(_OPEN).fetchall()])
    colleague = str(driver.execute(_COLLEAGUE).fetchone()[0])
    for number in range(count):
        due = begin + number * _WEEK // count + 1
        opened = {"ticket_id": next(unsolved), "who": colleague}
        yield Event.of(due, "colleague_opens", opened, "colleagues", "world:colleagues")


def week(driver: sqlite3.Connection, begin: int, count: int) -> Iterator[Event]:
    """So many events over a week from a virtual second on: requesters answer, and a colleague leaves notes."""
    waiting = cycle([row[0] for row in driver.execute(_WAITING).fetchall()])
    unsolved = cycle([row[0] for row in driver.execute(_OPEN).fetchall()])
    colleague = str(driver.execute(_COLLEAGUE).fetchone()[0])
    for number in range(count):
        due = begin + number * _WEEK // count + 1
        if number % 2:
            said = {"ticket_id": next(waiting), "body": "Is there any news?"}
            yield Event.of(due, "requester_writes", said, "requesters", "world:requesters")
        else:
            note = {"ticket_id": next(unsolved), "who": colleague, "note": "Looked at it, nothing new from our side."}
            yield Event.of(due, "colleague_updates", note, "colleagues", "world:colleagues")
