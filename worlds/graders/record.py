"""Everything that a grade rests on, as plain data that can be saved and judged again elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from worlds.graders.answers import FinalAnswer
from worlds.graders.changes import Entry, Row
from worlds.graders.expectation import Expectation
from worlds.graders.invariants import InvariantResult
from worlds.graders.shape import Schema

Cause = Literal["infra", "world_bug", "agent_limit"]
CAUSES: Final = frozenset(get_args(Cause))


@dataclass(frozen=True, slots=True)
class Record:
    """A settled episode as a grader sees it.

    `entries` is the change log in the order of `seq`; `answer` what the agent handed in (an object, or text); `rows`
    the final rows of the tables that `expectation.final` asks about (those matching `State.literals()` are enough);
    `people` the role of each simulated person; `attempted_violations` counts refused attempts at what the policy
    forbids; `cause` says why the episode ended early, if it did; `steps` how many calls the agent made; `unsettled`
    names what the agent set off that is due only after the horizon, so that nothing of it is judged. `plan` names the
    failure plan and its hash, `met` the faults that calls met and when, `struck` how often each one took hold;
    `excused` says that the expectation is the one for work that a system stopped, which nobody could have finished.
    """

    schema: Schema
    expectation: Expectation
    entries: Sequence[Entry] = ()
    answer: FinalAnswer | Mapping[str, Any] | str | None = None
    invariants: Sequence[InvariantResult] = ()
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    attempted_violations: int = 0
    cause: Cause | None = None
    steps: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    state_hash: str = ""
    unsettled: Sequence[str] = ()
    plan: Mapping[str, str] = field(default_factory=dict)
    met: Sequence[Mapping[str, Any]] = ()
    struck: Mapping[str, int] = field(default_factory=dict)
    excused: bool = False

    def __post_init__(self) -> None:
        """Refuse an unknown cause."""
        if self.cause is not None and self.cause not in CAUSES:
            raise ValueError(f"{self.cause!r} is no cause; there are {', '.join(sorted(CAUSES))}.")

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON."""
        answer = self.answer.model_dump() if isinstance(self.answer, FinalAnswer) else self.answer
        return {
            "schema": self.schema.to_json(),
            "expectation": self.expectation.to_json(),
            "entries": [entry.to_json() for entry in self.entries],
            "answer": dict(answer) if isinstance(answer, Mapping) else answer,
            "invariants": [result.to_json() for result in self.invariants],
            "rows": {table: [dict(row) for row in rows] for table, rows in self.rows.items()},
            "people": dict(self.people),
            "attempted_violations": self.attempted_violations,
            "cause": self.cause,
            "steps": self.steps,
            "versions": dict(self.versions),
            "state_hash": self.state_hash,
            "unsettled": list(self.unsettled),
            "plan": dict(self.plan),
            "met": [dict(one) for one in self.met],
            "struck": dict(self.struck),
            "excused": self.excused,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """Read what `to_json` wrote."""
        parts = {
            "schema": Schema.from_json(data["schema"]),
            "expectation": Expectation.from_json(data["expectation"]),
            "entries": tuple(Entry.from_json(entry) for entry in data["entries"]),
            "invariants": tuple(InvariantResult.from_json(result) for result in data["invariants"]),
        }
        return cls(**{**data, **parts})
