"""What a variation of the right way is, and the two means of playing one: other hands, and a changed tape."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from worlds.engine.hands import Hands, Pass
from worlds.engine.proofs.plays import Case, Play, play
from worlds.engine.proofs.tapes import Step, Tape, TapedCall, replay
from worlds.engine.task import Task, Worker
from worlds.graders.answers import FinalAnswer
from worlds.graders.changes import Entry


@dataclass(frozen=True, slots=True)
class Variation:
    """One way that is as right as the solution: what is otherwise about it, and how it went."""

    words: str
    play: Play


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """Why an operator has nothing to vary on an instance."""

    why: str


Played = Sequence[Variation] | NotApplicable
"""What an operator answers; a sequence is never empty."""


@dataclass(frozen=True)
class Solved:
    """An instance with its solution on tape."""

    case: Case

    @cached_property
    def tape(self) -> Tape:
        """The solution's calls."""
        return Tape.of(self.case.solution, self.case.start.world)

    @property
    def writes(self) -> tuple[TapedCall, ...]:
        """The solution's committed writes."""
        return self.tape.writes

    @property
    def steps(self) -> tuple[TapedCall, ...]:
        """The calls that a replay is made of: the writes; where others act meanwhile, reads as well, for the pace."""
        return self.tape.calls if self.case.task.instance.happenings else self.tape.only_writes().calls

    @cached_property
    def entries(self) -> Mapping[int, tuple[Entry, ...]]:
        """What each committed write changed, by the number of the call."""
        steps = [entry.step for entry in self.case.solution.journal if entry.committed]
        return {
            call.number: tuple(one for one in self.case.solution.record.entries if one.root == f"agent:{step}")
            for call, step in zip(self.writes, steps, strict=True)
        }

    def replay(self, steps: Sequence[Step]) -> Play:
        """Play other steps to the solution's answer."""
        reads = bool(self.case.task.instance.happenings)
        return replay(self.case.start, self.case.task, self.tape.with_steps(steps), reads=reads)

    def replaced(self, call: TapedCall, *others: Step) -> list[Step]:
        """The solution's calls with others in the place of one."""
        return [other for step in self.steps for other in (others if step.number == call.number else (step,))]

    def through(self, passed: Pass, task: Task | None = None) -> Play:
        """Play the solution with hands that pass each call on in their own way."""
        task = task or self.case.task
        return play(self.case.start, task, lambda episode: task.family.solve(Hands(episode, passed)))


Way = Callable[[Worker], FinalAnswer]


def accepted(one: Play, straight: Play) -> bool:
    """Whether no more calls were refused than in the play that it is compared with."""
    return _refusals(one) <= _refusals(straight)


def _refusals(one: Play) -> int:
    return sum(entry.outcome not in ("done", "replayed") for entry in one.journal)


def varied(found: Iterator[Variation], otherwise: str) -> Played:
    """The variations that were found, or why there are none."""
    variations = list(found)
    return variations or NotApplicable(otherwise)
