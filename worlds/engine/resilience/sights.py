"""What an agent has seen of records: the objects in answers, which of them an answer made, where they can be read.

Objects are known by the way in which worlds show them: the first name that ends in `_id` is an object's own key.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worlds.engine.operation import Operation

Shown = Mapping[str, Any]
KIND, RECORD = "kind", "record_id"
MOST_TOLD = 3
"""Records of an answer that are looked at."""
_PASSING = ("version", "_at", "now", "page", "total", "pages", "page_size", "cursor")
"""Names whose values move by themselves."""


@dataclass(frozen=True, slots=True)
class Key:
    """An object's own key: `refund_id` 17."""

    name: str
    value: Any


def key_of(shown: Any) -> Key | None:
    """The key of an object; None where it is none, or has none."""
    if not isinstance(shown, Mapping):
        return None
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


def shows(
    looks: Sequence[Look], own: Key, told: Shown, before: Seen, *, named: bool, asked: Container[str] = ()
) -> bool:
    """Whether readings bear out what a write was answered with of a record, which its call has `named` or else made.

    What was made must be there, at least where one reads it by its key. Of what was changed, a reading must show at
    least one value other than it was: as the answer has it, or as somebody has made it since; one of those that were
    `asked` for by name, where any of these changed; others may have changed the rest. What no reading shows cannot
    be told by any.
    """
    if not named:
        return not any(look.whole for look in looks) or any(find_object(look.body, own) for look in looks)
    verdicts = [_bears_out(look, own, told, before, asked) for look in looks]
    return True in verdicts or False not in verdicts


def is_anothers(look: Look, made: Key, told: Shown, arguments: Shown) -> bool:
    """Whether what a reading shows under the id of something made holds other words than the call gave.

    What was undone leaves its id to whatever comes next. Only words that the answer repeats are compared.
    """
    shown = find_object(look.body, made) or {}
    repeated = [value for value in told.values() if isinstance(value, str)]
    return any(name in shown and shown[name] != value for name, value in arguments.items() if value in repeated)


def is_behind(look: Look, own: Key, told: Shown) -> bool:
    """Whether a reading shows a record at an older version than a write was answered with, so that it is not there."""
    then, now = told.get("version"), (find_object(look.body, own) or {}).get("version")
    return isinstance(then, int) and isinstance(now, int) and now < then


def told_of(answer: Any) -> list[Shown]:
    """The records that an answer to a write tells of: itself, or the first few that it holds where it is none."""
    if key_of(answer) is not None:
        return [answer]
    return [shown for _, shown in objects(answer)][:MOST_TOLD]


def _bears_out(look: Look, own: Key, told: Shown, before: Seen, asked: Container[str]) -> bool | None:
    """Whether a reading shows that a record was changed; None where it cannot tell."""
    shown = _same(look.body, own, told)
    if shown is None:
        return None
    said, read = _leaves(told), _leaves(shown)
    known = _known(own, told, [body for place, body in before.items() if place[0] == look.place[0]])
    changed = [name for name, value in said.items() if name in read and name in known and known[name] != value]
    if changed:
        return any(read[name] != known[name] for name in [one for one in changed if one in asked] or changed)
    anywhere = _known(own, told, list(before.values()))
    otherwise = [name for name, value in said.items() if name in read and anywhere.get(name, value) != value]
    if any(read[name] == said[name] for name in otherwise):  # seen before in another reading
        return True
    if otherwise:  # one that shows something else under the same name, as stock of all places, cannot tell
        return False if all(read[name] == anywhere[name] for name in otherwise) else None
    unknown = [name for name in said if name in read and name not in anywhere]
    direct = isinstance(look.body, Mapping) and key_of(look.body) == own
    return all(read[name] == said[name] for name in unknown) if unknown and direct else None


def _same(body: Any, own: Key, told: Shown) -> Shown | None:
    """The object of a key in an answer that shares all its ids: goods lie in several places under one key."""
    ids = ids_in(told)
    for key, shown in objects(body):
        if key == own and all(ids.get(name, value) == value for name, value in ids_in(shown).items()):
            return shown
    return None


def _known(own: Key, told: Shown, bodies: Sequence[Any]) -> dict[str, Any]:
    """What answers have shown of a record; the last one holds."""
    known: dict[str, Any] = {}
    for body in bodies:
        known.update(_leaves(_same(body, own, told) or {}))
    return known


def _leaves(shown: Shown, under: str = "") -> dict[str, Any]:
    """The values of an object and of what it contains, by dotted path, without what moves by itself."""
    found: dict[str, Any] = {}
    for name, value in _still(shown).items():
        inner = _leaves(value, f"{under}{name}.") if isinstance(value, Mapping) else {f"{under}{name}": value}
        found.update(inner)
    return found


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
        self._keys = {one.name: frozenset(_keys_in(one.output_schema)) for one in self._readings}

    def showing(self, name: str, known: Mapping[str, Any]) -> list[Reading]:
        """Readings that show objects with a key of that name, given the ids that are known; the surest first."""
        found = []
        for operation in self._readings:
            if name not in self._names[operation.name]:
                continue
            schema = operation.input_schema
            needed = [one for one in schema.get("required", ()) if one in schema.get("properties", {})]
            takes = schema.get("properties", {})
            given = {one: known[one] for one in takes if one.endswith("_id") and one in known}
            if RECORD in given and known.get(KIND) in takes.get(KIND, {}).get("enum", ()):
                given[KIND] = known[KIND]
            if all(one in given for one in needed) and (given or not needed):
                found.append(Reading(operation.name, given, by_key=bool(needed)))
        return sorted(found, key=lambda one: (name not in one.arguments, not one.by_key, one.operation))

    def lacks(self, look: Look, key: Key) -> bool:
        """Whether a reading that shows all objects of a kind does not show this one."""
        return look.whole and key.name in self._keys[look.place[0]] and find_object(look.body, key) is None

    def names(self, arguments: Mapping[str, Any], own: Key) -> bool:
        """Whether arguments name an object: by its key, or by a name that no object's key has (`target_id`)."""
        if own.name in arguments:
            return True
        known = frozenset().union(*self._names.values())
        free = [value for name, value in arguments.items() if name.endswith(("_id", "_ids")) and name not in known]
        return any(own.value in (value if isinstance(value, list) else [value]) for value in free)


def ids_in(*values: Any) -> dict[str, Any]:
    """All ids that arguments and answers name at their top, the first of a name."""
    known: dict[str, Any] = {}
    for value in values:
        if isinstance(value, Mapping):
            for name, inner in value.items():
                if name.endswith("_id") and isinstance(inner, int) and not isinstance(inner, bool):
                    known.setdefault(name, inner)
    return known


def kind_in(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What a record is that arguments name by its kind and its id, as worlds with records of many kinds do."""
    return {KIND: arguments[KIND]} if KIND in arguments and RECORD in arguments else {}


def ids_around(arguments: Any, bodies: Sequence[Any]) -> dict[str, Any]:
    """The ids that arguments name, and those of what their records belong to, as answers showed it."""
    ids = ids_in(arguments)
    for name, value in list(ids.items()):
        for body in bodies:
            if (shown := find_object(body, Key(name, value))) is not None:
                ids = {**ids_in(shown), **ids}
    return ids


def _keys_in(schema: Any) -> Iterator[str]:
    """The names of the keys of the objects that a schema describes."""
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            yield from [name for name in properties if name.endswith("_id")][:1]
        for inner in schema.values():
            yield from _keys_in(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _keys_in(inner)


def _names_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from _names_in(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _names_in(inner)
