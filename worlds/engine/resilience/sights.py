"""What an agent has seen of records: the objects in answers, which of them an answer made, where they can be read.

Objects are known by the way in which worlds show them: the first name that ends in `_id` is an object's own key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worlds.engine.operation import Operation

Shown = Mapping[str, Any]
_PASSING = ("version", "_at", "now", "page", "total", "pages", "page_size")
"""Names whose values move by themselves."""


@dataclass(frozen=True, slots=True)
class Key:
    """An object's own key: `refund_id` 17."""

    name: str
    value: Any


def key_of(shown: Shown) -> Key | None:
    """The key of an object; None where it has none."""
    return next((Key(name, value) for name, value in shown.items() if name.endswith("_id") and value is not None), None)


def objects(value: Any) -> Iterator[tuple[Key, Shown]]:
    """Every object in an answer, from the outside in."""
    if isinstance(value, Mapping):
        if (key := key_of(value)) is not None:
            yield key, value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def find_object(value: Any, key: Key) -> Shown | None:
    """The object of a key in an answer."""
    return next((shown for found, shown in objects(value) if found == key), None)


def lasting(shown: Shown) -> dict[str, Any]:
    """The plain values of an object that do not move by themselves."""
    return {
        name: value
        for name, value in shown.items()
        if (value is None or isinstance(value, str | int | bool)) and not name.endswith(_PASSING)
    }


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading operation with what to call it with."""

    operation: str
    arguments: Mapping[str, Any]
    by_key: bool
    """Whether it shows one record, so that what it leaves out is not there."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a reading answered: which reading with which arguments, and whether what it leaves out is not there."""

    place: tuple[str, str]
    body: Any
    whole: bool


Seen = Mapping[tuple[str, str], Any]
"""What readings answered last, by operation and arguments as text."""


def shows(looks: Sequence[Look], own: Key, arguments: Mapping[str, Any], told: Shown, before: Seen) -> bool:
    """Whether readings bear out what a write was answered with.

    What was made must be there, at least where one reads it by its key. What was changed must be as the answer has it,
    or other than it was before: then it was done, and somebody else has gone on from there.
    """
    made = own.name not in arguments
    if made and not any(look.whole for look in looks):
        return True
    direct = [look for look in looks if isinstance(look.body, Mapping) and key_of(look.body) == own]
    for look in looks if made else direct or looks:
        shown = find_object(look.body, own)
        if shown is None:
            continue
        said, read, was = _still(told), _still(shown), before.get(look.place)
        changed = was is not None and _still(was) != _still(look.body)
        if made or changed or all(read[name] == value for name, value in said.items() if name in read):
            return True
    return False


def _still(value: Any) -> Any:
    """An answer without what moves by itself."""
    if isinstance(value, Mapping):
        return {name: _still(inner) for name, inner in value.items() if not name.endswith(_PASSING)}
    return [_still(inner) for inner in value] if isinstance(value, list) else value


class Atlas:
    """Which readings show which records, from the tools' own schemas."""

    def __init__(self, operations: Mapping[str, Operation[..., Any]]) -> None:
        self._readings = [one for one in operations.values() if not one.writing]
        self._names = {one.name: frozenset(_names_in(one.output_schema)) for one in self._readings}

    def showing(self, name: str, known: Mapping[str, Any]) -> list[Reading]:
        """Readings that show objects with a key of that name, given the ids that are known; the surest first."""
        found = []
        for operation in self._readings:
            if name not in self._names[operation.name]:
                continue
            schema = operation.input_schema
            needed = [one for one in schema.get("required", ()) if one in schema.get("properties", {})]
            given = {one: known[one] for one in schema.get("properties", {}) if one.endswith("_id") and one in known}
            if all(one in given for one in needed) and (given or not needed):
                found.append(Reading(operation.name, given, by_key=bool(needed)))
        return sorted(found, key=lambda one: (not one.by_key, one.operation))


def ids_in(*values: Any) -> dict[str, Any]:
    """All ids that arguments and answers name at their top, the first of a name."""
    known: dict[str, Any] = {}
    for value in values:
        if isinstance(value, Mapping):
            for name, inner in value.items():
                if name.endswith("_id") and isinstance(inner, int) and not isinstance(inner, bool):
                    known.setdefault(name, inner)
    return known


def _names_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from _names_in(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _names_in(inner)
