"""A tiny CRM built by hand, and a person at work in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import tiny_deals
import tiny_records
import tiny_staff
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from worlds.crm import models
from worlds.engine import bookkeeping, changelog
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Refusal

START = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
"""A Monday, at nine o'clock in Amsterdam."""


@dataclass
class Crm:
    """The CRM under test. `now` moves by hand; `as_` answers a context for somebody; `later` is what was scheduled."""

    session: Session
    now: datetime = START
    later: list[tuple[datetime, str, dict[str, Any], str]] = field(default_factory=list)

    def as_(self, role: str, person: int | None = None) -> Context:
        who = tiny_staff.PEOPLE.get(role) if person is None else person
        names = self.rows("SELECT name FROM crm_user WHERE id = ?", who)
        actor = Actor(role, who, names[0][0] if names else role)
        return Context(self.session, self.now, actor, 1, "test", self._next_id, self._schedule)

    def as_system(self, name: str = "system") -> Context:
        """A context for an event: nobody of the house acts."""
        return Context(self.session, self.now, Actor("system", None, name), 1, "test", self._next_id, self._schedule)

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

    def held(self, table: str, key: int, columns: str) -> Any:
        """Columns of a row as stored."""
        return self.one(f"SELECT {columns} FROM {table} WHERE id = ?", key)  # noqa: S608 - columns of the test's own

    def history(self, kind: str, key: int) -> list[tuple[Any, ...]]:
        """What was written down of a record's changes, in order: (field, before, after, via)."""
        return self.rows(
            "SELECT field, before, after, via FROM field_history WHERE kind = ? AND record_id = ? ORDER BY id",
            kind,
            key,
        )

    def add(self, row: models.Model) -> None:
        self.session.add(row)
        self.session.flush()

    def dump(self) -> list[str]:
        return list(self.db.iterdump())

    @contextmanager
    def refuses(self, code: str, *, field: str | None = None) -> Iterator[Refusal]:
        """Within it the CRM says no with that code, names that argument, and nothing has changed."""
        before = self.dump()
        with pytest.raises(Refusal) as said:
            yield said  # type: ignore[misc]  # its value is there afterwards
        assert (said.value.code, said.value.field if field else None) == (code, field), said.value.message
        assert said.value.message.endswith((".", "?")), said.value.message
        assert self.dump() == before


@cache
def _image() -> bytes:
    """The tiny CRM as a database's bytes: made once, since laying out all tables takes longer than most tests."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    models.Model.metadata.create_all(engine)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        tiny = Crm(session)
        bookkeeping.install(tiny.db, START)
        tiny_staff.hire(tiny.add, START)
        tiny_records.enter(tiny.add, START)
        tiny_deals.open_deals(tiny.add, START)
        tiny_records.set_rules(tiny.add, START)
        changelog.install(tiny.db, models.Model.metadata)
        session.commit()
        made = tiny.db.serialize()
    engine.dispose()
    return made


@contextmanager
def opened_crm() -> Iterator[Crm]:
    """A CRM with thirteen colleagues, two territories, five accounts, contacts, leads and deals, in memory."""
    driver = sqlite3.connect(":memory:", check_same_thread=False)
    driver.deserialize(_image())
    engine = create_engine("sqlite://", poolclass=StaticPool, creator=lambda: driver)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        yield Crm(session)
    engine.dispose()
