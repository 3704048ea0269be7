"""Filtered, sorted pages of rows: conditions are fixed texts with parameters, never text that a caller wrote."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast

from worlds.engine.context import Context
from worlds.engine.folding import phone_pattern, word_patterns
from worlds.engine.rows import Query, number

Record = TypeVar("Record", bound=tuple[Any, ...])


@dataclass(slots=True)
class Conditions:
    """Conditions of a list that are joined by AND, with their parameters."""

    texts: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, text: str, **values: Any) -> None:
        """Ask for a condition."""
        self.texts.append(text)
        self.values.update(values)

    def equal(self, **columns: Any) -> None:
        """Ask for columns to equal values (`o__status` is `o.status`); None asks for nothing."""
        for name, value in columns.items():
            if value is not None:
                self.add(f"{name.replace('__', '.')} = :{name}", **{name: value})

    def words(self, query: str | None, column: str, phone_column: str | None = None) -> None:
        """Ask for every word of a query in a folded column; a query that is a phone number is looked up by digits."""
        if query is None:
            return
        phone = phone_pattern(query) if phone_column else None
        if phone:
            self.add(f"{phone_column} LIKE :phone", phone=phone)
            return
        for at, pattern in enumerate(word_patterns(query)):
            self.add(f"{column} LIKE :word{at} ESCAPE '\\'", **{f"word{at}": pattern})

    @property
    def where(self) -> str:
        """The WHERE clause, empty where nothing is asked for."""
        return f" WHERE {' AND '.join(self.texts)}" if self.texts else ""


@lru_cache(maxsize=512)
def _query(record: type[Any], sql: str) -> Query[Any]:
    return Query(record, sql)


def page_of(
    ctx: Context,
    record: type[Record],
    select: str,
    source: str,
    conditions: Conditions,
    order: str,
    page: int,
    page_size: int,
) -> tuple[list[Record], int]:
    """One page of rows, and how many there are on all pages."""
    total = number(ctx, f"SELECT count(*) FROM {source}{conditions.where}", **conditions.values)
    sql = f"SELECT {select} FROM {source}{conditions.where} ORDER BY {order} LIMIT :size OFFSET :skip"
    rows = _query(record, sql).all(ctx, size=page_size, skip=(page - 1) * page_size, **conditions.values)
    return cast("list[Record]", rows), total
