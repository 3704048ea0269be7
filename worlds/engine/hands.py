"""The hands of a solution that works through tools: an episode's tools, the instruction, and nothing that is hidden."""

from collections.abc import Callable, Mapping
from typing import Any

from worlds.engine.dialect import Dialect
from worlds.engine.episode import Episode
from worlds.engine.reply import Reply
from worlds.engine.task import Refused, Task

Pass = Callable[[Episode, str, dict[str, Any]], Reply]
"""How a call reaches an episode."""


class Hands:
    """A `Worker` over an episode that runs a task."""

    def __init__(self, episode: Episode, passed: Pass = Episode.call) -> None:
        """Work in this episode; `passed` may carry calls to it in another way than usual."""
        if episode.task is None:
            raise ValueError("This episode runs no task; there is nothing to solve.")
        self._episode = episode
        self._passed = passed
        self._task: Task = episode.task

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""
        return self._task.instruction

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name."""
        return self._task.instance.facts

    @property
    def dialect(self) -> Dialect:
        """In whose words the tools answer."""
        return self._task.world.dialect

    def call(self, operation: str, /, **arguments: Any) -> Any:
        """The JSON result of a tool call.

        Raises:
            Refused: when the world says no.
            WorldBug: when the operation crashed.
        """
        reply = self._passed(self._episode, operation, arguments)
        if not reply.ok:
            raise Refused(reply.status, reply.body)
        return reply.body
