"""Under which names the tables of one app stand in a database that several apps share.

Every app's statements name its own tables as if it were alone. Where two apps have a table of one name, each of them
stands in the shared database under the app's name and its own (`shop_product`, `crm_product`), and statements are
translated on their way to SQLite: those of the Session, and those on the driver's connection. Of the change log and the
locks an app sees its own part alone, as views, under its own names. An app by itself pays nothing for any of this.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of schemas

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

import sqlalchemy
from sqlalchemy import event

_KEY: Final = "worlds.names"
_WORDS: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[:@$.]?[A-Za-z_][A-Za-z_0-9]*")
"""Texts, quoted names, words; with what stands before a word that makes it a parameter or a column."""
_LOGS: Final = ("engine_change", "engine_lock")
"""Tables of the engine in which names of tables stand as values."""


@dataclass(frozen=True, eq=False)
class Names:
    """The names of one app in a shared database.

    Args:
        app: the app's name; operations, counters and what else it names stand under it.
        tables: all of its tables, each with the name under which it stands.
        indexes: the same for its indexes.
    """

    app: str
    tables: Mapping[str, str]
    indexes: Mapping[str, str] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    _words: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._words.update(
            {own: stored for own, stored in (*self.tables.items(), *self.indexes.items()) if own != stored}
        )
        self._words.update({log: f"{log}_of_{self.app}" for log in _LOGS})

    def stored(self, table: str) -> str:
        """Under which name a table of the app stands."""
        return self.tables[table]

    def counter(self, name: str) -> str:
        """Under which name a counter of the app is counted: a table's, or that of a sequence of its own."""
        return name if name.startswith("engine_") else self.tables.get(name, f"{self.app}.{name}")

    def sql(self, text: str) -> str:
        """A statement of the app in the names of the shared database; worked out once for each text."""
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = _WORDS.sub(self._translated, text)
        return known

    def _translated(self, word: re.Match[str]) -> str:
        said = word[0]
        if said.startswith('"'):
            inside = self._words.get(said[1:-1])
            return said if inside is None else f'"{inside}"'
        return self._words.get(said, said)

    def views(self) -> Iterator[str]:
        """The statements that make the app's own part of the change log and of the locks."""
        own = " ".join(f"WHEN '{stored}' THEN '{table}'" for table, stored in sorted(self.tables.items()))
        back = " ".join(f"WHEN '{table}' THEN '{stored}'" for table, stored in sorted(self.tables.items()))
        here = ", ".join(f"'{stored}'" for stored in sorted(self.tables.values()))
        log, lock = (f"{name}_of_{self.app}" for name in _LOGS)
        yield (
            f"CREATE VIEW {log} AS SELECT seq, cause_id, CASE tbl {own} END AS tbl, key, kind, before, after "
            f"FROM engine_change WHERE tbl IN ({here})"
        )
        yield (
            f"CREATE TRIGGER {log}_delete INSTEAD OF DELETE ON {log} BEGIN "
            "DELETE FROM engine_change WHERE seq = OLD.seq; END"
        )
        yield (
            f"CREATE VIEW {lock} AS SELECT CASE tbl {own} END AS tbl, key, holder, why, until "
            f"FROM engine_lock WHERE tbl IN ({here})"
        )
        stored = f"CASE {{}}.tbl {back} END"
        yield (
            f"CREATE TRIGGER {lock}_insert INSTEAD OF INSERT ON {lock} BEGIN INSERT OR REPLACE INTO engine_lock "
            f"VALUES ({stored.format('NEW')}, NEW.key, NEW.holder, NEW.why, NEW.until); END"
        )
        yield (
            f"CREATE TRIGGER {lock}_delete INSTEAD OF DELETE ON {lock} BEGIN "
            f"DELETE FROM engine_lock WHERE tbl = {stored.format('OLD')} AND key = OLD.key; END"
        )


def names_of(apps: Mapping[str, sqlalchemy.MetaData]) -> dict[str, Names]:
    """The names of all apps that share a database: its own for a table or an index, unless another has one so called.

    Raises:
        ValueError: when a table would stand under another's name all the same.
    """
    tables = _apart({app: sorted(schema.tables) for app, schema in apps.items()})
    indexes = _apart({app: [str(one.name) for one in _indexes(schema)] for app, schema in apps.items()})
    stored = [name for found in tables.values() for name in found.values()]
    if twice := sorted({name for name in stored if stored.count(name) > 1}):
        raise ValueError(f"Two apps would have a table {', '.join(twice)} in one database; call one of them otherwise.")
    return {app: Names(app, tables[app], indexes[app]) for app in apps}


def _indexes(schema: sqlalchemy.MetaData) -> list[sqlalchemy.Index]:
    return sorted((one for table in schema.tables.values() for one in table.indexes), key=lambda one: str(one.name))


def _apart(apps: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
    owners = Counter(name for names in apps.values() for name in names)
    return {
        app: {name: name if owners[name] == 1 else f"{app}_{name}" for name in names} for app, names in apps.items()
    }


class Speaking:
    """The driver's connection as an app has it: its statements are translated, anything else is the driver's own."""

    __slots__ = ("driver", "names")

    def __init__(self, driver: sqlite3.Connection, names: Names) -> None:
        self.driver = driver
        self.names = names

    def execute(self, text: str, parameters: Any = ()) -> sqlite3.Cursor:
        """As the driver's."""
        return self.driver.execute(self.names.sql(text), parameters)

    def executemany(self, text: str, parameters: Any) -> sqlite3.Cursor:
        """As the driver's."""
        return self.driver.executemany(self.names.sql(text), parameters)

    @property
    def total_changes(self) -> int:
        """As the driver's."""
        return self.driver.total_changes


def spoken_by(connection: sqlalchemy.Connection, driver: sqlite3.Connection) -> sqlite3.Connection:
    """The driver's connection as whoever speaks over a connection at the moment has it."""
    names = connection.info.get(_KEY)
    return driver if names is None else cast("sqlite3.Connection", Speaking(driver, names))


def plain(driver: sqlite3.Connection) -> sqlite3.Connection:
    """The driver's connection itself, whoever speaks over it."""
    return driver.driver if isinstance(driver, Speaking) else driver


def counted_as(driver: sqlite3.Connection, name: str) -> str:
    """Under which name a counter is counted for whoever speaks over a driver's connection."""
    return driver.names.counter(name) if isinstance(driver, Speaking) else name


@contextmanager
def speaking(connection: sqlalchemy.Connection, names: Names | None) -> Iterator[None]:
    """Let an app's statements run over a connection meanwhile; None is whoever sees all apps."""
    if names is not None:
        _listen()
    before = connection.info.get(_KEY)
    connection.info[_KEY] = names
    try:
        yield
    finally:
        connection.info[_KEY] = before


_LISTENING: list[bool] = []


def _listen() -> None:
    """Translate what Sessions say from now on; nobody pays for that where no apps share a database."""
    if not _LISTENING:
        _LISTENING.append(True)
        event.listen(sqlalchemy.Engine, "before_cursor_execute", _translate, retval=True)


def _translate(
    connection: sqlalchemy.Connection, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool
) -> tuple[str, Any]:
    names = connection.info.get(_KEY)
    return (statement if names is None else names.sql(statement)), parameters
