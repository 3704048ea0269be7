"""The grade of a settled episode: gates, one bundle of effects, their order, the answer; then pass, reward and score.

Order of evaluation: invariants, forbidden effects, matching, order, answer. Nothing is executed and no model is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from worlds.graders import answers
from worlds.graders.criteria import Criterion
from worlds.graders.effects import Effect
from worlds.graders.evidence import Collateral, at_steps, collateral, of_effect, of_state
from worlds.graders.expectation import Bundle
from worlds.graders.judged import Change, Judged, Reverted, judged
from worlds.graders.matching import OWN, Matching, Taken, fits, match, total
from worlds.graders.record import Record
from worlds.graders.text import listed

__all__ = ["Collateral", "Criterion", "Grade", "Record", "grade"]

PARTIAL: Final = 0.5  # the most that an episode without a pass can score
MOST_ATTEMPTS: Final = 1  # refused attempts at what the policy forbids that are forgiven


@dataclass(frozen=True, slots=True)
class Grade:
    """A judged episode. `reward` is None only where our infrastructure failed and the episode is to be repeated.

    `bundle` is the index of the bundle that was judged and `used` the ids of its allowed effects that something
    matched; `defects` are faults of the expectation itself.
    """

    reward: float | None
    passed: bool
    score: float
    criteria: tuple[Criterion, ...] = ()
    collateral: tuple[Collateral, ...] = ()
    bundle: int = 0
    cause: str | None = None
    defects: tuple[str, ...] = ()
    used: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the grade as JSON."""
        data = {name: getattr(self, name) for name in ("reward", "passed", "score", "bundle", "cause")}
        data["criteria"] = [criterion.to_json() for criterion in self.criteria]
        data["collateral"] = [one.to_json() for one in self.collateral]
        return data | {"defects": list(self.defects), "used": list(self.used)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grade:
        """Read what `to_json` wrote."""
        parts = {
            "criteria": tuple(Criterion.from_json(one) for one in data["criteria"]),
            "collateral": tuple(Collateral.from_json(one) for one in data["collateral"]),
            "defects": tuple(data["defects"]),
            "used": tuple(data["used"]),
        }
        return cls(**{**data, **parts})


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How one bundle came out."""

    index: int
    criteria: tuple[Criterion, ...]
    collateral: tuple[Collateral, ...]
    share: float
    used: tuple[str, ...]
    passed: bool = field(init=False)
    score: float = field(init=False)

    def __post_init__(self) -> None:
        passed = all(one.satisfied for one in self.criteria if one.kind != "metric")
        gates = all(one.satisfied for one in self.criteria if one.kind == "gate")
        object.__setattr__(self, "passed", passed)
        object.__setattr__(self, "score", 1.0 if passed else PARTIAL * self.share if gates else 0.0)

    @property
    def rank(self) -> tuple[bool, float, int, float, int]:
        """The better outcome has the greater rank."""
        return (self.passed, self.score, -len(self.collateral), self.share, -self.index)


def grade(
    record: Record, *, shaping: Literal["none", "partial"] = "none", world_bug_reward: float | None = 0.0
) -> Grade:
    """Return the grade of a record.

    `shaping="partial"` makes the score the reward, for training; `world_bug_reward` is the reward of an episode that
    a defect of the world ended.
    """
    if record.cause == "infra":
        return Grade(None, passed=False, score=0.0, cause=record.cause)
    if record.cause == "world_bug":
        return Grade(world_bug_reward, passed=False, score=0.0, cause=record.cause)
    seen = judged(record.schema, record.entries)
    said = answers.read(record.answer) if record.expectation.answer else answers.Said()
    gates = _gates(record, seen)
    outcomes = [
        _outcome(record, index, bundle, seen, gates, said) for index, bundle in enumerate(record.expectation.any_of)
    ]
    best = max(outcomes, key=lambda outcome: outcome.rank)
    held = [str(outcome.index) for outcome in outcomes if outcome.passed]
    defects = (f"Bundles {', '.join(held)} hold at once; only one may.",) if len(held) > 1 else ()
    reward = best.score if shaping == "partial" else float(best.passed)
    criteria = (*best.criteria, *_metrics(record, seen))
    return Grade(
        reward, best.passed, best.score, criteria, best.collateral, best.index, record.cause, defects, best.used
    )


def _gates(record: Record, seen: Judged) -> list[Criterion]:
    """Return the gates that no bundle changes: invariants, forbidden effects, what was done and undone, attempts."""
    wanted = record.expectation.invariants
    lines = [one.criterion() for one in record.invariants if wanted is None or one.name in wanted]
    unchecked = sorted((wanted or frozenset()) - {one.name for one in record.invariants})
    lines += [Criterion(f"invariant.{n}", n, "gate", satisfied=False, evidence="was not checked") for n in unchecked]
    lines += [_forbidden(effect, seen.changes) for effect in record.expectation.forbidden]
    harms = [f"{r.table} {r.key}: {r.harm}, {at_steps(r.steps)}" for r in seen.reverted if _harms(record, seen, r)]
    words = "Nothing was changed and put back where that leaves traces"
    lines.append(Criterion("undone", words, "gate", not harms, 0, listed(harms) or "nothing"))
    count = record.attempted_violations
    words = "The agent did not keep trying what the policy forbids"
    lines.append(Criterion("attempts", words, "gate", count <= MOST_ATTEMPTS, 0, f"{count} refused"))
    did = f"{len(seen.changes)} changes" if seen.changes else "the agent changed nothing"
    lines.append(Criterion("acted", "The agent did something itself", "gate", bool(seen.changes), 0, did))
    return lines


def _harms(record: Record, seen: Judged, one: Reverted) -> bool:
    """Whether what was put back is more than untidy.

    Where a failure has stopped the work, a row that the hand-over changes anyway may have gone through a state of it.
    """
    stopped = record.excused and not one.is_sensitive
    return bool(one.harm) and not (stopped and (one.table, one.key) in {(c.table, c.key) for c in seen.changes})


def _forbidden(effect: Effect, changes: Sequence[Change]) -> Criterion:
    found = [collateral(Taken(c, c.columns)).words for c in changes if _is_forbidden(effect, c)]
    return Criterion(effect.id, f"Not done: {effect.words}", "gate", not found, 0, listed(found) or "not found")


def _is_forbidden(effect: Effect, change: Change) -> bool:
    by = effect.by or "any"
    meant = by not in OWN or any(entry.actor in OWN[by] for entry in change.entries)
    return meant and fits(effect, change, {})


def _outcome(
    record: Record, index: int, bundle: Bundle, seen: Judged, gates: Sequence[Criterion], said: answers.Said
) -> _Outcome:
    """Return how a bundle came out, criterion by criterion."""
    others = any(effect.by and effect.by[:3] in ("any", "per") for effect in bundle.required)
    changes = (*seen.changes, *seen.foreign(record.schema)) if others else seen.changes
    matching = match(bundle.required, bundle.allowed, changes, record.people)
    left = [*matching.left, *_overdone(bundle, matching)]
    txs = {entry.tx for taken in matching.taken.values() for one in taken for entry in one.change.entries}
    spilled = [one for one in left if not _follows(one, txs | seen.idle_txs)]
    lines = [_required(effect, matching, spilled) for effect in bundle.required]
    lines += _final(record)
    share = _share(lines)
    beyond = tuple(collateral(one) for one in sorted(spilled, key=lambda one: one.change.place))
    words = "Nothing else was changed"
    evidence = listed(one.words for one in beyond) or "nothing else"
    lines = [*gates, Criterion("collateral", words, "gate", not beyond, 0, evidence), *lines]
    lines += _order(bundle, matching)
    if record.expectation.answer:
        held = all(line.satisfied for line in lines)
        lines += answers.judge(record.expectation.answer, said, matching.bound, held)
    used = tuple(effect.id for effect in bundle.allowed if matching.taken[effect.id])
    return _Outcome(index, tuple(lines), beyond, share, used)


def _share(lines: Sequence[Criterion]) -> float:
    """Return the weighted share of the criteria that were false at the start and hold now."""
    weight = sum(line.weight for line in lines)
    return sum(line.weight for line in lines if line.satisfied) / weight if weight else 0.0


def _required(effect: Effect, matching: Matching, left: Sequence[Taken]) -> Criterion:
    taken = matching.taken[effect.id]
    right = effect.total is None or total(effect, taken) == effect.total[1]
    evidence = of_effect(effect, taken, left, matching.bound)
    satisfied = right and len(taken) >= effect.low
    return Criterion(effect.id, effect.words, "required", satisfied, effect.weight, evidence)


def _overdone(bundle: Bundle, matching: Matching) -> list[Taken]:
    """Return what effects took beyond their total: more than required, or anything but the total that is allowed."""
    over: list[Taken] = []
    for effect in bundle.effects():
        taken = matching.taken[effect.id]
        if effect.total is None or not taken:
            continue
        amount, wanted = total(effect, taken), effect.total[1]
        beyond = amount > wanted if wanted >= 0 else amount < wanted
        if beyond or (effect in bundle.allowed and amount != wanted):
            over += taken
    return [one for one in over if not one.change.foreign]


def _follows(left: Taken, txs: AbstractSet[int]) -> bool:
    """Say whether a leftover row is a trace written in one of the transactions that did something named, or nothing."""
    change = left.change
    return change.class_ == "trace" and change.kind == "insert" and change.entries[0].tx in txs


def _final(record: Record) -> list[Criterion]:
    lines = []
    for state in record.expectation.final:
        satisfied, evidence = of_state(state, record.rows.get(state.table, ()))
        if state.holds_at_start:
            lines.append(Criterion(state.id, state.words, "gate", satisfied, 0, evidence))
        else:
            lines.append(Criterion(state.id, state.words, "required", satisfied, state.weight, evidence))
    return lines


def _order(bundle: Bundle, matching: Matching) -> list[Criterion]:
    """Return a criterion for every asked order; where one of the two is missing, it is not in the wrong order."""
    effects = {effect.id: effect for effect in bundle.effects()}
    lines = []
    for one in bundle.order:
        first, then = effects[one.first], effects[one.then]
        firsts = [entry.seq for taken in matching.taken[first.id] for entry in taken.change.touching(first.covers)]
        thens = [entry.seq for taken in matching.taken[then.id] for entry in taken.change.touching(then.covers)]
        right = not firsts or not thens or max(firsts) < min(thens)
        words = f"First: {first.words}; then: {then.words}"
        evidence = "in this order" if right else f"entry {max(firsts)} came after entry {min(thens)}"
        lines.append(Criterion(f"before.{first.id}.{then.id}", words, "order", right, 0, evidence))
    return lines


def _metrics(record: Record, seen: Judged) -> list[Criterion]:
    back = [f"{r.table} {r.key} ({listed(r.columns)}), {at_steps(r.steps)}" for r in seen.reverted]
    tidy = Criterion("tidy", "Nothing was changed and put back", "metric", not back, 0, listed(back) or "nothing")
    steps = Criterion("steps", "Calls of the agent", "metric", satisfied=True, evidence=str(record.steps))
    return [tidy, steps]
