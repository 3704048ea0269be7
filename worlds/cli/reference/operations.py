"""The reference page of a world: roles, operations with their arguments, results, errors, and the tasks."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from worlds.cli.reference.refusals import Raised, refusals_of
from worlds.engine.cursors import answered_schema
from worlds.engine.operation import Operation
from worlds.engine.world import World

Schema = dict[str, Any]


def world_page(world: World) -> str:
    """The page as Markdown."""
    lines = [
        f"# {world.title}: reference",
        "",
        f"Written by `scripts/docs` from the code of the world `{world.name}`. Money is in {world.currency} as a",
        f"decimal string, moments are ISO 8601 in UTC; people read dates in {world.zone}.",
        "",
        *_roles(world),
        *_tasks(world),
        *_overview(world),
    ]
    raised = refusals_of(world)
    for noun, operations in _by_noun(world):
        lines += [f"## {noun}", ""]
        for operation in operations:
            lines += [*_operation(operation, raised[operation.name]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _roles(world: World) -> list[str]:
    rows = [f"| `{name}` | {role.title} | {role.sentence} |" for name, role in world.roles.items()]
    return ["## Roles", "", "| Role | Title | What it does |", "| --- | --- | --- |", *rows, ""]


def _tasks(world: World) -> list[str]:
    rows = [
        f"| `{world.name}/{one.name}` | `{one.role}` | {one.title} | {one.point} |" for one in world.families.values()
    ]
    return ["## Tasks", "", "| Task | Role | What is asked | What it teaches |", "| --- | --- | --- | --- |", *rows, ""]


def _overview(world: World) -> list[str]:
    reading = sum(not one.writing for one in world.operations.values())
    writing = len(world.operations) - reading
    return [f"{len(world.operations)} operations: {reading} read, {writing} write.", ""]


def _by_noun(world: World) -> Iterator[tuple[str, list[Operation[..., Any]]]]:
    ordered = sorted(world.operations.values(), key=lambda one: (_noun(one), one.writing, one.name))
    for noun, operations in groupby(ordered, key=_noun):
        yield noun, list(operations)


def _noun(operation: Operation[..., Any]) -> str:
    name = str(operation.function.__module__).rpartition(".")[2].replace("_", " ")
    return name[:1].upper() + name[1:]


def _operation(operation: Operation[..., Any], raised: list[Raised]) -> list[str]:
    does = "Writes" if operation.writing else "Reads"
    doors = "" if "tools" in operation.doors else " On pages only."
    lines = [f"### `{operation.name}`", "", operation.description, ""]
    lines += [f"{does}. For {', '.join(f'`{role}`' for role in sorted(operation.roles))}.{doors}", ""]
    required = operation.input_schema.get("required", [])
    rows = list(_arguments(operation.input_schema, required))
    if rows:
        lines += ["| Argument | Type | |", "| --- | --- | --- |", *rows, ""]
    lines += [f"Answers {_kind(answered_schema(operation))}."]
    if raised:
        errors = ["", "| Error | Status | When |", "| --- | --- | --- |"]
        lines += [*errors, *(f"| `{one.code}` | {one.status} | {_cell(one.sentence)} |" for one in raised)]
    return lines


def _arguments(schema: Schema, required: list[str], path: str = "") -> Iterator[str]:
    for name, child in schema.get("properties", {}).items():
        must = "" if name in required else f" Optional{_default(child)}."
        yield f"| `{path}{name}` | {_kind(child)} | {_cell(child.get('description', ''))}{must} |"
        inner = _object_in(child)
        if inner is not None:
            deeper = f"{path}{name}[]." if child.get("type") == "array" else f"{path}{name}."
            yield from _arguments(inner, inner.get("required", []), deeper)


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "" if default is None else f", `{str(default).lower() if isinstance(default, bool) else default}` by default"


def _object_in(schema: Schema) -> Schema | None:
    for option in schema.get("anyOf", [schema]):
        inner = option.get("items", {}) if option.get("type") == "array" else option
        if inner.get("type") == "object":
            found: Schema = inner
            return found
    return None


def _kind(schema: Schema) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" + _limit(schema, "minItems", "maxItems", "")
    if schema.get("type") == "object":
        return "object with " + ", ".join(f"`{name}`" for name in schema.get("properties", {}))
    return _plain(schema)


def _plain(schema: Schema) -> str:
    if "decimal" in schema.get("description", "") or "\\.[0-9]{2}" in schema.get("pattern", ""):
        return "money"
    kind = {"string": "text", "integer": "integer", "boolean": "yes or no", "null": "null"}[schema["type"]]
    if schema.get("format") in ("date", "date-time"):
        return {"date": "date", "date-time": "moment"}[schema["format"]]
    if kind == "integer":
        return kind + _limit(schema, "minimum", "maximum", "")
    return kind + _limit(schema, "minLength", "maxLength", " characters")


def _limit(schema: Schema, low: str, high: str, unit: str) -> str:
    least, most = schema.get(low), schema.get(high)
    if most is None or most >= 2**53 - 1:
        return "" if most is None else " (a record's id)"
    return f" ({least}–{most}{unit})" if least is not None else f" (at most {most}{unit})"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
