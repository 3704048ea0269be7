"""One cell for one seed: an instance under a plan, worked on by both reference agents, and what that shows."""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Literal, Protocol

from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.faults.mixture import faults_in
from worlds.engine.faults.plan import Conditions, FaultPlan
from worlds.engine.proofs.failures.soundness import unsound
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.naive import Naive
from worlds.engine.resilience.resilient import Resilient
from worlds.engine.resilience.solvability import label_of
from worlds.engine.start import Start
from worlds.engine.task import Task
from worlds.graders.answers import FinalAnswer
from worlds.graders.grade import Grade, Record
from worlds.seeds.forks import open_fork

State = Literal["solvable", "unsolvable", "dead end", "unmet"]
"""`unmet`: nothing of the plan struck the resilient agent, so that nothing is learnt about it. `dead end`: nobody can
finish, and the acting role has no way to hand the matter over, so that nobody can pass."""


class Working(Protocol):
    """An agent at its desk."""

    def work(self) -> FinalAnswer:
        """Do the task."""


AGENTS: dict[str, Callable[[Desk], Working]] = {"resilient": Resilient, "naive": Naive}


@dataclass(frozen=True, slots=True)
class Run:
    """How one agent fared. `lacking` says in words what kept it from passing, `wrong` what is wrong although it passed.

    `met` are the faults that struck, `digest` a hash of all that could be observed.
    """

    passed: bool
    score: float
    excused: bool
    met: tuple[str, ...]
    lacking: str
    wrong: tuple[str, ...]
    digest: str
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a cell showed for one seed."""

    family: str
    plan: str
    seed: int
    state: State
    runs: dict[str, Run] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def look(start: Start, family: str, seed: int, plan: FaultPlan, *, closely: bool) -> Seen:
    """Let both agents work on an instance under a plan; `closely` compares whole databases with the log, too."""
    task = draw(start, start.world.families[family], seed)
    seeded = plan.with_seed(seed)
    runs = {name: run(start, task, seeded, name, closely=closely) for name in AGENTS}
    state: State = "solvable"
    if not runs["resilient"].met:
        state = "unmet"
    elif not runs["resilient"].passed or runs["resilient"].excused:
        label = label_of(start, task, seeded)
        state = "solvable" if label.solvable else "unsolvable" if label.reportable else "dead end"
    return Seen(family, plan.name, seed, state, runs)


def run(start: Start, task: Task, plan: FaultPlan, agent: str, *, closely: bool) -> Run:
    """Let one agent work, and see how it fared."""
    fork = open_fork(start.snapshot.path)
    with Episode(start, fork, task.actor, task, conditions=Conditions(plan=plan)) as episode:
        answer, broke = None, ""
        try:
            answer = AGENTS[agent](Desk.at(episode)).work()
        except Exception as error:  # noqa: BLE001 - a solution meets what its author never saw; whatever it raises ends it
            broke = f"{type(error).__name__}: {error}"
        grade = episode.grade(answer)
        record = episode.record
        if record is None:
            raise WorldBug("a graded episode has its record")
        wrong = tuple(unsound(episode, closely=closely)) if grade.passed else ()
        lacking = "" if grade.passed else broke or _lacking(grade)
        digest = digest_of(episode, grade, record)
        met = met_in(record, faults_in(start.world, plan))
        return Run(grade.passed, grade.score, record.excused, met, lacking, wrong, digest, grade.cause)


def met_in(record: Record, faults: Collection[str]) -> tuple[str, ...]:
    """Those of a plan's faults that made a difference to an episode: that struck a call or a step of the business."""
    struck = {name for one in record.met for name in one["faults"]} | set(record.struck)
    return tuple(sorted(struck.intersection(faults)))


def digest_of(episode: Episode, grade: Grade, record: Record) -> str:
    """A hash of all that an episode came to: every call with its answer, the state, the grade."""
    parts = (episode.journal.to_json(), record.state_hash, grade.to_json())
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _lacking(grade: Grade) -> str:
    return "; ".join(_words(grade))[:400] or f"cause: {grade.cause}"


def _words(grade: Grade) -> Iterator[str]:
    for one in grade.criteria:
        if not one.satisfied and one.kind != "metric":
            yield f"{one.words} ({one.evidence})"
