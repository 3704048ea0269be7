"""What was found, in words: rows that an effect took, the nearest row where it took none, what was left over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from worlds.graders.changes import Row
from worlds.graders.effects import Effect, Preds, State
from worlds.graders.judged import Change
from worlds.graders.matching import Taken, total
from worlds.graders.predicates import Bound
from worlds.graders.text import listed, shown


@dataclass(frozen=True, slots=True)
class Collateral:
    """A change that nobody asked for: the row, the columns, and the change in words."""

    table: str
    key: int
    kind: str
    columns: tuple[str, ...]
    steps: tuple[int, ...]
    words: str

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Collateral:
        """Read what `to_json` wrote."""
        return cls(**data | {"columns": tuple(data["columns"]), "steps": tuple(data["steps"])})


def at_steps(steps: Iterable[int]) -> str:
    """Return steps in words."""
    numbers = sorted(set(steps))
    return f"step{'s' if len(numbers) > 1 else ''} {listed(map(str, numbers))}"


def _row(change: Change) -> str:
    return f"{change.table} {change.key}, {at_steps(change.steps())}"


def collateral(left: Taken) -> Collateral:
    """Return a leftover change in words: old and new values for an update, the first columns of a row otherwise."""
    change = left.change
    columns = tuple(sorted(left.columns))
    if change.kind == "update":
        before, after = change.before, change.after
        parts = (f"{c} {shown(before.get(c))} -> {shown(after.get(c))}" for c in columns)
    else:
        row = change.after or change.before
        parts = (f"{c} {shown(row.get(c))}" for c in columns if row.get(c) is not None)
    verb = {"insert": "new", "update": "changed", "delete": "deleted"}[change.kind]
    words = f"{verb} {_row(change)}: {listed(parts)}"
    return Collateral(change.table, change.key, change.kind, columns, tuple(change.steps()), words)


def of_effect(effect: Effect, taken: Sequence[Taken], left: Sequence[Taken], bound: Bound) -> str:
    """Return what was found for an effect; where that is not enough, what came nearest instead."""
    if len(taken) < effect.low:
        found = f"found {len(taken)} of {effect.low}" if taken else "not found"
        return f"{found}; {_nearest(effect, left, bound)}"
    if not taken:
        return "not used"
    rows = f"found, {len(taken)} row{'s' if len(taken) > 1 else ''} ({listed(_row(one.change) for one in taken)})"
    if effect.total and total(effect, taken) != effect.total[1]:
        return f"{rows}, but {effect.total[0]} adds up to {total(effect, taken)}, not {effect.total[1]}"
    return rows


def _nearest(effect: Effect, left: Sequence[Taken], bound: Bound) -> str:
    """Return the leftover change that misses the fewest of the effect's predicates, and where it misses them."""
    best: tuple[int, str] | None = None
    for one in left:
        change = one.change
        if change.table != effect.table:
            continue
        wrong = [f"{change.kind}, not {effect.kind}"] if change.kind != effect.kind else []
        row = change.after if effect.kind == "insert" else change.before
        wrong += _misses(effect.where_preds, row, row, bound)
        if effect.kind != "delete":
            wrong += _misses(effect.set_preds, change.after, change.found, bound)
        if best is None or len(wrong) < best[0]:
            best = (len(wrong), f"instead: {_row(change)}, where {listed(wrong) or 'somebody else did it'}")
    return best[1] if best else f"nothing else happened to {effect.table}"


def _misses(preds: Preds, row: Row, before: Row, bound: Bound) -> list[str]:
    missed = []
    for column, predicate in preds.items():
        value = row.get(column)
        if not predicate.holds(value, before.get(column), bound):
            missed.append(f"{column} is {shown(value)}, not {predicate}")
    return missed


def of_state(state: State, rows: Sequence[Row]) -> tuple[bool, str]:
    """Return whether a final state holds among a table's final rows, and what was found."""
    meant = [row for row in rows if not _misses(state.where_preds, row, row, {})]
    right = [row for row in meant if not _misses(state.set_preds, row, row, {})]
    if state.count is not None:
        return len(right) == state.count, f"{len(right)} of {state.count} rows are so"
    if not meant:
        return False, "there is no such row"
    wrong = [miss for row in meant for miss in _misses(state.set_preds, row, row, {})]
    return not wrong, listed(wrong) if wrong else f"{len(right)} row{'s' if len(right) > 1 else ''} checked"
