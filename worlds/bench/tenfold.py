"""A snapshot with ten times the rows: every row of every logged table copied nine times, references and all."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, Text, UniqueConstraint

from worlds.engine.changelog import logged_tables
from worlds.engine.schema import Day

COPIES = 9
STRIDE = 10_000_000
"""Between a row's key and its copy's; above any key that a population has."""


def tenfold(source: Path, target: Path, metadata: MetaData) -> Path:
    """Write the enlarged database and answer its path. The change log stays empty, the clock where it was."""
    shutil.copyfile(source, target)
    target.chmod(0o644)
    with closing(sqlite3.connect(target, isolation_level=None)) as database:
        triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("BEGIN")
        for table in logged_tables(metadata):
            for number in range(1, COPIES + 1):
                database.execute(_copying(table, number))
        database.execute("COMMIT")
        for _, statement in triggers:
            database.execute(statement)
        database.execute("VACUUM")
    return target


def _copying(table: Table, number: int) -> str:
    distinct = _distinct_columns(table)
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(_copied(column, number, distinct) for column in table.columns)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM "{table.name}" WHERE id < {STRIDE}'  # noqa: S608 - names of the metadata


def _copied(column: Column[object], number: int, distinct: set[str]) -> str:
    if column.primary_key or _refers(column):
        return f'"{column.name}" + {number * STRIDE}'
    if column.name not in distinct:
        return f'"{column.name}"'
    if isinstance(column.type, Day):
        return f"date(\"{column.name}\", '+{number * 100} years')"
    further = f"|| '~{number}'" if isinstance(column.type, Text) else f"+ {number * STRIDE}"
    return f'"{column.name}" {further}'


def _distinct_columns(table: Table) -> set[str]:
    """What a copy must say otherwise: a text or a number of each unique set that no copied reference makes distinct.

    Columns that a check bounds to some values are left as they are where there are others.
    """
    checks = " ".join(str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint))
    bounded = set(re.findall(r"\w+", checks))
    found = set()
    for columns in _unique_sets(table):
        if not any(map(_refers, columns)):
            free = [column for column in columns if column.name not in bounded] or columns
            texts = [column.name for column in free if isinstance(column.type, Text)]
            found.add(next(iter(texts), free[0].name))
    return found


def _refers(column: Column[object]) -> bool:
    """Whether a column holds a row's key: of one table, or of the table that another column names (`record_id`)."""
    return bool(column.foreign_keys) or (isinstance(column.type, Integer) and column.name.endswith("_id"))


def _unique_sets(table: Table) -> Iterator[list[Column[object]]]:
    yield from ([column] for column in table.columns if column.unique)
    yield from (list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint))
    yield from (list(one.columns) for one in table.indexes if one.unique)
