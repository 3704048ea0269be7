"""The arguments of a call with their types, read from the operation's JSON schema: what kind of value stands where.

Kinds follow the engine's own bounded types (`worlds.engine.fields`), whose schemas tell them apart; what a value means
to a world is not known here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter

from worlds.engine.fields import MAX_ID, Price
from worlds.engine.proofs.tapes import Made, Path, name_of

Kind = Literal["id", "money", "quantity", "enum", "boolean", "day", "instant", "prose", "text", "list", "object"]
LONG = 400
"""Characters from which on a text without a pattern is prose; shorter ones are names, codes and titles."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A place in a call's arguments.

    `given` says whether the call fills it, `optional` whether it may be left out, `default` what it is then; `value`
    may be a `Made`.
    """

    path: Path
    schema: Mapping[str, Any]
    kind: Kind
    optional: bool
    given: bool
    value: Any = None

    @property
    def name(self) -> str:
        """The innermost name."""
        return name_of(self.path)

    @property
    def label(self) -> str:
        """The path as people write it: `lines.0.quantity`."""
        return ".".join(map(str, self.path))

    @property
    def default(self) -> Any:
        """What it is when it is left out."""
        return self.schema.get("default")

    @property
    def literal(self) -> Any:
        """The value, where a reference stands what it referred to."""
        return self.value.value if isinstance(self.value, Made) else self.value


def typed(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[Argument]:
    """Every place in the arguments of a call, given or not, outer ones before what they hold."""
    return list(_members(schema, arguments, ()))


def _members(schema: Mapping[str, Any], value: Mapping[str, Any], path: Path) -> Iterator[Argument]:
    required = set(schema.get("required", ()))
    for name, member in schema.get("properties", {}).items():
        given = name in value and value[name] is not None
        yield from _place(member, value.get(name), (*path, name), optional=name not in required, given=given)


def _place(schema: Mapping[str, Any], value: Any, path: Path, *, optional: bool, given: bool) -> Iterator[Argument]:
    plain = without_null(schema)
    kind = kind_of(plain)
    yield Argument(path, plain, kind, optional, given, value)
    if kind == "object" and isinstance(value, Mapping):
        yield from _members(plain, value, path)
    if kind == "list" and isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _place(plain["items"], item, (*path, index), optional=False, given=True)


def without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a value that may be null, of the value alone."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return {**schema, **options[0]} if options else schema


def kind_of(schema: Mapping[str, Any]) -> Kind:
    """What kind of value a schema without null describes."""
    if "enum" in schema or "const" in schema:
        return "enum"
    if schema.get("type") == "integer":
        return "id" if schema.get("maximum") == MAX_ID and schema.get("minimum") == 1 else "quantity"
    if schema.get("type") == "string":
        return _text_kind(schema)
    kinds: Mapping[str, Kind] = {"boolean": "boolean", "array": "list", "object": "object"}
    return kinds[schema["type"]]


def _text_kind(schema: Mapping[str, Any]) -> Kind:
    if schema.get("pattern") == _money_pattern():
        return "money"
    if schema.get("format") in ("date", "date-time"):
        return "day" if schema["format"] == "date" else "instant"
    return "prose" if "pattern" not in schema and schema.get("maxLength", 0) >= LONG else "text"


@cache
def _money_pattern() -> str:
    return str(TypeAdapter(Price).json_schema()["pattern"])
