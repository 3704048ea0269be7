"""Playing an instance in one way or another, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.grading import Start
from worlds.engine.hands import Hands
from worlds.engine.task import Refused, Task, Worker
from worlds.graders.answers import FinalAnswer
from worlds.graders.grade import Grade
from worlds.seeds.forks import open_fork


@dataclass(frozen=True, slots=True)
class Play:
    """One run of an instance: its grade, how many writes it committed, whether it answered, and what stopped it."""

    grade: Grade
    committed: int
    answered: bool
    stopped: str = ""


def through_tools(start: Start, task: Task, way: Callable[[Worker], FinalAnswer]) -> Play:
    """Play a solution, an alternative or a mistake through tools, in an episode of its own."""
    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
        answer, stopped = None, ""
        try:
            answer = way(Hands(episode))
        except (Refused, WorldBug) as error:
            stopped = str(error)
        return _played(episode, answer, stopped)


def through_browser(start: Start, task: Task) -> Play:
    """Play the reference solution through the real browser."""
    from worlds.engine.surfaces.browser import Page  # noqa: PLC0415 - Playwright is loaded when needed

    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
        answer, stopped = None, ""
        try:
            answer = task.family.browse(Page(episode.browser()))
        except (Refused, WorldBug, LookupError) as error:
            stopped = str(error)
        return _played(episode, answer, stopped)


def nothing(start: Start, task: Task) -> Play:
    """Do nothing and say nothing."""
    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
        return _played(episode, None, "")


def _played(episode: Episode, answer: FinalAnswer | None, stopped: str) -> Play:
    grade = episode.grade(answer)
    return Play(grade, sum(entry.committed for entry in episode.journal), answer is not None, stopped)
