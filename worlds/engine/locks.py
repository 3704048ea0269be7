"""Record locks on the virtual clock: who has a record to themselves, why, and until when.

SQLite's own locks are of no use here, since they hold the whole file. A lock belongs to whoever set it and stops the
agent at the door; it ends by itself. Whoever has locked a whole has locked its parts (`part_of` of a table).
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import MetaData

from worlds.engine.errors import Failure
from worlds.engine.fields import iso_instant
from worlds.engine.targets import Record, spoken, wholes_of

_FIND = "SELECT tbl, key, holder, why, until FROM engine_lock WHERE tbl = ? AND key = ? AND until > ?"

_AMONG = """SELECT tbl, key, holder, why, until FROM engine_lock
    WHERE tbl = ? AND key IN (SELECT value FROM json_each(?)) AND until > ?"""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on a row: `holder` is a person or a process, `why` a few words, `until` a virtual second (since 1970)."""

    table: str
    key: int
    holder: str
    why: str
    until: int

    @property
    def ends(self) -> datetime:
        """`until` as an aware datetime."""
        return datetime.fromtimestamp(self.until, UTC)


def lock(driver: sqlite3.Connection, table: str, key: int, holder: str, why: str, until: int) -> None:
    """Lock a row for somebody until a virtual second; a lock that was there before is replaced."""
    driver.execute("INSERT OR REPLACE INTO engine_lock VALUES (?, ?, ?, ?, ?)", (table, key, holder, why, until))


def release(driver: sqlite3.Connection, table: str, key: int) -> None:
    """Take a lock away, if there is one."""
    driver.execute("DELETE FROM engine_lock WHERE tbl = ? AND key = ?", (table, key))


def holder(driver: sqlite3.Connection, table: str, key: int, now: int) -> Lock | None:
    """The lock on a row at a virtual second, or None."""
    rows = driver.execute(_FIND, (table, key, now)).fetchall()
    return Lock(*rows[0]) if rows else None


def holders(driver: sqlite3.Connection, table: str, keys: Iterable[int], now: int) -> dict[int, Lock]:
    """The locks on any of some rows of a table at a virtual second, by row."""
    rows = driver.execute(_AMONG, (table, json.dumps(list(keys)), now)).fetchall()
    return {row[1]: Lock(*row) for row in rows}


def any_at(driver: sqlite3.Connection, now: int) -> bool:
    """Whether anything is locked at a virtual second."""
    return bool(driver.execute("SELECT 1 FROM engine_lock WHERE until > ? LIMIT 1", (now,)).fetchall())


def in_the_way(
    driver: sqlite3.Connection, metadata: MetaData, records: Iterable[Record], now: int, who: str = ""
) -> Lock | None:
    """The first lock on any of these rows, or on a whole of which one is a part, that is not `who`'s own."""
    for table, key in records:
        for record in ((table, key), *wholes_of(driver, metadata, (table, key))):
            found = holder(driver, *record, now)
            if found is not None and (not who or found.holder != who):
                return found
    return None


def refusal(metadata: MetaData, held: Lock, now: int) -> Failure:
    """What is said at a virtual second of a record that somebody has to themselves; nothing was done."""
    ends, called = iso_instant(held.ends), spoken(metadata, held.table)
    failure = Failure(
        "record_locked",
        f"{called.capitalize()} {held.key} is locked by {held.holder} until {ends} ({held.why}); nothing "
        "was changed. Try again then.",
        status=423,
        headers={"Retry-After": str(max(1, held.until - now))},
        face="banner",
    )
    failure.details = {"record": called, "id": held.key, "holder": held.holder, "why": held.why, "until": ends}
    return failure
