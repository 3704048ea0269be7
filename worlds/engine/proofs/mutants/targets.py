"""Mistakes in what is meant: a row that looks like the right one, any other row, the wrong one first (M4, M5, M16)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from worlds.engine.fields import format_money
from worlds.engine.proofs.mutants.arguments import Argument
from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.mutation import ADDED, Edited, Mutation
from worlds.engine.proofs.tapes import TapedCall, put
from worlds.graders.changes import Row

ALIKE = 3


def lookalike(ground: Ground) -> Iterator[Mutation]:
    """M4: an id names one of the three rows that look most like its own, alone or with all that belongs to it."""
    for table, own in dict.fromkeys((table, argument.literal) for _, argument, table in _ids(ground)):
        for key in ground.records.lookalikes(table, own, ALIKE):
            yield from _all_of_it(ground, table, own, key)
    for call, argument, table in _ids(ground):
        for key in ground.records.lookalikes(table, argument.literal, ALIKE):
            yield _aimed(ground, "M4", call, argument, key)


def anywhere(ground: Ground) -> Iterator[Mutation]:
    """M5: each id names a row drawn from all of its table."""
    for call, argument, table in _ids(ground):
        others = [key for key in ground.records.ids(table) if key != argument.literal]
        if others:
            key = ground.rng(f"M5|{call.number}|{argument.label}").choice(others)
            yield _aimed(ground, "M5", call, argument, key)


def undo(ground: Ground) -> Iterator[Mutation]:
    """M16: the write is first made on a look-alike and undone there, where its arguments are columns of that row."""
    for call in ground.writes:
        for argument in ground.arguments(call):
            table = ground.table_of(call, argument) if argument.kind == "id" and len(argument.path) == 1 else None
            for key in ground.records.lookalikes(table, argument.literal, 1) if table else ():
                row = ground.records.row(str(table), key)
                if row is None or (back := _as_it_was(ground, call, argument, row)) is None:
                    continue
                wrong = replace(call, number=ADDED, arguments=put(call.arguments, argument.path, key), key=None)
                restored = replace(wrong, number=ADDED + 1, arguments=back)
                yield Mutation(
                    operator="M16",
                    call=ground.label(call),
                    what=f"first on {table} {key}, and undone there",
                    instead={call.number: (wrong, restored, call)},
                )


def _ids(ground: Ground) -> Iterator[tuple[TapedCall, Argument, str]]:
    for call in ground.writes:
        for argument in ground.arguments(call):
            table = ground.table_of(call, argument) if argument.kind == "id" and argument.given else None
            if table:
                yield call, argument, table


def _all_of_it(ground: Ground, table: str, own: int, key: int) -> Iterator[Mutation]:
    """The whole work on another row, its lines for the row's own wherever they are named."""
    known = {(table, own): key}
    edits = []
    for call, argument, other in _ids(ground):
        there = ground.records.counterpart(known, other, argument.literal)
        if there != argument.literal:
            edits.append(Edited(call.number, argument.path, there))
    if len(edits) > 1:
        label = ground.label(ground.writes[0]) if len(ground.writes) == 1 else "all writes"
        what = f"all of {table} {own} -> {table} {key}"
        yield Mutation(operator="M4", call=label, what=what, edits=tuple(edits))


def _aimed(ground: Ground, operator: str, call: TapedCall, argument: Argument, key: int) -> Mutation:
    return Mutation(
        operator=operator,
        call=ground.label(call),
        what=f"{argument.label} {argument.literal} -> {key}",
        edits=(Edited(call.number, argument.path, key),),
    )


def _as_it_was(ground: Ground, call: TapedCall, target: Argument, row: Row) -> dict[str, Any] | None:
    """The same call's arguments with the values that a row had, or None where some are no columns of it."""
    back: dict[str, Any] = {target.name: row["id"]}
    changing = 0
    for argument in ground.arguments(call):
        if argument.path == target.path or not argument.given:
            continue
        if len(argument.path) > 1:
            return None
        if argument.kind == "boolean" and argument.name not in row:
            back[argument.name] = argument.value
            continue
        if argument.name not in row or row[argument.name] is None:
            return None
        back[argument.name] = _shown(argument, row[argument.name])
        changing += 1
    return back if changing else None


def _shown(argument: Argument, stored: Any) -> Any:
    if argument.kind == "money":
        return format_money(stored)
    return bool(stored) if argument.kind == "boolean" else stored
