"""Making a population's past: a world's real operations run at moments of it, in order of time, each whole or not."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from worlds.engine.build import Build
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Refusal

Answer = TypeVar("Answer")
Step = Callable[[datetime], None]

SYSTEM = Actor("system", None, "")


@dataclass(slots=True)
class History:
    """The queue of what is still to happen before episodes begin.

    `refused` counts refusals by code; `why` is the code of the last one.
    """

    build: Build
    refused: dict[str, int] = field(default_factory=dict, init=False)
    why: str = field(default="", init=False)
    _queue: list[tuple[datetime, int, Step]] = field(default_factory=list, init=False)
    _count: int = field(default=0, init=False)

    def at(self, moment: datetime, step: Step) -> None:
        """Let something happen at a moment; what would come after the start of episodes never does."""
        if moment < self.build.start:
            self._count += 1
            heapq.heappush(self._queue, (moment, self._count, step))

    def run(self, tell: Callable[[datetime], None]) -> None:
        """Let everything happen in order of time; what happens may bring about more."""
        while self._queue:
            moment, _, step = heapq.heappop(self._queue)
            step(moment)
            tell(moment)

    def context(self, moment: datetime, actor: Actor) -> Context:
        """A context of somebody's at a moment."""
        ctx = self.build.context(moment, actor.role, actor.person)
        ctx.actor = actor
        return ctx

    def perform(
        self, moment: datetime, actor: Actor, operation: Callable[..., Answer], *args: Any, **arguments: Any
    ) -> Answer | None:
        """Run an operation; None, and nothing changed, where the business refuses it."""
        ctx = self.context(moment, actor)
        connection = ctx.driver
        connection.execute("SAVEPOINT step")
        try:
            answer = operation(ctx, *args, **arguments)
        except Refusal as refusal:
            connection.execute("ROLLBACK TO step")
            connection.execute("RELEASE step")
            self.why = refusal.code
            self.refused[refusal.code] = self.refused.get(refusal.code, 0) + 1
            return None
        connection.execute("RELEASE step")
        return answer
