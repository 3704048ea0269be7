"""What the engine keeps in an episode's own database: clock, step, counters, idempotency records, queued events.

Part of a dump and of the state hash, never of a diff. Plain SQL on the driver's connection: every call pays for it.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from worlds.engine.errors import WorldBug

TABLES = """
CREATE TABLE engine_state (
  id INTEGER PRIMARY KEY CHECK (id = 1), now INTEGER NOT NULL, step INTEGER NOT NULL, tx INTEGER NOT NULL
) STRICT;
CREATE TABLE engine_counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE engine_idempotency (
  key TEXT NOT NULL, role TEXT NOT NULL, operation TEXT NOT NULL, arguments TEXT NOT NULL,
  status INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (key, role, operation)
) STRICT, WITHOUT ROWID;
CREATE TABLE engine_event (
  seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, operation TEXT NOT NULL, arguments TEXT NOT NULL,
  actor TEXT NOT NULL, root TEXT NOT NULL
) STRICT;
CREATE INDEX engine_event_due ON engine_event(due, seq);
CREATE TABLE engine_fault_call (
  rule INTEGER NOT NULL, name TEXT NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (rule, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE engine_trouble (rule INTEGER PRIMARY KEY, struck INTEGER NOT NULL, kept TEXT) STRICT;
"""


STATE = ("engine_state", "engine_counter", "engine_idempotency", "engine_event", "engine_fault_call", "engine_trouble")
"""The tables that are part of the state hash."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The clock and counters of an episode. `now` is in seconds since 1970 UTC, virtual."""

    now: int
    step: int
    tx: int

    @property
    def instant(self) -> datetime:
        """`now` as an aware datetime."""
        return datetime.fromtimestamp(self.now, UTC)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A stored answer of a call that carried an idempotency key; `arguments` is canonical JSON."""

    arguments: str
    status: int
    body: str


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection below SQLAlchemy's."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise WorldBug("a fork leases SQLite connections")
    return driver


def install(connection: sqlite3.Connection, start: datetime) -> None:
    """Create the tables and set the clock, at the end of a snapshot's build."""
    connection.executescript(TABLES)
    connection.execute("INSERT INTO engine_state VALUES (1, ?, 0, 0)", (int(start.timestamp()),))


def read(connection: sqlite3.Connection) -> Moment:
    """The current moment."""
    return Moment(*connection.execute("SELECT now, step, tx FROM engine_state").fetchone())


def advance(connection: sqlite3.Connection, *, seconds: int) -> Moment:
    """Move the clock by `seconds` and count a step and a transaction."""
    row = connection.execute(
        "UPDATE engine_state SET now = now + ?, step = step + 1, tx = tx + 1 RETURNING now, step, tx", (seconds,)
    ).fetchall()[0]  # fetched whole: an open cursor would hold the slot
    return Moment(*row)


def let_pass(connection: sqlite3.Connection, seconds: int) -> Moment:
    """Move the clock on, without a step."""
    row = connection.execute("UPDATE engine_state SET now = now + ? RETURNING now, step, tx", (seconds,)).fetchall()[0]
    return Moment(*row)


def count_call(connection: sqlite3.Connection, rule: int, name: str) -> int:
    """Count a call that a rule of the failure plan matches; answers which one it is."""
    rows = connection.execute(
        "INSERT INTO engine_fault_call VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET calls = calls + 1 RETURNING calls",
        (rule, name),
    ).fetchall()
    return int(rows[0][0])


def trouble(connection: sqlite3.Connection, rule: int) -> tuple[int, str | None]:
    """How often a rule has struck, and what its fault keeps."""
    rows = connection.execute("SELECT struck, kept FROM engine_trouble WHERE rule = ?", (rule,)).fetchall()
    return (int(rows[0][0]), rows[0][1]) if rows else (0, None)


def count_trouble(connection: sqlite3.Connection, rule: int) -> None:
    """Count that a rule has struck."""
    connection.execute(
        "INSERT INTO engine_trouble VALUES (?, 1, NULL) ON CONFLICT DO UPDATE SET struck = struck + 1", (rule,)
    )


def keep_trouble(connection: sqlite3.Connection, rule: int, kept: str | None) -> None:
    """Keep a text for a rule."""
    connection.execute(
        "INSERT INTO engine_trouble VALUES (?, 0, ?) ON CONFLICT DO UPDATE SET kept = excluded.kept", (rule, kept)
    )


def next_tx(connection: sqlite3.Connection) -> int:
    """Count a transaction that is no step of the agent."""
    rows = connection.execute("UPDATE engine_state SET tx = tx + 1 RETURNING tx").fetchall()
    return int(rows[0][0])


def next_id(connection: sqlite3.Connection, name: str) -> int:
    """The next value of a counter; a table's counter starts above the largest id it holds."""
    rows = connection.execute(
        "UPDATE engine_counter SET value = value + 1 WHERE name = ? RETURNING value", (name,)
    ).fetchall()
    if rows:
        return int(rows[0][0])
    known = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (name,)).fetchone()
    largest = connection.execute(f'SELECT max(id) FROM "{name}"').fetchone()[0] if known else None  # noqa: S608 - a name of sqlite_schema
    value = int(largest or 0) + 1
    connection.execute("INSERT INTO engine_counter VALUES (?, ?)", (name, value))
    return value


def remembered(connection: sqlite3.Connection, key: str, role: str, operation: str) -> Remembered | None:
    """The stored answer for a key, if one was given before by this role for this operation."""
    row = connection.execute(
        "SELECT arguments, status, body FROM engine_idempotency WHERE key = ? AND role = ? AND operation = ?",
        (key, role, operation),
    ).fetchone()
    return Remembered(*row) if row else None


def remember(connection: sqlite3.Connection, key: str, role: str, operation: str, answer: Remembered) -> None:
    """Store the answer given for a key; the first one stays."""
    connection.execute(
        "INSERT OR IGNORE INTO engine_idempotency VALUES (?, ?, ?, ?, ?, ?)",
        (key, role, operation, answer.arguments, answer.status, answer.body),
    )


def digestible(connection: sqlite3.Connection) -> str:
    """All bookkeeping as one canonical text, for the state hash."""
    rows = [
        list(connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2"))  # noqa: S608 - names of this module
        for table in STATE
    ]
    return repr(rows)
