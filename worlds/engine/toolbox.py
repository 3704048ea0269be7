"""Tool definitions in the shapes that models are given; they depend on the world and the role only, never on a task."""

from collections.abc import Callable, Mapping
from typing import Any

from worlds.engine.operation import Operation
from worlds.engine.terms import schema_with
from worlds.engine.world import World


def offered(world: World, role: str) -> list[Operation[..., Any]]:
    """The operations that a role has as tools, by name."""
    return [
        operation for operation in world.operations.values() if role in operation.roles and "tools" in operation.doors
    ]


def tool_definitions(world: World, role: str, shape: str = "openai") -> list[dict[str, Any]]:
    """Definitions in the "openai" (chat completions), "anthropic" or "mcp" shape.

    Raises:
        ValueError: for another shape.
    """
    if shape not in SHAPES:
        raise ValueError(f"There is no tool shape {shape!r}; there are: {', '.join(SHAPES)}.")
    return [SHAPES[shape](operation) for operation in offered(world, role)]


def _openai(operation: Operation[..., Any]) -> dict[str, Any]:
    function = {
        "name": operation.name,
        "description": operation.description,
        "parameters": schema_with(operation),
    }
    return {"type": "function", "function": function}


def _anthropic(operation: Operation[..., Any]) -> dict[str, Any]:
    return {
        "name": operation.name,
        "description": operation.description,
        "input_schema": schema_with(operation),
    }


def _mcp(operation: Operation[..., Any]) -> dict[str, Any]:
    return {
        "name": operation.name,
        "description": operation.description,
        "inputSchema": schema_with(operation),
        "annotations": {"readOnlyHint": not operation.writing},
    }


SHAPES: Mapping[str, Callable[[Operation[..., Any]], dict[str, Any]]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "mcp": _mcp,
}
