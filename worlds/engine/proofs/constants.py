"""Policies that do the same whatever was asked earn exactly nothing where the task can be done.

Nothing, refusing with each code of the policy, handing over to each team for each reason, waiting, and answering
without doing anything. Where refusing or handing over is right, the rate at which they pass is told, not judged; how
far the blind ones among them get over all instances is for `blind`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.events import HORIZON
from worlds.engine.operation import Operation
from worlds.engine.proofs.handing_over import escalations
from worlds.engine.proofs.plays import Case, Play, nothing, play
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.proofs.regrading import graded_again
from worlds.engine.proofs.tapes import Pause, Tape
from worlds.engine.reply import Reply
from worlds.engine.start import Start
from worlds.engine.targets import table_of
from worlds.engine.task import SOLVABLE
from worlds.graders.answers import FinalAnswer, Status

DRAWS = 200
LEAST, MOST = 0.3, 0.7
"""Share of solvable instances in a family where something else may be right."""
_CODE = re.compile(r"`([a-z][a-z0-9_]{2,63})`")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Found:
    """What each policy earned on one instance: reward and score together; `passed` names those that passed."""

    label: str
    branch: str
    earned: Mapping[str, float]
    passed: Sequence[str]


class Constants:
    """Nobody is paid for what needs no look at the matter."""

    name = "constant policies"

    def examine(self, case: Case) -> Found:
        """Play and grade them all."""
        plays = {**blindly(case), **dict(_handed_over(case)), "answer only": answered(case)}
        earned = {name: one.grade.score + (one.grade.reward or 0.0) for name, one in plays.items()}
        passed = [name for name, one in plays.items() if one.grade.passed]
        return Found(case.label, case.task.instance.branch, earned, passed)

    def conclude(self, view: View, found: Sequence[Found]) -> Verdict:
        """The best of them where the task can be done, and on each other branch."""
        solvable = [one for one in found if one.branch == SOLVABLE]
        holes = [
            f"{one.label}: the constant policy “{name}” scores {earned:g}"
            for one in solvable
            for name, earned in one.earned.items()
            if earned
        ]
        shares = _branches(view)
        holes += _shares_wrong(view, shares)
        best = _best(solvable)
        branches = sorted({one.branch for one in found} - {SOLVABLE})
        elsewhere = {name: _best([one for one in found if one.branch == name]) for name in branches}
        figures = {
            "constant": best["rate"],
            "best": best,
            "elsewhere": elsewhere,
            "branches": dict(sorted(shares.items())),
            "policies": max((len(one.earned) for one in found), default=0),
        }
        says = f"the best policy that never looks passes {best['rate']:.0%} of {len(solvable)} solvable instances"
        told = [f"{one['rate']:.0%} of {one['of']} where “{name}” is right" for name, one in elsewhere.items()]
        return Verdict(figures, holes, ", ".join([says, *told]))


def _best(found: Sequence[Found]) -> dict[str, Any]:
    """The policy that passes most of some instances."""
    passes = Counter(name for one in found for name in one.passed)
    name, count = min(passes.items(), key=lambda item: (-item[1], item[0])) if passes else ("", 0)
    return {"policy": name, "rate": count / len(found) if found else 0.0, "of": len(found)}


def _branches(view: View) -> Counter[str]:
    return Counter(draw(view.start, view.family, seed).instance.branch for seed in range(DRAWS))


def _shares_wrong(view: View, shares: Counter[str]) -> list[str]:
    share = shares[SOLVABLE] / DRAWS
    if not shares[SOLVABLE]:
        return [f"refuse-only family: {view.name}: none of {DRAWS} instances can be done, so refusing always is right"]
    if share < 1 and not LEAST <= share <= MOST:
        return [f"{view.name}: {share:.0%} of {DRAWS} instances can be done, not {LEAST:.0%} to {MOST:.0%}"]
    return []


# -- the policies -------------------------------------------------------------------------------------------------


def blindly(case: Case) -> dict[str, Play]:
    """What can be done and said without a look at anything, by name of the policy; played once."""
    if not case.blind:
        case.blind.update(_played_blindly(case))
    return case.blind


def _played_blindly(case: Case) -> dict[str, Play]:
    idle = nothing(case.start, case.task)
    waited = case.branches.replay(Tape((Pause(HORIZON),), FinalAnswer(status="waiting")))
    facts = dict(case.task.instance.facts)
    plays = {"nothing": idle, "refuse": graded_again(idle, FinalAnswer(status="not_done"))}
    for code in reason_codes(case.start, case.task.actor.role):
        plays[f"refuse ({code})"] = graded_again(idle, FinalAnswer(status="not_done", reasons=[code]))
    plays["wait, then wait on"] = waited
    plays["wait, then done"] = graded_again(waited, FinalAnswer(status="done"))
    plays["say the request again"] = graded_again(idle, FinalAnswer(status="done", facts=facts))
    return plays


def answered(case: Case) -> Play:
    """The solution's answer without its work."""
    return graded_again(nothing(case.start, case.task), case.solution.answer)


@lru_cache(maxsize=64)
def reason_codes(start: Start, role: str) -> tuple[str, ...]:
    """The codes that the policy pages name, and those that a hand-over takes as its reason."""
    found = set()
    for path in sorted((start.world.folder / "policy").glob("*.md")):
        found.update(_CODE.findall(path.read_text("utf-8")))
    for operation in escalations(start.world, role):
        found.update(*(codes for name, codes in _closed(operation).items() if "reason" in name))
    return tuple(sorted(found))


def _handed_over(case: Case) -> Iterator[tuple[str, Play]]:
    """The target handed over in every way that there is, with the request itself as what has to be known."""
    for operation in escalations(case.start.world, case.task.actor.role):
        closed = _closed(operation)
        words = {**_target(case, operation), **_words(case, operation)}
        for chosen in list(product(*closed.values()))[:_LONGEST]:
            given = {**words, **dict(zip(closed, chosen, strict=True))}
            reasons = [value for name, value in zip(closed, chosen, strict=True) if "reason" in name]
            one = _escalated(case, operation, given, FinalAnswer(status="waiting", reasons=reasons))
            name = f"{operation.name} ({', '.join(map(str, chosen))})"
            yield name, one
            for status in _other_answers(one):
                yield f"{name}, {status}", graded_again(one, FinalAnswer(status=status, reasons=reasons))


def _escalated(case: Case, operation: Operation[..., Any], given: Mapping[str, Any], answer: FinalAnswer) -> Play:
    def work(episode: Episode) -> FinalAnswer:
        reply: Reply = episode.call(operation.name, given)
        return answer if reply.ok else FinalAnswer(status="not_done")

    return play(case.start, case.task, work)


def _other_answers(one: Play) -> tuple[Status, ...]:
    """Other statuses to hand in; none where the work is wrong whatever is said of it."""
    wrong = any(not line.satisfied for line in one.grade.criteria if line.kind not in ("answer", "metric"))
    return () if wrong or one.grade.passed else ("not_done", "done", "partly")


def _closed(operation: Operation[..., Any]) -> dict[str, list[Any]]:
    """The codes of each argument that takes one of a closed list and is needed."""
    schema = operation.input_schema
    return {
        name: list(schema["properties"][name]["enum"])
        for name in schema.get("required", ())
        if "enum" in schema["properties"][name]
    }


def _target(case: Case, operation: Operation[..., Any]) -> dict[str, int]:
    """The first argument that takes a record which the task is about, with that record."""
    for name in operation.input_schema.get("properties", {}):
        keys = case.task.instance.target.get(table_of(case.start.world.metadata, name) or "", ())
        if keys:
            return {name: keys[0]}
    return {}


def _words(case: Case, operation: Operation[..., Any]) -> dict[str, str]:
    """The request itself for every text that is needed."""
    schema = operation.input_schema
    texts = {name: schema["properties"][name] for name in schema.get("required", ())}
    request = " ".join(case.task.instruction.split())
    return {
        name: request[: inner.get("maxLength", len(request))]
        for name, inner in texts.items()
        if inner.get("type") == "string" and "enum" not in inner
    }


PROOF = Constants()
