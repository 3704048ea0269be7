"""The proof by mutants: every way of getting a solution wrong that changes its outcome must fail the grade.

It says nothing of mistakes that are not a small edit of the solution, or of right ways other than it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from worlds.engine.proofs.mutants.classes import CLASSES, Original
from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.mutation import OPERATORS, PAIRS, Mutation, mutate
from worlds.engine.proofs.mutants.operators import pairs, singles
from worlds.engine.proofs.mutants.records import Records
from worlds.engine.proofs.outcomes import Outcome
from worlds.engine.proofs.plays import Case, missed
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.proofs.tapes import Tape

MOST_TOLERATED = 0.05
LEAST_LIVE = 15
LEAST_OPERATORS = 6
Table = dict[str, dict[str, int]]
"""Counts by operator and class."""
SHOWN = 20
"""Survivors of a family that are told one by one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the mutants of one instance showed: how many by operator and class, and a sentence for every hole."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    clauses: dict[str, int] = field(default_factory=dict)
    survivors: list[str] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)


class Mutants:
    """Plays the mutants of each instance and counts what became of them."""

    name = "mutants"

    def examine(self, case: Case) -> Found:
        """Play an instance's mutants, and keep those that must fail or pass."""
        if not case.solution.earned:
            return Found(holes=[f"{case.label}: the solution does not pass, so its mutants prove nothing"])
        whole = Tape.of(case.solution, case.start.world)
        with Records.of(case.start) as records:
            return _examined(case, Ground(case, whole, records))

    def conclude(self, view: View, found: Sequence[Any]) -> Verdict:
        """Add up over the seeds: a survivor is a hole, and so are too few live mutants and too much tolerance."""
        counts: Counter[tuple[str, str]] = Counter()
        clauses: Counter[str] = Counter()
        holes: list[str] = []
        survivors: list[str] = []
        for one in found:
            counts.update(one.counts)
            clauses.update(one.clauses)
            holes += one.holes
            survivors += one.survivors
        table: Table = {
            operator: {name: counts[operator, name] for name in CLASSES}
            for operator in (*OPERATORS, PAIRS)
            if any(counts[operator, name] for name in CLASSES)
        }
        if len(survivors) > SHOWN:
            survivors = [*survivors[:SHOWN], f"{view.name}: {len(survivors) - SHOWN} more mutants pass"]
        figures = _figures(table) | {"clauses": dict(sorted(clauses.items()))}
        holes += _too_tolerant(view, figures)
        live = figures["live"]
        says = f"{figures['killed']} of {live} harmful mutants of right ways fail, by {len(table)} operators"
        return Verdict(figures, [*survivors, *holes], says)


def _examined(case: Case, ground: Ground) -> Found:
    base = case.branches.replay(ground.tape, trunk=True)
    outcome = Outcome.of(base, case.start.world.schema)
    if not base.earned or not outcome.same_as(Outcome.of(case.solution, case.start.world.schema)):
        return Found(holes=[f"{case.label}: the solution's own tape does not come to the same: {missed(base)}"])
    original = Original(ground.tape, base, outcome, case.start.world.schema)
    alone = singles(ground)
    found = Found()
    for mutation in [*alone, *pairs(ground, alone)]:
        _play(case, original, mutation, found)
    live = {operator: n for (operator, name), n in found.counts.items() if name in ("killed", "survived")}
    counted = [operator for operator, n in live.items() if n and operator != PAIRS]
    if sum(live.values()) < LEAST_LIVE or len(counted) < LEAST_OPERATORS:
        found.holes.append(
            f"{case.label}: only {sum(live.values())} live mutants of {len(counted)} operators; "
            f"{LEAST_LIVE} of {LEAST_OPERATORS} are needed"
        )
    return found


def _play(case: Case, original: Original, mutation: Mutation, found: Found) -> None:
    mutant = mutate(original.tape, mutation)
    one = case.branches.replay(mutant.tape)
    judgement = original.judge(mutant, one)
    place = (mutation.operator, judgement.name)
    found.counts[place] = found.counts.get(place, 0) + 1
    for clause in judgement.clauses:
        found.clauses[clause] = found.clauses.get(clause, 0) + 1
    if judgement.name in ("killed", "survived"):
        case.keep(mutation.words, one, right=False)
    elif judgement.name == "equivalent":
        case.keep(mutation.words, one, right=True)
    if judgement.name == "survived":
        found.survivors.append(f"{case.label}: the mutant {mutation.words} passes")
    if judgement.wronged:
        found.holes.append(f"{case.label}: {mutation.words} comes to the same and fails: {missed(one)}")
    if one.grade.reward is None or one.grade.cause == "world_bug":
        found.holes.append(f"{case.label}: {mutation.words} crashes the world: {one.stopped}")


def _figures(table: Table) -> dict[str, Any]:
    """Counts, and the share of live mutants that fail: of each operator, then the mean over operators."""
    totals: dict[str, int] = {name: sum(row[name] for row in table.values()) for name in CLASSES}
    shares = [
        row["killed"] / (row["killed"] + row["survived"]) for row in table.values() if row["killed"] + row["survived"]
    ]
    return {
        "operators": table,
        **totals,
        "live": totals["killed"] + totals["survived"],
        "kill": round(sum(shares) / len(shares), 4) if shares else 0.0,
    }


def _too_tolerant(view: View, figures: dict[str, Any]) -> list[str]:
    total = sum(figures[name] for name in CLASSES)
    if figures["tolerated"] <= MOST_TOLERATED * total:
        return []
    clauses = ", ".join(f"{name} ({count})" for name, count in figures["clauses"].items())
    return [f"{view.name}: {figures['tolerated']} of {total} mutants pass by an allowance, more than 5 %: {clauses}"]


PROOF = Mutants()
