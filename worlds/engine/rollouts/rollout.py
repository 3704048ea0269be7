"""One rollout: an agent does one task in an episode of its own; its trace and its graded record are left on disk."""

import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.grading import versions
from worlds.engine.opening import open_episode
from worlds.engine.rollouts.agents import Agent, AgentGaveUp, find_agent
from worlds.engine.rollouts.limits import Limits, Truncated
from worlds.engine.rollouts.replay import crashes_again
from worlds.engine.rollouts.seat import Seat
from worlds.engine.rollouts.traces import RECORD, TRACE, TraceWriter, file_hash, jsonable, write_record
from worlds.graders import chain
from worlds.graders.answers import FinalAnswer
from worlds.graders.grade import Grade, Record, grade
from worlds.graders.record import Cause

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be played, as plain data that another process can be given. `name` is the stem of both files."""

    name: str
    task: str
    seed: int
    agent: str
    surface: str
    out: str
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    population: str | None = None
    faults: str | None = None
    variant: int = 0
    screenshots: bool = False

    @property
    def trace(self) -> Path:
        """Where the trace goes."""
        return Path(self.out) / f"{self.name}{TRACE}"

    @property
    def record(self) -> Path:
        """Where the graded record goes."""
        return Path(self.out) / f"{self.name}{RECORD}"

    def to_json(self) -> dict[str, Any]:
        """The plan as the record keeps it; without the folder, so that records of equal runs are equal."""
        return {name: value for name, value in asdict(self).items() if name != "out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """What came of a plan. `reward` is None where our own side failed; `cause` and `error` say how."""

    plan: Plan
    grade: Grade
    steps: int = 0
    truncated: str | None = None
    error: str = ""
    attempts: int = 1
    usage: Mapping[str, int] = field(default_factory=dict)

    @property
    def reward(self) -> float | None:
        """1.0, 0.0 or None."""
        return self.grade.reward

    @property
    def cause(self) -> str | None:
        """Why it ended early: "infra", "world_bug", "agent_limit", or None."""
        return self.grade.cause

    def to_json(self) -> dict[str, Any]:
        """The rollout in a few JSON values."""
        return {
            "name": self.plan.name,
            "task": self.plan.task,
            "seed": self.plan.seed,
            "agent": self.plan.agent,
            "surface": self.plan.surface,
            "reward": self.reward,
            "passed": self.grade.passed,
            "score": self.grade.score,
            "steps": self.steps,
            "truncated": self.truncated,
            "cause": self.cause,
            "error": self.error,
            "attempts": self.attempts,
            "usage": dict(self.usage),
            "trace": str(self.plan.trace),
            "record": str(self.plan.record),
        }


@dataclass(slots=True)
class _Ending:
    """How an agent's work ended."""

    answer: Any = None
    truncated: str | None = None
    error: str = ""
    cause: Cause | None = None
    crashed: bool = False


def play(plan: Plan, attempt: int = 1) -> Rollout:
    """Play a plan; again where our own side failed, as often as its limits say.

    Raises:
        LookupError: when there is no such task or agent.
        ValueError: for an option that the agent does not know.
    """
    agent = find_agent(plan.agent, plan.options)
    rollout = _play_once(plan, agent, attempt)
    while rollout.cause == "infra" and rollout.attempts <= plan.limits.retries:
        rollout = _play_once(plan, agent, rollout.attempts + 1)
    return rollout


def _play_once(plan: Plan, agent: Agent, attempt: int) -> Rollout:
    with open_episode(
        plan.task, seed=plan.seed, population=plan.population, faults=plan.faults, variant=plan.variant
    ) as episode:
        return play_in(episode, plan, agent, attempt)


def play_in(episode: Episode, plan: Plan, agent: Agent, attempt: int = 1) -> Rollout:
    """Play a plan in an episode of its task and seed that stands at its start; the episode is graded afterwards."""
    with TraceWriter(plan.trace) as trace:
        seat = Seat(episode, plan.surface, trace, plan.limits, screenshots=plan.screenshots)
        trace.write("start", **_start(episode, seat, plan))
        ending = _work(agent, seat)
        if (
            ending.crashed and episode.crash is None
        ):  # a page failed; of its own calls the episode finds the cause itself
            ending.cause = "world_bug" if crashes_again(plan.to_json(), trace.steps()) else "infra"
        answer = _answer(ending.answer)
        trace.write("end", answer=answer, truncated=ending.truncated, steps=seat.steps, usage=seat.usage)
    record = _judged(episode, answer, ending)
    rollout = Rollout(
        plan=plan,
        grade=grade(record),
        steps=seat.steps,
        truncated=ending.truncated,
        error=ending.error,
        attempts=attempt,
        usage=seat.usage,
    )
    write_record(plan.record, _record(rollout, episode, record))
    return rollout


def _start(episode: Episode, seat: Seat, plan: Plan) -> dict[str, Any]:
    world = episode.world
    role = world.roles[episode.actor.role]
    return {
        "format": FORMAT,
        "task": plan.task,
        "agent": plan.agent,
        "surface": plan.surface,
        "instruction": seat.instruction,
        "role": {"name": episode.actor.role, "title": role.title, "sentence": role.sentence},
        "tools": seat.tools() if plan.surface == "tools" else None,
    }


def _work(agent: Agent, seat: Seat) -> _Ending:
    try:
        return _Ending(answer=agent.work(seat))
    except Truncated as reached:
        return _Ending(truncated=reached.limit, cause="agent_limit")
    except AgentGaveUp as why:
        return _Ending(error=str(why))
    except WorldBug as bug:
        return _Ending(error=str(bug), crashed=True)
    except Exception:  # noqa: BLE001 - whatever fails on our side must be told apart from a failure of the agent
        return _Ending(error=traceback.format_exc(), cause="infra")


def _answer(answer: Any) -> Any:
    return jsonable(answer.model_dump(mode="json") if isinstance(answer, FinalAnswer) else answer)


def _judged(episode: Episode, answer: Any, ending: _Ending) -> Record:
    """The record of the episode as it stands, with the cause of an early end."""
    episode.grade(answer)
    record = episode.record
    if record is None:
        raise WorldBug("a graded episode keeps its record")
    return replace(record, cause=ending.cause) if record.cause is None and ending.cause else record


def _record(rollout: Rollout, episode: Episode, record: Record) -> dict[str, Any]:
    journal = episode.journal.to_json()
    hashes, last = [], chain.START
    for entry in journal:
        last = chain.link(last, entry)
        hashes.append(last)
    crash = episode.crash
    return {
        "format": FORMAT,
        "run": rollout.plan.to_json(),
        "trace": rollout.plan.trace.name,
        "trace_hash": file_hash(rollout.plan.trace),
        "versions": versions(episode),
        "grade": rollout.grade.to_json(),
        "truncated": rollout.truncated,
        "error": rollout.error,
        "crash": asdict(crash) if crash else None,
        "attempts": rollout.attempts,
        "usage": dict(rollout.usage),
        "state_hash": record.state_hash,
        "diff": [change.to_json() for change in episode.diff()],
        "journal": journal,
        "journal_hashes": hashes,
        "record": record.to_json(),
    }


def lost(plan: Plan, error: str, attempts: int, steps: int = 0) -> Rollout:
    """The rollout of a process that died or hung: reward None, with its cause, and a record that says so."""
    rollout = Rollout(
        plan=plan,
        grade=Grade(None, passed=False, score=0.0, cause="infra"),
        error=error,
        attempts=attempts,
        steps=steps,
    )
    Path(plan.out).mkdir(parents=True, exist_ok=True)
    write_record(
        plan.record,
        {
            "format": FORMAT,
            "run": plan.to_json(),
            "trace": plan.trace.name,
            "trace_hash": file_hash(plan.trace),
            "grade": rollout.grade.to_json(),
            "truncated": None,
            "error": error,
            "attempts": attempts,
            "record": None,
        },
    )
    return rollout
