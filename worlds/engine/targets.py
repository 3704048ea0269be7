"""Which records a call names: `order_id` is a key of the table that the world's own columns of that name refer to."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import MetaData

Record = tuple[str, int]
"""A row by table and key."""


@lru_cache(maxsize=4096)
def table_of(metadata: MetaData, argument: str) -> str | None:
    """The table whose key an argument such as `order_id` holds; None where it holds none."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name == argument and column.foreign_keys:
                return str(next(iter(column.foreign_keys)).column.table.name)
    stem = argument.removesuffix("_id")
    return stem if stem != argument and stem in metadata.tables else None


def records_named(metadata: MetaData, values: Mapping[str, Any]) -> tuple[Record, ...]:
    """The records that a call's own arguments name, in their order; those inside of lists are not looked at."""
    found = []
    for name, value in values.items():
        if type(value) is int and (table := table_of(metadata, name)) is not None:
            found.append((table, value))
    return tuple(found)
