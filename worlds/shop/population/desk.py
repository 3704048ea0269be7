"""Running the shop's real operations at moments of the past, in order of time, each whole or not at all."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from worlds.engine.build import Build
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Refusal
from worlds.shop.population.store import Shop
from worlds.shop.rows import driver

Answer = TypeVar("Answer")
Step = Callable[[datetime], None]

SYSTEM = Actor("system", None, "")


@dataclass(slots=True)
class Desk:
    """The queue of what is still to happen, and the people who do it.

    `refused` counts refusals by code; `why` is the code of the last one.
    """

    build: Build
    shop: Shop
    refused: dict[str, int] = field(default_factory=dict)
    why: str = ""
    _queue: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _count: int = 0

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

    def someone(self, role: str, moment: datetime, *about: object) -> Actor:
        """Who of a role was on duty."""
        return self.build.rng("on duty", role, moment.isoformat(), *about).choice(self.shop.staff[role])

    def perform(
        self, moment: datetime, actor: Actor, operation: Callable[..., Answer], *args: Any, **arguments: Any
    ) -> Answer | None:
        """Run an operation; None, and nothing changed, where the shop refuses it."""
        ctx = self.context(moment, actor)
        connection = driver(ctx)
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
