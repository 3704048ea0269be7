"""Where calls meet faults: which rules match a call, whether they strike, and what the struck ones do to it."""

import json
import random
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from hashlib import sha256
from typing import Any

from worlds.engine import bookkeeping
from worlds.engine.bookkeeping import Moment
from worlds.engine.errors import Failure
from worlds.engine.faults.catalogue import find_fault
from worlds.engine.faults.fault import SURFACES, Called, Fault, Hit, Setup
from worlds.engine.faults.plan import CLEAN, FaultPlan, Rule
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply
from worlds.engine.world import World
from worlds.graders.effects import Effect


@dataclass(frozen=True, slots=True)
class Armed:
    """A rule with its fault, its checked parameters and its place in the plan.

    `choosy` says that the fault does not fit every call.
    """

    place: int
    rule: Rule
    fault: Fault
    params: Any
    choosy: bool
    heading: bool
    """Whether it adds headers to answers."""
    plain: bool
    """Whether it asks nothing of a call but its operation."""


class Met:
    """The faults that struck a call. None of them, for most calls."""

    __slots__ = ("heading", "names", "struck")

    def __init__(self) -> None:
        self.struck: list[tuple[Fault, Hit]] = []
        self.heading: list[tuple[Fault, Hit]] = []
        self.names: list[str] = []

    def add(self, fault: Fault, hit: Hit) -> None:
        """One more."""
        self.struck.append((fault, hit))
        self.names.append(fault.name)

    def before(self) -> None:
        """Stop the call where a fault does; the others have not struck it then, and are not counted.

        Raises:
            Failure: what the agent is told.
        """
        for fault, hit in self.struck:
            if (failure := fault.before(hit)) is not None:
                bookkeeping.count_trouble(hit.call.driver, hit.place)
                self.names[:] = [fault.name]
                raise failure
        for fault, hit in self.struck:
            bookkeeping.count_trouble(hit.call.driver, hit.place)
            fault.meanwhile(hit)

    def as_of(self) -> int | None:
        """The last entry of the change log that a reading operation sees."""
        seen = [one for fault, hit in self.struck if (one := fault.as_of(hit)) is not None]
        return min(seen, default=None)

    def keeps(self) -> bool:
        """Whether what was done is kept."""
        return all(fault.keeps(hit) for fault, hit in self.struck)

    def after(self, reply: Reply) -> Reply:
        """What the agent is told of what was done.

        Raises:
            Failure: where that is lost.
        """
        for fault, hit in self.struck:
            told = fault.after(hit, reply)
            if isinstance(told, Failure):
                raise told
            reply = told or reply
        return reply

    def headed(self, reply: Reply) -> Reply:
        """The answer with the headers that every answer carries now."""
        if not self.heading:
            return reply
        told = dict(reply.headers)
        for fault, hit in self.heading:
            told |= fault.headers(hit)
        return replace(reply, headers=told)


NOTHING_MET = Met()
UNTROUBLED: tuple[int, str | None] = (0, None)
Troubles = Mapping[int, tuple[int, str | None]]
"""By rule, how often it has struck and what its fault keeps."""


class Faults:
    """A plan at work in one episode; it holds nothing that changes, but for what went wrong within one call.

    `slipped` names the faults that the business asked about and met; the door empties it before each call.

    Args:
        world: the episode's.
        plan: what goes wrong.
        target: what the task is about, for rules that keep to it.
        begun: virtual second at which the episode begins.
    """

    def __init__(self, world: World, plan: FaultPlan, target: Mapping[str, Sequence[int]], begun: int) -> None:
        self.plan = plan
        self._world = world
        self._armed = _armed(world, plan)
        self._target = frozenset((table, key) for table, keys in target.items() for key in keys)
        self._begun = begun
        self._by_operation: dict[str, tuple[Armed, ...]] = {}
        self.slipped: list[str] = []
        self._everywhere = tuple(one for one in self._armed if one.fault.everywhere)
        self._denying = tuple(one for one in self._armed if type(one.fault).denies is not Fault.denies)

    @property
    def active(self) -> bool:
        """Whether anything can go wrong."""
        return bool(self._armed)

    def meet(self, call: Called) -> Met:
        """The faults that strike a call.

        Raises:
            Failure: of a fault that lasts.
        """
        rules = self._by_operation.get(call.operation.name)
        if rules is None:
            rules = tuple(one for one in self._armed if _concerns(one, call))
            self._by_operation[call.operation.name] = rules
        if not rules and not self._everywhere:
            return NOTHING_MET
        troubles = bookkeeping.troubles(call.driver)
        if self._everywhere and troubles:
            self._endure(call, troubles)
        matching = [armed for armed in rules if self._matches(armed, call)]
        if any(armed.rule.rate is None for armed in matching) and not _exist(call):
            return NOTHING_MET
        if not matching:
            return NOTHING_MET
        met = Met()
        self._meet(matching, call, met, troubles)
        return met

    @property
    def takes_rights(self) -> bool:
        """Whether any rule can take a permission away."""
        return bool(self._denying)

    def denied(self, operation: Operation[..., Any], driver: sqlite3.Connection) -> bool:
        """Whether the acting role has lost the permission for an operation that its role has by rights."""
        troubles = bookkeeping.troubles(driver)
        moment = bookkeeping.read(driver)
        for one in self._denying:
            kept = troubles.get(one.place, UNTROUBLED)[1]
            told = None if kept is None else json.loads(kept)
            if self._in_window(one.rule, moment) and one.fault.denies(operation, one.rule, one.params, told):
                return True
        return False

    def mishap(
        self, name: str, driver: sqlite3.Connection, moment: Moment, *, by_agent: bool = True
    ) -> dict[str, Any] | None:
        """Whether a step that the business asks about goes wrong now, and how: its rule's parameters.

        `by_agent` says whether the step goes back to the agent.
        """
        for armed in self._armed:
            fault = armed.fault
            if fault.mishap == name and (by_agent or not fault.own) and self._in_window(armed.rule, moment):
                struck, _ = bookkeeping.trouble(driver, armed.place)
                number = bookkeeping.count_call(driver, [armed.place], f"mishap:{name}")[armed.place]
                if self._strikes(armed, f"mishap:{name}", number, struck):
                    bookkeeping.count_trouble(driver, armed.place)
                    self.slipped.append(armed.fault.name)
                    return {"fault": armed.fault.name, **armed.params.model_dump(), "number": number}
        return None

    def prepare(
        self,
        driver: sqlite3.Connection,
        now: datetime,
        instruction: str,
        facts: Mapping[str, str],
        *,
        role: str = "",
        asked: frozenset[str] = frozenset(),
    ) -> None:
        """Change the start of the episode where a rule says so."""
        target: dict[str, list[int]] = {}
        for table, key in sorted(self._target):
            target.setdefault(table, []).append(key)
        for armed in self._armed:
            rng = random.Random(f"{self.plan.seed}|{armed.place}|{armed.fault.name}|setup")
            known = (self._world, driver, now, target, instruction, armed.params, rng, facts, role, asked)
            armed.fault.prepare(Setup(*known, self.plan.held_out, armed.place))

    def forbidden(self, driver: sqlite3.Connection) -> list[Effect]:
        """What the agent must not bring about because of what goes wrong; judged beside its task's expectation."""
        watching = [one for one in self._armed if type(one.fault).forbids is not Fault.forbids]
        kept = {one.place: bookkeeping.trouble(driver, one.place)[1] for one in watching}
        told = [(one, json.loads(text)) for one in watching if (text := kept[one.place]) is not None]
        found: dict[str, Effect] = {}
        for one, known in told:
            for effect in one.fault.forbids(known):
                name = f"{effect.id}.{one.place}" if effect.id in found else effect.id
                found[name] = replace(effect, id=name)
        return list(found.values())

    @property
    def prepares(self) -> bool:
        """Whether any rule changes the start."""
        return any(type(one.fault).prepare is not Fault.prepare for one in self._armed)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _meet(self, matching: Sequence[Armed], call: Called, met: Met, troubles: Troubles) -> None:
        fitting = [armed for armed in matching if self._counts(armed, call, troubles)]
        met.heading = [
            (armed.fault, self._hit(armed, call, 0))
            for armed in matching
            if armed.heading and (armed.rule.rate is None or armed.place in troubles)
        ]
        if not fitting:
            return
        name = call.operation.name
        numbers = bookkeeping.count_call(call.driver, [armed.place for armed in fitting], name)
        for armed in fitting:
            number = numbers[armed.place]
            if self._strikes(armed, name, number, troubles.get(armed.place, UNTROUBLED)[0]):
                hit = self._hit(armed, call, number)
                if armed.rule.rate is None or (_exist(call) and (not armed.choosy or armed.fault.fits(hit))):
                    met.add(armed.fault, hit)

    def _endure(self, call: Called, troubles: Troubles) -> None:
        """Let what lasts everywhere stop the call.

        Raises:
            Lasting: what the agent is told.
        """
        for armed in self._everywhere:
            if troubles.get(armed.place, UNTROUBLED)[1] is None:
                continue
            hit = self._hit(armed, call, 0)
            if call.operation.aside:
                armed.fault.overhears(hit)
            elif _on_surface(armed, call) and (failure := armed.fault.lasting(hit)) is not None:
                raise Lasting(failure, (armed.fault.name,))

    def _counts(self, armed: Armed, call: Called, troubles: Troubles) -> bool:
        """Whether a call is to be counted. Where each call has its chance, what it fits is asked once that has come.

        Raises:
            Lasting: where the fault goes on.
        """
        kept = None if armed.fault.everywhere else troubles.get(armed.place, UNTROUBLED)[1]
        if kept is not None and (failure := armed.fault.lasting(self._hit(armed, call, 0))) is not None:
            raise Lasting(failure, (armed.fault.name,))
        return not armed.choosy or armed.rule.rate is not None or armed.fault.fits(self._hit(armed, call, 0))

    def _hit(self, armed: Armed, call: Called, number: int) -> Hit:
        chance = f"{self.plan.seed}|{armed.place}|{armed.fault.name}|{call.operation.name}|{number}"
        return Hit(call, armed.rule, armed.place, number, armed.params, chance)

    def _strikes(self, armed: Armed, name: str, number: int, struck: int) -> bool:
        rule = armed.rule
        if number < rule.nth or (rule.times and struck >= rule.times):
            return False
        if rule.rate is None:
            return True
        digest = sha256(f"{self.plan.seed}|{armed.place}|{rule.fault}|{name}|{number}|strikes".encode()).digest()
        return int.from_bytes(digest[:6], "big") < rule.rate * (1 << 48)

    def _matches(self, armed: Armed, call: Called) -> bool:
        if armed.plain:
            return True
        rule = armed.rule
        if not _on_surface(armed, call) or not self._in_window(rule, call.moment):
            return False
        if rule.routes and not any(fnmatchcase(call.route, one) for one in rule.routes):
            return False
        if rule.tables and not any(table in rule.tables for table, _ in call.records):
            return False
        kept_to = self._target if rule.scope == "target" else frozenset()
        return not kept_to or any(record in kept_to for record in call.records)

    def _in_window(self, rule: Rule, moment: Moment) -> bool:
        since = moment.now - self._begun
        return since >= rule.after and (rule.until is None or since < rule.until)


class Lasting(Failure):
    """A failure that goes on; it carries the names of the faults that the call met."""

    def __init__(self, failure: Failure, names: tuple[str, ...]) -> None:
        super().__init__(
            failure.code,
            failure.message,
            status=failure.status,
            headers=failure.headers,
            body=failure.body,
            face=failure.face,
            seconds=failure.seconds,
        )
        self.details, self.field, self.kept = failure.details, failure.field, failure.kept
        self.text_kept = failure.text_kept
        self.names = names


@lru_cache(maxsize=256)
def _armed_rules(world: World, rules: str) -> tuple[Armed, ...]:
    armed = []
    for place, rule in enumerate(FaultPlan.model_validate_json(rules).rules):
        fault = find_fault(world, rule.fault)
        choosy = type(fault).fits is not Fault.fits
        heading = type(fault).headers is not Fault.headers
        params = fault.Params.model_validate(dict(rule.params))
        armed.append(Armed(place, rule, fault, params, choosy, heading, _is_plain(rule, fault)))
    return tuple(armed)


def _is_plain(rule: Rule, fault: Fault) -> bool:
    narrowed = rule.surfaces or rule.routes or rule.tables or rule.after or rule.until is not None
    return not narrowed and rule.scope == "records" and fault.surfaces == SURFACES


def _armed(world: World, plan: FaultPlan) -> tuple[Armed, ...]:
    if plan is CLEAN or not plan.rules:
        return ()
    return _armed_rules(world, plan.model_dump_json(include={"rules"}))


def _concerns(armed: Armed, call: Called) -> bool:
    operation, rule = call.operation, armed.rule
    named = not rule.operations or operation.name in rule.operations
    return named and not operation.aside and not armed.fault.mishap and armed.fault.may_strike(operation)


def _on_surface(armed: Armed, call: Called) -> bool:
    asked = armed.rule.surfaces
    return call.surface in armed.fault.surfaces and (not asked or call.surface in asked)


def _exist(call: Called) -> bool:
    """Whether there are such records as the call names."""
    return all(
        call.driver.execute(f'SELECT 1 FROM "{table}" WHERE id = ?', (key,)).fetchall()  # noqa: S608 - a table of the schema
        for table, key in call.records
    )


def check_plan(world: World, plan: FaultPlan) -> None:
    """Refuse a plan that names what a world lacks.

    Raises:
        LookupError: for an unknown fault, operation, table or surface.
        ValueError: for parameters that a fault does not take.
    """
    _armed(world, plan)
    for rule in plan.rules:
        _known("operation", rule.operations, world.operations)
        _known("table", rule.tables, world.metadata.tables)
        _known("surface", rule.surfaces, ("tools", "http", "mcp", "pages"))


def _known(what: str, named: Iterable[str], there: Iterable[str]) -> None:
    for name in named:
        if name not in there:
            raise LookupError(f"The failure plan names the {what} {name!r}, which is not there.")
