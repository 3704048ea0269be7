"""What the door looks at before a write: whether somebody has the record to themselves, and whether it has changed.

Both are answered as failures on the way: nothing was done, nothing is kept under an idempotency key, and the same call
may go through later or with a newer version.
"""

import importlib.util
import sqlite3
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from worlds.engine import locks, versions
from worlds.engine.errors import Failure
from worlds.engine.fields import iso_instant
from worlds.engine.operation import Operation
from worlds.engine.targets import Record, records_named, spoken, table_of
from worlds.engine.world import World

SHOWN = frozenset({"business", "prose", "set"})
"""Classes of columns that a conflict shows; secrets and what is worked out from others are left out."""

Told = Callable[[str, str, Any], tuple[str, Any] | None]
"""How a world names and writes a column's value: (table, column, value) -> (field, JSON value), None to keep it out."""


def check(
    world: World,
    driver: sqlite3.Connection,
    operation: Operation[..., Any],
    values: Mapping[str, Any],
    *,
    if_version: int | None,
    now: int,
    who: str = "",
) -> None:
    """Stop a write of `who` on a record that somebody else has locked, or that is not at the version that is asked for.

    Raises:
        Failure: saying who has it and until when, or what differs and who changed it.
    """
    if operation.locks_bind and locks.any_at(driver, now):
        held = locks.in_the_way(driver, world.metadata, records_named(world.metadata, values), now, who)
        if held is not None:
            raise locks.refusal(world.metadata, held, now)
    if if_version is not None and operation.record is not None:
        table, key = table_of(world.metadata, operation.record), values[operation.record]
        if table is not None and _there(driver, table, key):
            _check_version(world, driver, (table, key), if_version, operation.dialect.version)


def _check_version(world: World, driver: sqlite3.Connection, record: Record, asked: int, word: str) -> None:
    table, key = record
    now = versions.version_of(driver, world.metadata, table, key)
    if asked == now:
        return
    edits = versions.edits_since(driver, world.metadata, table, key, asked)
    changes = [shown for edit in edits if (shown := _shown(world, record, edit)) is not None]
    called = spoken(world.metadata, table)
    who = changes[-1]["by"] if changes else ""
    said = f"by {who} " if who else ""
    named = ", ".join(dict.fromkeys(str(one["field"]) for one in changes)) or "nothing that is shown here"
    failure = Failure(
        "version_conflict",
        f"{called.capitalize()} {key} is at version {now} and not at {asked} any more: it was changed "
        f"{said}since you read it ({named}). Nothing was done. Look at both, and send what you still want with version "
        f"{now}.",
        status=409,
        headers={"ETag": f'"{now}"'},
        face="conflict",
    )
    failure.details = {"record": called, "id": key, word: asked, "version": now, "changes": changes}
    raise failure


def _shown(world: World, record: Record, edit: versions.Edit) -> dict[str, Any] | None:
    """A changed column as the caller is told of it, or None where it is none of theirs."""
    if world.schema.table(edit.table).class_of(edit.column) not in SHOWN:
        return None
    before, after = (_told(world)(edit.table, edit.column, value) for value in (edit.before, edit.after))
    if before is None or after is None:
        return None
    by = "you" if edit.actor == "agent" else edit.actor.removeprefix("person:")
    told = {"field": after[0], "was": before[1], "now": after[1], "by": by, "at": iso_instant(edit.at)}
    return (
        told
        if (edit.table, edit.key) == record
        else {"record": spoken(world.metadata, edit.table), "id": edit.key, **told}
    )


@lru_cache(maxsize=32)
def _told(world: World) -> Told:
    """How a world tells a column: `told` of its `faults.concurrency`, or the column's own name and stored value."""
    if importlib.util.find_spec(f"{world.package}.faults") and importlib.util.find_spec(
        f"{world.package}.faults.concurrency"
    ):
        own: Told | None = getattr(world.part("faults.concurrency"), "told", None)
        if own is not None:
            return own
    return lambda _, column, value: (column, value)


def _there(driver: sqlite3.Connection, table: str, key: Any) -> bool:
    return bool(driver.execute(f'SELECT 1 FROM "{table}" WHERE id = ?', (key,)).fetchall())  # noqa: S608 - a table of the schema
