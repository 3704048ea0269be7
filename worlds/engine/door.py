"""The inside of the one door: a call's transaction, from bookkeeping to commit.

In this order: BEGIN, clock and counters, events that are due, permission of the acting role, faults before,
idempotency, SAVEPOINT, the operation, RELEASE or ROLLBACK TO, faults after, COMMIT. A refused or lost call moves the
clock too, so the bookkeeping commits although the operation does not. What faults do after the work cannot undo it:
that they run before COMMIT only lets their own memory commit with it.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from worlds.engine import bookkeeping, changelog, events, past
from worlds.engine.bookkeeping import Moment, Remembered
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Conflict, Failure, Forbidden, Refusal, WorldBug
from worlds.engine.events import Event, Happens
from worlds.engine.faults.fault import Called
from worlds.engine.faults.meeting import NOTHING_MET, Faults, Lasting, Met
from worlds.engine.journal import Outcome
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply, failed
from worlds.engine.targets import records_named
from worlds.engine.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One checked call: `values` are its arguments, `seconds` the virtual time it costs, `route` a page's path."""

    operation: Operation[..., Any]
    values: dict[str, Any]
    seconds: int
    key: str | None
    surface: str = "tools"
    route: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """What is the same for all calls of an episode: its world, who acts, what chance is keyed by, what others do.

    `faults` is what goes wrong.
    """

    world: World
    actor: Actor
    chance: str
    faults: Faults
    happenings: Sequence[Happens] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A call that went through the door, and the faults that it met there."""

    reply: Reply
    moment: Moment
    outcome: Outcome
    faults: tuple[str, ...] = ()


def refused(world: World, refusal: Refusal) -> Reply:
    """A refusal as a reply in the world's error shape."""
    return Reply(ok=False, status=refusal.status, body=world.error_body(refusal), refusal=refusal)


def transact(connection: Connection, door: Door, call: Call) -> Passed:
    """Run one call in a transaction of its own.

    Raises:
        Exception: whatever the operation raised that is not a Refusal; nothing is committed then.
    """
    driver = bookkeeping.driver_of(connection)
    with connection.begin():
        moment = bookkeeping.advance(driver, seconds=call.seconds)
        _let_happen(connection, driver, door, moment)
        passage = _Passage(connection, driver, door, call, moment)
        try:
            _check_role(door, call.operation)
            passage.go()
        except Failure as failure:
            passage.fail(failure)
        except Refusal as refusal:
            passage.reply, passage.outcome = refused(door.world, refusal), "refused"
    return Passed(passage.reply, passage.moment, passage.outcome, tuple(passage.met.names))


NO_REPLY = Reply(ok=False, status=500, body=None)


@dataclass(slots=True)
class _Passage:
    """One call on its way through the door."""

    connection: Connection
    driver: sqlite3.Connection
    door: Door
    call: Call
    moment: Moment
    met: Met = NOTHING_MET
    reply: Reply = NO_REPLY
    outcome: Outcome = "failed"

    def go(self) -> None:
        """Past the faults, through the operation.

        Raises:
            Failure: where a fault stops the call or loses its answer.
            Refusal: where the business does.
        """
        if self.door.faults.active:
            self.met = self._meet()
            self.met.before()
        if self.call.key is not None and self.call.operation.writing:
            self.reply, self.outcome = _once(self)
        else:
            self.reply, self.outcome = _run(self), "done"
        if self.door.happenings:
            events.set_off(self.driver, self.door.happenings, self.call.operation.name, self.moment.now)
        if self.met.struck:
            if not self.met.keeps():
                self.outcome = "undone"
            self.reply = self.met.after(self.reply)

    def fail(self, failure: Failure) -> None:
        """Tell the agent of a failure; the time until it is known goes by."""
        self.outcome = "lost" if self.outcome == "done" else self.outcome
        if isinstance(failure, Lasting):
            self.met = Met()
            self.met.names.extend(failure.names)
        if failure.seconds:
            self.moment = replace(self.moment, now=bookkeeping.let_pass(self.driver, failure.seconds).now)
        body = failure.body if failure.body is not None else self.door.world.error_body(failure)
        self.reply = failed(failure, body, self.call.surface)
        if failure.kept and self.call.key is not None and self.call.operation.writing:
            _remember(self, self.reply)

    def _meet(self) -> Met:
        def happen(who: str, operation: str, arguments: Mapping[str, Any]) -> bool:
            event = Event(0, self.moment.now, operation, arguments, who, f"world:{who}")
            return _happen(self.connection, self.driver, self.door, self.moment, event)

        call = self.call
        records = records_named(self.door.world.metadata, call.values)
        return self.door.faults.meet(
            Called(
                self.door.world,
                self.door.actor,
                call.operation,
                call.values,
                call.surface,
                call.route,
                call.key,
                self.moment,
                records,
                self.driver,
                happen,
            )
        )


def settle(connection: Connection, door: Door) -> tuple[Event, ...]:
    """Run what the agent's work still has queued, up to the horizon; answers what lies beyond it.

    What others have queued is left alone: nobody asked for it.
    """
    driver = bookkeeping.driver_of(connection)
    until = bookkeeping.read(driver).now + int(events.HORIZON.total_seconds())
    with connection.begin():
        moment = bookkeeping.read(driver)
        while event := events.take_due(driver, until, of_agent=True):
            _happen(connection, driver, door, moment, event)
        return tuple(event for event in events.queued(driver) if event.of_agent)


def _let_happen(connection: Connection, driver: sqlite3.Connection, door: Door, moment: Moment) -> None:
    """Run the events that are due before this call, each at its own time."""
    if door.happenings and moment.step == 1:
        events.set_off(driver, door.happenings, "", moment.now)
    while event := events.take_due(driver, moment.now):
        _happen(connection, driver, door, moment, event)


def _happen(connection: Connection, driver: sqlite3.Connection, door: Door, moment: Moment, event: Event) -> bool:
    """Run one event; one that the business refuses by then does not happen, and False says so."""
    operation = event_operation(door.world, event.operation)
    at = Moment(event.due, moment.step, bookkeeping.next_tx(driver))
    chance = f"{door.chance}|{event.root}|{event.seq}"
    cause = changelog.Cause(at.tx, at.step, operation.name, event.actor, event.root, at.now)
    with suppress(Refusal):
        _execute(connection, driver, door, Inside(operation, operation.bind_json(event.arguments), at, chance, cause))
        return True
    return False


def event_operation(world: World, name: str) -> Operation[..., Any]:
    """The operation of that name that no surface offers.

    Raises:
        WorldBug: when there is none.
    """
    operation = world.operations.get(name)
    if operation is None or operation.doors or not operation.writing:
        raise WorldBug(f"{world.name} has no event operation {name}: @writes(roles=(), doors=()).")
    return operation


def _check_role(door: Door, operation: Operation[..., Any]) -> None:
    roles = door.world.roles
    if door.actor.role not in operation.roles:
        able = ", ".join(sorted(roles[role].title for role in operation.roles))
        raise Forbidden(
            "role_not_permitted",
            f"The role {roles[door.actor.role].title} may not use {operation.name}; it takes one of: {able}.",
        )


def _once(passage: _Passage) -> tuple[Reply, Outcome]:
    """Answer a repeated key as the first time; otherwise run, and keep the answer under the key."""
    call, driver = passage.call, passage.driver
    if known := bookkeeping.remembered(driver, str(call.key), passage.door.actor.role, call.operation.name):
        if known.arguments != _arguments(call):
            raise Conflict(
                "idempotency_key_reused",
                f"The idempotency key {str(call.key)[:40]!r} was used for {call.operation.name} with other arguments; "
                "use a new key for a new request.",
            )
        return Reply(ok=known.status < 400, status=known.status, body=json.loads(known.body)), "replayed"
    outcome: Outcome = "done"
    try:
        reply = _run(passage)
    except Refusal as refusal:
        reply, outcome = refused(passage.door.world, refusal), "refused"
    _remember(passage, reply)
    return reply, outcome


def _remember(passage: _Passage, reply: Reply) -> None:
    call = passage.call
    answer = Remembered(_arguments(call), reply.status, reply.text)
    bookkeeping.remember(passage.driver, str(call.key), passage.door.actor.role, call.operation.name, answer)


def _arguments(call: Call) -> str:
    return call.operation.arguments.model_construct(**call.values).model_dump_json()


@dataclass(frozen=True, slots=True)
class Inside:
    """An operation about to run: checked values, the moment, what its chance is keyed by, the cause of its writes.

    `as_of` is the last entry of the change log that a read sees; what is not `kept` is undone once it is answered.
    """

    operation: Operation[..., Any]
    values: dict[str, Any]
    moment: Moment
    chance: str
    cause: changelog.Cause
    as_of: int | None = None
    kept: bool = True


def _run(passage: _Passage) -> Reply:
    operation, moment, door, met = passage.call.operation, passage.moment, passage.door, passage.met
    cause = changelog.Cause(moment.tx, moment.step, operation.name, "agent", f"agent:{moment.step}", moment.now)
    inside = Inside(operation, passage.call.values, moment, door.chance, cause, met.as_of(), met.keeps())
    value = _execute(passage.connection, passage.driver, door, inside)
    return Reply(ok=True, status=200, body=operation.encode(value), value=value)


def _execute(connection: Connection, driver: sqlite3.Connection, door: Door, inside: Inside) -> Any:
    operation, moment = inside.operation, inside.moment

    def schedule(due: datetime, name: str, arguments: Mapping[str, Any]) -> None:
        event_operation(door.world, name).bind_json(arguments)
        events.queue(driver, int(due.timestamp()), name, arguments, "system", inside.cause.root)

    if operation.writing:
        changelog.set_cause(driver, inside.cause)
    with ExitStack() as looking_back:
        if inside.as_of is not None and not operation.writing:
            looking_back.enter_context(past.as_it_was(driver, door.world.metadata, inside.as_of))
        driver.execute("SAVEPOINT operation")
        before = driver.total_changes
        session = Session(connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only")
        try:
            context = Context(
                session,
                moment.instant,
                door.actor if operation.doors else Actor("system", name=inside.cause.actor),
                moment.step,
                inside.chance,
                lambda name: bookkeeping.next_id(driver, name),
                schedule,
                lambda name: door.faults.mishap(name, driver, moment) if door.faults.active else None,
            )
            value = operation.function(context, **inside.values)
            session.flush()
            _check_read_only(operation, driver.total_changes - before)
            if not inside.kept:
                driver.execute("ROLLBACK TO operation")
            driver.execute("RELEASE operation")
        except Refusal:
            driver.execute("ROLLBACK TO operation")
            driver.execute("RELEASE operation")
            raise
        finally:
            session.close()
    return value


def _check_read_only(operation: Operation[..., Any], changes: int) -> None:
    # `PRAGMA query_only` would refuse the write itself, but setting it expires every prepared statement of the slot.
    if changes and not operation.writing:
        raise WorldBug(f"The reading operation {operation.name} changed {changes} rows; nothing of it was kept.")
