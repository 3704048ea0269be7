"""What a caller may say beside an operation's own arguments, and never has to: a cursor, and `allow_duplicate`.

`allow_duplicate`, or what a world's dialect calls it, saves something although the system has found its like.
Operations that make or name what should be there once take it (`@writes(duplicates=True)`). It matters where a rule on
duplicates warns; one that blocks is not overridden by it. An operation whose own rules look for duplicates has an
argument of that name itself; then it is that one. Both words stay among the arguments that a journal keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worlds.engine import cursors
from worlds.engine.errors import Invalid
from worlds.engine.operation import Operation

ALLOW_SCHEMA: Mapping[str, Any] = {
    "type": "boolean",
    "description": (
        "Save it although the system has found something like it. Say so only once you have looked at what it found."
    ),
}
_SAID = {True: True, False: False, None: False, "true": True, "false": False, "": False}


@dataclass(frozen=True, slots=True)
class Beside:
    """What was said beside the arguments; `asked` are those of a list as JSON values, for the next page's cursor."""

    asked: Mapping[str, Any] | None = None
    cursor: bool = False
    allow_duplicate: bool = False


NOTHING_BESIDE = Beside()


def taken_by(operation: Operation[..., Any]) -> Mapping[str, Mapping[str, Any]]:
    """The schemas of what may be said beside an operation's arguments, by name."""
    if _takes_alike(operation):
        return {operation.dialect.alike: ALLOW_SCHEMA}
    word = operation.dialect.cursor
    return {word: cursors.schema(operation.dialect)} if cursors.takes_cursors(operation) else {}


def taken_out(operation: Operation[..., Any], arguments: Any, now: int, *, typed: bool = False) -> tuple[Any, Beside]:
    """The operation's own arguments, and what stood beside them.

    `now` is the virtual second of the call; `typed` says that all of it is text of a form.

    Raises:
        Invalid: for a cursor that is not good, or a word that is neither yes nor no.
    """
    if not isinstance(arguments, Mapping):
        return arguments, NOTHING_BESIDE
    alike = operation.dialect.alike
    if _takes_alike(operation) and alike in arguments:
        return {name: value for name, value in arguments.items() if name != alike}, Beside(
            allow_duplicate=_said(operation, arguments[alike])
        )
    if cursors.takes_cursors(operation):
        if "page" in arguments and not typed and not operation.dialect.by_number:
            raise Invalid(
                "invalid_argument",
                f"{operation.name} has no argument page; {operation.dialect.cursor} asks for the next page.",
                field="page",
            )
        own = cursors.resolved(arguments, operation, now)
        return own, Beside(asked=own, cursor=own is not arguments)
    return arguments, NOTHING_BESIDE


def saves_alike(operation: Operation[..., Any], values: Mapping[str, Any], beside: Beside) -> bool:
    """Whether the caller has said that something is to be saved although there is something like it."""
    own = operation.duplicates and values.get(operation.dialect.alike) is True
    return own or beside.allow_duplicate


def _takes_alike(operation: Operation[..., Any]) -> bool:
    """Whether the word stands beside an operation's arguments, and is none of them."""
    return operation.duplicates and operation.dialect.alike not in operation.input_schema.get("properties", {})


def _said(operation: Operation[..., Any], value: Any) -> bool:
    known = isinstance(value, str | bool | None) and value in _SAID
    if not known:
        word = operation.dialect.alike
        told = f"The argument {word} of {operation.name} is not acceptable: input should be a valid boolean."
        raise Invalid("invalid_argument", told, field=word)
    return _SAID[value]
