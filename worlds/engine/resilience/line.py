"""What a reference agent works with: a line to an episode, and what its tools' own schemas say."""

from typing import Any, Protocol

from worlds.engine.context import Actor
from worlds.engine.episode import Episode
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply
from worlds.engine.task import Task
from worlds.engine.toolbox import offered
from worlds.engine.world import World


class Line(Protocol):
    """A way to call an episode's tools: the episode itself, or a seat that writes a trace of it."""

    def use(self, operation: str, arguments: Any, *, key: str | None = None) -> Reply:
        """Call a tool; bad input is answered, never raised."""


class Straight:
    """A line that leads straight to an episode."""

    def __init__(self, episode: Episode) -> None:
        self._episode = episode

    def use(self, operation: str, arguments: Any, *, key: str | None = None) -> Reply:
        """Call a tool."""
        return self._episode.call(operation, arguments, key=key)


class Desk:
    """One's task, the line that one works through, and the tools that one's role has."""

    def __init__(self, task: Task, line: Line, *, world: World | None = None, actor: Actor | None = None) -> None:
        """Sit down to a task."""
        self.task = task
        self.line = line
        self.world = world or task.world
        self.tools: dict[str, Operation[..., Any]] = {
            one.name: one for one in offered(self.world, (actor or task.actor).role)
        }

    @classmethod
    def at(cls, episode: Episode) -> "Desk":
        """A desk straight at an episode that runs a task.

        Raises:
            ValueError: in free play.
        """
        if episode.task is None:
            raise ValueError("This episode runs no task; there is nothing to solve.")
        return cls(episode.task, Straight(episode))
