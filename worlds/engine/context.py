"""What an operation is given: the open transaction, and time, chance and identity as inputs."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import DeclarativeBase, Session

from worlds.engine.errors import WorldBug


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a role, and the id of the person's record (a customer's or a staff member's) if they have one."""

    role: str
    person: int | None = None
    name: str = ""


def _no_queue(due: datetime, operation: str, arguments: Mapping[str, Any]) -> None:
    raise WorldBug(
        f"{operation} cannot be scheduled for {due:%Y-%m-%d} with {sorted(arguments)} here: nothing runs it."
    )


def _no_mishap(name: str) -> Mapping[str, Any] | None:  # noqa: ARG001 - the signature of one that asks a plan
    return None


@dataclass(slots=True)
class Context:
    """One call's view of its world.

    `session` holds the open transaction; an operation never commits or rolls back, it returns or raises a Refusal.
    `now` is virtual time in UTC, the same for the whole call.
    """

    session: Session
    now: datetime
    actor: Actor
    step: int
    chance: str
    _next_id: Callable[[str], int]
    _schedule: Callable[[datetime, str, Mapping[str, Any]], None] = field(default=_no_queue)
    _mishap: Callable[[str], Mapping[str, Any] | None] = field(default=_no_mishap)

    def new_id(self, model: type[DeclarativeBase]) -> int:
        """The next id of a table: above every id it ever had, also above deleted ones."""
        return self._next_id(model.__tablename__)

    def number(self, sequence: str) -> int:
        """The next number of a named sequence, such as the shop's order numbers."""
        return self._next_id(sequence)

    def schedule(self, due: datetime, operation: str, /, **arguments: Any) -> None:
        """Let an event operation of this world happen at a moment of virtual time, rooted in this call's first cause.

        `arguments` are JSON values.
        """
        self._schedule(due, operation, arguments)

    def mishap(self, name: str) -> Mapping[str, Any] | None:
        """Whether a step that can go wrong in real life does so now (`card`, `bulk-item`): how, or None.

        The failure plan decides; without one nothing goes wrong. The answer holds the fault's parameters.
        """
        return self._mishap(name)

    def rng(self, stream: str) -> random.Random:
        """Chance for one purpose: depends on the episode, the step and the stream's name alone."""
        digest = sha256(f"{self.chance}|{self.step}|{stream}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))
