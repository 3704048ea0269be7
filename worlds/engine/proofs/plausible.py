"""Calls that somebody might well make from the start state, drawn at random: keys that exist, codes and words that fit.

They need not be accepted; they are for those who look around and for policies that do the same whatever was asked.
"""

import random
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from worlds.engine.operation import Operation
from worlds.engine.proofs.arguments import Known, made_up
from worlds.engine.start import Start
from worlds.engine.targets import table_of

_SAMPLED = 200
"""Keys of a table that are known, spread over all of it."""
_TURNS = 10_000


def known_at(start: Start, operations: Iterable[Operation[..., Any]]) -> Known:
    """What somebody knows who has seen nothing but the start state: keys for the arguments that take one."""
    known = Known()
    for operation in operations:
        for name in operation.input_schema.get("properties", {}):
            table = table_of(start.world.metadata, name)
            if table:
                known.values[name] = list(_keys(start, table))
    return known


def arguments(operation: Operation[..., Any], known: Known, rng: random.Random, *, optional: float) -> dict[str, Any]:
    """Arguments for an operation: all that it needs, and this share of what it also takes."""
    schema = operation.input_schema
    needed = schema.get("required", ())
    return {
        name: made_up(inner, known, rng.randrange(_TURNS), name)
        for name, inner in schema.get("properties", {}).items()
        if name in needed or rng.random() < optional
    }


@lru_cache(maxsize=256)
def _keys(start: Start, table: str) -> tuple[int, ...]:
    columns = start.world.metadata.tables[table].c
    with start.reading() as (session, _):
        keys = list(session.scalars(select(columns.id).order_by(columns.id)))
    return tuple(keys[:: max(1, len(keys) // _SAMPLED)])
