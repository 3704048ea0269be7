"""Ways that are as right as the solution must earn as much: E1 to E12, made from the solution, its tape and the schema.

Authors add none but alternatives. An operator that finds nothing to vary says why; one that would change the outcome
for the world itself (a second mail, a refused call) is not counted as applicable, and the grader is not asked for that.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worlds.engine.proofs.equivalences.answering import respell
from worlds.engine.proofs.equivalences.browsing import browse
from worlds.engine.proofs.equivalences.calling import change_surface, retry, slow_down
from worlds.engine.proofs.equivalences.carts import fill_and_empty
from worlds.engine.proofs.equivalences.looking import look_around
from worlds.engine.proofs.equivalences.ordering import reorder
from worlds.engine.proofs.equivalences.saving import correct_a_typo, save_unchanged
from worlds.engine.proofs.equivalences.variations import NotApplicable, Played, Solved, Variation
from worlds.engine.proofs.equivalences.wording import be_polite, reword
from worlds.engine.proofs.plays import Case, missed
from worlds.engine.proofs.proof import Verdict, View


def alternatives(solved: Solved) -> Played:
    """E9: the author's other right ways."""
    case = solved.case
    if not case.alternatives:
        return NotApplicable(case.family.only_way)
    return [Variation(f"the alternative “{name}”", one) for name, one in case.alternatives.items()]


OPERATORS: Mapping[str, Callable[[Solved], Played]] = {
    "E1 random reads": look_around,
    "E2 another order": reorder,
    "E3 retried": retry,
    "E4 saved unchanged": save_unchanged,
    "E5 cart in and out": fill_and_empty,
    "E6 ten times slower": slow_down,
    "E7 another surface": change_surface,
    "E7 in the browser": browse,
    "E8 spelt otherwise": respell,
    "E9 alternatives": alternatives,
    "E10 typo corrected": correct_a_typo,
    "E11 other wordings": reword,
    "E12 more politely": be_polite,
}
LEAST = 5
"""Operators that must find something to vary in a family."""
WITHOUT = "without a solution there is nothing to vary"


@dataclass(frozen=True, slots=True)
class Found:
    """What the operators showed on one instance: plays and passes by operator, why not, and a sentence a failure."""

    played: Mapping[str, int]
    passed: Mapping[str, int]
    why_not: Mapping[str, str]
    failures: Sequence[str]


class Equivalences:
    """Nobody loses the reward for working in another way that is as right."""

    name = "equivalences"

    def examine(self, case: Case) -> Found:
        """Play every variation of the instance's solution."""
        played, passed = Counter({"solution": 1}), Counter({"solution": int(case.solution.earned)})
        if not case.solution.earned:
            why_not = dict.fromkeys(OPERATORS, WITHOUT)
            return Found(played, passed, why_not, [f"{case.label}: the solution itself earns nothing to compare with"])
        solved, absent, failures = Solved(case), {}, []
        for operator, vary in OPERATORS.items():
            variations = vary(solved)
            if isinstance(variations, NotApplicable):
                absent[operator] = variations.why
                continue
            for one in variations:
                if one.play.journal is not case.solution.journal:  # the same work with another answer is no new play
                    case.keep(f"{operator}: {one.words}", one.play, right=True)
                played[operator] += 1
                passed[operator] += one.play.earned
                if not one.play.earned:
                    failures.append(f"{case.label}: {operator} ({one.words}) fails: {missed(one.play)}")
        return Found(played, passed, absent, failures)

    def conclude(self, view: View, found: Sequence[Found]) -> Verdict:
        """The share of right ways that were accepted, and which operators said what."""
        played, passed = _total(one.played for one in found), _total(one.passed for one in found)
        operators = {name: _line(name, played, passed, found) for name in OPERATORS}
        applicable = sum(played[name] > 0 for name in OPERATORS)
        accept = passed.total() / played.total() if played else 0.0
        holes = [failure for one in found for failure in one.failures]
        if applicable < LEAST:
            holes.append(f"{view.name}: only {applicable} equivalence operators find anything to vary, not {LEAST}")
        figures = {
            "accept": accept,
            "played": played.total(),
            "passed": passed.total(),
            "applicable": applicable,
            "operators": operators,
        }
        by = f"{applicable} of {len(OPERATORS)} operators"
        says = f"{passed.total()} of {played.total()} varied right ways pass, by {by}"
        return Verdict(figures, holes, says)


def _total(counts: Any) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total


def _line(name: str, played: Counter[str], passed: Counter[str], found: Sequence[Found]) -> dict[str, Any]:
    """How one operator did over all instances; `instances` are those on which it found something to vary."""
    reasons = Counter(one.why_not[name] for one in found if name in one.why_not)
    return {
        "played": played[name],
        "passed": passed[name],
        "instances": sum(one.played.get(name, 0) > 0 for one in found),
        "not_applicable": dict(sorted(reasons.items())),
    }


PROOF = Equivalences()
