"""Running what is due: each event at its own moment and under its own cause, all of one call over one session.

A virtual week may hold ten thousand events, so nothing is made anew for each that can be made once.
"""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from worlds.engine import bookkeeping, changelog, events
from worlds.engine.bookkeeping import Moment
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Refusal, WorldBug
from worlds.engine.events import Event
from worlds.engine.naming import plain
from worlds.engine.operation import Operation
from worlds.engine.world import World

if TYPE_CHECKING:
    from worlds.engine.door import Door


def event_operation(world: World, name: str) -> Operation[..., Any]:
    """The operation of that name that no surface offers.

    Raises:
        WorldBug: when there is none.
    """
    operation = world.operations.get(name)
    if operation is None or operation.doors or not operation.writing:
        raise WorldBug(f"{world.name} has no event operation {name}: @writes(roles=(), doors=()).")
    return operation


def queue(driver: sqlite3.Connection, door: "Door", event: Event) -> None:
    """Check an event that an operation schedules, and queue it."""
    operation = event_operation(door.whole.world, event.operation)
    operation.bind_text(event.text)
    events.queue(driver, event, operation.priority)


class Due:
    """Runs events inside the open transaction of a call; use it as a context manager.

    Args:
        connection: the episode's, in a transaction.
        driver: the driver's own connection below it.
        door: the episode's door.
        step: the number of the call meanwhile.
    """

    def __init__(self, connection: Connection, driver: sqlite3.Connection, door: "Door", step: int) -> None:
        self._connection = connection
        self._driver = plain(driver)
        self._door = door.whole
        self._step = step
        self._sessions: dict[str, Session] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            session.close()

    def until(self, last: int, *, of_agent: bool = False, stop: Callable[[], bool] | None = None) -> int:
        """Run what is due by then, in order; answers the moment up to which that was done.

        That is earlier than `last` where `stop`, asked after each event, said so.
        """
        event = events.take_due(self._driver, last, of_agent=of_agent)
        if event is None:
            return last
        with bookkeeping.holding_counters(self._driver):
            while event is not None:
                self.run(event)
                if stop is not None and stop():
                    return event.due
                event = events.take_due(self._driver, last, of_agent=of_agent)
        return last

    def run(self, event: Event) -> bool:
        """Run one event; one that the business refuses by then does not happen, and False says so."""
        driver = self._driver
        operation = event_operation(self._door.world, event.operation)
        door = self._door.of(operation)
        tx = bookkeeping.next_tx(driver, event.due)
        changelog.set_cause(driver, changelog.Cause(tx, self._step, operation.name, event.actor, event.root, event.due))
        driver.execute("SAVEPOINT event")
        counters = bookkeeping.counted(driver)
        with door.speaking(self._connection):
            session = self._session_of(operation.app)
            try:
                values = operation.bind_text(event.text)
                operation.function(self._context(session, door, event, tx), **values)
                session.flush()
            except Refusal:
                driver.execute("ROLLBACK TO event")
                bookkeeping.count_again(driver, counters)
                return False
            finally:
                driver.execute("RELEASE event")
                if len(session.identity_map) or session.new:
                    session.expunge_all()  # what one event knew of rows, another may have changed below the session
        return True

    def _session_of(self, app: str) -> Session:
        """One Session for all events of an app."""
        session = self._sessions.get(app)
        if session is None:
            session = self._sessions[app] = Session(
                self._connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only"
            )
        return session

    def _context(self, session: Session, door: "Door", event: Event, tx: int) -> Context:
        driver, step = bookkeeping.driver_of(self._connection), self._step
        moment = Moment(event.due, step, tx)

        def schedule(due: datetime, name: str, arguments: Mapping[str, Any], who: str) -> None:
            queue(driver, door, Event.of(int(due.timestamp()), door.called(name), arguments, who, event.root))

        def mishap(name: str) -> Mapping[str, Any] | None:
            faults = door.faults
            return faults.mishap(name, driver, moment, by_agent=event.of_agent) if faults.active else None

        return Context(
            session,
            moment.instant,
            Actor("system", name=event.actor.removeprefix("person:")),
            step,
            f"{door.chance}|{event.root}|{event.seq}",
            lambda name: bookkeeping.next_id(driver, name),
            schedule,
            mishap,
            company=door.company,
        )
