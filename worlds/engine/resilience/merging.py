"""Two people at one record: what a write is made conditional on, and how both edits stay."""

from collections.abc import Mapping
from typing import Any

from worlds.engine.operation import Operation
from worlds.engine.resilience.sights import Key, Shown, find_object, ids_in, lasting

VERSION = "if_version"
"""The argument that makes a write conditional, where a tool takes it."""

Seen = Mapping[tuple[str, str], Any]
"""What readings answered last."""


def condition(tool: Operation[..., Any], arguments: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
    """The version that a write builds on, where the tool takes one and the record was seen with it."""
    if VERSION in arguments or not takes_version(tool):
        return {}
    for shown in _records(arguments, seen):
        if isinstance(shown.get("version"), int):
            return {VERSION: shown["version"]}
    return {}


def takes_version(tool: Operation[..., Any]) -> bool:
    """Whether an operation can be made conditional."""
    return bool(getattr(tool, "record", "")) or VERSION in tool.input_schema.get("properties", {})


def merged(mine: Mapping[str, Any], before: Seen, now: Seen) -> dict[str, Any]:
    """My arguments, but for those that only repeat what the record held: these follow what it holds now."""
    was = next((lasting(one) for one in _records(mine, before)), {})
    holds = next((lasting(one) for one in _records(mine, now)), {})
    keys = ids_in(mine)
    return {
        name: holds[name] if name not in keys and name in was and name in holds and value == was[name] else value
        for name, value in mine.items()
    }


def _records(arguments: Mapping[str, Any], seen: Seen) -> list[Shown]:
    """The records that arguments name, as they were seen last."""
    found = []
    for name, value in ids_in(arguments).items():
        for body in reversed(list(seen.values())):
            if (shown := find_object(body, Key(name, value))) is not None and "version" in shown:
                found.append(shown)
                break
    return found
