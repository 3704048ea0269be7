"""What is right stays right for some hours: decision and expectation do not move, and whoever comes later still passes.

A family about a deadline is excused from that, but has to show that its ruling moves with time.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from worlds.engine.drawing import draw, rule
from worlds.engine.episode import Episode
from worlds.engine.hands import Hands
from worlds.engine.proofs.plays import Case, missed, play, wait
from worlds.engine.proofs.proof import Verdict, View
from worlds.graders.answers import FinalAnswer

MARGIN = timedelta(hours=4)
LONG = 40
"""Days within which the ruling of a family about a deadline must change."""


@dataclass(frozen=True, slots=True)
class Found:
    """What moved on one instance; `turns` is the day after which the ruling is another one, where that was asked."""

    label: str
    faults: Sequence[str]
    turns: int | None = None


class Margin:
    """Slow workers are not worse workers."""

    name = "margin"

    def examine(self, case: Case) -> Found:
        """Look at the instance now and later, and work later."""
        faults = [_unruled(case)]
        if case.family.deadline:
            return Found(case.label, [fault for fault in faults if fault], _turns(case))
        faults += _moved(case)
        return Found(case.label, [fault for fault in faults if fault])

    def conclude(self, view: View, found: Sequence[Found]) -> Verdict:
        """How many stood still; for a deadline, how many moved."""
        holes = [f"{one.label}: {fault}" for one in found for fault in one.faults]
        still = sum(not one.faults for one in found)
        if not view.family.deadline:
            hours = MARGIN.total_seconds() / 3600
            says = f"{still} of {len(found)} ask for the same {hours:g} virtual hours later"
            return Verdict({"still": still, "of": len(found)}, holes, says)
        turning = [one.turns for one in found if one.turns is not None]
        if found and not turning:
            holes.append(f"{view.name}: claims a deadline, but no ruling changes within {LONG} days")
        figures = {"still": still, "of": len(found), "turning": len(turning), "first_day": min(turning, default=None)}
        says = f"about a deadline: {len(turning)} of {len(found)} rulings change within {LONG} days"
        return Verdict(figures, holes, says)


def _unruled(case: Case) -> str:
    """Whether the ruling says again what the expectation was built from."""
    ruled, decided = rule(case.start, case.task), dict(case.task.instance.decision)
    return "" if _same(ruled, decided) else f"the ruling says {ruled}, but the expectation was built from {decided}"


def _moved(case: Case) -> Iterator[str]:
    task, hours = case.task, f"{MARGIN.total_seconds() / 3600:g} virtual hours later"
    ruled = rule(case.start, task, later=MARGIN)
    if not _same(ruled, dict(task.instance.decision)):
        yield f"{hours} the ruling says {ruled}, no longer {dict(task.instance.decision)}"
    later = draw(case.start, case.family, task.seed, flip=task.flip, later=MARGIN).instance.expectation.to_json()
    now = task.instance.expectation.to_json()
    if not _same(later, now):
        yield f"{hours} the expectation is another one: {_difference(now, later)}"
    worked = play(case.start, task, lambda episode: _late(episode, case))
    case.keep("the solution some hours later", worked, right=True)
    if not worked.earned:
        yield f"{hours} the solution earns {worked.grade.reward}: {missed(worked)}"


def _late(episode: Episode, case: Case) -> FinalAnswer:
    wait(episode, MARGIN)
    return case.family.solve(Hands(episode))


def _turns(case: Case) -> int | None:
    """The first day after which the ruling is another one."""
    decided = dict(case.task.instance.decision)
    days = range(1, LONG + 1)
    return next((day for day in days if not _same(rule(case.start, case.task, later=timedelta(day)), decided)), None)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same as JSON, where a tuple is a list."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _difference(one: Any, other: Any, path: str = "") -> str:
    """Where two JSON values first differ, and how."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next((_difference(one[k], other[k], f"{path}.{k}") for k in one if not _same(one[k], other[k])), "")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next((_difference(a, b, f"{path}[{at}]") for at, (a, b) in pairs if not _same(a, b)), "")
    return f"{path.lstrip('.')} was {one!r} and is {other!r}"


PROOF = Margin()
