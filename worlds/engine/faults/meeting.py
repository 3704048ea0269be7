"""Where calls meet faults: which rules match a call, whether they strike, and what the struck ones do to it."""

import random
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from hashlib import sha256
from typing import Any

from worlds.engine import bookkeeping
from worlds.engine.bookkeeping import Moment
from worlds.engine.errors import Failure
from worlds.engine.faults.catalogue import find_fault
from worlds.engine.faults.fault import Called, Fault, Hit, Setup
from worlds.engine.faults.plan import CLEAN, FaultPlan, Rule
from worlds.engine.reply import Reply
from worlds.engine.world import World


@dataclass(frozen=True, slots=True)
class Armed:
    """A rule with its fault, its checked parameters and its place in the plan."""

    place: int
    rule: Rule
    fault: Fault
    params: Any


class Met:
    """The faults that struck a call. None of them, for most calls."""

    __slots__ = ("names", "struck")

    def __init__(self) -> None:
        self.struck: list[tuple[Fault, Hit]] = []
        self.names: list[str] = []

    def add(self, fault: Fault, hit: Hit) -> None:
        """One more."""
        self.struck.append((fault, hit))
        self.names.append(fault.name)

    def before(self) -> None:
        """Stop the call where a fault does.

        Raises:
            Failure: what the agent is told.
        """
        for fault, hit in self.struck:
            if (failure := fault.before(hit)) is not None:
                raise failure
        for fault, hit in self.struck:
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


NOTHING_MET = Met()


class Faults:
    """A plan at work in one episode; it holds nothing that changes.

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
        if not rules:
            return NOTHING_MET
        met = Met()
        for armed in rules:
            if self._matches(armed, call):
                self._meet(armed, call, met)
        return met

    def mishap(self, name: str, driver: sqlite3.Connection, moment: Moment) -> dict[str, Any] | None:
        """Whether a step that the business asks about goes wrong now, and how: its rule's parameters."""
        for armed in self._armed:
            if armed.fault.mishap == name and self._in_window(armed.rule, moment):
                number, struck = self._count(armed, driver, f"mishap:{name}")
                if self._strikes(armed, f"mishap:{name}", number, struck):
                    bookkeeping.count_trouble(driver, armed.place)
                    return {"fault": armed.fault.name, **armed.params.model_dump(), "number": number}
        return None

    def prepare(self, driver: sqlite3.Connection, now: datetime, instruction: str, facts: Mapping[str, str]) -> None:
        """Change the start of the episode where a rule says so."""
        target: dict[str, list[int]] = {}
        for table, key in sorted(self._target):
            target.setdefault(table, []).append(key)
        for armed in self._armed:
            rng = random.Random(f"{self.plan.seed}|{armed.place}|{armed.fault.name}|setup")
            armed.fault.prepare(Setup(self._world, driver, now, target, instruction, armed.params, rng, facts))

    @property
    def prepares(self) -> bool:
        """Whether any rule changes the start."""
        return any(type(one.fault).prepare is not Fault.prepare for one in self._armed)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _meet(self, armed: Armed, call: Called, met: Met) -> None:
        fault = armed.fault
        hit = Hit(call, armed.rule, armed.place, 0, armed.params, "")
        struck, kept = bookkeeping.trouble(call.driver, armed.place)
        if kept is not None and (failure := fault.lasting(hit)) is not None:
            met.names.append(fault.name)
            raise Lasting(failure, tuple(met.names))
        if not fault.fits(hit):
            return
        hit.number, _ = self._count(armed, call.driver, call.operation.name)
        hit.chance = f"{self.plan.seed}|{armed.place}|{fault.name}|{call.operation.name}|{hit.number}"
        if self._strikes(armed, call.operation.name, hit.number, struck):
            bookkeeping.count_trouble(call.driver, armed.place)
            met.add(fault, hit)

    def _count(self, armed: Armed, driver: sqlite3.Connection, name: str) -> tuple[int, int]:
        struck, _ = bookkeeping.trouble(driver, armed.place)
        return bookkeeping.count_call(driver, armed.place, name), struck

    def _strikes(self, armed: Armed, name: str, number: int, struck: int) -> bool:
        rule = armed.rule
        if number < rule.nth or (rule.times and struck >= rule.times):
            return False
        if rule.rate is None:
            return True
        digest = sha256(f"{self.plan.seed}|{armed.place}|{rule.fault}|{name}|{number}|strikes".encode()).digest()
        return int.from_bytes(digest[:6], "big") < rule.rate * (1 << 48)

    def _matches(self, armed: Armed, call: Called) -> bool:
        rule = armed.rule
        if rule.surfaces and call.surface not in rule.surfaces:
            return False
        if call.surface not in armed.fault.surfaces or not self._in_window(rule, call.moment):
            return False
        if rule.routes and not any(fnmatchcase(call.route, one) for one in rule.routes):
            return False
        if rule.tables and not any(table in rule.tables for table, _ in call.records):
            return False
        if rule.scope == "target" and self._target and not any(record in self._target for record in call.records):
            return False
        return all(_exists(call.driver, table, key) for table, key in call.records)

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
        self.kept = failure.kept
        self.names = names


@lru_cache(maxsize=256)
def _armed_rules(world: World, rules: str) -> tuple[Armed, ...]:
    armed = []
    for place, rule in enumerate(FaultPlan.model_validate_json(rules).rules):
        fault = find_fault(world, rule.fault)
        armed.append(Armed(place, rule, fault, fault.Params.model_validate(dict(rule.params))))
    return tuple(armed)


def _armed(world: World, plan: FaultPlan) -> tuple[Armed, ...]:
    if plan is CLEAN or not plan.rules:
        return ()
    return _armed_rules(world, plan.model_dump_json(include={"rules"}))


def _concerns(armed: Armed, call: Called) -> bool:
    operation, rule = call.operation, armed.rule
    named = not rule.operations or operation.name in rule.operations
    return named and not armed.fault.mishap and armed.fault.may_strike(operation)


def _exists(driver: sqlite3.Connection, table: str, key: int) -> bool:
    return bool(driver.execute(f'SELECT 1 FROM "{table}" WHERE id = ?', (key,)).fetchall())  # noqa: S608 - a table of the schema


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
