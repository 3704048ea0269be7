"""What becomes of a call's arguments on the way: a condition, two people's edits in one, what a rule asks for."""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from worlds.engine.operation import Operation
from worlds.engine.resilience.sights import Key, Seen, Shown, find_object, ids_in, lasting
from worlds.engine.resilience.signs import Sign

ALLOW = "allow_duplicate"
"""The argument that saves what is alike to something, where a tool takes it."""
VERSION = "if_version"
"""The argument that makes a write conditional, where a tool takes it."""


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


def merged(mine: Mapping[str, Any], told: Sign) -> dict[str, Any]:
    """My arguments, but for those that only repeat what the record held: these follow what somebody else made of it.

    The conflict says what differs: a list of `changes` with `field` (a dotted path), `was` and `now`.
    """
    sent: dict[str, Any] = deepcopy(dict(mine))
    changes = told.body.get("changes", ()) if isinstance(told.body, Mapping) else ()
    for change in changes:
        *path, last = str(change["field"]).split(".")
        inner: Any = sent
        for name in path:
            inner = inner.get(name) if isinstance(inner, dict) else None
        said = isinstance(inner, dict) and (last in inner or path)  # what a part leaves out is emptied by it
        if isinstance(inner, dict) and said and inner.get(last) == change["was"]:
            inner[last] = change["now"]
    return sent


def mended(arguments: Mapping[str, Any], sign: Sign, seen: Seen) -> dict[str, Any] | None:
    """The arguments as a rule of the system asks for them, where the records say with what; None where they do not.

    A text at fault gets what the rule's sentence names, as the record shows it. What is only alike is saved all the
    same: whoever does the task has read the records and means another one.
    """
    told = sign.body if isinstance(sign.body, Mapping) else {}
    if told.get("allow_save") and ALLOW not in arguments:
        return {**arguments, ALLOW: True}
    errors = told.get("errors", told.get("error"))
    for field, said in errors.items() if isinstance(errors, Mapping) else ():
        words = set(re.findall(r"[a-z_]+", str(said).lower()))
        for value in _named_in(words, arguments, seen):
            held = arguments.get(field) or ""
            if isinstance(held, str) and value not in held:
                return {**arguments, field: f"{held} {value}".strip()}
    return None


def _named_in(words: set[str], arguments: Mapping[str, Any], seen: Seen) -> list[str]:
    """The values that records named by a call have under a name that a sentence says."""
    found = []
    for name, value in ids_in(arguments).items():
        shown = next((one for body in seen.values() if (one := find_object(body, Key(name, value)))), {})
        found += [held for column, held in lasting(shown).items() if column in words and isinstance(held, str)]
    return found


def _records(arguments: Mapping[str, Any], seen: Seen) -> list[Shown]:
    """The records that arguments name, as they were seen last."""
    found = []
    for name, value in ids_in(arguments).items():
        for body in reversed(list(seen.values())):
            if (shown := find_object(body, Key(name, value))) is not None and "version" in shown:
                found.append(shown)
                break
    return found
