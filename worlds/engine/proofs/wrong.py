"""Wrong ways earn nothing whole: doing nothing scores exactly 0, and no named mistake passes."""

from collections.abc import Sequence
from dataclasses import dataclass

from worlds.engine.proofs.plays import Case, nothing
from worlds.engine.proofs.proof import Verdict, View

MOST = 0.5
"""What an episode without a pass can score at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """What doing nothing scored in one instance, and each mistake; `passed` names the mistakes that pass."""

    label: str
    idle: float
    scores: dict[str, float]
    passed: tuple[str, ...]


class Wrong:
    """Whoever does nothing or gets it wrong is not paid."""

    name = "wrong ways"

    def examine(self, case: Case) -> Found:
        """Play them all."""
        idle = nothing(case.start, case.task)
        case.keep("doing nothing", idle, right=False)
        for name, one in case.mistakes.items():
            case.keep(f"the mistake “{name}”", one, right=False)
        scores = {name: one.grade.score for name, one in case.mistakes.items()}
        passed = tuple(name for name, one in case.mistakes.items() if one.grade.passed)
        return Found(case.label, idle.grade.score + (idle.grade.reward or 0.0), scores, passed)

    def conclude(self, view: View, found: Sequence[Found]) -> Verdict:
        """The most that each earned."""
        idle = max((one.idle for one in found), default=0.0)
        passing = {name: sum(name in one.passed for one in found) for name in view.family.mistakes}
        highest = {name: max((one.scores.get(name, 0.0) for one in found), default=0.0) for name in passing}
        holes = [f"{one.label}: doing nothing scores {one.idle}" for one in found if one.idle]
        holes += [f"{one.label}: the mistake “{name}” passes" for one in found for name in one.passed]
        holes += [
            f"{one.label}: the mistake “{name}” scores {score}, more than {MOST} without a pass"
            for one in found
            for name, score in one.scores.items()
            if score > MOST and name not in one.passed
        ]
        played = len(passing) * len(found)
        says = f"{sum(passing.values())} of {played} mistakes pass; doing nothing earns {idle:.1f}"
        return Verdict({"idle": idle, "passing": passing, "highest_score": highest}, holes, says)


PROOF = Wrong()
