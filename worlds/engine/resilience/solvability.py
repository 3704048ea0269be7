"""Whether an instance can be solved under a failure plan: a label of the two, found by letting the resilient agent try.

Where it can, nothing excuses an agent. Where it cannot, the work itself is not asked for, but only of an agent that met
the failure as the resilient one did: on a genuine attempt at what the task needs. It then passes by an honest answer
and a hand-over that names the record, the reason and the failure.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from worlds.engine.episode import Episode
from worlds.engine.faults.plan import Conditions, FaultPlan
from worlds.engine.hands import Hands
from worlds.engine.journal import JournalEntry
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.resilient import Resilient
from worlds.engine.resilience.stopping import Stopped, Way, excused, left_behind
from worlds.engine.start import Start
from worlds.engine.targets import Record as Named
from worlds.engine.targets import records_named
from worlds.engine.task import Refused, Task
from worlds.engine.world import World
from worlds.graders.answers import FinalAnswer
from worlds.graders.grade import Grade, Record, grade
from worlds.seeds.forks import open_fork

TOLD = frozenset({"failed", "lost", "undone"})
"""How a call came out that a fault stopped, lost or undid."""
REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Tried:
    """How the resilient agent fared: its grade by the instance's own expectation, its calls, its answer, its stop."""

    grade: Grade
    journal: tuple[JournalEntry, ...]
    answer: FinalAnswer | None
    stopped: Stopped | None
    broke: str = ""
    reported: bool = False
    met: bool = False
    """Whether anything of the plan took hold."""


@dataclass(frozen=True, slots=True)
class Label:
    """Whether an instance can be solved under a plan, and where not: the calls that stand in the way.

    `needed` are the operations at which an agent must have met the failure, `records` those that the failed call named,
    `faults` what stopped it, `status` how that was answered.
    `reportable` says whether the acting role has a way to hand the matter over; without one nobody can pass.
    """

    solvable: bool
    needed: frozenset[str] = frozenset()
    records: frozenset[Named] = frozenset()
    faults: frozenset[str] = frozenset()
    status: int = 0
    tried: Tried | None = None
    reportable: bool = True


_LABELS: OrderedDict[tuple[Any, ...], Label] = OrderedDict()


def label_of(start: Start, task: Task, plan: FaultPlan) -> Label:
    """The label of an instance and a plan; the same one every time."""
    key = (start, task.name, task.seed, task.flip, task.hash, plan.hash)
    if key not in _LABELS:
        _LABELS[key] = _found(start, task, plan)
        while len(_LABELS) > REMEMBERED:
            _LABELS.popitem(last=False)
    return _LABELS[key]


def _found(start: Start, task: Task, plan: FaultPlan) -> Label:
    if not plan.rules:
        return Label(solvable=True)
    tried = attempt(start, task, plan)
    if tried.grade.passed or tried.stopped is None:
        return Label(solvable=True, tried=tried)
    if not tried.met:
        return Label(solvable=True, tried=tried)
    told = _turned_away(tried.journal, tried.stopped)
    named = [one.arguments for one in told] if tried.stopped.waited_for else [tried.stopped.arguments]
    return Label(
        solvable=False,
        needed=_writes_of(start, task) | {one.operation for one in told} | {tried.stopped.operation},
        records=frozenset(record for one in named for record in records_named(start.world.metadata, one)),
        faults=frozenset(told[-1].faults) if told else frozenset(),
        status=told[-1].status if told else 0,
        tried=tried,
        reportable=tried.reported,
    )


def _turned_away(journal: Sequence[JournalEntry], stop: Stopped) -> list[JournalEntry]:
    """The calls that met what stopped the work: the stopped one, or all that its limit turned away till it was late."""
    told = [one for one in journal if is_told(one)]
    if (late := stop.waited_for) is None:
        return [one for one in told if one.operation == stop.operation]
    last = [one for one in told if one.operation == late.operation and one.status == late.sign.status][-1:]
    return [one for one in told if last and one.faults == last[0].faults]


def attempt(start: Start, task: Task, plan: FaultPlan) -> Tried:
    """Let the resilient agent try, and judge it by the instance's own expectation."""
    fork = open_fork(start.snapshot.path)
    with Episode(start, fork, task.actor, task, conditions=Conditions(plan=plan)) as episode:
        agent = Resilient(Desk.at(episode))
        answer, broke = None, ""
        try:
            answer = agent.work()
        except Exception as error:  # noqa: BLE001 - a solution meets what its author never saw; whatever it raises ends it
            broke = f"{type(error).__name__}: {error}"
        grade = episode.grade(answer, strictly=True)
        met = bool(episode.record and (episode.record.met or episode.record.struck))
        return Tried(grade, tuple(episode.journal), answer, agent.stopped, broke, agent.reported, met)


def _writes_of(start: Start, task: Task) -> frozenset[str]:
    """What the solution writes where nothing goes wrong."""
    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
        try:
            task.family.solve(Hands(episode))
        except (Refused, LookupError):
            return frozenset()
        return frozenset(entry.operation for entry in episode.journal if entry.committed)


def is_told(entry: JournalEntry) -> bool:
    """Whether a call met a fault that its caller was told of, or that undid it."""
    return bool(entry.faults) and (entry.outcome in TOLD or entry.status >= 400)


def reconsidered(episode: Episode, record: Record, judged: Grade) -> tuple[Grade, Record]:
    """The grade of an episode that did not pass by its own expectation, where a failure may excuse it.

    What is done whole needs no excuse: then only the answer or an extra is wrong, and that stays wrong.
    """
    task, plan = episode.task, episode.conditions.plan
    undone = any(not one.satisfied for one in judged.criteria if one.kind in {"required", "order"})
    if task is None or not undone or judged.cause is not None or not any(map(is_told, episode.journal)):
        return judged, record
    label = label_of(episode.start, task, plan)
    if label.solvable:
        return judged, record
    met = _genuine(episode.world, label, tuple(episode.journal))
    if not met:
        return judged, record
    touched = sum(entry.committed for entry in episode.journal) > 1  # more than the hand-over itself
    partly = touched and any(one.satisfied for one in judged.criteria if one.kind == "required")
    ways = _ways(episode, met)
    if not ways:
        return judged, record
    expected = excused(record.expectation, ways, partly=partly, touched=touched)
    changed = replace(record, expectation=expected, excused=True)
    return grade(changed, world_bug_reward=None), changed


def _genuine(world: World, label: Label, journal: Sequence[JournalEntry]) -> list[JournalEntry]:
    """The calls on which an agent met the failure at work that the task needs, on the records that it is about.

    Another failure, which may well end, is no excuse for the one that stops everybody.
    """
    found = []
    for entry in journal:
        same = not label.faults or (entry.status == label.status and not label.faults.isdisjoint(entry.faults))
        if is_told(entry) and same and entry.operation in label.needed and isinstance(entry.arguments, dict):
            named = set(records_named(world.metadata, entry.arguments))
            if not label.records or named & label.records:
                found.append(entry)
    return found


def _ways(episode: Episode, met: Sequence[JournalEntry]) -> list[Way]:
    if episode.task is None:
        return []
    statuses = sorted({entry.status if entry.status >= 400 else 200 for entry in met})
    with episode.start.reading() as (session, _):
        target = episode.task.instance.target
        return [way for status in statuses for way in left_behind(episode.world, session, target, status)]
