"""The inside of the one door: a call's transaction, from bookkeeping to commit.

In this order: BEGIN, clock and counters, events that are due, permission of the acting role, idempotency, SAVEPOINT,
the operation, RELEASE or ROLLBACK TO, COMMIT. A refused call moves the clock too, so the bookkeeping commits although
the operation does not.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from worlds.engine import bookkeeping, changelog, events
from worlds.engine.bookkeeping import Moment, Remembered
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Conflict, Forbidden, Refusal, WorldBug
from worlds.engine.events import Event, Happens
from worlds.engine.journal import Outcome
from worlds.engine.operation import Operation
from worlds.engine.world import World


@dataclass(frozen=True, slots=True)
class Reply:
    """What the door answers: `body` as the agent sees it (JSON values), `value` the typed result for pages.

    `value` is None for a refusal and for an answer replayed from an idempotency key.
    """

    ok: bool
    status: int
    body: Any
    value: Any = field(default=None, repr=False)
    refusal: Refusal | None = None

    @property
    def text(self) -> str:
        """The body as JSON text."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One checked call: `values` are the bound arguments, `seconds` the virtual time it costs."""

    operation: Operation[..., Any]
    values: dict[str, Any]
    seconds: int
    key: str | None


@dataclass(frozen=True, slots=True)
class Door:
    """What is the same for all calls of an episode: its world, who acts, what chance is keyed by, what others do."""

    world: World
    actor: Actor
    chance: str
    happenings: Sequence[Happens] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A call that went through the door."""

    reply: Reply
    moment: Moment
    outcome: Outcome


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
        try:
            _check_role(door, call.operation)
            if call.key is not None and call.operation.writing:
                reply, outcome = _once(connection, driver, door, call, moment)
            else:
                reply, outcome = _run(connection, driver, door, call, moment), "done"
            if door.happenings:
                events.set_off(driver, door.happenings, call.operation.name, moment.now)
        except Refusal as refusal:
            reply, outcome = refused(door.world, refusal), "refused"
    return Passed(reply, moment, outcome)


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


def _happen(connection: Connection, driver: sqlite3.Connection, door: Door, moment: Moment, event: Event) -> None:
    """Run one event; one that the business refuses by then does not happen."""
    operation = event_operation(door.world, event.operation)
    at = Moment(event.due, moment.step, bookkeeping.next_tx(driver))
    chance = f"{door.chance}|{event.root}|{event.seq}"
    cause = changelog.Cause(at.tx, at.step, operation.name, event.actor, event.root)
    with suppress(Refusal):
        _execute(connection, driver, door, Inside(operation, operation.bind_json(event.arguments), at, chance, cause))


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


def _once(
    connection: Connection, driver: sqlite3.Connection, door: Door, call: Call, moment: Moment
) -> tuple[Reply, Outcome]:
    """Answer a repeated key as the first time; otherwise run, and keep the answer under the key."""
    key, name, role = str(call.key), call.operation.name, door.actor.role
    arguments = call.operation.arguments.model_construct(**call.values).model_dump_json()
    if known := bookkeeping.remembered(driver, key, role, name):
        if known.arguments != arguments:
            raise Conflict(
                "idempotency_key_reused",
                f"The idempotency key {key[:40]!r} was used for {name} with other arguments; "
                "use a new key for a new request.",
            )
        return Reply(ok=known.status < 400, status=known.status, body=json.loads(known.body)), "replayed"
    outcome: Outcome = "done"
    try:
        reply = _run(connection, driver, door, call, moment)
    except Refusal as refusal:
        reply, outcome = refused(door.world, refusal), "refused"
    bookkeeping.remember(driver, key, role, name, Remembered(arguments, reply.status, reply.text))
    return reply, outcome


@dataclass(frozen=True, slots=True)
class Inside:
    """An operation about to run: checked values, the moment, what its chance is keyed by, the cause of its writes."""

    operation: Operation[..., Any]
    values: dict[str, Any]
    moment: Moment
    chance: str
    cause: changelog.Cause


def _run(connection: Connection, driver: sqlite3.Connection, door: Door, call: Call, moment: Moment) -> Reply:
    operation = call.operation
    cause = changelog.Cause(moment.tx, moment.step, operation.name, "agent", f"agent:{moment.step}")
    value = _execute(connection, driver, door, Inside(operation, call.values, moment, door.chance, cause))
    return Reply(ok=True, status=200, body=operation.encode(value), value=value)


def _execute(connection: Connection, driver: sqlite3.Connection, door: Door, inside: Inside) -> Any:
    operation, moment = inside.operation, inside.moment

    def schedule(due: datetime, name: str, arguments: Mapping[str, Any]) -> None:
        event_operation(door.world, name).bind_json(arguments)
        events.queue(driver, int(due.timestamp()), name, arguments, "system", inside.cause.root)

    if operation.writing:
        changelog.set_cause(driver, inside.cause)
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
        )
        value = operation.function(context, **inside.values)
        session.flush()
        _check_read_only(operation, driver.total_changes - before)
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
