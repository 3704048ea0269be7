"""The OpenAPI 3.1 document of a world for a role: the same for every task, seed and episode."""

from typing import Any

from worlds.engine.cursors import answered_schema
from worlds.engine.errors import Invalid
from worlds.engine.operation import Operation
from worlds.engine.terms import KEY_SCHEMA, schema_with
from worlds.engine.toolbox import offered
from worlds.engine.world import World
from worlds.version import __version__

REFUSALS = {
    "400": "The body is not JSON.",
    "403": "The role may not do this.",
    "404": "There is no such operation or record.",
    "409": "The record's state forbids it now, or it is not at the version that was asked for.",
    "410": "The episode is over.",
    "413": "The body is too large.",
    "415": "The body is not sent as JSON.",
    "422": "An argument is missing, unknown or not acceptable.",
}


def openapi_document(world: World, role: str) -> dict[str, Any]:
    """The operations that a role has, their schemas, and the world's error shape; the server's address is relative."""
    return {
        "openapi": "3.1.0",
        "info": {"title": world.title, "version": __version__, "description": world.roles[role].sentence},
        "servers": [{"url": "../api"}],  # seen from openapi.json: the episode's own prefix
        "paths": {f"/{operation.name}": {"post": _described(operation)} for operation in offered(world, role)},
        "components": {
            "schemas": {"Error": shape_of(world.error_body(_EXAMPLE))},
            "responses": {
                f"Refused{status}": {
                    "description": sentence,
                    "content": _content({"$ref": "#/components/schemas/Error"}),
                }
                for status, sentence in REFUSALS.items()
            },
        },
    }


_EXAMPLE = Invalid(
    "invalid_argument", "A sentence that names the record, the rule and the way out.", field="lines.0.quantity"
)
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and arguments are answered as they were the first time; it may stand in the body too.",
    "schema": {name: KEY_SCHEMA[name] for name in ("type", "minLength", "maxLength")},
}
_VERSION = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 20, "examples": ['"3"']},
}
_VERSION_SAID = "The record's version as its ETag gave it; it may stand in the body as {} too."
_ETAG = {"ETag": {"description": "The record's version, if it has one.", "schema": {"type": "string"}}}


def _described(operation: Operation[..., Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "requestBody": {"required": True, "content": _content(schema_with(operation))},
        "responses": {
            "200": {"description": "Done.", "content": _content(answered_schema(operation))},
            **{status: {"$ref": f"#/components/responses/Refused{status}"} for status in REFUSALS},
        },
    }
    if operation.writing:
        version = {**_VERSION, "description": _VERSION_SAID.format(operation.dialect.version)}
        described["parameters"] = [_KEY, version] if operation.record else [_KEY]
    if "version" in operation.output_schema.get("properties", {}):
        described["responses"]["200"]["headers"] = _ETAG
    return described


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def shape_of(value: Any) -> dict[str, Any]:
    """The JSON Schema of an example: its members with their types; `field` may be null, and others may come."""
    if isinstance(value, dict):
        return {
            "type": "object",
            "properties": {
                name: {"type": ["string", "null"]} if name == "field" else shape_of(child)
                for name, child in value.items()
            },
            "required": list(value),
        }
    if isinstance(value, list):
        return {"type": "array", "items": shape_of(value[0]) if value else {}}
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return {"type": kinds[type(value)]} if type(value) in kinds else {}
