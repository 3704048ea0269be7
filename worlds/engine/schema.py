"""How a world states its tables: column and table classes for judging, storage types, and the lint that holds them.

Classes stand on models, never on tasks, so that no author of a task can blind the grader (see docs/judging.md).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

from worlds.engine.fields import iso_instant

TABLE_CLASSES = ("business", "outward", "trace", "session", "engine")
COLUMN_CLASSES = ("key", "business", "volatile", "derived", "prose", "set", "sensitive")
_MUST_COUNT = re.compile(
    r"amount|price|cost|fee|total|quantity|qty|status|consent|permission|captured|refunded|balance"
)
_MUST_NOT_HIDE = re.compile(r"amount|price|cost|fee|total|status|consent|permission|captured|refunded|balance")
"""As above, but a cart's quantities may."""
_HIDDEN_TABLES = frozenset({"session", "engine"})


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC text to the second: `2026-03-02T09:15:00Z`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To text."""
        return None if value is None else iso_instant(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To an aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A calendar day, stored as text: `2026-03-02`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To text."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To a date."""
        return None if value is None else date.fromisoformat(value)


class Flag(TypeDecorator[bool]):
    """A yes or no, stored as 1 or 0."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To 1 or 0."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To a bool."""
        return None if value is None else bool(value)


STORAGE = {int: Integer(), str: Text(), bool: Flag(), datetime: Instant(), date: Day()}
"""`type_annotation_map` of every world's declarative base."""


def table(kind: str, *constraints: Any, part_of: str = "", called: str = "") -> tuple[Any, ...]:
    """`__table_args__` of a model: its class, STRICT storage and its constraints and indexes.

    `part_of` is the column that names the record of which a row is a part: a change of the part is a change of the
    whole, which gets a new version, and who has locked the whole has locked its parts. `called` is the argument by
    which operations name a row, where that is neither the table's name with `_id` nor a column that refers to it.
    """
    info = {"class": kind} | ({"part_of": part_of} if part_of else {}) | ({"called": called} if called else {})
    return (*constraints, {"info": info, "sqlite_strict": True})


def key() -> MappedColumn[int]:
    """The integer primary key `id` that every table has."""
    return mapped_column(Integer, primary_key=True, info={"class": "key"})


def _column(kind: str, *args: Any, **kwargs: Any) -> MappedColumn[Any]:
    return mapped_column(*args, info={"class": kind}, **kwargs)


def business(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A column that is judged: a change that no expectation names is collateral damage."""
    return _column("business", *args, **kwargs)


def prose(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """Free text: judged by the facts it mentions, never by equality."""
    return _column("prose", *args, **kwargs)


def derived(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A value recomputed from others and held by an invariant; not judged by itself."""
    return _column("derived", *args, **kwargs)


def volatile(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A value that differs between two equally right runs: change stamps and versions."""
    return _column("volatile", *args, **kwargs)


def sensitive(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """Consent, permission, lock and payment columns: even touching and restoring them fails a gate."""
    return _column("sensitive", *args, **kwargs)


def collection(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A JSON array of strings whose order means nothing (tags)."""
    return _column("set", *args, **kwargs)


def refers(target: str, kind: str = "business", **kwargs: Any) -> MappedColumn[Any]:
    """An indexed foreign key to `table.id`, checked at commit since own ids let a child be inserted first."""
    reference = ForeignKey(target, deferrable=True, initially="DEFERRED")
    kwargs.setdefault("index", True)
    return _column(kind, reference, **kwargs)


def check(condition: str) -> CheckConstraint:
    """A law of one row that SQLite itself holds."""
    return CheckConstraint(condition)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of the named values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})")


def not_negative(*columns: str) -> tuple[Any, ...]:
    """No column among them is below zero."""
    return tuple(CheckConstraint(f"{column} >= 0") for column in columns)


def lint(metadata: MetaData) -> list[str]:
    """What the schema of a world breaks, a sentence each; empty when it is sound."""
    return [problem for name in sorted(metadata.tables) for problem in _lint_table(metadata.tables[name])]


def _lint_table(table: Table) -> Iterator[str]:
    kind = table.info.get("class")
    if kind not in TABLE_CLASSES:
        yield f"Table {table.name} states no class; give __table_args__ = table(<one of {', '.join(TABLE_CLASSES)}>)."
    if not table.dialect_options["sqlite"].get("strict"):
        yield f"Table {table.name} is not STRICT; SQLite would keep a value of any type in it."
    keys = [column.name for column in table.primary_key.columns]
    if keys != ["id"] or not isinstance(table.c.id.type, Integer):
        yield f"Table {table.name} needs one integer primary key named id, not {keys}."
    part_of = table.info.get("part_of")
    if part_of and (part_of not in table.c or not table.c[part_of].foreign_keys):
        yield f"Table {table.name} is a part of {part_of}, which is no column of its own that refers to a record."
    for column in table.columns:
        yield from _lint_column(table, column, str(kind))


def _lint_column(table: Table, column: Column[Any], table_kind: str) -> Iterator[str]:
    where = f"{table.name}.{column.name}"
    kind = column.info.get("class")
    if kind not in COLUMN_CLASSES:
        yield f"Column {where} states no class; use key(), business(), prose(), derived(), volatile(), …."
    storage = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if not isinstance(storage, Integer | Text):
        yield f"Column {where} is stored as {column.type!r}; only INTEGER and TEXT are exact in a change log."
    if kind == "volatile" and _MUST_COUNT.search(column.name):
        yield f"Column {where} is volatile, but its name says that it counts; make it business or derived."
    if kind == "volatile" and (column.foreign_keys or column.primary_key or isinstance(column.type, Flag)):
        yield f"Column {where} is volatile, but what it refers to, or whether it is so, counts; make it business."
    if table_kind in _HIDDEN_TABLES and _MUST_NOT_HIDE.search(column.name):
        yield f"Column {where} stands in a table of class {table_kind}, but its name says that it counts."
    for reference in column.foreign_keys:
        if not (reference.deferrable and reference.initially == "DEFERRED"):
            yield f"Column {where} has a foreign key that is not deferred; use refers()."
        if not (
            column.index
            or column.unique
            or any(column.name == next(iter(index.columns)).name for index in table.indexes)
        ):
            yield f"Column {where} has a foreign key without an index."
