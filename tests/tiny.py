"""A tiny copy of a world built by hand, in memory: its session, its clock, who acts in it, and what is stored."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy import MetaData, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from worlds.engine import bookkeeping, changelog
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Refusal


@dataclass
class Tiny:
    """A world under test. `now` moves by hand; `as_` answers a context for somebody; `later` is what was scheduled."""

    people: ClassVar[Mapping[str, int]]
    """Who acts in a role unless a test names somebody else."""
    named_in: ClassVar[str]
    """The table that holds people's names."""

    session: Session
    now: datetime
    later: list[tuple[datetime, str, dict[str, Any], str]] = field(default_factory=list)

    def as_(self, role: str, person: int | None = None) -> Context:
        who = self.people.get(role) if person is None else person
        return self._context(Actor(role, who, self.called(role, who)))

    def as_system(self, name: str = "system") -> Context:
        """A context for an event: nobody of the house acts."""
        return self._context(Actor("system", None, name))

    def called(self, role: str, who: int | None) -> str:
        """The name of who acts in a role."""
        names = self.rows(f"SELECT name FROM {self.named_in} WHERE id = ?", who)  # noqa: S608 - a table of the world
        return names[0][0] if names else role

    def _context(self, actor: Actor) -> Context:
        return Context(self.session, self.now, actor, 1, "test", self._next_id, self._schedule)

    def _next_id(self, name: str) -> int:
        return bookkeeping.next_id(self.db, name)

    def _schedule(self, due: datetime, operation: str, arguments: Any, who: str) -> None:
        """Keep what an operation asks to happen later; nothing makes it happen."""
        self.later.append((due, operation, dict(arguments), who))

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def db(self) -> sqlite3.Connection:
        driver = self.session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        row = self.rows(sql, *values)[0]
        return row[0] if len(row) == 1 else row

    def count(self, table: str) -> int:
        return int(self.one(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a table of the test's own

    def add(self, row: Any) -> None:
        self.session.add(row)
        self.session.flush()

    def dump(self) -> list[str]:
        return list(self.db.iterdump())

    @contextmanager
    def refuses(self, code: str, *, field: str | None = None) -> Iterator[pytest.ExceptionInfo[Refusal]]:
        """Within it the world says no with that code, names that argument, and nothing has changed."""
        before = self.dump()
        with pytest.raises(Refusal) as said:
            yield said
        assert (said.value.code, said.value.field if field else None) == (code, field), said.value.message
        assert said.value.message.endswith("."), said.value.message
        assert self.dump() == before


def image_of(metadata: MetaData, start: datetime, fill: Callable[[Session], object]) -> bytes:
    """A world's tables, filled, as a database's bytes: laying them out anew takes longer than most tests."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        bookkeeping.install(driver, start)
        fill(session)
        changelog.install(driver, metadata)
        session.commit()
        made = driver.serialize()
    engine.dispose()
    return made


@contextmanager
def session_on(image: bytes) -> Iterator[Session]:
    """A session on a copy of a filled world, in memory."""
    driver = sqlite3.connect(":memory:", check_same_thread=False)
    driver.deserialize(image)
    engine = create_engine("sqlite://", poolclass=StaticPool, creator=lambda: driver)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        yield session
    engine.dispose()
