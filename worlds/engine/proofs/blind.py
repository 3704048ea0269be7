"""Whoever acts without looking passes practically never: constants (B0), and another instance's calls replayed (B1).

Of the replay the writes count and the answer, word for word; reads are left out, but where others act at their pace.
Later rungs of the ladder, which retarget a recording, are not climbed here. Bounds are exact, one-sided, at 95 %.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.proofs.constants import blindly
from worlds.engine.proofs.plays import Case, play
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.proofs.statistics import lower_bound, upper_bound
from worlds.engine.task import Task
from worlds.graders.answers import FinalAnswer

BLIND = 0.02
"""The rate that blind work must stay below."""
PAIRS = 313
"""Pairs played at most; with up to two successes among so many the bound lies below 2 %."""
ENOUGH = 149
"""Trials from which on no success at all shows a rate below 2 %."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A call as it was made."""

    operation: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One instance's recording, and the constants that passed it."""

    seed: int
    flip: int
    fingerprint: str
    passed: Sequence[str]
    calls: Sequence[Recorded]
    answer: FinalAnswer | None


class Blind:
    """Nobody is paid without looking."""

    name = "blind"

    def examine(self, case: Case) -> Found:
        """Record the solution, and try what needs no look at all."""
        needed = [one for one in case.solution.journal if one.committed or case.task.instance.happenings]
        calls = [Recorded(one.operation, one.arguments) for one in needed]
        passed = [name for name, one in blindly(case).items() if one.grade.passed]
        task = case.task
        return Found(task.seed, task.flip, task.instance.fingerprint, passed, calls, case.solution.answer)

    def conclude(self, view: View, found: Sequence[Found]) -> Verdict:
        """Replay each recording on other instances, and say what rate the passes allow."""
        tasks = [draw(view.start, view.family, one.seed, flip=one.flip) for one in found]
        pairs = _pairs(found)
        passes = [(i, j) for i, j in pairs if _replayed(view, tasks[i], found[j])]
        by_policy = Counter(name for one in found for name in one.passed)
        best, most = min(by_policy.items(), key=lambda one: (-one[1], one[0])) if by_policy else ("", 0)
        holes = _holes(view, f"the constant policy “{best}”", most, len(found))
        holes += _holes(view, "another instance's calls", len(passes), len(pairs))
        holes += [
            f"{view.name} seed {found[i].seed}: the calls of seed {found[j].seed}, word for word, pass"
            for i, j in passes[:1]
        ]
        rate = len(passes) / len(pairs) if pairs else 0.0
        figures = {
            "blind": max(rate, most / len(found) if found else 0.0),
            "B0": _figures(most, len(found)) | {"policy": best},
            "B1": _figures(len(passes), len(pairs)),
        }
        bound = upper_bound(len(passes), len(pairs))
        says = f"{len(passes)} of {len(pairs)} replays of another instance pass (below {bound:.2%} with 95% confidence)"
        return Verdict(figures, holes, says)


def _pairs(found: Sequence[Found]) -> list[tuple[int, int]]:
    """Instances with the recording to replay there, every one as often as possible; never the same instance's own."""
    count = len(found)
    pairs = ((i, (i + shift) % count) for shift in range(1, count) for i in range(count))
    return [(i, j) for i, j in pairs if found[i].fingerprint != found[j].fingerprint][:PAIRS]


def _replayed(view: View, task: Task, recording: Found) -> bool:
    def work(episode: Episode) -> FinalAnswer | None:
        for one in recording.calls:
            episode.call(one.operation, one.arguments)
        return recording.answer

    return play(view.start, task, work).grade.passed


def _figures(passes: int, trials: int) -> dict[str, Any]:
    return {"passes": passes, "trials": trials, "below": round(upper_bound(passes, trials), 6)}


def _holes(view: View, who: str, passes: int, trials: int) -> list[str]:
    """A rate that enough trials do not show to be low enough, or that the few there are show to be too high."""
    below, above = upper_bound(passes, trials), lower_bound(passes, trials)
    if above > BLIND:
        return [
            f"{view.name}: {who} pass {passes} of {trials} times; the rate is above {above:.1%}, not below {BLIND:.0%}"
        ]
    if trials >= ENOUGH and below >= BLIND:
        return [
            f"{view.name}: {who} pass {passes} of {trials} times; the rate may be {below:.1%}, not below {BLIND:.0%}"
        ]
    return []


PROOF = Blind()
