"""What leaves through the outbox: messages, e-mails and webhooks, each with an event id of its own.

A delivery may come late, twice or after later ones, where a failure plan says so; the event id is the same each time,
and who receives it goes by that. Subscribers are known by name: `inbox` is the agent's, and any other is written down
as having received it.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from worlds.engine import bookkeeping, inbox

INBOX: Final = "inbox"
_COLUMNS = "id, event, kind, subscriber, payload, made, delivered"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing in the outbox: `made` in virtual seconds since 1970 UTC, `delivered` how often it came."""

    id: int
    event: str
    kind: str
    subscriber: str
    payload: Mapping[str, Any]
    made: int
    delivered: int


def put(driver: sqlite3.Connection, now: int, kind: str, subscriber: str, payload: Mapping[str, Any]) -> int:
    """Put something into the outbox; answers its number."""
    number = bookkeeping.next_id(driver, "engine_outbox.id")
    driver.execute(
        f"INSERT INTO engine_outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, 0)",  # noqa: S608 - names of this module
        (number, f"evt-{number:06d}", kind, subscriber, json.dumps(payload, ensure_ascii=False), now),
    )
    return number


def deliver(driver: sqlite3.Connection, number: int, now: int) -> None:
    """Hand one thing over to its subscriber; it may be handed over again."""
    parcel = _parcel(driver.execute(f"SELECT {_COLUMNS} FROM engine_outbox WHERE id = ?", (number,)).fetchall()[0])  # noqa: S608 - as above
    driver.execute("UPDATE engine_outbox SET delivered = delivered + 1 WHERE id = ?", (number,))
    if parcel.subscriber == INBOX:
        said = parcel.payload
        about = (said["about"][0], said["about"][1]) if said["about"] else None
        inbox.deliver(driver, now, said["sender"], said["role"], said["subject"], said["body"], about, parcel.event)


def listed(driver: sqlite3.Connection) -> list[Parcel]:
    """All that ever left, in the order in which it was made."""
    return [_parcel(row) for row in driver.execute(f"SELECT {_COLUMNS} FROM engine_outbox ORDER BY id").fetchall()]  # noqa: S608 - as above


def _parcel(row: tuple[Any, ...]) -> Parcel:
    number, event, kind, subscriber, payload, made, delivered = row
    return Parcel(number, event, kind, subscriber, json.loads(payload), made, delivered)
