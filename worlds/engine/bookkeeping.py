"""What the engine keeps in an episode's own database: clock, step, counters, idempotency records, queued events.

Part of a dump and of the state hash, never of a diff. Plain SQL on the driver's connection: every call pays for it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Connection

from worlds.engine.errors import WorldBug
from worlds.engine.naming import counted_as, plain, spoken_by

TABLES = """
CREATE TABLE engine_state (
  id INTEGER PRIMARY KEY CHECK (id = 1), now INTEGER NOT NULL, step INTEGER NOT NULL, tx INTEGER NOT NULL
) STRICT;
CREATE TABLE engine_counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE engine_idempotency (
  key TEXT NOT NULL, role TEXT NOT NULL, operation TEXT NOT NULL, arguments TEXT NOT NULL,
  status INTEGER NOT NULL, body TEXT NOT NULL, headers TEXT NOT NULL, failure INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (key, role, operation)
) STRICT, WITHOUT ROWID;
CREATE TABLE engine_lock (
  tbl TEXT NOT NULL, key INTEGER NOT NULL, holder TEXT NOT NULL, why TEXT NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (tbl, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE engine_event (
  seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, operation TEXT NOT NULL, arguments TEXT NOT NULL,
  actor TEXT NOT NULL, root TEXT NOT NULL, priority INTEGER NOT NULL DEFAULT 5
) STRICT;
CREATE INDEX engine_event_due ON engine_event(due, priority, seq);
CREATE INDEX engine_event_own ON engine_event(due, priority, seq) WHERE root GLOB 'agent:*';
CREATE TABLE engine_message (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, sender TEXT NOT NULL, role TEXT NOT NULL, subject TEXT NOT NULL,
  body TEXT NOT NULL, about_table TEXT NOT NULL, about_id INTEGER, event TEXT NOT NULL, read INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX engine_message_unread ON engine_message(id) WHERE read = 0;
CREATE TABLE engine_person (id TEXT PRIMARY KEY, events INTEGER NOT NULL, memory TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE engine_outbox (
  id INTEGER PRIMARY KEY, event TEXT NOT NULL, kind TEXT NOT NULL, subscriber TEXT NOT NULL, payload TEXT NOT NULL,
  made INTEGER NOT NULL, delivered INTEGER NOT NULL
) STRICT;
CREATE TABLE engine_fault_call (
  rule INTEGER NOT NULL, name TEXT NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (rule, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE engine_trouble (rule INTEGER PRIMARY KEY, struck INTEGER NOT NULL, kept TEXT) STRICT;
CREATE TABLE engine_job (
  id TEXT PRIMARY KEY, operation TEXT NOT NULL, role TEXT NOT NULL, opened INTEGER NOT NULL, ready INTEGER,
  total INTEGER NOT NULL, items TEXT NOT NULL, answer TEXT
) STRICT, WITHOUT ROWID;
"""


STATE = (
    "engine_state",
    "engine_counter",
    "engine_idempotency",
    "engine_lock",
    "engine_event",
    "engine_message",
    "engine_person",
    "engine_outbox",
    "engine_fault_call",
    "engine_trouble",
    "engine_job",
)
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
    """A stored answer of a call that carried an idempotency key; `arguments` is canonical JSON.

    `body` is JSON text and `headers` a JSON object. `failure` says that something on the way broke, and not that the
    business answered; `at` is the virtual second of the first call.
    """

    arguments: str
    status: int
    body: str
    headers: str = "{}"
    failure: bool = False
    at: int = 0


KEYS_LIVE = 86_400
"""Virtual seconds for which an idempotency key is remembered."""


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's connection below SQLAlchemy's, as whoever speaks over it at the moment has it."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise WorldBug("a fork leases SQLite connections")
    return spoken_by(connection, driver)


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


def count_call(connection: sqlite3.Connection, rules: Sequence[int], name: str) -> dict[int, int]:
    """Count a call that these rules of the failure plan match; answers which one it is, by rule."""
    values = [part for rule in rules for part in (rule, name)]
    return dict(connection.execute(_count_calls(len(rules)), values).fetchall())


@cache
def _count_calls(rules: int) -> str:
    listed = ", ".join(["(?, ?, 1)"] * rules)
    return (
        f"INSERT INTO engine_fault_call VALUES {listed} "  # noqa: S608 - marks alone
        "ON CONFLICT DO UPDATE SET calls = calls + 1 RETURNING rule, calls"
    )


def troubles(connection: sqlite3.Connection) -> dict[int, tuple[int, str | None]]:
    """By rule, how often it has struck, and what its fault keeps; rules without either are left out."""
    rows = connection.execute("SELECT rule, struck, kept FROM engine_trouble").fetchall()
    return {rule: (struck, kept) for rule, struck, kept in rows}


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


def next_tx(connection: sqlite3.Connection, at: int) -> int:
    """Count a transaction that is no step of the agent; the clock moves on to its moment, never back."""
    query = "UPDATE engine_state SET tx = tx + 1, now = max(now, ?) RETURNING tx"
    return int(connection.execute(query, (at,)).fetchall()[0][0])


def set_clock(connection: sqlite3.Connection, now: int) -> None:
    """Move the clock on to a moment, never back."""
    connection.execute("UPDATE engine_state SET now = max(now, ?)", (now,))


_HELD: dict[int, dict[str, int]] = {}
"""Counters that are counted in memory while much happens in one transaction, by the identity of its connection."""


@contextmanager
def holding_counters(connection: sqlite3.Connection) -> Iterator[None]:
    """Count in memory meanwhile, and write down at the end what was counted; what fails is rolled back anyway."""
    place = id(plain(connection))  # it outlives its entry
    if place in _HELD:
        yield
        return
    held = _HELD[place] = {}
    try:
        yield
        connection.executemany(
            "UPDATE engine_counter SET value = ? WHERE name = ?", [(value, name) for name, value in held.items()]
        )
    finally:
        del _HELD[place]


def counted(connection: sqlite3.Connection) -> dict[str, int]:
    """What has been counted in memory so far, to go back to by `count_again`."""
    return dict(_HELD.get(id(plain(connection)), ()))


def count_again(connection: sqlite3.Connection, counters: dict[str, int]) -> None:
    """Go back to what was counted before something that did not happen after all."""
    if (held := _HELD.get(id(plain(connection)))) is not None:
        held.clear()
        held.update(counters)


def next_id(connection: sqlite3.Connection, name: str) -> int:
    """The next value of a counter; a table's counter starts above the largest id it holds."""
    name, connection = counted_as(connection, name), plain(connection)
    held = _HELD.get(id(connection))
    if held is None:
        return _count(connection, name)
    held[name] = value = held[name] + 1 if name in held else _count(connection, name)
    return value


def _count(connection: sqlite3.Connection, name: str) -> int:
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
        "SELECT arguments, status, body, headers, failure, at FROM engine_idempotency "
        "WHERE key = ? AND role = ? AND operation = ?",
        (key, role, operation),
    ).fetchone()
    if row is None:
        return None
    arguments, status, body, headers, failure, at = row
    return Remembered(arguments, status, body, headers, bool(failure), at)


def remember(connection: sqlite3.Connection, key: str, role: str, operation: str, answer: Remembered) -> None:
    """Store the answer given for a key; the first one stays, unless the same call was lost after its work."""
    connection.execute(
        "INSERT INTO engine_idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "status = excluded.status, body = excluded.body, headers = excluded.headers, failure = excluded.failure "
        "WHERE at = excluded.at",
        (
            key,
            role,
            operation,
            answer.arguments,
            answer.status,
            answer.body,
            answer.headers,
            int(answer.failure),
            answer.at,
        ),
    )


def forget_keys(connection: sqlite3.Connection, before: int) -> None:
    """Forget the answers that were first given before a virtual second."""
    connection.execute("DELETE FROM engine_idempotency WHERE at < ?", (before,))


_BUILT = "(SELECT ifnull(max(value), 0) FROM engine_counter WHERE name = 'engine_event.built')"


def seal(connection: sqlite3.Connection) -> None:
    """Note which events a snapshot begins with, once it is built: what they are follows from its hash."""
    connection.execute("INSERT INTO engine_counter SELECT 'engine_event.built', ifnull(max(seq), 0) FROM engine_event")


def digestible(connection: sqlite3.Connection) -> str:
    """All bookkeeping as one canonical text, for the state hash; of the snapshot's own events, which are left."""
    return repr(connection.execute(_digest()).fetchall())


@cache
def _digest() -> str:
    """One statement for all tables: their rows in the order of their keys; how many events there are at all.

    Of those that a snapshot begins with the earliest are always taken first, so that their number says which are left.
    """
    database = sqlite3.connect(":memory:")
    database.executescript(TABLES)
    parts = []
    for table in STATE:
        columns = ", ".join(row[1] for row in database.execute(f"PRAGMA table_info({table})"))
        new = f" WHERE seq > {_BUILT}" if table == "engine_event" else ""
        parts.append(f"SELECT group_concat(json_array({columns})) FROM {table}{new}")  # noqa: S608 - names of this module
    database.close()
    return " UNION ALL ".join([*parts, "SELECT count(*) FROM engine_event"])
