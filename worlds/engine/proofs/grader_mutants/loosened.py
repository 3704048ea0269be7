"""An expectation with one criterion taken out or widened, in every way that a careless author could have written it.

The world's laws are left alone: they are the world's, not an expectation's. An expectation that would not be legal (no
positive criterion left, a row that is allowed anywhere) is not made.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from worlds.graders.answers import STATUSES, Answer, FromRow
from worlds.graders.effects import Effect, ExpectationError, Preds, State
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import AnyValue, Between, ChangedBy, Eq, Mentions, NoLater, OneOf, Pred, Ref
from worlds.graders.shape import JUDGED_COLUMNS, Schema

MANY: Final = 99
LEAST, MOST = -(2**62), 2**62
LAST_TEXT: Final = "\U0010ffff"
ANYTHING: Final = AnyValue("widened to see who notices")

ONE_ROW: Final = "the key already names the row"
ONE_CHANGE: Final = "one key is one row, which can change only once"
ONE_READ: Final = "a slot of the answer reads its one row"
CLOSED: Final = "the closed world fails what no effect takes anyway"
NOTHING_LEFT: Final = "nothing else is asked"


@dataclass(frozen=True, slots=True)
class Probe:
    """How a record breaks the criterion and nothing else: what `broken` is asked for."""

    kind: str
    way: int = 0
    about: str = ""
    column: str = ""
    predicate: Pred | None = None
    place: int = -1


@dataclass(frozen=True, slots=True)
class Loosened:
    """One criterion, by a name that is the same for every seed, and the expectation without it.

    `touches` are the criteria (by id) that a play may have missed for its verdict to turn, `table` the one on which it
    may have left collateral. `implied` says why the verdict may never turn though nothing is wrong. `expectation` is
    None where the criterion cannot be taken out at all.
    """

    label: str
    expectation: Expectation | None
    probe: Probe
    touches: frozenset[str] = frozenset()
    table: str = ""
    implied: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an effect stands in an expectation."""

    whole: Expectation
    way: int
    effect: Effect
    allowed: bool
    prefix: str

    @property
    def label(self) -> str:
        return self.prefix + folded(self.effect.id)

    @property
    def keyed(self) -> bool:
        """Whether the key names one row of the start state."""
        return self.effect.kind != "insert" and isinstance(self.effect.where_preds.get("id"), Eq)

    def instead(self, other: Effect) -> Expectation:
        """The expectation with another effect in this one's place."""
        bundle = self.whole.any_of[self.way]
        required = [other if one.id == self.effect.id else one for one in bundle.required]
        allowed = [other if one.id == self.effect.id else one for one in bundle.allowed]
        return _with_bundle(self.whole, self.way, replace(bundle, required=required, allowed=allowed))

    def made(self, what: str, change: Callable[[], Expectation], probe: Probe, implied: str = "") -> Iterator[Loosened]:
        with suppress(ExpectationError):
            touches = frozenset({self.effect.id})
            yield Loosened(f"{self.label}{what}", change(), probe, touches, self.effect.table, implied)

    def probe(self, kind: str, column: str = "", predicate: Pred | None = None, place: int = -1) -> Probe:
        return Probe(kind, self.way, self.effect.id, column, predicate, place)


def folded(name: str) -> str:
    """A name without the numbers that differ from instance to instance."""
    return re.sub(r"\d+", "#", name)


def loosened(expectation: Expectation, branch: str = "") -> Iterator[Loosened]:
    """Every criterion of an expectation taken out or widened; `branch` opens the names where it is given."""
    start = f"{branch}: " if branch else ""
    for way, bundle in enumerate(expectation.any_of):
        prefix = f"{start}way {way + 1}: " if len(expectation.any_of) > 1 else start
        for effect in bundle.required:
            place = _Place(expectation, way, effect, allowed=False, prefix=prefix)
            yield _optional(place)
            yield from _widened(place)
        for effect in bundle.allowed:
            place = _Place(expectation, way, effect, allowed=True, prefix=prefix)
            yield from _removed(place)
            yield from _widened(place)
        yield from _unordered(expectation, way, prefix)
    yield from _unforbidden(expectation, start)
    for state in expectation.final:
        yield from _of_state(expectation, state, start)
    if expectation.answer:
        yield from _of_answer(expectation, expectation.answer, start)


def with_table_allowed(expectation: Expectation, schema: Schema, table: str, branch: str = "") -> Loosened:
    """The expectation that lets anything happen to a table."""
    start = f"{branch}: " if branch else ""
    shape = schema.table(table)
    judged = {name: ANYTHING for name in shape.columns if shape.class_of(name) in JUDGED_COLUMNS and name != shape.key}
    anywhere = {shape.key: Between(LEAST, MOST)}
    extra = [
        Effect(f"any-insert-of-{table}", table, "insert", anywhere, count=(0, MANY)),
        Effect(f"any-delete-of-{table}", table, "delete", anywhere, count=(0, MANY)),
    ]
    if judged:
        extra.append(Effect(f"any-update-of-{table}", table, "update", anywhere, judged, count=(0, MANY)))
    bundles = [replace(bundle, allowed=[*bundle.allowed, *extra]) for bundle in expectation.any_of]
    widened = replace(expectation, any_of=bundles)
    return Loosened(f"{start}table {table} closed", widened, Probe("table", about=table), frozenset(), table)


def _with_bundle(expectation: Expectation, way: int, bundle: Bundle) -> Expectation:
    bundles = list(expectation.any_of)
    bundles[way] = bundle
    return replace(expectation, any_of=bundles)


# -- a whole effect -----------------------------------------------------------------------------------------------


def _optional(place: _Place) -> Loosened:
    """The effect may be missing; what refers to its rows refers to anything."""
    effect = place.effect
    touches = frozenset({effect.id})
    probe = place.probe("missing")
    try:
        widened = _made_optional(place)
    except ExpectationError:
        return Loosened(f"{place.label} required", None, probe, touches, effect.table, NOTHING_LEFT)
    return Loosened(f"{place.label} required", widened, probe, touches, effect.table)


def _made_optional(place: _Place) -> Expectation:
    effect, bundle = place.effect, place.whole.any_of[place.way]
    spare = replace(effect, count=(0, effect.high), by=effect.by or "agent")
    if spare.is_open:
        spare = replace(spare, where={**spare.where_preds, "id": Between(LEAST, MOST)})
    required = [_without_refs(one, effect.bind) for one in bundle.required if one.id != effect.id]
    allowed = [*(_without_refs(one, effect.bind) for one in bundle.allowed), spare]
    made = replace(bundle, required=required, allowed=allowed)
    answer = place.whole.answer
    if answer and effect.bind:
        slots = {n: s for n, s in answer.slots.items() if not (isinstance(s, FromRow) and s.binding == effect.bind)}
        answer = replace(answer, slots=slots)
    bundles = [made if way == place.way else one for way, one in enumerate(place.whole.any_of)]
    return replace(place.whole, any_of=bundles, answer=answer)


def _without_refs(effect: Effect, binding: str | None) -> Effect:
    if not binding or all(ref.binding != binding for ref in effect.refs()):
        return effect

    def free(preds: Preds) -> dict[str, Pred]:
        return {
            name: _widest(one) if isinstance(one, Ref | NoLater) and one.binding == binding else one
            for name, one in preds.items()
        }

    return replace(effect, where=free(effect.where_preds), set=free(effect.set_preds))


def _removed(place: _Place) -> Iterator[Loosened]:
    """The allowance is gone."""

    def change() -> Expectation:
        bundle = place.whole.any_of[place.way]
        rest = [one for one in bundle.allowed if one.id != place.effect.id]
        order = [one for one in bundle.order if place.effect.id not in (one.first, one.then)]
        return _with_bundle(place.whole, place.way, replace(bundle, allowed=rest, order=order))

    yield from place.made(" allowed", change, place.probe("used"))


# -- parts of an effect -------------------------------------------------------------------------------------------


def _widened(place: _Place) -> Iterator[Loosened]:
    effect = place.effect
    for column, predicate in effect.where_preds.items():
        if not isinstance(predicate, AnyValue):
            implied = ONE_ROW if place.keyed and column != "id" else ""
            where = effect.where_preds
            change = _opener(place, where, column, predicate)
            yield from place.made(f".where.{column}", change, place.probe("where", column, predicate), implied)
    for column, predicate in effect.set_preds.items():
        yield from _widened_value(place, column, predicate)
    yield from _widened_count(place)
    if effect.total:
        yield from place.made(".total", lambda: place.instead(replace(effect, total=None)), place.probe("total"))
    if effect.by != "any" and (effect.by or not place.allowed):
        yield from place.made(".by", lambda: place.instead(replace(effect, by="any")), place.probe("actor"))


def _opener(place: _Place, where: Preds, column: str, predicate: Pred) -> Callable[[], Expectation]:
    def change() -> Expectation:
        opened = replace(place.effect, where={**where, column: ANYTHING})
        if place.allowed and opened.is_open:  # an open allowance is no legal one, so it gets the widest range
            opened = replace(place.effect, where={**where, column: _widest(predicate)})
        return place.instead(opened)

    return change


def _widest(predicate: Pred) -> Pred:
    sample = predicate.value if isinstance(predicate, Eq) else None
    if isinstance(predicate, OneOf):
        sample = predicate.values[0]
    if isinstance(predicate, Between):
        sample = predicate.low
    if isinstance(predicate, Ref | NoLater):
        sample = predicate.column
    return Between("", LAST_TEXT) if isinstance(sample, str) else Between(LEAST, MOST)


def _widened_value(place: _Place, column: str, predicate: Pred) -> Iterator[Loosened]:
    def instead(other: Pred) -> Callable[[], Expectation]:
        return lambda: place.instead(replace(place.effect, set={**place.effect.set_preds, column: other}))

    what = f".set.{column}"
    if isinstance(predicate, AnyValue):
        return
    if not isinstance(predicate, Mentions):
        yield from place.made(what, instead(ANYTHING), place.probe("value", column, predicate))
        return
    for index, fact in enumerate(predicate.facts):
        facts = (*predicate.facts[:index], *predicate.facts[index + 1 :])
        other: Pred = replace(predicate, facts=facts) if facts or predicate.must_not else ANYTHING
        probe = place.probe("unsaid", column, predicate, index)
        yield from place.made(f"{what} says {fact.type} {index + 1}", instead(other), probe)
    if predicate.must_not:
        other = replace(predicate, must_not=()) if predicate.facts else ANYTHING
        yield from place.made(f"{what} never says", instead(other), place.probe("blurted", column, predicate))


def _widened_count(place: _Place) -> Iterator[Loosened]:
    effect = place.effect

    def instead(low: int, high: int) -> Callable[[], Expectation]:
        return lambda: place.instead(replace(effect, count=(low, high)))

    answer = place.whole.answer
    read = any(
        isinstance(slot, FromRow) and slot.binding == effect.bind for slot in (answer.slots if answer else {}).values()
    )
    implied = ONE_CHANGE if place.keyed else ONE_READ if read else ""
    if effect.high < MANY:
        yield from place.made(" at most so often", instead(effect.low, MANY), place.probe("more"), implied)
    if effect.low > 1 and not place.allowed:
        yield from place.made(" at least so often", instead(1, effect.high), place.probe("fewer"))


def _unordered(expectation: Expectation, way: int, prefix: str) -> Iterator[Loosened]:
    bundle = expectation.any_of[way]
    for one in bundle.order:
        rest = [other for other in bundle.order if other != one]
        name = f"before.{one.first}.{one.then}"
        made = _with_bundle(expectation, way, replace(bundle, order=rest))
        yield Loosened(prefix + folded(name), made, Probe("order", way, one.first, one.then), frozenset({name}))


# -- what is forbidden, final states, the answer ------------------------------------------------------------------


def _unforbidden(expectation: Expectation, prefix: str) -> Iterator[Loosened]:
    for effect in expectation.forbidden:
        rest = [one for one in expectation.forbidden if one.id != effect.id]
        made = replace(expectation, forbidden=rest)
        label = f"{prefix}{folded(effect.id)} forbidden"
        yield Loosened(label, made, Probe("none"), frozenset({effect.id}), effect.table, CLOSED)


def _of_state(expectation: Expectation, state: State, prefix: str) -> Iterator[Loosened]:
    label, touches = f"{prefix}{folded(state.id)}", frozenset({state.id})

    def made(what: str, probe: Probe, *others: State) -> Iterator[Loosened]:
        final = [one for one in expectation.final if one.id != state.id] + list(others)
        with suppress(ExpectationError):
            yield Loosened(label + what, replace(expectation, final=final), probe, touches, state.table)

    whole = list(made(" at the end", Probe("state", about=state.id)))
    yield from whole or [
        Loosened(f"{label} at the end", None, Probe("state", about=state.id), touches, state.table, NOTHING_LEFT)
    ]
    for column, predicate in state.set_preds.items():
        if not isinstance(predicate, AnyValue):
            wide = {**state.set_preds, column: ANYTHING}
            probe = Probe("state", about=state.id, column=column, predicate=predicate)
            yield from made(f".set.{column}", probe, replace(state, set=wide))
    if state.count is not None and state.set:
        yield from made(" so often", Probe("state", about=state.id), replace(state, count=None))


def _of_answer(expectation: Expectation, answer: Answer, prefix: str) -> Iterator[Loosened]:
    def made(what: str, probe: Probe, other: Answer) -> Loosened:
        touches = frozenset({f"answer.{what}"})
        return Loosened(f"{prefix}answer.{what}", replace(expectation, answer=other), probe, touches)

    if set(answer.statuses) != STATUSES:
        probe = Probe("status", predicate=OneOf(tuple(sorted(answer.statuses))))
        yield made("status", probe, replace(answer, status=tuple(sorted(STATUSES))))
    if answer.reasons is not None:
        yield made("reasons", Probe("reasons"), replace(answer, reasons=None))
    for name in answer.slots:
        slots = {other: slot for other, slot in answer.slots.items() if other != name}
        yield made(name, Probe("slot", about=name), replace(answer, slots=slots))
    if answer.must_not:
        yield made("must_not", Probe("told"), replace(answer, must_not=()))


Values = Mapping[str, Any]


def breaking(predicate: Pred, value: Any, before: Any, bound: Mapping[str, Sequence[Values]]) -> Any:
    """A value of a column that differs from the one it holds and for which the predicate does not hold.

    Raises:
        LookupError: when nothing that was tried breaks it.
    """
    rows = {name: tuple(found) for name, found in bound.items()}
    for tried in _others(predicate, value):
        if tried != value and not predicate.holds(tried, before, rows):
            return tried
    raise LookupError(f"nothing breaks {predicate}")


def _others(predicate: Pred, value: Any) -> list[Any]:
    near: list[Any] = [None, 1, "x", "[]", 10**9]
    if isinstance(predicate, ChangedBy) and isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, bool) or value in (0, 1):
        return [1 - int(value), int(value) + 7, *near]
    if isinstance(value, int):
        return [value + 1, value - 1, value + 10**9, *near]
    if isinstance(value, str):
        return [f"{value}x", f"{value[:-1]}", LAST_TEXT, '["x"]', "", *near]
    return near
