"""Replays of one instance that begin alike: what they share is played once, and each goes on in a branch of its own.

A branch has the state, the clock and the journal of its trunk, so a play in it is what a fresh episode would give.
"""

from dataclasses import dataclass

from worlds.engine.episode import Episode
from worlds.engine.proofs.plays import Play, played
from worlds.engine.proofs.tapes import Pause, Run, Step, Tape
from worlds.engine.start import Start
from worlds.engine.task import Task
from worlds.graders.answers import FinalAnswer
from worlds.seeds.forks import open_fork


@dataclass(frozen=True, slots=True)
class _Fork:
    """Where ways part: the steps that lead there, and a run that has come so far and is only ever branched."""

    steps: tuple[Step, ...]
    run: Run


class Branches:
    """Plays tapes of one instance, and keeps runs where others may go on.

    That is after every pause, since nothing costs more than time that passes, and all along a trunk.
    """

    def __init__(self, start: Start, task: Task) -> None:
        """Nothing is played yet."""
        self._start = start
        self._task = task
        self._kept: list[_Fork] = []

    def replay(self, tape: Tape, *, trunk: bool = False) -> Play:
        """Play every step of a tape and grade it, as `tapes.replay` does with `reads`.

        A `trunk` is a tape of which others are edits.
        """
        parted = max((one for one in self._kept if _begins(tape, one.steps)), key=_length, default=None)
        run = parted.run.branch() if parted else self._fresh()
        done = _length(parted) if parted else 0
        with run.episode as episode:
            return played(episode, lambda _: self._go_on(run, tape, done, trunk=trunk))

    def _go_on(self, run: Run, tape: Tape, done: int, *, trunk: bool) -> FinalAnswer | None:
        for number, step in enumerate(tape.steps[done:], done + 1):
            run.take(step)
            if trunk or isinstance(step, Pause):
                self._kept.append(_Fork(tape.steps[:number], run.branch()))
        return run.answer(tape)

    def _fresh(self) -> Run:
        start, task = self._start, self._task
        return Run(Episode(start, open_fork(start.snapshot.path), task.actor, task))


def _begins(tape: Tape, steps: tuple[Step, ...]) -> bool:
    return tape.steps[: len(steps)] == steps


def _length(one: _Fork) -> int:
    return len(one.steps)
