"""What a task expects of an episode, as plain data: bundles of effects, forbidden effects, final states, the answer.

The closed world needs no words: whatever the agent caused beyond a bundle's effects is collateral.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from worlds.graders.answers import Answer, FromRow
from worlds.graders.effects import Before, Effect, ExpectationError, State, before
from worlds.graders.lint import problems
from worlds.graders.shape import Schema

__all__ = ["Answer", "Before", "Bundle", "Effect", "Expectation", "ExpectationError", "State", "before"]


def _unique(names: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ExpectationError(f"The {what} {name!r} is used twice.")
        seen.add(name)


@dataclass(frozen=True, slots=True)
class Bundle:
    """One way of being right: effects that must all be there, effects that may be, and what comes before what."""

    required: Sequence[Effect]
    allowed: Sequence[Effect] = ()
    order: Sequence[Before] = ()

    def __post_init__(self) -> None:
        """Check ids, bindings, orders and what is allowed."""
        for name in ("required", "allowed", "order"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _unique((effect.id for effect in self.effects()), "effect id")
        _unique((effect.bind for effect in self.effects() if effect.bind), "binding")
        self._check_bindings()
        ids = {effect.id for effect in self.effects()}
        for one in self.order:
            if {one.first, one.then} - ids or one.first == one.then:
                raise ExpectationError(f"before({one.first!r}, {one.then!r}) does not name two effects of its bundle.")
        for effect in self.required:
            if effect.low < 1:
                raise ExpectationError(f"Effect {effect.id!r} is required but may be missing; allow it instead.")
        for effect in self.allowed:
            if effect.is_open:
                raise ExpectationError(f"Effect {effect.id!r} is allowed on any row; say which in where.")

    def _check_bindings(self) -> None:
        binders = {effect.bind: effect.id for effect in self.effects() if effect.bind}
        graph: dict[str, set[str]] = {}
        for effect in self.effects():
            for ref in effect.refs():
                if ref.binding not in binders:
                    raise ExpectationError(f"Effect {effect.id!r} refers to {ref.binding!r}, which nothing binds.")
                graph.setdefault(effect.id, set()).add(binders[ref.binding])
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            raise ExpectationError(f"Bindings go in a circle: {error.args[1]}.") from error

    def effects(self) -> Iterator[Effect]:
        """Yield the required effects, then the allowed ones."""
        yield from self.required
        yield from self.allowed

    def to_json(self) -> dict[str, Any]:
        """Return the bundle as JSON."""
        return {
            "required": [effect.to_json() for effect in self.required],
            "allowed": [effect.to_json() for effect in self.allowed],
            "order": [[one.first, one.then] for one in self.order],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Bundle:
        """Read what `to_json` wrote."""
        required = [Effect.from_json(effect) for effect in data["required"]]
        allowed = [Effect.from_json(effect) for effect in data["allowed"]]
        return cls(required, allowed, [Before(first, then) for first, then in data["order"]])


@dataclass(frozen=True, slots=True)
class Expectation:
    """What counts as done: exactly one bundle whole, nothing forbidden, the final states, the answer.

    `invariants` names those of the world's invariants that hold for this task; None means all of them.
    Raises ExpectationError if doing nothing could fulfil it.
    """

    any_of: Sequence[Bundle]
    forbidden: Sequence[Effect] = ()
    final: Sequence[State] = ()
    answer: Answer | None = None
    invariants: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Check that something positive is asked in every bundle, and that ids and bindings are used well."""
        for name in ("any_of", "forbidden", "final"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.any_of:
            raise ExpectationError("An expectation needs a bundle.")
        positive = any(not state.holds_at_start for state in self.final)
        for bundle in self.any_of:
            if not bundle.required and not positive:
                raise ExpectationError("A bundle without a required effect is fulfilled by doing nothing.")
            shared = [*(effect.id for effect in bundle.effects()), *(state.id for state in self.final)]
            _unique([*shared, *(effect.id for effect in self.forbidden)], "id")
        for effect in self.forbidden:
            if effect.bind or any(effect.refs()) or effect.total or effect.count != 1:
                raise ExpectationError(f"Effect {effect.id!r} is forbidden at all: no bind, ref, total or count.")
        self._check_answer()

    def _check_answer(self) -> None:
        slots = self.answer.slots.values() if self.answer else ()
        for slot in slots:
            if isinstance(slot, FromRow):
                for bundle in self.any_of:
                    if slot.binding not in {effect.bind for effect in bundle.required}:
                        raise ExpectationError(f"A slot reads {slot.binding!r}, which a bundle does not bind.")

    def check_against(self, schema: Schema) -> None:
        """Raise ExpectationError with every way in which this does not fit a world's schema."""
        effects = [effect for bundle in self.any_of for effect in bundle.effects()]
        allowed = [effect for bundle in self.any_of for effect in bundle.allowed]
        found = problems(schema, [*effects, *self.forbidden], allowed, self.final)
        if found:
            raise ExpectationError("\n".join(found))

    def to_json(self) -> dict[str, Any]:
        """Return the expectation as JSON, for the graded record."""
        return {
            "any_of": [bundle.to_json() for bundle in self.any_of],
            "forbidden": [effect.to_json() for effect in self.forbidden],
            "final": [state.to_json() for state in self.final],
            "answer": self.answer.to_json() if self.answer else None,
            "invariants": sorted(self.invariants) if self.invariants is not None else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Expectation:
        """Read what `to_json` wrote; the checks of construction hold again."""
        return cls(
            any_of=[Bundle.from_json(bundle) for bundle in data["any_of"]],
            forbidden=[Effect.from_json(effect) for effect in data["forbidden"]],
            final=[State.from_json(state) for state in data["final"]],
            answer=Answer.from_json(data["answer"]) if data["answer"] else None,
            invariants=frozenset(data["invariants"]) if data["invariants"] is not None else None,
        )
