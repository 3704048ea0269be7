"""The agent's inbox: messages that people and systems send to whoever acts in an episode.

They lie in the episode's own database, apart from the business: reading one changes nothing that is judged. The
functions take the driver's connection and belong to whatever transaction is open.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from worlds.engine import bookkeeping

_COLUMNS = "id, at, sender, role, subject, body, about_table, about_id, event, read"
_UNREAD = "SELECT count(*) FROM engine_message WHERE read = 0"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that came in: `at` in virtual seconds since 1970 UTC, from whom, and the record that it is about.

    `event` is the same where the same thing came twice.
    """

    id: int
    at: int
    sender: str
    role: str
    subject: str
    body: str
    about_table: str
    about_id: int | None
    event: str
    read: bool

    @property
    def instant(self) -> datetime:
        """`at` as an aware datetime."""
        return datetime.fromtimestamp(self.at, UTC)


def deliver(
    connection: sqlite3.Connection,
    at: int,
    sender: str,
    role: str,
    subject: str,
    body: str,
    about: tuple[str, int] | None = None,
    event: str = "",
) -> int:
    """Put a message into the inbox; answers its number."""
    number = bookkeeping.next_id(connection, "engine_message.id")
    table, key = about or ("", None)
    connection.execute(
        f"INSERT INTO engine_message ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",  # noqa: S608 - names of this module
        (number, at, sender, role, subject, body, table, key, event),
    )
    return number


def unread(connection: sqlite3.Connection) -> int:
    """How many messages nobody has read yet."""
    return int(connection.execute(_UNREAD).fetchall()[0][0])


def listed(connection: sqlite3.Connection, *, unread_only: bool, page: int, size: int) -> tuple[list[Message], int]:
    """A page of the messages, newest first, and how many there are in all."""
    where = "WHERE read = 0" if unread_only else ""
    total = connection.execute(f"SELECT count(*) FROM engine_message {where}").fetchall()[0][0]  # noqa: S608 - fixed texts
    query = f"SELECT {_COLUMNS} FROM engine_message {where} ORDER BY id DESC LIMIT ? OFFSET ?"  # noqa: S608 - fixed texts
    rows = connection.execute(query, (size, (page - 1) * size)).fetchall()
    return [_read(row) for row in rows], int(total)


def mark_read(connection: sqlite3.Connection, numbers: list[int]) -> None:
    """Note that these were read."""
    connection.executemany("UPDATE engine_message SET read = 1 WHERE id = ? AND read = 0", [(one,) for one in numbers])


def notice(count: int) -> str:
    """The line that tells of unread messages on every surface; empty where there are none."""
    if not count:
        return ""
    return f"{count} new message{'' if count == 1 else 's'}; read_inbox shows {'it' if count == 1 else 'them'}."


def _read(row: tuple[Any, ...]) -> Message:
    number, at, sender, role, subject, body, table, key, event, read = row
    return Message(number, at, sender, role, subject, body, table, key, event, bool(read))
