"""Judging a saved rollout again without running it, and playing its trace again to see whether it comes out alike."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.grading import grader_hash, versions
from worlds.engine.opening import open_episode
from worlds.engine.rollouts.limits import Limits
from worlds.engine.rollouts.seat import Seat
from worlds.engine.rollouts.traces import (
    STEPS,
    TraceWriter,
    file_hash,
    read_record,
    read_trace,
    record_path,
    trace_path,
)
from worlds.graders import chain
from worlds.graders.grade import Grade, Record, grade

CRASHED = "(the world crashed)"
COMPARED = ("snapshot", "task_hash", "workworlds", "sqlite")
"""Versions without which a replay need not come out the same."""
ENDLESS = Limits(steps=10**9, step_seconds=1e9, episode_seconds=1e9)


@dataclass(frozen=True, slots=True)
class Regrade:
    """A saved record judged again. `same` compares with the grade that was saved; `remarks` are for people."""

    grade: Grade
    same: bool
    altered: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        told = {"same": self.same, "altered": list(self.altered), "remarks": list(self.remarks)}
        return {"from": "record", "grade": self.grade.to_json(), **told}


@dataclass(frozen=True, slots=True)
class Difference:
    """A step whose observation came out differently; `was` and `now` are texts, cut where they part."""

    step: int
    what: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A trace played again. `state_same` is None where the record holds no final state.

    `crashed` tells the world's own bug, which the same actions bring back, from a failure of the surroundings.
    """

    steps: int
    differences: tuple[Difference, ...]
    state_same: bool | None
    crashed: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every observation and the final state came out the same."""
        return not self.differences and self.state_same is not False

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "same": self.same,
            "steps": self.steps,
            "differences": [asdict(one) for one in self.differences],
            "state_same": self.state_same,
            "crashed": self.crashed,
            "remarks": list(self.remarks),
        }


def grade_trace(path: Path | str) -> Regrade:
    """Judge a saved rollout again, from its record alone; `path` is the trace's or the record's.

    Raises:
        FileNotFoundError: when there is no record.
        ValueError: when it is no record, or holds nothing to judge because our own side failed.
    """
    saved = read_record(path)
    if saved["record"] is None:
        raise ValueError(f"{record_path(path)} holds nothing to judge: {saved['error']}")
    judged = grade(Record.from_json(saved["record"]))
    remarks = []
    if saved["versions"].get("grader") != grader_hash():
        remarks.append("The grader has changed since this was saved.")
    same = judged.to_json() == saved["grade"]
    return Regrade(judged, same, tuple(_altered(path, saved)), tuple(remarks))


def _altered(path: Path | str, saved: dict[str, Any]) -> Iterator[str]:
    """What of the files does not fit together any more."""
    pairs = list(zip(saved["journal"], saved["journal_hashes"], strict=False))
    broken = chain.verify(pairs)
    if len(saved["journal"]) != len(saved["journal_hashes"]) or broken is not None:
        yield f"The journal was altered, from entry {0 if broken is None else broken} on."
    if saved["record"]["steps"] != len(saved["journal"]):
        yield "The journal has another length than the record says."
    if saved["record"]["state_hash"] != saved["state_hash"]:
        yield "The record names another final state."
    if file_hash(trace_path(path)) not in ("", saved["trace_hash"]):
        yield "The trace is not the one that this record was made with."


def replay(path: Path | str) -> Replay:
    """Play a trace again in a new episode; `path` is the trace's or the record's.

    Addresses' keys and tokens never stand in observations; images are not compared.

    Raises:
        FileNotFoundError: when trace or record is missing.
        ValueError: when either is not what it should be.
        LookupError: when the task is no longer there.
    """
    saved = read_record(path)
    lines = read_trace(trace_path(path))
    steps = [line for line in lines if line["kind"] in STEPS]
    run = saved["run"]
    with (
        tempfile.TemporaryDirectory() as folder,
        TraceWriter(Path(folder) / "again.jsonl") as trace,
        _opened(run) as episode,
    ):
        remarks = [
            f"{name} was {saved['versions'].get(name)} and is {value}."
            for name, value in versions(episode).items()
            if name in COMPARED and saved.get("versions", {}).get(name) not in (value, None)
        ]
        seat = Seat(episode, run["surface"], trace, ENDLESS)
        differences = list(_play_again(seat, steps))
        crashed = episode.crash is not None or CRASHED in map(_observed, trace.steps())
        told = next((line for line in lines if line["kind"] == "start"), {}).get("instruction")
        if told != seat.instruction:
            differences.insert(0, _difference(0, "instruction", told, seat.instruction))
        was = saved.get("state_hash")
        state_same = None if was is None else episode.state_hash() == was
    return Replay(len(steps), tuple(differences), state_same, crashed, tuple(remarks))


def _opened(run: Mapping[str, Any]) -> Episode:
    """A new episode for a plan's `task`, `seed`, `population`, `faults` and `variant`."""
    return open_episode(
        run["task"],
        seed=run["seed"],
        population=run["population"],
        faults=run.get("faults"),
        variant=run.get("variant", 0),
    )


def _play_again(seat: Seat, steps: Sequence[dict[str, Any]]) -> Iterator[Difference]:
    for step in steps:
        was, now = _observed(step), _again(seat, step)
        if was != now:
            yield _difference(step["n"], step["kind"], was, now)
        if CRASHED in (was, now):
            return


def crashes_again(run: Mapping[str, Any], steps: Sequence[dict[str, Any]]) -> bool:
    """Whether the steps of a trace crash the world when they are played again: then it is the world's own bug.

    Args:
        run: the plan's `task`, `seed`, `population`, `faults`, `variant` and `surface`.
        steps: lines of the trace.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        TraceWriter(Path(folder) / "again.jsonl") as trace,
        _opened(run) as episode,
    ):
        seat = Seat(episode, run["surface"], trace, ENDLESS)
        return any(_again(seat, step) == CRASHED for step in steps)


def _observed(step: dict[str, Any]) -> Any:
    if step["kind"] == "call":
        return CRASHED if step["ok"] is None else {name: step[name] for name in ("ok", "status", "result")}
    seen = step["observation"]
    return CRASHED if seen is None else {name: value for name, value in seen.items() if name != "image"}


def _again(seat: Seat, step: dict[str, Any]) -> Any:
    try:
        if step["kind"] == "call":
            reply = seat.use(step["operation"], step["arguments"], key=step["key"])
            return {"ok": reply.ok, "status": reply.status, "result": reply.body}
        seen = seat.observe() if step["kind"] == "look" else seat.act(step["action"])
        return seen.to_json()
    except WorldBug:
        return CRASHED


def _difference(step: int, what: str, was: Any, now: Any) -> Difference:
    one, other = str(was), str(now)
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    begin = max(0, start - 40)
    return Difference(step, what, one[begin : start + 120], other[begin : start + 120])
