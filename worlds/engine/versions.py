"""Every row has a version: 1 as the episode finds it, and one more for each change of it or of its parts.

It is read off the change log and stands in no column: every row of every world has one for free, no model and no
statement of a world need know of it, and it cannot be forgotten in an update. Finding a row's entries takes an index of
the log, which costs a write less than a microsecond a row; a column would cost every row of a snapshot and show in
every diff. Writes of the set-up of a task do not count, or a version of 2 would point at the record that the task is
about; a write that leaves a row as it was does not count either. A part that was taken away does not count, only what
changed and what came.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import MetaData

from worlds.engine.targets import parts_of

_CHANGED = "tbl = ? AND kind = 'update' AND before <> after AND root <> 'setup'"
_CAME = "tbl = ? AND (kind = 'insert' OR kind = 'update' AND before <> after) AND root <> 'setup'"
_LOG = "engine_change JOIN engine_cause ON engine_cause.id = cause_id"
_OWN = f"SELECT {{}} FROM {_LOG} WHERE key = ? AND {_CHANGED}"  # noqa: S608 - texts of this module
_PARTS = (
    f'SELECT {{}} FROM (SELECT id AS part_id FROM "{{}}" WHERE "{{}}" = ?) CROSS JOIN engine_change ON key = part_id '  # noqa: S608 - texts of this module
    f"CROSS JOIN engine_cause ON engine_cause.id = cause_id WHERE {_CAME}"
)
_ENTRY = "seq, tbl, key, before, after, actor, root, at"


@dataclass(frozen=True, slots=True)
class Edit:
    """What one column of a row was at an earlier version and is now, who changed it last, and when.

    `actor` is "agent" or somebody's name; `before` is None for a row that came since.
    """

    table: str
    key: int
    column: str
    before: Any
    after: Any
    actor: str
    at: datetime


def version_of(driver: sqlite3.Connection, metadata: MetaData, table: str, key: int) -> int:
    """The version of a row: 1, and one more for each change since the episode began."""
    own, *parts = _counting(metadata, table)
    changes = sum(_number(driver, query, (key, part)) for query, part in parts)
    return 1 + _number(driver, own[0], (key, own[1])) + changes


@lru_cache(maxsize=1024)
def _counting(metadata: MetaData, table: str) -> tuple[tuple[str, str], ...]:
    """What counts the changes of a record: a query and its table for itself, and for each kind of part."""
    parts = [(_PARTS.format("count(*)", part, column), part) for part, column in parts_of(metadata, table)]
    return ((_OWN.format("count(*)"), table), *parts)


def edits_since(driver: sqlite3.Connection, metadata: MetaData, table: str, key: int, version: int) -> tuple[Edit, ...]:
    """What is different from how a record was at a version, column by column, in the order of the tables' columns."""
    entries = driver.execute(_OWN.format(_ENTRY), (key, table)).fetchall()
    for part, column in parts_of(metadata, table):
        entries += driver.execute(_PARTS.format(_ENTRY, part, column), (key, part)).fetchall()
    return tuple(_folded(metadata, sorted(entries)[max(0, version - 1) :]))


def _folded(metadata: MetaData, entries: Iterable[tuple[Any, ...]]) -> Iterator[Edit]:
    found: dict[tuple[str, int, str], Edit] = {}
    for _, table, key, before, after, actor, _, at in entries:
        columns = metadata.tables[table].columns.keys()
        was = json.loads(before) if before else [None] * len(columns)
        for column, old, new in zip(columns, was, json.loads(after), strict=True):
            if old != new:
                place = (table, key, column)
                first = found[place].before if place in found else old
                found[place] = Edit(table, key, column, first, new, actor, datetime.fromtimestamp(at, UTC))
    yield from (edit for edit in found.values() if edit.before != edit.after)


def _number(driver: sqlite3.Connection, query: str, values: tuple[Any, ...]) -> int:
    return int(driver.execute(query, values).fetchall()[0][0])
