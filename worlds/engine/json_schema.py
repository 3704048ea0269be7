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
    where = f"Argument {path or '(all)'} of {operation}"
    if "enum" in schema or "const" in schema:
        return
    for option in schema.get("anyOf", ()):
        check_bounded(operation, option, path)
    kind = schema.get("type")
    if kind is None and "anyOf" not in schema:
        raise TypeError(f"{where} has no type that JSON Schema can say.")
    if kind == "number":
        raise TypeError(f"{where} is a float; use Price, Amount or an integer in minor units.")
    if kind == "string" and not ({"maxLength", "format"} & schema.keys()):
        raise TypeError(f"{where} is an unbounded string; use line(), text() or a Literal.")
    if kind == "integer" and not (
        _bounded(schema, "minimum", "exclusiveMinimum") and _bounded(schema, "maximum", "exclusiveMaximum")
    ):
        raise TypeError(f"{where} is an unbounded integer; use RecordId, Quantity or whole(low, high).")
    if kind == "array":
        if "maxItems" not in schema:
            raise TypeError(f"{where} is a list without a maximum length; add Field(max_length=...).")
        check_bounded(operation, schema.get("items", {}), f"{path}[]")
    if kind == "object":
        if schema.get("additionalProperties") is not False:
            raise TypeError(f"{where} is an open object; use a model that inherits Input.")
        for name, child in schema.get("properties", {}).items():
            check_bounded(operation, child, f"{path}.{name}".lstrip("."))


def _bounded(schema: dict[str, Any], *names: str) -> bool:
    return any(name in schema for name in names)
