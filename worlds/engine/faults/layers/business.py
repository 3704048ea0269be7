"""Business and validation: rules that no schema tells, duplicates, locks, money that comes back, bulk work in part.

What a world's own business gives these to work on stands in its module `faults.business`: see `bindings`.
"""

import importlib.util
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import ModuleType
from typing import Any, Literal

from pydantic import Field

from worlds.engine import locks
from worlds.engine.errors import Failure
from worlds.engine.faults.fault import WRITES, Fault, Hit, Params
from worlds.engine.faults.plan import Rule
from worlds.engine.operation import Operation
from worlds.engine.world import World

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A rule of whoever runs the system: what a field of an operation must hold beyond its schema.

    `sentence` is what the system says; `holds` looks at the call's values and at the records. `source` says where the
    real value stands: a reading operation, the argument that it shares with this one, and the field of its answer.
    """

    operation: str
    field: str
    sentence: str
    holds: Callable[[sqlite3.Connection, Values], bool]
    source: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Alike:
    """A record that looks like the one that is about to be made."""

    table: str
    key: int
    label: str


@dataclass(frozen=True, slots=True)
class DuplicateCheck:
    """Which records look like what an operation would make; `field` is the argument in which they do."""

    field: str
    alike: Callable[[sqlite3.Connection, Values], Iterable[Alike]]


Overtaking = Callable[[Hit], tuple[str, str, Values] | None]
"""Who does the same just before, by which event operation: (who, event operation, arguments), or None."""


def bindings(world: World) -> ModuleType | None:
    """What a world binds to this layer, in its module `faults.business`, each part optional.

    `RULES`: FieldRules. `DUPLICATES`: a DuplicateCheck by the name of an operation. `OVERTAKING`: by the name of an
    operation, how somebody else does the same just before.
    """
    if importlib.util.find_spec(f"{world.package}.faults") is None:
        return None
    there = importlib.util.find_spec(f"{world.package}.faults.business")
    return world.part("faults.business") if there else None


class ValidationRule(Fault):
    """The operator's own rule refuses a value that the schema would let pass."""

    code = "F24"
    lesson = "Look the real value up and send that; never send a filler."
    strikes = WRITES

    def alone(self) -> tuple[Rule, ...]:
        """A rule holds for every call."""
        return (Rule(fault=self.name, times=0),)

    def fits(self, hit: Hit) -> bool:
        """Whether the call breaks a rule of the operator."""
        return _broken(hit) is not None

    def before(self, hit: Hit) -> Failure | None:
        """Refuse the value, and name the field."""
        rule = _broken(hit)
        if rule is None:
            return None
        failure = Failure("validation_rule", rule.sentence, status=422, face="banner")
        failure.field = rule.field
        return failure


def _broken(hit: Hit) -> FieldRule | None:
    rules: Iterable[FieldRule] = getattr(bindings(hit.call.world), "RULES", ())
    for rule in rules:
        if rule.operation == hit.call.operation.name and not rule.holds(hit.call.driver, hit.call.values):
            return rule
    return None


class DuplicateParams(Params):
    """Whether the rule blocks, or lets a caller who says so save anyway."""

    mode: Literal["alert", "block"] = "alert"


class DuplicateRule(Fault):
    """Something like it is there already: the system lists what it found and saves nothing."""

    code = "F25"
    lesson = "Look at the matches: use the one that is there, and save anyway only what is something else."
    strikes = WRITES
    Params = DuplicateParams

    def alone(self) -> tuple[Rule, ...]:
        """A rule holds for every call."""
        return (Rule(fault=self.name, times=0),)

    def fits(self, hit: Hit) -> bool:
        """Whether there is something alike, and the caller has not said that it is to be saved anyway."""
        said = hit.call.allow_duplicate or (hit.call.surface == "pages" and hit.kept() == _fingerprint(hit))
        return not (said and hit.params.mode == "alert") and bool(_alike(hit)[1])

    def before(self, hit: Hit) -> Failure | None:
        """Refuse, and list what is alike; on a page whoever saves the same once more saves it anyway."""
        field, matches = _alike(hit)
        said = f"Similar records exist: {', '.join(match.label for match in matches)}."
        if hit.call.surface == "pages" and hit.params.mode == "alert":
            hit.keep(_fingerprint(hit))
            said += " Save again to save it anyway."
        failure = Failure("duplicates_detected", said, status=409, face="banner")
        failure.field = field
        failure.override = hit.call.operation.dialect.alike if hit.params.mode == "alert" else None
        failure.details = {
            "allow_save": hit.params.mode == "alert",
            "matches": [{"record": match.table, "id": match.key, "label": match.label} for match in matches],
        }
        return failure


def _fingerprint(hit: Hit) -> str:
    """What tells one form from another: its operation and all that is entered in it."""
    return sha256(f"{hit.call.operation.name}|{sorted(hit.call.values.items())}".encode()).hexdigest()


def _alike(hit: Hit) -> tuple[str, list[Alike]]:
    checks: Mapping[str, DuplicateCheck] = getattr(bindings(hit.call.world), "DUPLICATES", {})
    check = checks.get(hit.call.operation.name)
    return (check.field, list(check.alike(hit.call.driver, hit.call.values))) if check else ("", [])


class ApprovalParams(Params):
    """For how many virtual seconds the record waits for its approval."""

    seconds: int = Field(default=3_600, ge=1)


class LockedInApproval(Fault):
    """The record waits for somebody's approval and cannot be edited until then."""

    code = "F26"
    lesson = "Wait until the approval is through; edit nothing around it, and say so if it takes too long."
    strikes = WRITES
    Params = ApprovalParams

    def may_strike(self, operation: Operation[..., Any]) -> bool:
        """Writes that a lock stops."""
        return super().may_strike(operation) and operation.locks_bind

    def fits(self, hit: Hit) -> bool:
        """Whether the call names a record."""
        return bool(hit.call.records)

    def before(self, hit: Hit) -> Failure | None:
        """Lock the record for as long as the approval takes."""
        table, key = hit.call.records[0]
        now = hit.call.moment.now
        locks.lock(hit.call.driver, table, key, "approval", "is in an approval process", now + hit.params.seconds)
        found = locks.holder(hit.call.driver, table, key, now)
        return locks.refusal(hit.call.world.metadata, found, now) if found else None


class RefundRefused(Fault):
    """Somebody else does the same just before, so that it is too much or done already."""

    code = "F27"
    lesson = "Read the record again: what somebody else has done is not to be done a second time."
    strikes = WRITES

    def fits(self, hit: Hit) -> bool:
        """Whether somebody else could have done the same."""
        return _overtaking(hit) is not None

    def meanwhile(self, hit: Hit) -> None:
        """Somebody else does it."""
        if (found := _overtaking(hit)) is not None:
            who, operation, arguments = found
            hit.happen(who, operation, **arguments)


def _overtaking(hit: Hit) -> tuple[str, str, Values] | None:
    bound: Mapping[str, Overtaking] = getattr(bindings(hit.call.world), "OVERTAKING", {})
    found = bound.get(hit.call.operation.name)
    return found(hit) if found else None


class RefundReturned(Fault):
    """A refund that was made rightly is not paid out, and the bank says so days later."""

    code = "F28"
    lesson = "Pending is not paid: a failed refund does not count, and the customer is told once what happens instead."
    mishap = "refund-settlement"
    own = True
    catches = False  # the agent is gone by then; whoever follows has to see it


class BulkParams(Params):
    """What an item that fails is said to have failed from."""

    error: str = "record_busy"
    message: str = "The record was busy; it was not changed."


class BulkPartialFailure(Fault):
    """A bulk job is completed, and some of its items failed."""

    code = "F29"
    lesson = "Completed is not successful: read the results, and send only the items again that failed."
    mishap = "bulk-item"
    Params = BulkParams

    def alone(self) -> tuple[Rule, ...]:
        """The second item and every fourth after it, or so."""
        return (Rule(fault=self.name, nth=2), Rule(fault=self.name, nth=3, times=0, rate=0.15))
