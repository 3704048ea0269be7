"""Playing an instance in one way or another, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.faults.plan import NORMAL, Conditions
from worlds.engine.hands import Hands
from worlds.engine.journal import JournalEntry
from worlds.engine.proofs.crawl import Shown, look_at_all
from worlds.engine.proofs.mixed import Mixed
from worlds.engine.start import Start
from worlds.engine.surfaces.browser import Page
from worlds.engine.task import Family, Refused, Task, Worker
from worlds.graders.answers import FinalAnswer
from worlds.graders.grade import Grade
from worlds.graders.record import Record
from worlds.seeds.forks import open_fork

if TYPE_CHECKING:
    from worlds.engine.proofs.branches import Branches

Work = Callable[[Episode], FinalAnswer | None]
"""What is done in an episode, to its final answer."""


@dataclass(frozen=True, slots=True)
class Play:
    """One run of an instance: its grade, the record that it rests on, every call, the answer, what stopped it."""

    grade: Grade
    record: Record
    journal: tuple[JournalEntry, ...]
    answer: FinalAnswer | None
    stopped: str = ""

    @property
    def committed(self) -> int:
        """How many writes were committed."""
        return sum(entry.committed for entry in self.journal)

    @property
    def answered(self) -> bool:
        """Whether something was handed in."""
        return self.answer is not None

    @property
    def earned(self) -> bool:
        """Whether the whole reward was earned, and nothing stopped the play."""
        return self.grade.reward == 1.0 and not self.stopped


@dataclass(frozen=True, slots=True)
class Browsed:
    """A play in the browser, and the addresses of the pages that it came to, in order."""

    play: Play
    visited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A play that was made for one proof and is looked at again by others; `right` says whether it must pass."""

    label: str
    play: Play
    right: bool


@dataclass(frozen=True)
class Case:
    """One instance under proof, with the plays that several proofs need, each played once when first asked for.

    `corpus` is everything that proofs played so far and kept, for those that judge the grader itself; `blind` holds
    the plays of the policies that never look, by their names.
    """

    start: Start
    task: Task
    browser: bool = False
    corpus: list["Kept"] = field(default_factory=list, compare=False)
    blind: dict[str, Play] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, start: Start, family: Family, seed: int, *, flip: int = 0, browser: bool = False) -> "Case":
        """The case of a family's seed, or of its twin; `browser` asks for the plays that need the real one."""
        return cls(start, draw(start, family, seed, flip=flip), browser)

    @property
    def family(self) -> Family:
        """The family that the instance is of."""
        return self.task.family

    @property
    def label(self) -> str:
        """How a hole names it: `shop/refund-partial seed 3`."""
        return f"{self.task.name} seed {self.task.seed}" + (" (twin)" if self.task.flip else "")

    def keep(self, label: str, one: Play, *, right: bool) -> None:
        """Add a play to the corpus."""
        self.corpus.append(Kept(label, one, right))

    @cached_property
    def branches(self) -> "Branches":
        """Where tapes of the instance are replayed that may begin alike."""
        from worlds.engine.proofs.branches import Branches  # noqa: PLC0415 - branches are played, and so are cases

        return Branches(self.start, self.task)

    @cached_property
    def solution(self) -> Play:
        """The reference solution, through tools."""
        return through_tools(self.start, self.task, self.family.solve)

    @cached_property
    def browsed(self) -> "Browsed":
        """The reference solution through the real browser."""
        visited: list[str] = []
        one = play(self.start, self.task, lambda episode: self.family.browse(Page(Mixed(episode, visited))))
        return Browsed(one, tuple(visited))

    @cached_property
    def shown(self) -> Shown:
        """All that the instance shows before anybody acts."""
        return look_at_all(self.start, self.task)

    @cached_property
    def alternatives(self) -> dict[str, Play]:
        """The other right ways."""
        return {name: through_tools(self.start, self.task, way) for name, way in self.family.alternatives.items()}

    @cached_property
    def mistakes(self) -> dict[str, Play]:
        """The named ways of getting it wrong."""
        return {name: through_tools(self.start, self.task, way) for name, way in self.family.mistakes.items()}


def through_tools(start: Start, task: Task, way: Callable[[Worker], FinalAnswer]) -> Play:
    """Play a solution, an alternative or a mistake through tools, in an episode of its own."""
    return play(start, task, lambda episode: way(Hands(episode)))


def through_browser(start: Start, task: Task) -> Play:
    """Play the reference solution through the real browser, in an episode of its own."""
    return play(start, task, lambda episode: task.family.browse(episode.browser().hands()))


def nothing(start: Start, task: Task) -> Play:
    """Do nothing and say nothing."""
    return play(start, task, lambda _: None)


def play(start: Start, task: Task, work: Work, conditions: Conditions = NORMAL) -> Play:
    """Do some work in a fresh episode of the task, and grade it."""
    with Episode(start, open_fork(start.snapshot.path), task.actor, task, conditions=conditions) as episode:
        return played(episode, work)


def played(episode: Episode, work: Work) -> Play:
    """Do some work in an episode, and grade it."""
    answer, stopped = None, ""
    try:
        answer = work(episode)
    except (Refused, WorldBug, LookupError) as error:  # a LookupError: what it looked for was not there
        stopped = str(error)
    return finished(episode, answer, stopped)


def finished(episode: Episode, answer: FinalAnswer | None, stopped: str = "") -> Play:
    """Grade an episode that was worked in, and keep what proofs look at."""
    grade = episode.grade(answer)
    if episode.record is None:
        raise WorldBug("a graded episode has its record")
    return Play(grade, episode.record, tuple(episode.journal), answer, stopped)


def wait(episode: Episode, time: timedelta) -> None:
    """Let virtual time pass in an episode: a look at something, by somebody who takes that long over it."""
    operation = next(
        name
        for name, one in sorted(episode.world.operations.items())
        if not one.writing and episode.actor.role in one.roles and not one.input_schema.get("required")
    )
    episode.perform(operation, {}, "tools", seconds=int(time.total_seconds()))


def missed(one: Play) -> str:
    """What a play lacks, in a few words."""
    lacking: Sequence[str] = [f"{c.words} ({c.evidence})" for c in one.grade.criteria if not c.satisfied]
    return (one.stopped or "; ".join(lacking) or str(one.grade.cause))[:500]
