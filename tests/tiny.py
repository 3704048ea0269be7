"""A tiny copy of a world built by hand, in memory: its session, its clock, and what is stored."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import MetaData, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool


@dataclass
class Tiny:
    """A world under test; `now` moves by hand."""

    session: Session
    now: datetime

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
def session_on(metadata: MetaData) -> Iterator[Session]:
    """A session on a world's empty tables, in memory."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        yield session
    engine.dispose()
