"""JSON Schema as tools want it: without references or titles, and with every string and integer bounded."""

from typing import Any


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its `$defs` put where they are used and Pydantic's titles dropped.

    Raises:
        TypeError: when a definition contains itself, which no flat schema can say.
    """
    definitions = schema.get("$defs", {})
    flat = _inline({name: value for name, value in schema.items() if name != "$defs"}, definitions, ())
    if not isinstance(flat, dict):
        raise TypeError("a schema must be an object")
    return flat


def _inline(node: Any, definitions: dict[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_inline(item, definitions, inside) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        if name in inside:
            raise TypeError(f"the type {name} contains itself; state it flat")
        target = _inline(definitions[name], definitions, (*inside, name))
        return {
            **target,
            **{key: _inline(value, definitions, inside) for key, value in node.items() if key != "$ref"},
        }
    return {
        key: (
            {name: _inline(value, definitions, inside) for name, value in child.items()}
            if key == "properties"
            else _inline(child, definitions, inside)
        )
        for key, child in node.items()
        if not (key == "title" and isinstance(child, str))
    }


def check_bounded(operation: str, schema: dict[str, Any], path: str = "") -> None:
    """Refuse argument types that the schema cannot say or that leave a value unbounded.

    Raises:
        TypeError: naming the operation, the argument and what to use instead.
    """
    if "enum" in schema or "const" in schema:
        return
    if problem := _problem(schema):
        raise TypeError(f"Argument {path or '(all)'} of {operation} {problem}.")
    for option in schema.get("anyOf", ()):
        check_bounded(operation, option, path)
    if "items" in schema:
        check_bounded(operation, schema["items"], f"{path}[]")
    for name, child in schema.get("properties", {}).items():
        check_bounded(operation, child, f"{path}.{name}".lstrip("."))


def _problem(schema: dict[str, Any]) -> str | None:
    kind = schema.get("type")
    if kind is None:
        return None if "anyOf" in schema else "has no type that JSON Schema can say"
    if kind == "number":
        return "is a float; use Price, Amount or an integer in minor units"
    if kind == "string" and schema.get("format", "date") not in {"date", "date-time"}:
        return f"has the format {schema['format']}, which no tool call can say"
    missing = [bound for bound in _BOUNDS.get(kind, ()) if not bound & schema.keys()]
    if missing:
        return f"is an unbounded {kind}; use a type of worlds.engine.fields, or add {_HINTS[kind]}"
    if kind == "object" and schema.get("additionalProperties") is not False:
        return "is an open object; use a model that inherits Input"
    return None


_BOUNDS: dict[str, tuple[frozenset[str], ...]] = {
    "string": (frozenset({"maxLength", "format"}),),
    "integer": (frozenset({"minimum", "exclusiveMinimum"}), frozenset({"maximum", "exclusiveMaximum"})),
    "array": (frozenset({"maxItems"}), frozenset({"items"})),
}
_HINTS = {"string": "a maximum length", "integer": "a least and a greatest value", "array": "a maximum length"}
