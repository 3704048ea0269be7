"""What the door looks at before a write: whether somebody has the record to themselves, and whether it has changed.

Both are answered as failures on the way: nothing was done, nothing is kept under an idempotency key, and the same call
may go through later or with a newer version.
"""

import importlib.util
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from worlds.engine import clashes, locks, versions
from worlds.engine.context import Actor
from worlds.engine.errors import VersionConflict
from worlds.engine.fields import iso_instant
from worlds.engine.operation import Operation
from worlds.engine.targets import Record, records_named, spoken, table_of
from worlds.engine.world import World

SHOWN = frozenset({"business", "prose", "set"})
"""Classes of columns that a conflict shows; secrets and what is worked out from others are left out."""

Told = Callable[[str, str, Any], tuple[str, Any] | None]
"""How a world names and writes a column's value: (table, column, value) -> (field, JSON value), None to keep it out."""

Opens = Callable[[sqlite3.Connection, Actor, str, int], bool]
"""Whether somebody may open a record: (connection, actor, table, key)."""


def check(
    world: World,
    driver: sqlite3.Connection,
    operation: Operation[..., Any],
    values: Mapping[str, Any],
    *,
    if_version: int | None,
    now: int,
    actor: Actor,
    typed: bool = False,
) -> dict[str, Any]:
    """Stop a write on a record that somebody else has locked, or that is not at the version that is asked for.

    Answers the values with which it may go on. Of a record that the actor may not open nothing is told here: what is to
    be said of it is for the operation to say. `typed` says that they are a form's, which sends fields that nobody has
    touched; where conflicts go by columns, those leave what somebody else has set since.

    Raises:
        Failure: saying who has it and until when, or what differs and who changed it.
    """
    if operation.locks_bind and locks.any_at(driver, now):
        named = [one for one in records_named(world.metadata, values) if _is_open(world, driver, actor, one)]
        held = locks.in_the_way(driver, world.metadata, named, now, actor.name)
        if held is not None:
            raise locks.refusal(world.metadata, held, now)
    if if_version is not None and operation.record is not None:
        table, key = table_of(world.metadata, operation.record), values[operation.record]
        if table is not None and _there(driver, table, key) and _is_open(world, driver, actor, (table, key)):
            current = versions.version_of(driver, world.metadata, table, key)
            if current != if_version:
                asked = _Asked(operation, values, (table, key), if_version, current)
                return _settled(world, driver, asked, typed=typed)
    return dict(values)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A write that was made with a version that is not the one of now."""

    operation: Operation[..., Any]
    values: Mapping[str, Any]
    record: Record
    version: int
    now: int


def _settled(world: World, driver: sqlite3.Connection, asked: _Asked, *, typed: bool) -> dict[str, Any]:
    """The values with which such a write may go on all the same.

    Raises:
        VersionConflict: where it may not.
    """
    edits = versions.edits_since(driver, world.metadata, *asked.record, asked.version)
    if asked.version > asked.now or clashes.kind_of(asked.operation, world.metadata) == "record":
        raise _of_record(world, asked, edits)
    touches = clashes.touched(world.metadata, asked.operation, asked.values, asked.record)
    kept = clashes.untouched(touches, edits) if typed else []
    untouched = frozenset(touch.path for touch, _ in kept)
    clashing = clashes.clashing([touch for touch in touches if touch.path not in untouched], edits)
    if clashing:
        failure = _of_columns(world, asked, clashing)
        inside = {id(edit) for _, edit in clashing}
        failure.beside = _all_shown(world, asked.record, [edit for edit in edits if id(edit) not in inside])
        failure.untouched = untouched
        raise failure
    return clashes.followed(asked.operation, asked.values, kept)


def _of_columns(world: World, asked: _Asked, clashing: Sequence[tuple[str, versions.Edit]]) -> VersionConflict:
    """What is said where somebody else has changed what the call changes, too."""
    table, key = asked.record
    pairs = [(path, shown) for path, edit in clashing if (shown := _shown(world, asked.record, edit)) is not None]
    changes = [shown for _, shown in pairs]
    called = spoken(world.metadata, table)
    told = ", ".join(f"{one['field']} (by {one['by']})" for one in changes) or "a field that is not shown here"
    failure = VersionConflict(
        "version_conflict",
        f"{called.capitalize()} {key} is at version {asked.now}, and since version {asked.version} somebody else has "
        f"changed what you are changing: {told}. Nothing was done. Look at both, and send what you still want with "
        f"version {asked.now}.",
        version=asked.now,
    )
    failure.details = _details(called, asked, changes)
    failure.by_columns = True
    failure.paths = [path for path, _ in pairs]
    return failure


def _details(called: str, asked: _Asked, changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    word, key = asked.operation.dialect.version, asked.record[1]
    return {"record": called, "id": key, word: asked.version, "version": asked.now, "changes": list(changes)}


def _all_shown(world: World, record: Record, edits: Sequence[versions.Edit]) -> list[dict[str, Any]]:
    return [shown for edit in edits if (shown := _shown(world, record, edit)) is not None]


def _of_record(world: World, asked: _Asked, edits: Sequence[versions.Edit]) -> VersionConflict:
    """What is said where a record was changed at all."""
    (table, key), now = asked.record, asked.now
    changes = _all_shown(world, asked.record, edits)
    called = spoken(world.metadata, table)
    who = changes[-1]["by"] if changes else ""
    said = f"by {who} " if who else ""
    named = ", ".join(dict.fromkeys(str(one["field"]) for one in changes)) or "nothing that is shown here"
    failure = VersionConflict(
        "version_conflict",
        f"{called.capitalize()} {key} is at version {now} and not at {asked.version} any more: it was changed "
        f"{said}since you read it ({named}). Nothing was done. Look at both, and send what you still want with version "
        f"{now}.",
        version=now,
    )
    failure.details = _details(called, asked, changes)
    return failure


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
    own: Told | None = _bound(world, "told")
    return own or (lambda _, column, value: (column, value))


@lru_cache(maxsize=32)
def _opens(world: World) -> Opens | None:
    """Whether a world keeps records from people: `openable` of its `faults.concurrency`, or None where all are seen."""
    own: Opens | None = _bound(world, "openable")
    return own


def _bound(world: World, name: str) -> Any:
    package = f"{world.package}.faults"
    there = importlib.util.find_spec(package) and importlib.util.find_spec(f"{package}.concurrency")
    return getattr(world.part("faults.concurrency"), name, None) if there else None


def _is_open(world: World, driver: sqlite3.Connection, actor: Actor, record: Record) -> bool:
    opens = _opens(world)
    return opens is None or opens(driver, actor, *record)


def _there(driver: sqlite3.Connection, table: str, key: Any) -> bool:
    return bool(driver.execute(f'SELECT 1 FROM "{table}" WHERE id = ?', (key,)).fetchall())  # noqa: S608 - a table of the schema
