"""E4 and E10: a form saved unchanged, and a typo that is saved and then corrected; found from what the writes wrote.

Both count only where the world itself holds the outcome for the same: whether a second mail goes out or a row is booked
twice is seen in the rows, not asked of the grader.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from worlds.engine.episode import SECONDS
from worlds.engine.fields import format_money, parse_money
from worlds.engine.operation import Operation
from worlds.engine.proofs.equivalences.effects import same_effects
from worlds.engine.proofs.equivalences.variations import Played, Solved, Variation, accepted, varied
from worlds.engine.proofs.plays import Play
from worlds.engine.proofs.tapes import Path, Pause, Step, TapedCall, leaves, name_of, put
from worlds.graders.changes import Entry
from worlds.graders.shape import Schema

MOMENT = Pause(timedelta(seconds=SECONDS["tools"]))
_SURE = 3
"""Characters from which on a text that stands in a column is taken to come from the argument that holds it too."""


@dataclass(frozen=True, slots=True)
class Written:
    """An argument of a write that stands in a column which it changed; `before` is what stood there, as an argument."""

    path: Path
    value: int | str
    before: int | str | None


def save_unchanged(solved: Solved) -> Played:
    """A form saved once more as it is, before the change or after it."""
    return varied(_unchanged(solved), "no write of the solution can be saved again without a further effect")


def correct_a_typo(solved: Solved) -> Played:
    """A value written wrongly at first, then rightly."""
    return varied(_typos(solved), "no write of the solution can be made wrongly first and then corrected")


def _unchanged(solved: Solved) -> Iterator[Variation]:
    for call in solved.writes:
        found = written(call, solved.entries[call.number], solved.case.start.world.schema)
        if not found:
            continue
        again = _first(solved, call, [(call, one) for one in _versions(solved, call)], (call, MOMENT))
        as_it_was = call
        for one in found:
            if one.before is not None:
                as_it_was = _with(as_it_was, one.path, one.before)
        if as_it_was is not call:
            before = _first(solved, call, [(one, call) for one in _versions(solved, as_it_was)], (MOMENT, call))
            yield from [Variation(f"{call.operation} with what stood there, then rightly", one) for one in before]
        yield from [Variation(f"{call.operation} saved a second time", one) for one in again]


def _typos(solved: Solved) -> Iterator[Variation]:
    for call in solved.writes:
        for one in written(call, solved.entries[call.number], solved.case.start.world.schema):
            wrong = _with(call, one.path, mistyped(one.value))
            plays = _first(solved, call, [(first, call) for first in _versions(solved, wrong)], (MOMENT, call))
            yield from [Variation(f"{name_of(one.path)} of {call.operation} mistyped first", play) for play in plays]


def _first(
    solved: Solved, call: TapedCall, pairs: list[tuple[TapedCall, TapedCall]], idle: tuple[Step, Step]
) -> list[Play]:
    """The first of several plays, with two calls in the place of one, that has the solution's effects; at most one.

    `idle` is the same with a moment's rest for the additional call, so that both have as many steps at the same times.
    """
    schema = solved.case.start.world.schema
    straight = solved.replay(solved.replaced(call, *idle))
    for first, then in pairs:
        extra = replace(first, number=-1) if first is not call else first
        play = solved.replay(solved.replaced(call, extra, replace(then, number=call.number)))
        if accepted(play, straight) and same_effects(straight, play, schema):
            return [play]
    return []


def _versions(solved: Solved, call: TapedCall) -> list[TapedCall]:
    """An additional call as it is, and one with every box unticked, such as the one that tells the customer."""
    operation = solved.case.start.world.operations[call.operation]
    return [call, replace(call, arguments={**call.arguments, **dict.fromkeys(_boxes(operation), False)})]


def _boxes(operation: Operation[..., Any]) -> list[str]:
    properties = operation.input_schema.get("properties", {})
    return [name for name, schema in properties.items() if schema.get("type") == "boolean"]


def _with(call: TapedCall, path: Path, value: Any) -> TapedCall:
    return replace(call, arguments=put(call.arguments, path, value))


# -- what a call wrote --------------------------------------------------------------------------------------------


def written(call: TapedCall, entries: tuple[Entry, ...], schema: Schema) -> list[Written]:
    """The arguments of a call that stand in business rows which it updated; sensitive columns are left out."""
    found = []
    for path, value in leaves(call.plain):
        if isinstance(value, bool) or not isinstance(value, int | str) or name_of(path).endswith("_id"):
            continue
        columns = [column for entry in entries for column in _columns(entry, schema, name_of(path), value)]
        if columns:
            found.append(Written(path, value, columns[0]))
    return found


def _columns(entry: Entry, schema: Schema, name: str, value: int | str) -> Iterator[int | str | None]:
    """What stood before, as an argument, in each column of an updated row that now holds an argument's value."""
    shape = schema.table(entry.table)
    if entry.kind != "update" or shape.class_ != "business" or not entry.before or not entry.after:
        return
    stored = _stored(value)
    for column, after in entry.after.items():
        before = entry.before[column]
        named = column == name or column.endswith(f"_{name}") or name.endswith(f"_{column}")
        sure = named or (isinstance(value, str) and len(value) >= _SURE)
        if before != after and after in (value, stored) and sure and shape.class_of(column) in ("business", "prose"):
            yield format_money(before) if isinstance(value, str) and isinstance(before, int) else before


def _stored(value: int | str) -> Any:
    try:
        return parse_money(value)
    except ValueError:
        return value


def mistyped(value: int | str) -> int | str:
    """A value as a slip of the finger leaves it: still well-formed, but another one."""
    if isinstance(value, int):
        return value + 1
    if value and value[-1].isdigit():
        return value[:-1] + str((int(value[-1]) + 1) % 10)
    return value[:-1] + ("e" if value[-1:] != "e" else "a")
