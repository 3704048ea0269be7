"""What a grader knows of a world's tables, as plain data: the class of each table and column, and what refers to what.

Built by the engine from a world's models; a task can never change it. It holds no rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

TableClass = Literal["business", "outward", "trace", "session", "engine"]
ColumnClass = Literal["business", "volatile", "derived", "prose", "set", "sensitive"]

TABLE_CLASSES: Final = frozenset(get_args(TableClass))
COLUMN_CLASSES: Final = frozenset(get_args(ColumnClass))
JUDGED_COLUMNS: Final = frozenset({"business", "prose", "set", "sensitive"})
JUDGED_TABLES: Final = frozenset({"business", "outward", "trace"})


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """One column: its class and, for a foreign key, the table whose key it holds."""

    class_: ColumnClass = "business"
    references: str | None = None

    def __post_init__(self) -> None:
        """Refuse a class that the grader does not know."""
        if self.class_ not in COLUMN_CLASSES:
            raise ValueError(f"{self.class_!r} is no class of columns; there are {sorted(COLUMN_CLASSES)}.")


@dataclass(frozen=True, slots=True)
class TableShape:
    """One table: its class, its columns by name, and the column that holds its key."""

    name: str
    class_: TableClass
    columns: Mapping[str, ColumnShape]
    key: str = "id"
    unjudged: frozenset[str] = field(init=False, repr=False, compare=False)
    sets: frozenset[str] = field(init=False, repr=False, compare=False)
    sensitive: frozenset[str] = field(init=False, repr=False, compare=False)
    references: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse an unknown class, and index the columns by what the grader asks of them."""
        if self.class_ not in TABLE_CLASSES:
            raise ValueError(f"{self.class_!r} is no class of tables; there are {sorted(TABLE_CLASSES)}.")
        classes = {name: column.class_ for name, column in self.columns.items()}
        unjudged = frozenset(name for name, class_ in classes.items() if class_ not in JUDGED_COLUMNS)
        object.__setattr__(self, "unjudged", unjudged)
        object.__setattr__(self, "sets", frozenset(n for n, class_ in classes.items() if class_ == "set"))
        object.__setattr__(self, "sensitive", frozenset(n for n, c in classes.items() if c == "sensitive"))
        references = {name: column.references for name, column in self.columns.items() if column.references}
        object.__setattr__(self, "references", references)

    def class_of(self, column: str) -> str:
        """Return the class of a column; one that the models do not know counts as business, so nothing hides in it."""
        shape = self.columns.get(column)
        return "business" if shape is None else shape.class_

    def to_json(self) -> dict[str, Any]:
        """Return the table as JSON; a plain business column is its bare name's `{}`."""
        columns: dict[str, dict[str, str]] = {}
        for name, column in self.columns.items():
            columns[name] = {} if column.class_ == "business" else {"class": column.class_}
            if column.references:
                columns[name]["references"] = column.references
        return {"name": self.name, "class": self.class_, "key": self.key, "columns": columns}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TableShape:
        """Read what `to_json` wrote."""
        columns = {
            name: ColumnShape(column.get("class", "business"), column.get("references"))
            for name, column in data["columns"].items()
        }
        return cls(data["name"], data["class"], columns, data["key"])


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables of a world by name."""

    tables: Mapping[str, TableShape]

    @classmethod
    def of(cls, *tables: TableShape) -> Schema:
        """Return the schema of these tables."""
        return cls({table.name: table for table in tables})

    def table(self, name: str) -> TableShape:
        """Return a table's shape; one that the models do not know counts as business, so nothing hides in it."""
        found = self.tables.get(name)
        return TableShape(name, "business", {}) if found is None else found

    def to_json(self) -> list[dict[str, Any]]:
        """Return the tables as a list, sorted by name."""
        return [self.tables[name].to_json() for name in sorted(self.tables)]

    @classmethod
    def from_json(cls, data: list[dict[str, Any]]) -> Schema:
        """Read what `to_json` wrote."""
        return cls.of(*(TableShape.from_json(table) for table in data))
