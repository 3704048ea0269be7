"""The inside of the one door: a call's transaction, from bookkeeping to commit.

In this order: BEGIN, clock and counters, permission of the acting role, idempotency, SAVEPOINT, the operation, RELEASE
or ROLLBACK TO, COMMIT. A refused call moves the clock too, so the bookkeeping commits although the operation does not.
"""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from worlds.engine import bookkeeping, changelog
from worlds.engine.bookkeeping import Moment, Remembered
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Conflict, Forbidden, Refusal, WorldBug
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
class Passed:
    """A call that went through the door."""

    reply: Reply
    moment: Moment
    outcome: Outcome


def refused(world: World, refusal: Refusal) -> Reply:
    """A refusal as a reply in the world's error shape."""
    return Reply(ok=False, status=refusal.status, body=world.error_body(refusal), refusal=refusal)


def transact(connection: Connection, world: World, actor: Actor, chance: str, call: Call) -> Passed:
    """Run one call in a transaction of its own.

    Raises:
        Exception: whatever the operation raised that is not a Refusal; nothing is committed then.
    """
    driver = bookkeeping.driver_of(connection)
    with connection.begin():
        moment = bookkeeping.advance(driver, seconds=call.seconds)
        try:
            _check_role(world, actor, call.operation)
            if call.key is not None and call.operation.writing:
                reply, outcome = _once(connection, driver, world, actor, chance, call, moment)
            else:
                reply, outcome = _run(connection, driver, actor, chance, call, moment), "done"
        except Refusal as refusal:
            reply, outcome = refused(world, refusal), "refused"
    return Passed(reply, moment, outcome)


def _check_role(world: World, actor: Actor, operation: Operation[..., Any]) -> None:
    if actor.role not in operation.roles:
        able = ", ".join(sorted(world.roles[role].title for role in operation.roles))
        raise Forbidden(
            "role_not_permitted",
            f"The role {world.roles[actor.role].title} may not use {operation.name}; it takes one of: {able}.",
        )


def _once(
    connection: Connection,
    driver: sqlite3.Connection,
    world: World,
    actor: Actor,
    chance: str,
    call: Call,
    moment: Moment,
) -> tuple[Reply, Outcome]:
    """Answer a repeated key as the first time; otherwise run, and keep the answer under the key."""
    key, name = str(call.key), call.operation.name
    arguments = call.operation.arguments.model_construct(**call.values).model_dump_json()
    if known := bookkeeping.remembered(driver, key, actor.role, name):
        if known.arguments != arguments:
            raise Conflict(
                "idempotency_key_reused",
                f"The idempotency key {key[:40]!r} was used for {name} with other arguments; "
                "use a new key for a new request.",
            )
        return Reply(ok=known.status < 400, status=known.status, body=json.loads(known.body)), "replayed"
    outcome: Outcome = "done"
    try:
        reply = _run(connection, driver, actor, chance, call, moment)
    except Refusal as refusal:
        reply, outcome = refused(world, refusal), "refused"
    bookkeeping.remember(driver, key, actor.role, name, Remembered(arguments, reply.status, reply.text))
    return reply, outcome


def _run(
    connection: Connection, driver: sqlite3.Connection, actor: Actor, chance: str, call: Call, moment: Moment
) -> Reply:
    operation = call.operation
    if operation.writing:
        cause = changelog.Cause(moment.tx, moment.step, operation.name, "agent", f"agent:{moment.step}")
        changelog.set_cause(driver, cause)
    driver.execute("SAVEPOINT operation")
    before = driver.total_changes
    session = Session(connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only")
    try:
        context = Context(
            session, moment.instant, actor, moment.step, chance, lambda name: bookkeeping.next_id(driver, name)
        )
        value = operation.function(context, **call.values)
        session.flush()
        _check_read_only(operation, driver.total_changes - before)
        driver.execute("RELEASE operation")
    except Refusal:
        driver.execute("ROLLBACK TO operation")
        driver.execute("RELEASE operation")
        raise
    finally:
        session.close()
    return Reply(ok=True, status=200, body=operation.encode(value), value=value)


def _check_read_only(operation: Operation[..., Any], changes: int) -> None:
    # `PRAGMA query_only` would refuse the write itself, but setting it expires every prepared statement of the slot.
    if changes and not operation.writing:
        raise WorldBug(f"The reading operation {operation.name} changed {changes} rows; nothing of it was kept.")
