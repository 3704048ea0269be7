"""The change log of an episode: triggers that write it, causes that explain it, a full comparison that checks it.

Folding and judging it is `worlds.graders`' work. The log holds only under `PRAGMA recursive_triggers=ON`, which every
fork's connection has.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy
from sqlalchemy.dialects import sqlite

from worlds.graders.changes import Entry, Kind, Row, RowChange

Database = sqlite3.Connection | sqlalchemy.Connection
"""Either face of a connection; the log is read and written below SQLAlchemy, for speed."""

TABLES = """
CREATE TABLE engine_cause(
  id INTEGER PRIMARY KEY, tx INTEGER NOT NULL, step INTEGER NOT NULL,
  operation TEXT NOT NULL, actor TEXT NOT NULL, root TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE engine_now(
  id INTEGER PRIMARY KEY CHECK (id = 1), cause_id INTEGER NOT NULL) STRICT;
CREATE TABLE engine_change(
  seq INTEGER PRIMARY KEY, cause_id INTEGER NOT NULL, tbl TEXT NOT NULL, key INTEGER NOT NULL,
  kind TEXT NOT NULL, before TEXT, after TEXT) STRICT;
CREATE INDEX engine_change_key ON engine_change(key);
"""

NOW = "(SELECT cause_id FROM engine_now WHERE id = 1)"

ADD_CAUSE = "INSERT INTO engine_cause(tx, step, operation, actor, root, at) VALUES (?, ?, ?, ?, ?, ?)"

READ_ENTRIES = """
SELECT seq, tx, step, operation, actor, root, tbl, key, kind, ifnull(before, 'null') || ',' || ifnull(after, 'null')
FROM engine_change JOIN engine_cause ON engine_cause.id = cause_id WHERE seq > ? ORDER BY seq
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why rows are being written; the fields are those of `Entry`, and `at` the virtual second."""

    tx: int
    step: int
    operation: str
    actor: str
    root: str
    at: int = 0


SETUP = Cause(tx=0, step=0, operation="setup", actor="system", root="setup")


def install(connection: Database, metadata: sqlalchemy.MetaData) -> None:
    """Add the log's tables, and triggers on every table that is not the engine's own.

    Call it once a snapshot is populated. Until `set_cause` says otherwise, writes are booked to "setup". ValueError if
    a table's key is not one integer column named `id`.
    """
    database = _plain(connection)
    for statement in TABLES.split(";")[:-1]:
        database.execute(statement)
    database.execute("INSERT INTO engine_now(id, cause_id) VALUES (1, 0)")
    set_cause(database, SETUP)
    for table in logged_tables(metadata):
        for statement in _triggers(table):
            database.execute(statement)


def set_cause(connection: Database, cause: Cause) -> None:
    """Book the writes from here on to a cause. It belongs to the transaction: rolled back with it."""
    database = _plain(connection)
    fields = (cause.tx, cause.step, cause.operation, cause.actor, cause.root, cause.at)
    added = database.execute(ADD_CAUSE, fields).lastrowid
    database.execute("UPDATE engine_now SET cause_id = ? WHERE id = 1", (added,))


def entries(connection: Database, metadata: sqlalchemy.MetaData, after_seq: int = 0) -> list[Entry]:
    """The log after an entry's `seq`, in order; all of it by default."""
    found = _plain(connection).execute(READ_ENTRIES, (after_seq,)).fetchall()
    values = json.loads(f"[{','.join([row[9] for row in found])}]")
    names = {table: metadata.tables[table].columns.keys() for table in {row[6] for row in found}}
    made = []
    for index, (seq, tx, step, operation, actor, root, table, key, kind, _) in enumerate(found):
        before = _dict(names[table], values[2 * index])
        after = _dict(names[table], values[2 * index + 1])
        made.append(Entry(seq, tx, step, operation, actor, root, table, key, kind, before, after))
    return made


def compare(before: Database | bytes, after: Database | bytes, metadata: sqlalchemy.MetaData) -> list[RowChange]:
    """What differs between two databases, or images of databases, by reading every row of both.

    The slow truth that the folded log must equal: the same changes in the same order, but without `seq`s.
    """
    with _opened(before) as old, _opened(after) as new:
        return [change for table in logged_tables(metadata) for change in _compare_table(table, old, new)]


def logged_tables(metadata: sqlalchemy.MetaData) -> list[sqlalchemy.Table]:
    """The tables under the log, sorted by name: all whose class is not "engine"."""
    return [table for _, table in sorted(metadata.tables.items()) if table.info.get("class") != "engine"]


def _triggers(table: sqlalchemy.Table) -> Iterator[str]:
    keys = [column.name for column in table.primary_key]
    if keys != ["id"] or _declared(table.columns["id"]) != "INTEGER":
        raise ValueError(f"The key of {table.name} is {keys}; the change log needs one integer column named id.")
    old, new = _row("OLD", table), _row("NEW", table)
    # Not "UPDATE OF id": that would miss a key changed under the name of rowid.
    immutable = f"SELECT RAISE(ABORT, 'keys are immutable: {_text(table.name)}.id') WHERE NEW.id IS NOT OLD.id;"
    for kind, key, first, last, guard in (
        ("insert", "NEW", "NULL", new, ""),
        ("update", "NEW", old, new, immutable),
        ("delete", "OLD", old, "NULL", ""),
    ):
        name = _name(f"engine_log_{table.name}_{kind}")
        yield (
            f"CREATE TRIGGER {name} AFTER {kind} ON {_name(table.name)} BEGIN {guard} "  # noqa: S608 - names are the schema's, quoted
            "INSERT INTO engine_change(cause_id, tbl, key, kind, before, after) "
            f"VALUES ({NOW}, '{_text(table.name)}', {key}.id, '{kind}', {first}, {last}); END"
        )


def _row(side: str, table: sqlalchemy.Table) -> str:
    """A row as a JSON array in column order.

    Text is concatenated with nothing, which drops SQLite's mark for the results of its JSON functions: an array
    inserted as `json('[1]')` would be logged as an array, though the column holds text.
    """
    return f"json_array({', '.join(_value(side, column) for column in table.columns)})"


def _value(side: str, column: sqlalchemy.Column[Any]) -> str:
    value = f"{side}.{_name(column.name)}"
    return f"{value} || ''" if _declared(column) == "TEXT" else value


def _declared(column: sqlalchemy.Column[Any]) -> str:
    return column.type.compile(dialect=sqlite.dialect()).upper()


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return text.replace("'", "''")


def _plain(connection: Database) -> sqlite3.Connection:
    if not isinstance(connection, sqlalchemy.Connection):
        return connection
    plain = connection.connection.dbapi_connection
    if not isinstance(plain, sqlite3.Connection):
        raise TypeError(f"The change log needs an SQLite connection, not {type(plain).__name__}.")
    return plain


@contextmanager
def _opened(side: Database | bytes) -> Iterator[sqlite3.Connection]:
    if not isinstance(side, bytes):
        yield _plain(side)
        return
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(side)
        yield database


def _compare_table(table: sqlalchemy.Table, old: sqlite3.Connection, new: sqlite3.Connection) -> Iterator[RowChange]:
    names = table.columns.keys()
    select = f"SELECT {', '.join(map(_name, names))} FROM {_name(table.name)}"  # noqa: S608 - names are the schema's, quoted
    key = names.index("id")
    first = {row[key]: row for row in old.execute(select)}
    last = {row[key]: row for row in new.execute(select)}
    for number in sorted(chain(first, last.keys() - first.keys())):
        before, after = first.get(number), last.get(number)
        if before != after:
            yield RowChange(table.name, number, _kind(before, after), _dict(names, before), _dict(names, after))


def _kind(before: object, after: object) -> Kind:
    return "insert" if before is None else "delete" if after is None else "update"


def _dict(names: list[str], row: Iterable[Any] | None) -> Row | None:
    return None if row is None else dict(zip(names, row, strict=True))
