"""Which records a call names: `order_id` is a key of the table that the world's own columns of that name refer to."""

import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import MetaData

Record = tuple[str, int]
"""A row by table and key."""


@lru_cache(maxsize=4096)
def table_of(metadata: MetaData, argument: str) -> str | None:
    """The table whose key an argument such as `order_id` holds; None where it holds none."""
    for table in metadata.sorted_tables:
        if table.info.get("called") == argument:
            return str(table.name)
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name == argument and column.foreign_keys:
                return str(next(iter(column.foreign_keys)).column.table.name)
    stem = argument.removesuffix("_id")
    return stem if stem != argument and stem in metadata.tables else None


def records_named(metadata: MetaData, values: Mapping[str, Any]) -> tuple[Record, ...]:
    """The records that a call's own arguments name, in their order; those inside of lists are not looked at."""
    found = []
    for name, value in values.items():
        if type(value) is int and (table := table_of(metadata, name)) is not None:
            found.append((table, value))
    return tuple(found)


@lru_cache(maxsize=1024)
def spoken(metadata: MetaData, table: str) -> str:
    """What a table's records are called: as most columns that refer to them say, or else as the table is named."""
    names = [
        column.name.removesuffix("_id")
        for other in metadata.sorted_tables
        for column in other.columns
        if any(key.column.table.name == table for key in column.foreign_keys)
    ]
    return max(names, key=lambda name: (names.count(name), name), default=table).replace("_", " ")


@lru_cache(maxsize=1024)
def parts_of(metadata: MetaData, table: str) -> tuple[tuple[str, str], ...]:
    """The tables whose rows are parts of a table's records, each with the column of theirs that names the whole."""
    found = []
    for part in metadata.sorted_tables:
        column = part.info.get("part_of")
        if column and next(iter(part.c[column].foreign_keys)).column.table.name == table:
            found.append((part.name, str(column)))
    return tuple(found)


def wholes_of(driver: sqlite3.Connection, metadata: MetaData, record: Record) -> tuple[Record, ...]:
    """The records of which a row is a part, the nearest first."""
    found: list[Record] = []
    table, key = record
    while (column := metadata.tables[table].info.get("part_of")) is not None:
        rows = driver.execute(f'SELECT "{column}" FROM "{table}" WHERE id = ?', (key,)).fetchall()  # noqa: S608 - names of the schema
        if not rows or rows[0][0] is None:
            break
        table, key = next(iter(metadata.tables[table].c[column].foreign_keys)).column.table.name, rows[0][0]
        found.append((table, key))
    return tuple(found)
