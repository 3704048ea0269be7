"""What an operation is given: the open transaction, and time, chance and identity as inputs."""

import random
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy.orm import DeclarativeBase, Session

from worlds.engine import locks, outbox, versions
from worlds.engine.bookkeeping import driver_of
from worlds.engine.errors import WorldBug


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a role, and the id of the person's record (a customer's or a staff member's) if they have one."""

    role: str
    person: int | None = None
    name: str = ""


def _no_queue(due: datetime, operation: str, arguments: Mapping[str, Any], who: str) -> None:
    raise WorldBug(
        f"{operation} cannot be scheduled for {due:%Y-%m-%d} with {sorted(arguments)} by {who} here: nothing runs it."
    )


def _no_clock(until: datetime, for_message: bool) -> datetime:  # noqa: ARG001 - the signature of one that waits
    raise WorldBug(f"Nobody can wait until {until:%Y-%m-%d %H:%M} in the middle of an event.")


def _no_mishap(name: str) -> Mapping[str, Any] | None:  # noqa: ARG001 - the signature of one that asks a plan
    return None


@dataclass(slots=True)
class Context:
    """One call's view of its world.

    `session` holds the open transaction; an operation never commits or rolls back, it returns or raises a Refusal.
    `now` is virtual time in UTC, the same for the whole call. `company` are the people of the episode.
    """

    session: Session
    now: datetime
    actor: Actor
    step: int
    chance: str
    _next_id: Callable[[str], int]
    _schedule: Callable[[datetime, str, Mapping[str, Any], str], None] = field(default=_no_queue)
    _mishap: Callable[[str], Mapping[str, Any] | None] = field(default=_no_mishap)
    _let_pass: Callable[[datetime, bool], datetime] = field(default=_no_clock)
    company: Any = None
    _driver: sqlite3.Connection | None = field(default=None, repr=False)

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
        self._schedule(due, operation, arguments, "system")

    def let_act(self, who: str, due: datetime, operation: str, /, **arguments: Any) -> None:
        """Let a person act by an event operation at a moment of virtual time, because of this call's first cause.

        `who` is booked as the actor; `arguments` are JSON values.
        """
        self._schedule(due, operation, arguments, who)

    def let_pass(self, until: datetime, *, for_message: bool = False) -> None:
        """Let virtual time go by, with all that is due in it; `now` is then `until`.

        It is earlier where a message came in that was waited for.
        """
        self.now = self._let_pass(until, for_message)

    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's own connection, which holds the call's open transaction."""
        if self._driver is None:
            known = self.session.info.get("driver")
            if known is None:
                known = self.session.info["driver"] = driver_of(self.session.connection())
            self._driver = cast("sqlite3.Connection", known)
        return self._driver

    def version(self, model: type[DeclarativeBase], key: int) -> int:
        """The version of a row: 1, and one more for each change since the episode began."""
        if self.step == 0:
            return 1
        return versions.version_of(self.driver, model.metadata, model.__tablename__, key)

    def lock(self, model: type[DeclarativeBase], key: int, until: datetime, why: str) -> None:
        """Give whoever acts a record to themselves until a moment of virtual time; `why` is told to who asks for it."""
        locks.lock(self.driver, model.__tablename__, key, self.actor.name or "system", why, int(until.timestamp()))

    def release(self, model: type[DeclarativeBase], key: int) -> None:
        """Take the lock on a record away, whoever set it."""
        locks.release(self.driver, model.__tablename__, key)

    def locked(self, model: type[DeclarativeBase], key: int) -> locks.Lock | None:
        """The lock on a record, if there is one now."""
        return locks.holder(self.driver, model.__tablename__, key, int(self.now.timestamp()))

    def locked_among(self, model: type[DeclarativeBase], keys: Iterable[int]) -> Mapping[int, locks.Lock]:
        """The locks that there are now on some records of a kind, by record: one look for all of them."""
        return locks.holders(self.driver, model.__tablename__, keys, int(self.now.timestamp()))

    def tell(self, subject: str, body: str, *, role: str, about: tuple[str, int] | None = None) -> None:
        """Send a message to the agent's inbox, from whoever acts; `role` is what they are to the agent."""
        said = {"sender": self.actor.name, "role": role, "subject": subject, "body": body, "about": about}
        self.publish("message", outbox.INBOX, said)

    def publish(self, kind: str, subscriber: str, payload: Mapping[str, Any]) -> None:
        """Send something out: JSON values to a subscriber, through the outbox, where deliveries can go astray.

        Nothing leaves while a population is built.
        """
        if self.step == 0:
            return
        now = int(self.now.timestamp())
        number = outbox.put(self.driver, now, kind, subscriber, payload)
        astray = self.mishap("delivery")
        if astray is None or astray["twice"]:
            outbox.deliver(self.driver, number, now)
        if astray is not None:
            self.schedule(self.now + timedelta(seconds=astray["late"]), "outbox_delivers", number=number)

    def mishap(self, name: str) -> Mapping[str, Any] | None:
        """Whether a step that can go wrong in real life does so now (`card`, `bulk-item`): how, or None.

        The failure plan decides; without one nothing goes wrong. The answer holds the fault's parameters.
        """
        return self._mishap(name)

    def rng(self, stream: str) -> random.Random:
        """Chance for one purpose: depends on the episode, the step and the stream's name alone."""
        digest = sha256(f"{self.chance}|{self.step}|{stream}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))
