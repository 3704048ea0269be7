"""Whether an expectation fits a world's schema: known tables and columns, predicates that suit a column's class.

It also lists the literal keys that an expectation holds, which the engine checks against the start state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from worlds.graders.effects import Effect, Preds, State
from worlds.graders.predicates import Between, Eq, Mentions, Multiset, OneOf, Pred, Ref
from worlds.graders.shape import JUDGED_COLUMNS, JUDGED_TABLES, Schema, TableShape

_OF_PROSE: Final = "mentions, not_null, unchanged or any_value"
_OF_SETS: Final = "multiset, not_null, unchanged or any_value"


def problems(
    schema: Schema, effects: Sequence[Effect], allowed: Sequence[Effect], states: Sequence[State]
) -> list[str]:
    """Return a sentence for every misfit between the effects and states and the schema."""
    found: list[str] = []
    for effect in effects:
        found += _of_pattern(schema, effect.id, effect.table, effect.where_preds, effect.set_preds)
        found += _of_effect(schema, effect)
    for effect in allowed:
        found += _of_allowed(schema, effect)
    for state in states:
        found += _of_pattern(schema, state.id, state.table, state.where_preds, state.set_preds)
    return found


def _of_pattern(schema: Schema, name: str, table: str, where: Preds, changed: Preds) -> Iterator[str]:
    shape = schema.tables.get(table)
    if shape is None:
        yield f"{name}: there is no table {table!r}."
        return
    for column, predicate in (*where.items(), *changed.items()):
        if column not in shape.columns:
            yield f"{name}: {table} has no column {column!r}."
        else:
            yield from _of_predicate(name, shape, column, predicate)


def _of_predicate(name: str, shape: TableShape, column: str, predicate: Pred) -> Iterator[str]:
    class_ = shape.class_of(column)
    empty = isinstance(predicate, Eq) and predicate.value is None
    if class_ == "prose" and not empty and isinstance(predicate, Eq | OneOf | Between | Multiset):
        yield f"{name}: {shape.name}.{column} is prose, which is never compared by equality; use {_OF_PROSE}."
    if class_ == "set" and not empty and isinstance(predicate, Eq | OneOf | Between | Mentions):
        yield f"{name}: {shape.name}.{column} is a set, whose spelling is free; use {_OF_SETS}."


def _of_effect(schema: Schema, effect: Effect) -> Iterator[str]:
    shape = schema.tables.get(effect.table)
    if shape is None:
        return
    if shape.class_ not in JUDGED_TABLES:
        yield f"{effect.id}: {effect.table} is a table of class {shape.class_}, which is never judged."
    if effect.total and effect.total[0] not in shape.columns:
        yield f"{effect.id}: {effect.table} has no column {effect.total[0]!r}."
    if effect.kind == "insert":
        return
    for column in sorted(effect.covers & shape.columns.keys()):
        if shape.class_of(column) not in JUDGED_COLUMNS:
            yield f"{effect.id}: a change of {effect.table}.{column} ({shape.class_of(column)}) is never judged."


def _of_allowed(schema: Schema, effect: Effect) -> Iterator[str]:
    """Refuse an outward effect that no fixed fact ties to the task: a door through which anything could be sent."""
    shape = schema.tables.get(effect.table)
    if shape is None or shape.class_ != "outward":
        return
    tied = {column for column, p in effect.where_preds.items() if isinstance(p, Eq | OneOf | Ref)}
    if not (tied & shape.references.keys() if shape.references else tied):
        yield f"{effect.id}: {effect.table} is outward; its where must fix the record that it is about."


def literal_keys(schema: Schema, effects: Iterable[Effect | State]) -> list[tuple[str, int | str]]:
    """Return every (table, key) that the effects name literally, sorted: each must exist in the start state.

    A key that the episode creates cannot be known beforehand; it is reached by `bind` and `ref`.
    """
    found: set[tuple[str, int | str]] = set()
    for effect in effects:
        shape = schema.table(effect.table)
        targets = {**shape.references, shape.key: effect.table}
        for pattern in (effect.where_preds, effect.set_preds):
            found.update(_literals(pattern, targets))
    return sorted(found, key=lambda one: (one[0], str(one[1])))


def _literals(pattern: Preds, targets: Mapping[str, str]) -> Iterator[tuple[str, int | str]]:
    for column, predicate in pattern.items():
        values: tuple[object, ...] = ()
        if isinstance(predicate, Eq):
            values = (predicate.value,)
        elif isinstance(predicate, OneOf):
            values = predicate.values
        for value in values:
            if column in targets and isinstance(value, int | str):
                yield targets[column], value


def free_columns(schema: Schema, effect: Effect) -> list[str]:
    """Return the judged columns of an insert that the effect says nothing about: each is a freedom to be meant."""
    if effect.kind != "insert":
        return []
    shape = schema.table(effect.table)
    named = {*effect.where_preds, *effect.covers, shape.key}
    return sorted(name for name in shape.columns if name not in named and name not in shape.unjudged)
