"""Which pages show a row, by the names of the pages' address parts, and which row an address leads to."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, Rule

from worlds.engine.proofs.crawl import PREFIX
from worlds.engine.start import Start

Row = tuple[str, int]
"""A table and a key in it."""


class Addresses:
    """The addresses of a world's pages.

    A part of an address stands for a row's key where it is named `id` or after the table (`order_id` for
    `sales_order`), and for a column of its name otherwise (`number`, `handle`).
    """

    def __init__(self, pages: Flask, start: Start) -> None:
        self._map = pages.url_map.bind("localhost", PREFIX)
        self._start = start
        self._rules: list[Rule] = sorted(
            (rule for rule in pages.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments),
            key=lambda rule: rule.rule,
        )
        self._known: dict[tuple[str, str, str], int | None] = {}

    def of(self, row: Row) -> list[str]:
        """The addresses whose every part the row fills, in order."""
        table, key = row
        if table not in self._start.world.metadata.tables:
            return []
        held = _row(self._start, row)
        found = []
        for rule in self._rules:
            parts = {name: key if _is_key(name, table) else held.get(name) for name in rule.arguments}
            if all(value is not None and value != "" for value in parts.values()):
                try:
                    found.append(self._map.build(rule.endpoint, parts))
                except (BuildError, ValueError):  # a column of the same name may hold what no such address does
                    continue
        return found

    def shown(self, row: Row) -> list[Row]:
        """The row itself where a page could show it; otherwise the rows that it belongs to (an article's product)."""
        table, _ = row
        if table not in self._start.world.metadata.tables or self.of(row):
            return [row]
        held, shape = _row(self._start, row), self._start.world.schema.table(table)
        above = [(to, held[name]) for name, to in sorted(shape.references.items()) if held.get(name) is not None]
        return [one for one in above if self.of(one)] or [row]

    def row_at(self, page: str, link: str, tables: AbstractSet[str]) -> Row | None:
        """The row of some tables that a link of a page leads to, if it leads to one."""
        path = urlsplit(urljoin(page, link)).path
        if not path.startswith(PREFIX):
            return None
        try:
            _, parts = self._map.match(path.removeprefix(PREFIX) or "/", "GET")
        except HTTPException:
            return None
        return next(self._rows(parts, sorted(tables & self._start.world.metadata.tables.keys())), None)

    def _rows(self, parts: Mapping[str, Any], tables: Sequence[str]) -> Iterator[Row]:
        for table in tables:
            for name, value in sorted(parts.items()):
                key = value if _is_key(name, table) else self._by_column(table, name, str(value))
                if isinstance(key, int):
                    yield table, key

    def _by_column(self, table: str, column: str, value: str) -> int | None:
        model = self._start.world.metadata.tables[table]
        if column == "id" or column not in model.c:
            return None
        place = (table, column, value)
        if place not in self._known:
            with self._start.reading() as (session, _):
                keys = session.scalars(select(model.c.id).where(model.c[column] == value).limit(2)).all()
            self._known[place] = keys[0] if len(keys) == 1 else None
        return self._known[place]


def _row(start: Start, row: Row) -> dict[str, Any]:
    table, key = row
    model = start.world.metadata.tables[table]
    with start.reading() as (session, _):
        held = session.execute(select(model).where(model.c.id == key)).mappings().first()
        return {} if held is None else {str(name): value for name, value in held.items()}


def _is_key(name: str, table: str) -> bool:
    stem = name.removesuffix("_id")
    return name == "id" or (stem != name and (table == stem or table.endswith(f"_{stem}")))


def neighbours(start: Start, row: Row, targets: AbstractSet[Row], most: int) -> list[Row]:
    """The rows of the same table nearest by key that are no targets, half below and half above where there are."""
    table, key = row
    model = start.world.metadata.tables.get(table)
    if model is None:
        return []
    taken = [one for name, one in targets if name == table]
    with start.reading() as (session, _):
        others = select(model.c.id).where(model.c.id.not_in(taken)).limit(most)
        below = session.scalars(others.where(model.c.id < key).order_by(model.c.id.desc())).all()
        above = session.scalars(others.where(model.c.id > key).order_by(model.c.id)).all()
    nearest = sorted([*below, *above], key=lambda one: (abs(one - key), one))
    return [(table, one) for one in nearest[:most]]
