"""The inside of the one door: a call's transaction, from bookkeeping to commit.

In this order: BEGIN, clock and counters, events that are due, permission of the acting role, faults before,
idempotency, locks and versions, SAVEPOINT, the operation, RELEASE or ROLLBACK TO, faults after, COMMIT. A refused or
lost call moves the clock too, so the bookkeeping commits although the operation does not. What faults do after the work
cannot undo it: that they run before COMMIT only lets their own memory commit with it.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from worlds.engine import bookkeeping, changelog, events, guard, inbox, past, repeats
from worlds.engine.beside import NOTHING_BESIDE, Beside, saves_alike
from worlds.engine.bookkeeping import Moment
from worlds.engine.context import Actor, Context
from worlds.engine.cursors import next_cursor
from worlds.engine.due import Due, queue
from worlds.engine.errors import Failure, Forbidden, Refusal, WorldBug
from worlds.engine.events import Event, Happens
from worlds.engine.faults.fault import Called
from worlds.engine.faults.meeting import NOTHING_MET, Faults, Lasting, Met
from worlds.engine.faults.styles import told_by
from worlds.engine.journal import Outcome
from worlds.engine.naming import Names, speaking
from worlds.engine.operation import Operation
from worlds.engine.people.company import NOBODY, Company
from worlds.engine.reply import Reply, failed
from worlds.engine.targets import records_named
from worlds.engine.terms import etag
from worlds.engine.world import World, operations_everywhere


@dataclass(frozen=True, slots=True)
class Call:
    """One checked call: `values` are its arguments, `seconds` the virtual time it costs, `route` a page's path.

    `key` is its idempotency key, `if_version` the version at which the record must still be.
    """

    operation: Operation[..., Any]
    values: dict[str, Any]
    seconds: int
    key: str | None
    surface: str = "tools"
    route: str = ""
    if_version: int | None = None
    beside: Beside = NOTHING_BESIDE


_AS_IT_IS: AbstractContextManager[None] = nullcontext()


@dataclass(frozen=True, slots=True)
class Door:
    """What is the same for all calls of an episode: its world, who acts, what chance is keyed by, what others do.

    `faults` is what goes wrong, `company` the people in it. In a company of several apps each has a door of its own
    in `apps`, whose `names` are those of its tables, `world` the app's and `actor` who one is there.
    """

    world: World
    actor: Actor
    chance: str
    faults: Faults
    happenings: Sequence[Happens] = ()
    company: Company = NOBODY
    names: Names | None = None
    apps: Mapping[str, "Door"] = field(default_factory=dict)
    company_door: "Door | None" = None

    @property
    def whole(self) -> "Door":
        """The door of the whole world: this one, unless it is that of an app."""
        return self.company_door or self

    def of(self, operation: Operation[..., Any]) -> "Door":
        """The door of the app whose operation it is; this one where the world is no company of several apps."""
        return self.apps[operation.app] if operation.app else self

    def called(self, name: str) -> str:
        """Under which name an operation that somebody asks for here is known to the whole world."""
        own = self.names is not None and name not in operations_everywhere()
        return f"{self.names.app}_{name}" if own and self.names else name

    def speaking(self, connection: Connection) -> AbstractContextManager[None]:
        """Let the statements of the app run over a connection meanwhile."""
        return speaking(connection, self.names) if self.whole.apps else _AS_IT_IS


@dataclass(frozen=True, slots=True)
class Passed:
    """A call that went through the door, and the faults that it met there.

    `lasted` of the virtual seconds up to its moment went by within it.
    """

    reply: Reply
    moment: Moment
    outcome: Outcome
    faults: tuple[str, ...] = ()
    lasted: int = 0


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
        door.faults.slipped.clear()
        _let_happen(connection, driver, door, moment)
        inner = door.of(call.operation)
        with inner.speaking(connection):
            passage = _Passage(connection, bookkeeping.driver_of(connection), inner, call, moment)
            try:
                _check_role(door, call.operation)
                passage.go()
            except Failure as failure:
                passage.fail(failure)
            except Refusal as refusal:
                passage.reply, passage.outcome = refused(inner.world, refusal), "refused"
        reply = with_notice(passage.reply, inbox.unread(driver))
    lasted = passage.moment.now - moment.now
    names = tuple(dict.fromkeys((*passage.met.names, *door.faults.slipped)))
    return Passed(reply, passage.moment, passage.outcome, names, lasted)


def with_notice(reply: Reply, unread: int) -> Reply:
    """The reply with a line on unread messages; over HTTP it is a header."""
    if not unread:
        return reply
    line = inbox.notice(unread)
    return replace(reply, notice=line, headers={**reply.headers, "X-Notice": line})


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
        try:
            if self.call.key is not None and self.call.operation.writing:
                self.reply, self.outcome = _once(self)
            else:
                self.reply, self.outcome = _run(self), "done"
        except Failure:
            raise
        except Refusal as refusal:
            self.reply, self.outcome = refused(self.door.world, refusal), "refused"
        if self.met.struck and self.reply.ok and not self.met.keeps():
            self.outcome = "undone"
        if self.reply.ok and self.outcome != "undone" and self.door.happenings:
            name, said = self.call.operation.name, self.call.values
            events.set_off(self.driver, self.door.happenings, name, self.moment.now, said)
        if self.outcome == "done" and self.door.company.people:
            name, said = self.call.operation.name, self.call.values
            self.door.company.hear(self.driver, name, said, self.moment, self.reply.body)
        if self.met.struck:
            self.reply = self.met.after(self.reply)
        self.reply = self.met.headed(self.reply)

    def fail(self, failure: Failure) -> None:
        """Tell the agent of a failure; the time until it is known goes by."""
        self.outcome = "lost" if self.outcome == "done" else self.outcome
        if isinstance(failure, Lasting):
            self.met = Met()
            self.met.names.extend(failure.names)
        if failure.seconds:
            self.moment = replace(self.moment, now=bookkeeping.let_pass(self.driver, failure.seconds).now)
        body = told_by(self.door.world, failure)
        self.reply = failed(failure, body, self.call.surface)
        if failure.kept and self.call.key is not None and self.call.operation.writing:
            _remember(self, self.reply, body)

    def wait(self, until: datetime, for_message: bool) -> datetime:
        """Let time go by with all that is due in it, and stop early at an unread message where asked."""
        driver, end = self.driver, int(until.timestamp())
        if for_message and inbox.unread(driver):
            return self.moment.instant
        stop = (lambda: inbox.unread(driver) > 0) if for_message else None
        with Due(self.connection, driver, self.door, self.moment.step) as due:
            now = due.until(end, stop=stop)
        bookkeeping.set_clock(driver, now)
        self.moment = replace(self.moment, now=max(now, self.moment.now))
        return self.moment.instant

    def _meet(self) -> Met:
        def happen(who: str, operation: str, arguments: Mapping[str, Any]) -> bool:
            event = Event.of(self.moment.now, self.door.called(operation), arguments, who, f"world:{who}")
            with Due(self.connection, self.driver, self.door, self.moment.step) as due:
                return due.run(event)

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
                call.if_version,
                call.beside.cursor,
                saves_alike(call.operation, call.values, call.beside),
            )
        )


def settle(connection: Connection, door: Door) -> tuple[Event, ...]:
    """Run what the agent's work still has queued, up to the horizon; answers what lies beyond it.

    What others have queued is left alone: nobody asked for it. The transaction is the caller's.
    """
    driver = bookkeeping.driver_of(connection)
    moment = bookkeeping.read(driver)
    until = moment.now + int(events.HORIZON.total_seconds())
    with Due(connection, driver, door, moment.step) as due:
        due.until(until, of_agent=True)
    return tuple(events.queued(driver, of_agent=True))


def _let_happen(connection: Connection, driver: sqlite3.Connection, door: Door, moment: Moment) -> None:
    """Run the events that are due before this call, each at its own time."""
    if moment.step == 1:
        events.set_off(driver, door.happenings, "", moment.now)
        door.company.begin(driver, moment.instant)
    with Due(connection, driver, door, moment.step) as due:
        due.until(moment.now)


def _check_role(door: Door, operation: Operation[..., Any]) -> None:
    roles = door.world.roles
    if door.actor.role not in operation.roles:
        able = ", ".join(sorted(roles[role].title for role in operation.roles))
        raise Forbidden(
            "role_not_permitted",
            f"The role {roles[door.actor.role].title} may not do this; it takes one of: {able}.",
        )


def _once(passage: _Passage) -> tuple[Reply, Outcome]:
    """Answer a repeated key as the first time; otherwise run, and keep the answer under the key."""
    call, role = passage.call, passage.door.actor.role
    before = repeats.answered_before(
        passage.driver, str(call.key), role, call.operation, call.values, now=passage.moment.now, surface=call.surface
    )
    if before is not None:
        return before, "replayed"
    outcome: Outcome = "done"
    try:
        reply = _run(passage)
    except Failure:
        raise
    except Refusal as refusal:
        reply, outcome = refused(passage.door.world, refusal), "refused"
    _remember(passage, reply)
    return reply, outcome


def _remember(passage: _Passage, reply: Reply, body: Any = None) -> None:
    call, role, now = passage.call, passage.door.actor.role, passage.moment.now
    repeats.remember(passage.driver, str(call.key), role, call.operation, call.values, reply, now=now, body=body)


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
    wait: Callable[[datetime, bool], datetime]
    as_of: int | None = None
    kept: bool = True


def _run(passage: _Passage) -> Reply:
    operation, moment, door, met = passage.call.operation, passage.moment, passage.door, passage.met
    values, wait, asked = passage.call.values, passage.wait, passage.call.if_version
    if operation.writing:
        now, who, typed = moment.now, door.actor, passage.call.surface == "pages"
        values = guard.check(
            door.world, passage.driver, operation, values, if_version=asked, now=now, actor=who, typed=typed
        )
    cause = changelog.Cause(moment.tx, moment.step, operation.name, "agent", f"agent:{moment.step}", moment.now)
    inside = Inside(operation, values, moment, door.chance, cause, wait, met.as_of(), met.keeps())
    value = _execute(passage.connection, passage.driver, door, inside)
    body = operation.encode(value)
    if (listed := passage.call.beside.asked) is not None:
        body["next_cursor"] = next_cursor(operation, listed, body, moment.now)
        body = body if passage.call.surface == "pages" else operation.dialect.tell(body)
    return Reply(ok=True, status=202 if operation.deferred else 200, body=body, value=value, headers=etag(body))


def _execute(connection: Connection, driver: sqlite3.Connection, door: Door, inside: Inside) -> Any:
    operation = inside.operation
    asked: list[str] = []
    if operation.writing:
        changelog.set_cause(driver, inside.cause)
    with ExitStack() as looking_back:
        if inside.as_of is not None and not operation.writing:
            looking_back.enter_context(past.as_it_was(driver, door.world.metadata, inside.as_of))
        driver.execute("SAVEPOINT operation")
        before = driver.total_changes
        session = Session(connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only")
        try:
            value = operation.function(_context(session, driver, door, inside, asked), **inside.values)
            session.flush()
            if not operation.aside:
                _check_read_only(operation, driver.total_changes - before)
            if not inside.kept:
                driver.execute("ROLLBACK TO operation")
            driver.execute("RELEASE operation")
        except Refusal:
            driver.execute("ROLLBACK TO operation")
            driver.execute("RELEASE operation")
            for name in asked if door.faults.active else ():
                door.faults.mishap(name, driver, inside.moment)  # it counts, though what it happened to is undone
            raise
        finally:
            session.close()
    return value


def _context(session: Session, driver: sqlite3.Connection, door: Door, inside: Inside, asked: list[str]) -> Context:
    """What the operation is given; `asked` collects what it asks of the failure plan."""

    def schedule(due: datetime, name: str, arguments: Mapping[str, Any], who: str) -> None:
        queue(driver, door, Event.of(int(due.timestamp()), door.called(name), arguments, who, inside.cause.root))

    def mishap(name: str) -> Mapping[str, Any] | None:
        asked.append(name)
        return door.faults.mishap(name, driver, inside.moment) if door.faults.active else None

    return Context(
        session,
        inside.moment.instant,
        door.actor,
        inside.moment.step,
        inside.chance,
        lambda name: bookkeeping.next_id(driver, name),
        schedule,
        mishap,
        inside.wait,
        door.company,
    )


def _check_read_only(operation: Operation[..., Any], changes: int) -> None:
    # `PRAGMA query_only` would refuse the write itself, but setting it expires every prepared statement of the slot.
    if changes and not operation.writing:
        raise WorldBug(f"The reading operation {operation.name} changed {changes} rows; nothing of it was kept.")
