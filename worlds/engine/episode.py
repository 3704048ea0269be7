"""An episode: one private copy of a world running one task, and `perform`, the one door to it.

A tool call, an MCP call, a JSON request and a click on a page are four encodings of the same `perform`. Nothing outside
of it holds a connection while the agent works.
"""

import json
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection

from worlds.engine import changelog, grading, inbox
from worlds.engine.beside import taken_out as taken_out_beside
from worlds.engine.bookkeeping import driver_of
from worlds.engine.context import Actor
from worlds.engine.door import Call, Door, refused, transact
from worlds.engine.errors import Gone, NotFound, Refusal, WorldBug
from worlds.engine.faults.meeting import Faults
from worlds.engine.faults.plan import NORMAL, Conditions
from worlds.engine.grading import Crash
from worlds.engine.journal import Journal, JournalEntry, pack
from worlds.engine.operation import Operation
from worlds.engine.people.company import NOBODY
from worlds.engine.reply import Reply
from worlds.engine.seating import with_apps
from worlds.engine.start import Start
from worlds.engine.task import Task
from worlds.engine.terms import Terms, taken_out
from worlds.engine.toolbox import tool_definitions
from worlds.engine.world import World
from worlds.graders.answers import FinalAnswer
from worlds.graders.changes import Entry, RowChange, fold
from worlds.graders.grade import Grade, Record
from worlds.seeds.forks import Fork
from worlds.seeds.snapshots import Snapshot

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import BrowserSession

SECONDS = {"tools": 2, "http": 2, "mcp": 2, "pages": 20}
"""Virtual seconds a call costs by surface: an API call takes a moment, a page takes a person's look at it."""

KEPT = 100_000
"""Characters of a call's arguments that the journal keeps; longer ones are turned away anyway."""


class Episode:
    """One private copy of a world. Close it, or use it as a context manager.

    Threads may share an episode; its calls run one after another. `task` is None in free play.
    """

    def __init__(
        self,
        start: Start,
        fork: Fork,
        actor: Actor,
        task: Task | None,
        journal: Journal | None = None,
        *,
        conditions: Conditions = NORMAL,
        begun: bool = False,
    ) -> None:
        """Taken up by `worlds.open`, `fork` and the control API; `journal` holds what happened before, if anything.

        `conditions` say what goes wrong; a fork that has `begun` is not prepared for that again.
        """
        self.start = start
        self.task = task
        self.actor = actor
        self.crash: Crash | None = None
        self.record: Record | None = None
        self._fork = fork
        self._initial = journal or Journal()
        self.journal = self._initial.branch()
        self.conditions = conditions
        chance = f"{start.snapshot.hash}|{task.chance if task else start.population}"
        happenings, company = (task.instance.happenings, task.company(chance)) if task else ((), NOBODY)
        self.door = with_apps(Door(start.world, actor, chance, self._faults(), happenings, company), start)
        self._lock = threading.RLock()
        self._grade: Grade | None = None
        self._closed = False
        self._browser: BrowserSession | None = None
        if not begun:
            self._prepare()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- the agent's side -----------------------------------------------------------------------------------------

    def perform(
        self,
        name: str,
        arguments: Any,
        surface: str,
        *,
        key: str | None = None,
        if_version: int | None = None,
        seconds: int | None = None,
        route: str = "",
    ) -> Reply:
        """Run one operation for the agent.

        Args:
            name: the operation's name.
            arguments: a JSON object; text fields of a form where the surface is "pages".
            surface: "tools", "http", "mcp" or "pages".
            key: an idempotency key; the same key and arguments are answered as they were the first time.
            if_version: the version at which the record must still be; both may stand among the arguments as well.
            seconds: virtual seconds that the call costs; the surface's own by default.
            route: the path of the page that asks, below the episode's prefix.

        Raises:
            WorldBug: when the operation crashed; the episode is over.
        """
        with self._lock:
            try:
                self._check_open()
                operation = self._offered(name, surface)
                asked, terms = taken_out(operation, arguments, Terms(key, if_version), typed=surface == "pages")
                own, beside = taken_out_beside(operation, asked, int(self.now.timestamp()), typed=surface == "pages")
                values = operation.bind_form(own) if surface == "pages" else operation.bind_json(own)
            except Refusal as refusal:
                return self._turned_away(name, arguments, surface, refusal)
            cost = SECONDS[surface] if seconds is None else seconds
            call = Call(operation, values, cost, terms.key, surface, route, terms.if_version, beside)
            return self._pass(call, asked)

    def call(self, name: str, arguments: Mapping[str, Any] | None = None, *, key: str | None = None) -> Reply:
        """Call a tool; bad input is answered, never raised."""
        return self.perform(name, {} if arguments is None else arguments, "tools", key=key)

    def tools(self, shape: str = "openai") -> list[dict[str, Any]]:
        """The tools of the acting role in the "openai", "anthropic" or "mcp" shape."""
        return tool_definitions(self.world, self.actor.role, shape)

    def browser(self) -> "BrowserSession":
        """A real browser at the episode's pages; closed with the episode."""
        from worlds.engine.surfaces.browser import BrowserSession  # noqa: PLC0415 - Playwright is loaded when needed

        with self._lock:
            self._check_open()
            if self._browser is None:
                self._browser = BrowserSession(self)
            return self._browser

    def permitted(self, operation: Operation[..., Any]) -> bool:
        """Whether the acting role may use an operation now; a permission can be taken away while it works."""
        if self.actor.role not in operation.roles:
            return False
        with self._lock:
            if not self.door.faults.takes_rights or self._closed:
                return True
            with self._fork.lease() as connection:
                return not self.door.faults.denied(operation, driver_of(connection))

    # -- the operator's side --------------------------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The world this is a copy of."""
        return self.start.world

    @property
    def now(self) -> datetime:
        """The virtual time: that of the last call, or of the start."""
        last = self.journal.last
        if last is not None:
            return datetime.fromtimestamp(last.now, UTC)
        start: datetime = self.world.seeds[self.start.population].settings["start"]
        return start.astimezone(UTC)

    @property
    def closed(self) -> bool:
        """Whether the episode takes no more calls because it was closed."""
        return self._closed

    @property
    def unread(self) -> int:
        """How many messages in the agent's inbox nobody has read yet."""
        with self._lock, self._kept() as connection:
            return inbox.unread(driver_of(connection))

    def diff(self, *, of_agent: bool = False) -> list[RowChange]:
        """What changed since the start, by table and key; changes that were undone are left out.

        With `of_agent`, only what the agent set off, through whatever chain; others' doings are left out.
        """
        began = "agent:" if of_agent else ("agent:", "world:")  # not the set-up, which is part of the start
        return fold([entry for entry in self.changes() if entry.root.startswith(began)])

    def changes(self) -> list[Entry]:
        """The change log since the snapshot, the set-up's entries too."""
        with self._lock, self._kept() as connection:
            return changelog.entries(connection, self.world.metadata)

    def state_hash(self) -> str:
        """Hash of the whole state: the snapshot, the changes and the bookkeeping."""
        with self._lock, self._kept() as connection:
            return grading.state_hash(self.start, connection)

    def image(self) -> bytes:
        """The whole database file as bytes."""
        with self._lock:
            return self._fork.image()

    def fork(self) -> "Episode":
        """Another episode in this one's state, with the same past, the same start and a future of its own."""
        with self._lock:
            self._check_open()
            branch = self._fork.branch()
            other = Episode(
                self.start, branch, self.actor, self.task, self._initial, conditions=self.conditions, begun=True
            )
            other.journal = self.journal.branch()
            return other

    def reset(self) -> None:
        """Back to the start: state, journal, grade; browsers are closed and must be asked for anew."""
        self._leave_browser()
        with self._lock:
            if self._closed:
                raise Gone("episode_closed", "This episode is closed; open a new one.")
            self._fork.reset()
            self.journal = self._initial.branch()
            self._grade, self.record, self.crash = None, None, None
            self._prepare()

    def snapshot(self, name: str, *, replace: bool = False) -> Snapshot:
        """Save the state under a name, to be opened again by `worlds.open(snapshot=name)`.

        Raises:
            ValueError: when the name is not lower-case letters, digits and dashes, or is taken.
        """
        with self._lock:
            meta = {
                "world": self.world.name,
                "population": self.start.population,
                "start": self.start.snapshot.hash,
                "task": self.task.name if self.task else None,
                "seed": self.task.seed if self.task else 0,
                "actor": [self.actor.role, self.actor.person, self.actor.name],
                "conditions": self.conditions.model_dump(mode="json"),
                "journal": self.journal.to_json(),
            }
            return self.start.store.save(name, self._fork.image(), meta, replace=replace)

    def grade(self, answer: FinalAnswer | Mapping[str, Any] | str | None = None, *, strictly: bool = False) -> Grade:
        """Judge what was done and freeze the episode; asking again gives the same grade.

        `strictly` asks for the work itself, also where a failure plan lets nobody finish it.

        Raises:
            ValueError: in free play, where nothing was asked.
        """
        with self._lock:
            if self._grade is None:
                if self._closed:
                    raise Gone("episode_closed", "This episode is closed; what it did is gone.")
                self._grade, self.record = grading.judge(self, self._fork, answer, strictly=strictly)
            return self._grade

    def close(self) -> None:
        """Give everything back; again is no error."""
        self._leave_browser()
        with self._lock:
            self._closed = True
            self._fork.close()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _faults(self) -> Faults:
        """What goes wrong: what the instance brings with it, then what the conditions say."""
        plan = self.conditions.plan
        target: Mapping[str, Sequence[int]] = {}
        if self.task is not None:
            own = tuple(self.task.instance.faults)
            plan = plan.model_copy(update={"rules": (*own, *plan.rules)}) if own else plan
            target = self.task.instance.target
        begun: datetime = self.world.seeds[self.start.population].settings["start"]
        return Faults(self.world, plan, target, int(begun.timestamp()))

    def _prepare(self) -> None:
        """Change the start where the conditions say so; booked to the set-up, so that nobody is blamed."""
        if not self.door.faults.prepares or len(self._initial):
            return
        with self._fork.lease() as connection, connection.begin():
            driver, role, prepare = driver_of(connection), self.actor.role, self.door.faults.prepare
            if self.task is None:
                prepare(driver, self.now, "", {}, role=role)
                return
            one = self.task.instance
            asked = frozenset(effect.table for bundle in one.expectation.any_of for effect in bundle.required)
            prepare(driver, self.now, one.instruction, one.facts, role=role, asked=asked)

    def _check_open(self) -> None:
        if self._closed or self.crash:
            raise Gone("episode_closed", "This episode is over; it takes no more calls.")
        if self._grade is not None:
            raise Gone("episode_graded", "This episode has been graded; it takes no more calls.")

    def _offered(self, name: str, surface: str) -> Operation[..., Any]:
        door = "pages" if surface == "pages" else "tools"
        operation = self.world.operations.get(name) if isinstance(name, str) else None
        if operation is None or door not in operation.doors:
            shown = _jsonable(str(name)[:80])
            raise NotFound("unknown_operation", f"There is no operation named {shown!r}; list the tools to see them.")
        return operation

    def _turned_away(self, name: str, arguments: Any, surface: str, refusal: Refusal) -> Reply:
        """Answer a call that never reached the door; it costs no virtual time."""
        reply = refused(self.world.answering(name), refusal)
        if not isinstance(refusal, Gone):
            last = self.journal.last
            self._write(
                JournalEntry(
                    step=last.step if last else 0,
                    surface=surface,
                    operation=_jsonable(str(name)[:80]),
                    arguments=_jsonable(arguments),
                    now=int(self.now.timestamp()),
                    outcome="invalid",
                    committed=False,
                    status=reply.status,
                    answer=pack(reply.body),
                )
            )
        return reply

    def _pass(self, call: Call, arguments: Any) -> Reply:
        name = call.operation.name
        try:
            with self._fork.lease() as connection:
                passed = transact(connection, self.door, call)
        except Exception as error:
            last = self.journal.last
            step = last.step + 1 if last else 1
            self.crash = Crash(
                step, name, _jsonable(arguments), call.surface, call.seconds, "".join(traceback.format_exception(error))
            )
            raise WorldBug(f"{name} crashed at step {step} of the episode.") from error
        reply = passed.reply
        self._write(
            JournalEntry(
                step=passed.moment.step,
                surface=call.surface,
                operation=name,
                arguments=_jsonable(arguments),
                now=passed.moment.now,
                outcome=passed.outcome,
                committed=passed.outcome in {"done", "lost"} and call.operation.writing and not call.operation.aside,
                status=reply.status,
                answer=pack(reply.body),
                key=call.key,
                if_version=call.if_version,
                faults=passed.faults,
                lasted=passed.lasted,
            )
        )
        return reply

    def _kept(self) -> AbstractContextManager[Connection]:
        if self._closed:
            raise Gone("episode_closed", "This episode is closed; what it did is gone.")
        return self._fork.lease()

    def _write(self, entry: JournalEntry) -> None:
        self.journal.append(entry)

    def _leave_browser(self) -> None:
        """Shut the browser's way in, and wait for its last calls; they need the lock, so it must not be held."""
        with self._lock:
            browser, self._browser = self._browser, None
        if browser is not None:
            browser.close()


def _jsonable(value: Any) -> Any:
    """A copy for the journal that JSON and UTF-8 can hold, whatever was sent."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except RecursionError:
        return "(nested too deeply)"
    except (TypeError, ValueError):
        return repr(value)[:KEPT].encode("utf-8", "backslashreplace").decode()
    return json.loads(text) if len(text) <= KEPT else f"(left out: {len(text)} characters)"
