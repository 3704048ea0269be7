"""The start state as mutations need it: which table an id is of, rows that look like a row, rows of many kinds.

An id's table is found from the argument's name: columns of that name say which table they refer to; else a table of
that name, or whose name ends or begins with it or with its last words (`from_location_id`); among several, the one
whose row the call touched or referred to.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from worlds.engine import bookkeeping
from worlds.engine.start import Start
from worlds.graders.changes import Entry, Row
from worlds.graders.shape import Schema, TableShape

NEAR = 8
"""Ids to either side of a row that count as its neighbours."""
MOST_GROUPS = 40
_NAMING = ("name", "title", "email", "label", "sku", "number")
_STANDING = ("status", "state", "kind")


def tables_named(schema: Schema, name: str) -> tuple[str, ...]:
    """The tables that an id argument of this name can be of, likeliest first.

    Args:
        schema: the world's tables.
        name: the argument's name, such as `order_id`.
    """
    stem = name.removesuffix("_id")
    referred = {s.references[name] for s in schema.tables.values() if name in s.references}
    if referred:
        return tuple(sorted(referred))
    tables = sorted(table for table, shape in schema.tables.items() if shape.class_ != "engine")
    if stem in tables:
        return (stem,)
    ending = [table for table in tables if table.endswith(f"_{stem}")]
    found = (*ending, *(table for table in tables if table.startswith(f"{stem}_")))
    _, _, shorter = name.partition("_")
    return found if found or shorter in ("", "id") else tables_named(schema, shorter)


Place = tuple[str, int]
"""A row by table and key."""


class Records:
    """Rows of a start state; nothing is ever written."""

    def __init__(self, start: Start, driver: sqlite3.Connection) -> None:
        self.start = start
        self.schema = start.world.schema
        self._driver = driver
        self._alike: dict[tuple[str, int], list[int]] = {}

    @classmethod
    @contextmanager
    def of(cls, start: Start) -> Iterator["Records"]:
        """The records of a start state, for as long as the block lasts."""
        with start.reading() as (session, _):
            yield cls(start, bookkeeping.driver_of(session.connection()))

    def row(self, table: str, key: int) -> Row | None:
        """A row by its key."""
        return next(iter(self._rows(table, "id = ?", (key,))), None)

    def children(self, table: str, column: str, key: int) -> list[Row]:
        """The rows of a table that refer to a key, in the order of their own."""
        return self._rows(table, f'"{column}" = ? ORDER BY id', (key,))

    def table_of(self, name: str, value: int, entries: Iterable[Entry] = ()) -> str | None:
        """The table that an id is of, or None where nothing says so.

        Args:
            name: the argument's name.
            value: the id.
            entries: what the call changed.
        """
        touched = {table for entry in entries for table in self._touched(entry, value)}
        named = tables_named(self.schema, name)
        held = [table for table in named if self.row(table, value)]
        likely = [table for table in held if table in touched] or held or list(named)
        return likely[0] if likely else min(touched, default=None)

    def lookalikes(self, table: str, key: int, most: int = 3) -> list[int]:
        """Keys of the rows that are most easily taken for one: a row of the same parent, a namesake, the neighbour."""
        place = (table, key)
        if place not in self._alike:
            self._alike[place] = self._find_alike(table, key)
        return self._alike[place][:most]

    def counterpart(self, known: Mapping[Place, int], table: str | None, key: int) -> int:
        """The row that stands for another once some rows are taken for others; the same key where nothing tells.

        Rows that belong to a known one correspond by their place among its rows, and so do rows that it refers to.
        """
        if table is None or (table, key) in known:
            return known.get((str(table), key), key)
        row = self.row(table, key)
        for column, parent in self.schema.table(table).references.items() if row else ():
            other = known.get((parent, row[column])) if row else None
            if row is not None and other is not None:
                own = [one["id"] for one in self.children(table, column, row[column])]
                theirs = [one["id"] for one in self.children(table, column, other)]
                if theirs:
                    return int(theirs[min(own.index(key), len(theirs) - 1)])
        return self._referred(known, table, key)

    def _referred(self, known: Mapping[Place, int], table: str, key: int) -> int:
        for (child, own), other in sorted(known.items()):
            for column, parent in self.schema.table(child).references.items():
                mine, theirs = self.row(child, own), self.row(child, other)
                if parent == table and mine and theirs and mine[column] == key and theirs[column] is not None:
                    return int(theirs[column])
        return key

    def samples(self, table: str) -> Sequence[int]:
        """Keys of rows in different standings: the newest for each status, and for what has happened to it or not."""
        return _samples(self.start, table)

    def ids(self, table: str) -> Sequence[int]:
        """All keys of a table."""
        return _ids(self.start, table)

    def values(self, column: str) -> Sequence[str]:
        """Some values that text columns of this name hold, in whatever table."""
        return _values(self.start, column)

    def _rows(self, table: str, where: str, values: Sequence[Any]) -> list[Row]:
        return _select(self._driver, table, where, values)

    def _touched(self, entry: Entry, value: int) -> Iterator[str]:
        if entry.key == value and entry.kind != "insert":
            yield entry.table
        row = entry.after or entry.before or {}
        for column, target in self.schema.table(entry.table).references.items():
            if row.get(column) == value:
                yield target

    def _find_alike(self, table: str, key: int) -> list[int]:
        own = self.row(table, key)
        if own is None:
            return []
        shape = self.schema.table(table)
        found = {row["id"]: row for row in self._candidates(shape, own) if row["id"] != key}
        parents = [column for column in shape.references if own[column] is not None]
        plain = [column for column in own if column != "id" and shape.class_of(column) in ("business", "sensitive")]

        def likeness(other: int) -> tuple[int, int, int, int]:
            same = [sum(found[other][c] == own[c] for c in columns) for columns in (parents, plain)]
            return (-same[0], -same[1], abs(other - key), other)

        ranked = sorted(found, key=likeness)
        siblings = [next((o for o in ranked if found[o][column] == own[column]), None) for column in parents]
        nearest = min(ranked, key=lambda other: (abs(other - key), other), default=None)
        first = [other for other in (*siblings[:2], nearest, *siblings[2:]) if other is not None]
        return list(dict.fromkeys([*first, *ranked]))

    def _candidates(self, shape: TableShape, own: Row) -> Iterator[Row]:
        key = own["id"]
        yield from self._rows(shape.name, "id BETWEEN ? AND ?", (key - NEAR, key + NEAR))
        for column in shape.references:
            if own[column] is not None:
                yield from self._rows(shape.name, f'"{column}" = ? AND id > ? ORDER BY id LIMIT 6', (own[column], key))
                yield from self._rows(
                    shape.name, f'"{column}" = ? AND id < ? ORDER BY id DESC LIMIT 6', (own[column], key)
                )
        naming = [column for column in own if column.endswith(_NAMING) and isinstance(own[column], str)]
        if naming:
            where = " OR ".join(f'"{column}" = ?' for column in naming)
            yield from self._rows(shape.name, f"({where}) LIMIT 20", [own[column] for column in naming])


def _select(driver: sqlite3.Connection, table: str, where: str, values: Sequence[Any]) -> list[Row]:
    cursor = driver.execute(f'SELECT * FROM "{table}" WHERE {where}', tuple(values))  # noqa: S608 - names are the schema's
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@lru_cache(maxsize=256)
def _samples(start: Start, table: str) -> tuple[int, ...]:
    columns = _columns(start, table)
    groups = [f'"{c}"' for c in columns if c.endswith(_STANDING)] + [
        f'"{c}" IS NULL' for c in columns if c.endswith("_at")
    ]
    group = f"GROUP BY {', '.join(groups)}" if groups else "GROUP BY id % 16"
    query = f'SELECT max(id), count(*) FROM "{table}" {group} ORDER BY 2 DESC, 1 DESC LIMIT {MOST_GROUPS}'  # noqa: S608 - names are the schema's
    with start.reading() as (session, _):
        found = bookkeeping.driver_of(session.connection()).execute(query).fetchall()
    return tuple(key for key, _ in found if key is not None)


@lru_cache(maxsize=256)
def _ids(start: Start, table: str) -> tuple[int, ...]:
    with start.reading() as (session, _):
        rows = bookkeeping.driver_of(session.connection()).execute(f'SELECT id FROM "{table}" ORDER BY id').fetchall()  # noqa: S608 - a name of the schema
    return tuple(key for (key,) in rows)


@lru_cache(maxsize=256)
def _values(start: Start, column: str) -> tuple[str, ...]:
    shapes: Mapping[str, TableShape] = start.world.schema.tables
    found: list[str] = []
    with start.reading() as (session, _):
        driver = bookkeeping.driver_of(session.connection())
        for table in sorted(t for t, shape in shapes.items() if column in shape.columns):
            query = f'SELECT "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\' ORDER BY id DESC LIMIT 5'  # noqa: S608 - names are the schema's
            found += [value for (value,) in driver.execute(query).fetchall()]
    return tuple(dict.fromkeys(found))


def _columns(start: Start, table: str) -> list[str]:
    return list(start.world.schema.table(table).columns)
