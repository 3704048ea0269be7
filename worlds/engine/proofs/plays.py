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
    return _play(start, task, lambda episode: way(Hands(episode)))


def through_browser(start: Start, task: Task) -> Play:
    """Play the reference solution through the real browser, in an episode of its own."""
    return _play(start, task, lambda episode: task.family.browse(episode.browser().hands()))


def nothing(start: Start, task: Task) -> Play:
    """Do nothing and say nothing."""
    return _play(start, task, lambda _: None)


def _play(start: Start, task: Task, work: Callable[[Episode], FinalAnswer | None]) -> Play:
    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
        answer, stopped = None, ""
        try:
            answer = work(episode)
        except (Refused, WorldBug, LookupError) as error:  # a LookupError: what it looked for was not there
            stopped = str(error)
        grade = episode.grade(answer)
        committed = sum(entry.committed for entry in episode.journal)
        return Play(grade, committed, answer is not None, stopped)
