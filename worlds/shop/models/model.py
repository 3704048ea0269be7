"""The declarative root of the shop's tables and the shared shapes of their columns."""

from typing import Any

from sqlalchemy import CheckConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase

from worlds.engine import schema


class Model(DeclarativeBase):
    """Root of every table of the shop; its `metadata` is the world's schema."""

    metadata = MetaData()
    type_annotation_map = schema.STORAGE


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
