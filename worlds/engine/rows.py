"""Rows in and out by plain SQL on the driver's connection: every layer above it costs more than the statement itself.

What is pending in the Session is not seen here: whoever adds objects to it flushes them first.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar, cast, get_type_hints

from sqlalchemy.orm import DeclarativeBase

from worlds.engine.context import Context
from worlds.engine.fields import iso_instant

Record = TypeVar("Record", bound=tuple[Any, ...])


class Query(Generic[Record]):
    """A select with named parameters whose columns are the fields of a NamedTuple, in order.

    `{fields}` in the text stands for all field names.
    """

    def __init__(self, record: type[Record], sql: str) -> None:
        names = cast("Any", record)._fields
        self.sql = sql.replace("{fields}", ", ".join(names))
        self._width = len(names)
        self._make: Callable[[Sequence[Any]], Record] = partial(tuple.__new__, record)  # a fifth of what _make takes
        hints = get_type_hints(record)
        self._instants = tuple(at for at, name in enumerate(names) if hints[name] in (datetime, datetime | None))

    def all(self, ctx: Context, **parameters: Any) -> list[Record]:
        """Every row."""
        return self._records(ctx.driver.execute(self.sql, parameters).fetchall())

    def first(self, ctx: Context, **parameters: Any) -> Record | None:
        """The first row, or None."""
        rows = ctx.driver.execute(self.sql, parameters).fetchall()  # fetched whole: an open cursor would stay
        return self._records(rows[:1])[0] if rows else None

    def _records(self, rows: list[tuple[Any, ...]]) -> list[Record]:
        if rows and len(rows[0]) != self._width:
            raise TypeError(f"A statement gives {len(rows[0])} columns for {self._width} fields: {self.sql}")
        return list(map(self._make, map(self._dated, rows) if self._instants else rows))

    def _dated(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for at in self._instants:
            if values[at] is not None:
                values[at] = datetime.fromisoformat(values[at])
        return values


def run(ctx: Context, sql: str, **parameters: Any) -> int:
    """Run one writing statement; answers how many rows it touched."""
    for name, value in parameters.items():
        if isinstance(value, datetime):
            parameters[name] = iso_instant(value)
    return ctx.driver.execute(sql, parameters).rowcount


_INSERTS: dict[tuple[str, ...], str] = {}


def insert(ctx: Context, model: type[DeclarativeBase], **values: Any) -> int:
    """Insert a row under the table's next id; answers the id. Columns left out are NULL."""
    new_id = ctx.new_id(model)
    table = model.__tablename__
    shape = (table, *values)
    sql = _INSERTS.get(shape)
    if sql is None:
        marks = ", ".join("?" * (len(values) + 1))
        sql = _INSERTS[shape] = f"INSERT INTO {table} (id, {', '.join(values)}) VALUES ({marks})"
    row = [iso_instant(value) if isinstance(value, datetime) else value for value in values.values()]
    ctx.driver.execute(sql, (new_id, *row))
    return new_id


class Number(NamedTuple):
    """One number that a query answers."""

    value: int


def number(ctx: Context, sql: str, **parameters: Any) -> int:
    """The one number that a query answers; 0 where it answers none."""
    rows = ctx.driver.execute(sql, parameters).fetchall()
    return int(rows[0][0] or 0) if rows else 0
