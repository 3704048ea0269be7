"""Where an agent sits: an episode's tools or its browser, with limits, every step of it written into the trace."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from worlds.engine.dialect import Dialect
from worlds.engine.episode import Episode
from worlds.engine.reply import Reply
from worlds.engine.rollouts.limits import Limits, Truncated
from worlds.engine.rollouts.traces import TraceWriter
from worlds.engine.surfaces.browser import Action, Observation
from worlds.engine.task import Refused, Task

SURFACES = ("tools", "browser")


class Seat:
    """What an agent is given. It also is a `Worker` and a `Browsing`, so that reference solutions can sit here.

    Args:
        episode: runs a task.
        surface: "tools" or "browser".
        trace: where steps are written.
        limits: how much may be done.
        screenshots: whether every look at the browser keeps an image.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        episode: Episode,
        surface: str,
        trace: TraceWriter,
        limits: Limits,
        *,
        screenshots: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if episode.task is None:
            raise ValueError("This episode runs no task; there is nothing to do.")
        self.task: Task = episode.task
        self.surface = surface
        self.steps = 0
        self.usage: dict[str, int] = {}
        self._episode = episode
        self._trace = trace
        self._limits = limits
        self._screenshots = screenshots
        self._clock = clock
        self._began = clock()

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""
        return self.task.instruction

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name."""
        return self.task.instance.facts

    @property
    def dialect(self) -> Dialect:
        """In whose words the tools answer."""
        return self.task.world.dialect

    @property
    def seconds_left(self) -> float:
        """Seconds of the machine until the rollout must end."""
        return self._limits.episode_seconds - (self._clock() - self._began)

    def tools(self) -> list[dict[str, Any]]:
        """The tools of the acting role in the chat-completions shape."""
        return self._episode.tools()

    def call(self, operation: str, /, **arguments: Any) -> Any:
        """A tool call as a solution makes it: the JSON result.

        Raises:
            Refused: when the world says no.
            Truncated, WorldBug: as `use`.
        """
        reply = self.use(operation, arguments)
        if not reply.ok:
            raise Refused(reply.status, reply.body)
        return reply.body

    def use(self, operation: str, arguments: Any, *, key: str | None = None) -> Reply:
        """Call a tool; bad input is answered, never raised.

        Raises:
            Truncated: when a limit is reached.
            WorldBug: when the world crashed; the call is in the trace, without an answer.
        """
        self._expect("tools")
        number, began = self._begin()
        asked = {"n": number, "operation": operation, "arguments": arguments, "key": key}
        try:
            reply = self._episode.call(operation, arguments, key=key)
        except BaseException:
            self._trace.write("call", **asked, ok=None, status=None, result=None)
            raise
        self._trace.write("call", **asked, ok=reply.ok, status=reply.status, result=reply.body)
        self._end(began)
        return reply

    def observe(self, *, screenshot: bool = False) -> Observation:
        """Look at the page.

        Raises:
            Truncated, WorldBug, BrowserFailure: as `act`.
        """
        self._expect("browser")
        number, began = self._begin()
        seen = self._episode.browser().observe(screenshot=screenshot or self._screenshots)
        self._trace.write("look", n=number, observation=self._kept(number, seen))
        self._end(began)
        return seen

    def act(self, action: Action | Mapping[str, Any], *, screenshot: bool = False) -> Observation:
        """Do something in the browser and look at the page.

        Raises:
            Truncated: when a limit is reached.
            WorldBug: when the world crashed; the action is in the trace, without an observation.
            BrowserFailure: when the browser died.
        """
        self._expect("browser")
        number, began = self._begin()
        given = dict(action) if isinstance(action, Mapping) else action.model_dump(exclude_none=True)
        try:
            seen = self._episode.browser().act(given, screenshot=screenshot or self._screenshots)
        except BaseException:
            self._trace.write("act", n=number, action=given, observation=None)
            raise
        self._trace.write("act", n=number, action=given, observation=self._kept(number, seen))
        self._end(began)
        return seen

    def meaning(self, text: str) -> str:
        """What the plain page says in place of these words; words that are unknown as they are."""
        return self._episode.browser().meaning(text)

    def note(self, **fields: Any) -> None:
        """Write something of the agent's own into the trace, such as what a model said; counts no step."""
        self._trace.write("message", **fields)

    def count(self, usage: Mapping[str, int]) -> None:
        """Add to what the agent used up, in tokens for instance; the sums end the trace."""
        for name, amount in usage.items():
            self.usage[name] = self.usage.get(name, 0) + amount

    # -- inside ---------------------------------------------------------------------------------------------------

    def _expect(self, surface: str) -> None:
        if self.surface != surface:
            raise ValueError(f"This agent works through {self.surface}, not through {surface}.")

    def _begin(self) -> tuple[int, float]:
        if self.steps >= self._limits.steps:
            raise Truncated("steps")
        if self.seconds_left <= 0:
            raise Truncated("episode_seconds")
        self.steps += 1
        return self.steps, self._clock()

    def _end(self, began: float) -> None:
        if self._clock() - began > self._limits.step_seconds:
            raise Truncated("step_seconds")

    def _kept(self, number: int, seen: Observation) -> dict[str, Any]:
        kept = seen.to_json()
        if seen.screenshot is not None:
            kept["image"] = self._trace.image(number, seen.screenshot)
        return kept
