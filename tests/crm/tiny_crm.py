"""A tiny CRM built by hand, and a person at work in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import tiny_deals
import tiny_records
import tiny_staff
from tiny import Tiny, image_of, session_on

from worlds.crm import models

START = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
"""A Monday, at nine o'clock in Amsterdam."""


@dataclass
class Crm(Tiny):
    """The CRM under test."""

    people = tiny_staff.PEOPLE
    named_in = "crm_user"
    now: datetime = START

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


def furnish(crm: Crm) -> None:
    """Colleagues, records and rules, in the order in which they need each other."""
    tiny_staff.hire(crm.add, START)
    tiny_records.enter(crm.add, START)
    tiny_deals.open_deals(crm.add, START)
    tiny_records.set_rules(crm.add, START)


@cache
def _image() -> bytes:
    return image_of(models.Model.metadata, START, lambda session: furnish(Crm(session)))


@contextmanager
def opened_crm() -> Iterator[Crm]:
    """A CRM with thirteen colleagues, two territories, five accounts, contacts, leads and deals, in memory."""
    with session_on(_image()) as session:
        yield Crm(session)
