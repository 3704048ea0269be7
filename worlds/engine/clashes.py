"""Conflicts by column: which columns a call changes, and which of them somebody else has changed meanwhile.

As in CRMs that compare field by field: a write that was made with an old version goes through where nobody else has
touched what it changes. An argument stands for the column of its name, of a part that the call names (`line_id`) or
else of the record itself; where they differ, the operation says so (`@writes(record=…, columns={…})`):

    {"address": ("street", "city")}        one argument, several columns
    {"address.postcode": ("postal_code",)} a member of an object
    {"emails": ("email_address.*",)}       all rows of a part
    {"clear": ("*",)}                      the argument lists what is emptied: names of arguments, or of columns
    {"lead_id": ("owner_id", "status")}    what each call changes, named at the record's own argument

What is only sent again as it stands there now is no change. An operation of whose arguments none is a column is about
the record as a whole, whatever the dialect says; `@writes(conflicts="record")` or `"columns"` says it outright.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, Literal

from pydantic import BaseModel
from sqlalchemy import MetaData

from worlds.engine.fields import iso_instant
from worlds.engine.operation import ALL, Operation
from worlds.engine.targets import Record, parts_of, table_of
from worlds.engine.versions import Edit

AGENT: Final = "agent"
UNKNOWN: Final = object()
"""The value of a column that a call changes, where its arguments do not say to what."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A column that a call changes: by which argument, and to what, as it is stored, or `UNKNOWN`.

    `path` is empty where the argument only lists it. `key` is the row; None stands for any row of a part's table.
    """

    path: str
    table: str
    key: int | None
    column: str
    value: Any = UNKNOWN

    def meets(self, edit: Edit) -> bool:
        """Whether an edit is of this column."""
        row = edit.table == self.table and self.key in {None, edit.key}
        return row and self.column in {edit.column, ALL}

    def changes(self, edit: Edit) -> bool:
        """Whether the call would put something else where the edit has put its value."""
        return self.meets(edit) and (self.value is UNKNOWN or not is_stored(self.value, edit.after))

    def repeats(self, edit: Edit) -> bool:
        """Whether the call only repeats what stood there before the edit."""
        known = self.path.count(".") in {0, 1} and bool(self.path) and self.value is not UNKNOWN
        return known and self.meets(edit) and is_stored(self.value, edit.before)


def check_columns(operation: Operation[..., Any], metadata: MetaData) -> None:
    """Refuse a declaration that names what is not there.

    Raises:
        TypeError: naming it.
    """
    table = table_of(metadata, operation.record) if operation.record else None
    parts = {part for part, _ in parts_of(metadata, table)} if table else set()
    for path, specs in operation.columns.items():
        for spec in specs if specs != (ALL,) else ():
            named, _, column = spec.rpartition(".")
            there = (named or table) in {table, *parts}
            if not there or (column != ALL and column not in metadata.tables[named or str(table)].columns):
                raise TypeError(f"{operation.name} says that {path} stands for {spec}, which {table} does not have.")


def kind_of(operation: Operation[..., Any], metadata: MetaData) -> Literal["record", "columns"]:
    """Whether anything changed stands in the way of an operation, or only what it changes itself."""
    if operation.conflicts is not None:
        return operation.conflicts
    return "columns" if operation.dialect.conflicts == "columns" and _has_columns(operation, metadata) else "record"


def clashing(touches: Sequence[Touch], edits: Sequence[Edit]) -> list[tuple[str, Edit]]:
    """The edits by somebody else of what a call changes otherwise, each with the argument that does."""
    found = []
    for edit in edits:
        path = next((touch.path for touch in touches if touch.changes(edit)), None)
        if edit.actor != AGENT and path is not None:
            found.append((path, edit))
    return found


def touched(
    metadata: MetaData, operation: Operation[..., Any], values: Mapping[str, Any], record: Record
) -> list[Touch]:
    """The columns that a call changes.

    Args:
        metadata: the world's tables.
        operation: what is called; it names its record.
        values: its checked arguments; one that is None changes nothing.
        record: table and key of the record.
    """
    rows = [*_parts_named(metadata, operation, values, record), record]
    found: list[Touch] = []
    for name, value in values.items():
        if value is not None:
            found += _of_argument(metadata, operation, rows, name, value)
    return found


def _of_argument(
    metadata: MetaData, operation: Operation[..., Any], rows: Sequence[Record], path: str, value: Any
) -> Iterator[Touch]:
    declared = operation.columns.get(path)
    if declared == (ALL,):
        for name in value:
            for touch in _of_argument(metadata, operation, rows, str(name), UNKNOWN):
                yield replace(touch, path="", value=None)
    elif declared is not None:
        plain = len(declared) == 1 and path != operation.record and not declared[0].endswith(f".{ALL}")
        for spec in declared:
            yield _said(rows, path, spec, value if plain else UNKNOWN)
    elif path == operation.record:
        return
    elif isinstance(value, BaseModel):
        for member in sorted(value.model_fields_set):
            yield from _of_argument(metadata, operation, rows, f"{path}.{member}", getattr(value, member))
    else:
        place = _by_name(metadata, rows, path)
        if place is not None:
            yield Touch(path, *place, value)


def _said(rows: Sequence[Record], path: str, spec: str, value: Any) -> Touch:
    """A column as an operation declares it: of the record, or `table.column` of a part."""
    table, _, column = spec.rpartition(".")
    named = next((row for row in rows if row[0] == table), None)
    if not table:
        return Touch(path, *rows[-1], column, value)
    return Touch(path, table, named[1] if named and column != ALL else None, column, value)


def _by_name(metadata: MetaData, rows: Sequence[Record], path: str) -> tuple[str, int, str] | None:
    """The column that an argument's name means: `address.city` is `address_city`, or else `city`."""
    for name in dict.fromkeys((path.replace(".", "_"), path.rpartition(".")[2])):
        for table, key in rows:
            if name in metadata.tables[table].columns and name != "id":
                return table, key, name
    return None


def _parts_named(
    metadata: MetaData, operation: Operation[..., Any], values: Mapping[str, Any], record: Record
) -> Iterator[Record]:
    """The parts of the record that a call names by an argument of its own."""
    parts = {part for part, _ in parts_of(metadata, record[0])}
    for name, value in values.items():
        table = table_of(metadata, name) if type(value) is int and name != operation.record else None
        if table in parts and name not in metadata.tables[record[0]].columns:
            yield str(table), value


@lru_cache(maxsize=1024)
def _has_columns(operation: Operation[..., Any], metadata: MetaData) -> bool:
    """Whether an operation has an argument that stands for a column."""
    if operation.columns or operation.record is None:
        return bool(operation.columns)
    table = table_of(metadata, operation.record)
    if table is None:
        return False
    known = operation.input_schema.get("properties", {})
    parts = {part for part, _ in parts_of(metadata, table)}
    rows = [(one, 0) for one in (table_of(metadata, name) for name in known) if one in parts]
    rows.append((table, 0))
    paths = [path for name, schema in known.items() if name != operation.record for path in _paths(name, schema)]
    return any(_by_name(metadata, [(str(one), key) for one, key in rows], path) for path in paths)


def _paths(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """An argument by its name, or its members by theirs where it is an object."""
    for option in schema.get("anyOf", [schema]):
        inner = option.get("properties")
        if inner is None:
            yield name
        else:
            yield from (f"{name}.{member}" for member in inner)


def is_stored(value: Any, stored: Any) -> bool:
    """Whether a checked argument is what a column holds."""
    if isinstance(value, datetime):
        return bool(iso_instant(value) == stored)
    if isinstance(value, date):
        return bool(value.isoformat() == stored)
    if isinstance(value, list | tuple | dict | BaseModel):
        return isinstance(stored, str) and _jsonable(value) == _read(stored)
    if isinstance(value, bool) or value is None:
        return bool(stored == (None if value is None else int(value)))
    return bool(value == stored)


def _jsonable(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_jsonable(one) for one in value] if isinstance(value, list | tuple) else value


def _read(stored: str) -> Any:
    try:
        return json.loads(stored)
    except ValueError:
        return UNKNOWN


# -- forms ------------------------------------------------------------------------------------------------------------


def untouched(touches: Sequence[Touch], edits: Sequence[Edit]) -> list[tuple[Touch, Edit]]:
    """What of a form nobody has typed into it, though it differs from what is there now, each with the edit since.

    A form sends all its fields. One that still holds what the record held when the form was shown is to leave what was
    put there since, by whomever.
    """
    pairs = [(touch, edit) for edit in edits for touch in touches]
    return [(touch, edit) for touch, edit in pairs if touch.repeats(edit) and touch.changes(edit)]


def followed(
    operation: Operation[..., Any], values: Mapping[str, Any], kept: Sequence[tuple[Touch, Edit]]
) -> dict[str, Any]:
    """The arguments of a form without those that nobody has typed into it.

    They are left out where they may be, and repeat what is there now where they may not.
    """
    changed = dict(values)
    for touch, edit in kept:
        name, _, member = touch.path.partition(".")
        if member:
            held: BaseModel = changed[name]
            now = _now(type(held).model_fields[member].default, touch.value, edit.after)
            changed[name] = held.model_copy(update={member: now})
        else:
            changed[name] = _now(operation.arguments.model_fields[name].default, touch.value, edit.after)
    return changed


def _now(default: Any, like: Any, stored: Any) -> Any:
    """What a field holds that leaves what is there: nothing where nothing may be said, or else what is there now."""
    if default is None or stored is None:
        return None
    if isinstance(like, datetime):
        return datetime.fromisoformat(stored)
    if isinstance(like, date):
        return date.fromisoformat(stored)
    if isinstance(like, list):
        return json.loads(stored)
    return bool(stored) if isinstance(like, bool) else stored
