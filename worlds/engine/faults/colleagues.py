"""The agent's colleagues, for a world's `faults.concurrency`: who is at work, what they amend, what steps they take."""

import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from worlds.engine.faults.fault import Called
from worlds.engine.faults.layers.concurrency import Deed

Amended: TypeAlias = Callable[[Called, int, random.Random, bool], tuple[str, dict[str, Any]]]
"""An event operation and its arguments that amend the record of a key; an empty name where nothing fits.

The last argument asks for an edit of the same field that the call is likely to write.
"""


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Who else works on a world's records.

    Args:
        present: the table of those who work here and what holds of them while they do, as SQL goes on after FROM; the
            table has the columns `id`, `name` and `role`.
        edits: by table, who amends its records (roles), and how.
        steps: by operation that takes a record a step further, its argument that names the record, and who else takes
            such steps; a colleague's is the event operation `colleague_steps`.
    """

    present: str
    edits: Mapping[str, tuple[Sequence[str], Amended]]
    steps: Mapping[str, tuple[str, Sequence[str]]]

    def somebody_else(self, call: Called, roles: Sequence[str], rng: random.Random) -> str:
        """The name of somebody else who works here in one of these roles; empty where there is nobody."""
        marks = ", ".join("?" * len(roles))
        query = f"SELECT name FROM {self.present} AND role IN ({marks}) AND name <> ? ORDER BY id"  # noqa: S608 - the world's own words and marks
        found = call.driver.execute(query, (*roles, call.actor.name)).fetchall()
        return str(found[rng.randrange(len(found))][0]) if found else ""

    def edit(self, call: Called, table: str, key: int, rng: random.Random, same_field: bool) -> Deed | None:
        """A colleague's edit of a record that a call names, where the world has one for it."""
        if table not in self.edits:
            return None
        roles, amended = self.edits[table]
        operation, arguments = amended(call, key, rng, same_field)
        who = self.somebody_else(call, roles, rng) if operation else ""
        return Deed(who, operation, arguments) if who else None

    def step(self, call: Called, rng: random.Random) -> Deed | None:
        """The step that the call is about to take, taken by a colleague."""
        name = call.operation.name
        if name not in self.steps:
            return None
        argument, roles = self.steps[name]
        who = self.somebody_else(call, roles, rng)
        return Deed(who, "colleague_steps", {"step": name, "record_id": call.values[argument]}) if who else None


def first_row(driver: sqlite3.Connection, query: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row that a query finds, or None."""
    rows = driver.execute(query, values).fetchall()
    return rows[0] if rows else None
