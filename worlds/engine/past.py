"""Looking at a state as it was: a read that runs as of an earlier entry of the change log.

Stale caches, read replicas that lag and search indexes that are refreshed now and then are all this. Inside a savepoint
the later entries are undone and taken off the log, so that versions are those of then; the read runs, and the savepoint
is rolled back. Nothing of it is ever kept.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import MetaData

_LATER = "SELECT tbl, key, kind, before FROM engine_change WHERE seq > ? ORDER BY seq DESC"


def last_entry(driver: sqlite3.Connection) -> int:
    """The `seq` of the change log's last entry, 0 for an empty one."""
    return int(driver.execute("SELECT ifnull(max(seq), 0) FROM engine_change").fetchall()[0][0])


def last_entry_at(driver: sqlite3.Connection, moment: int) -> int:
    """The `seq` of the last entry that was written at or before a virtual second."""
    query = "SELECT ifnull(max(seq), 0) FROM engine_change JOIN engine_cause ON id = cause_id WHERE at <= ?"
    return int(driver.execute(query, (moment,)).fetchall()[0][0])


@contextmanager
def as_it_was(driver: sqlite3.Connection, metadata: MetaData, entry: int) -> Iterator[None]:
    """The state after an entry of the change log, for as long as the block lasts."""
    driver.execute("SAVEPOINT past")
    try:
        for table, key, kind, before in driver.execute(_LATER, (entry,)).fetchall():
            _undo(driver, metadata, table, key, kind, before)
        driver.execute("DELETE FROM engine_change WHERE seq > ?", (entry,))
        yield
    finally:
        driver.execute("ROLLBACK TO past")
        driver.execute("RELEASE past")


def _undo(driver: sqlite3.Connection, metadata: MetaData, table: str, key: int, kind: str, before: str | None) -> None:
    if kind == "insert":
        driver.execute(f'DELETE FROM "{table}" WHERE id = ?', (key,))  # noqa: S608 - a table of the schema
        return
    columns = metadata.tables[table].columns.keys()
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    values = json.loads(before or "[]")
    if kind == "delete":
        driver.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)  # noqa: S608 - names of the schema
        return
    changes = ", ".join(f'"{name}" = ?' for name in columns)
    driver.execute(f'UPDATE "{table}" SET {changes} WHERE id = ?', (*values, key))  # noqa: S608 - names of the schema
