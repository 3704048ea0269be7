"""Others at work on the same records: edits that cross, locks, keys in use, stock and transitions that race.

What others do is the world's to say: its module `faults.concurrency` may offer functions of a call and a source of
chance that answer a `Deed`, or None where nothing fits:

* `edit(call, table, key, rng, same_field)`: a colleague's edit of a record that the call names; `same_field` asks for
  one that contradicts what the call is likely to write, and otherwise another field is changed.
* `sale(call, rng)`: what changes the units that a compare-and-set operation expects.
* `rival(call, rng, minutes)`: somebody who buys the last units that the call is about to buy, and gives them back
  after so many minutes (0 for never).
* `step(call, rng)`: another transition of the record that the call takes a step further.
* `keeper(call, rng)`: who has a record to themselves that is locked, and why, in place of a nightly update.

`worlds.engine.faults.colleagues` makes `edit` and `step` of tables that say who works on what.
"""

import importlib.util
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from worlds.engine import bookkeeping, clashes, locks
from worlds.engine.errors import Failure
from worlds.engine.faults.fault import READS, WRITES, Called, Fault, Hit, Params
from worlds.engine.faults.plan import Rule
from worlds.engine.reply import Reply
from worlds.engine.targets import Record, table_of
from worlds.engine.world import World


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does meanwhile: an event operation of the world, with JSON arguments."""

    who: str
    operation: str
    arguments: Mapping[str, Any]


def bound(world: World, name: str) -> Callable[..., Deed | None] | None:
    """What a world offers under a name in its `faults.concurrency`, or None."""
    package = f"{world.package}.faults"
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(f"{package}.concurrency") is None:
        return None
    found: Callable[..., Deed | None] | None = getattr(world.part("faults.concurrency"), name, None)
    return found


def _deed(name: str, call: Called, rng: random.Random) -> Deed | None:
    offer = bound(call.world, name)
    return None if offer is None else offer(call, rng)


def _do(hit: Hit, deed: Deed | None) -> None:
    if deed is not None:
        hit.happen(deed.who, deed.operation, **deed.arguments)


class EditParams(Params):
    """Which field of the record the colleague changes: another one than the agent, or the same.

    A task that knows better says `who` does it, by which event operation and with which arguments.
    """

    field: Literal["other", "same"] = "other"
    who: str = ""
    operation: str = ""
    arguments: Mapping[str, Any] = Field(default_factory=dict)


class _Edit(Fault):
    """A colleague's edit of a record that a call names."""

    Params = EditParams

    def _edit(self, hit: Hit) -> Deed | None:
        offer, record, said = bound(hit.call.world, "edit"), self._record(hit.call), hit.params
        if record is not None and said.operation:
            return Deed(said.who, said.operation, said.arguments)
        if offer is None or record is None:
            return None
        return offer(hit.call, *record, hit.rng, self._same(hit))

    def _same(self, hit: Hit) -> bool:
        """Whether the colleague changes what the call is likely to write."""
        return bool(hit.params.field == "same")

    def _record(self, call: Called) -> Record | None:
        return _overwritten(call)


def _overwritten(call: Called) -> Record | None:
    name = call.operation.record
    table = table_of(call.world.metadata, name) if name else None
    return (table, call.values[name]) if name and table else None


class OptimisticConflict(_Edit):
    """A colleague's edit lands just before a conditional write, which is refused as out of date.

    Where conflicts go by columns, only an edit of the same field is in the way, so that it is one in any case.
    """

    code = "F16"
    lesson = "Read the record again, keep what the colleague changed, and send your own change with the new version."
    strikes = WRITES
    catches = False  # only who asks for a version meets it, and who knows nothing of failures asks for none

    def fits(self, hit: Hit) -> bool:
        """Where a version is asked for and the world has a colleague for the record."""
        return hit.call.if_version is not None and self._edit(hit) is not None

    def meanwhile(self, hit: Hit) -> None:
        """Let the colleague go first."""
        _do(hit, self._edit(hit))

    def _same(self, hit: Hit) -> bool:
        call = hit.call
        return super()._same(hit) or clashes.kind_of(call.operation, call.world.metadata) == "columns"


class SilentLastWriteWins(_Edit):
    """A colleague edits a record just after it was read; a write that names no version would undo the edit unseen."""

    code = "F17"
    lesson = "Send the version that you read with every edit, and merge when it is refused."
    strikes = READS

    def alone(self) -> tuple[Rule, ...]:
        """After the first look at what the task is about."""
        return (Rule(fault=self.name, scope="target"),)

    def fits(self, hit: Hit) -> bool:
        """Where a record is read that a colleague could edit."""
        return self._edit(hit) is not None

    def after(self, hit: Hit, reply: Reply) -> None:
        """Let the colleague edit what was just shown."""
        if reply.ok:
            _do(hit, self._edit(hit))

    def _record(self, call: Called) -> Record | None:
        return call.records[0] if call.records else None


class LockParams(Params):
    """`seconds` for which the record stays locked, `wait` that a caller waits for it in vain; both virtual."""

    seconds: int = Field(default=40, ge=1)
    wait: int = Field(default=10, ge=0)


class RowLock(Fault):
    """Somebody has the record to themselves for a while."""

    code = "F18"
    lesson = "Wait until the lock ends and send it again; nothing was done."
    strikes = WRITES
    Params = LockParams

    def fits(self, hit: Hit) -> bool:
        """Where the call names a record and locks bind it."""
        return bool(hit.call.records) and hit.call.operation.locks_bind

    def before(self, hit: Hit) -> Failure | None:
        """Lock the record that the call names first, and give up after the wait."""
        (table, key), driver, now = hit.call.records[0], hit.call.driver, hit.call.moment.now
        if locks.holder(driver, table, key, now) is None:
            locks.lock(driver, table, key, *_keeper(hit), now + hit.params.seconds)
        held = locks.holder(driver, table, key, now)
        if held is None:
            return None
        failure = locks.refusal(hit.call.world.metadata, held, min(now + hit.params.wait, held.until))
        failure.seconds = hit.params.wait
        return failure


def _keeper(hit: Hit) -> tuple[str, str]:
    """Who has a locked record, and why; where the world has nobody, a job of the system's own."""
    offer: Any = bound(hit.call.world, "keeper")
    return (offer and offer(hit.call, hit.rng)) or ("a nightly update", "bulk update")


class LockTimeout(Fault):
    """The payment system could not get the object to itself in time."""

    code = "F19"
    lesson = "Send it again after a moment, under the same idempotency key."
    strikes = WRITES

    def before(self, hit: Hit) -> Failure | None:  # noqa: ARG002 - the same for every call
        """Turn the call away before anything is done."""
        return Failure(
            "lock_timeout",
            "This object cannot be accessed right now because another request is using it. Try again in a moment.",
            status=429,
            headers={"Retry-After": "2"},
            face="banner",
            seconds=2,
        )


class KeyParams(Params):
    """`how`: the key is `in_use` by the same request for some `seconds`, or keys were `pruned` after `seconds`."""

    how: Literal["in_use", "pruned"] = "in_use"
    seconds: int = Field(default=20, ge=1)


class IdempotencyMisuse(Fault):
    """A key is in use by the same request, which was delivered twice; or keys are forgotten sooner than was thought."""

    code = "F20"
    lesson = (
        "Keep the key and ask again in a moment; take a new key only for a new request, and look first after a day."
    )
    strikes = WRITES
    Params = KeyParams
    catches = False  # only who sends a key meets it, and who knows nothing of failures sends none

    def fits(self, hit: Hit) -> bool:
        """Where the call has a key."""
        return hit.call.key is not None

    def before(self, hit: Hit) -> None:
        """Forget the older keys, where that is what goes wrong."""
        if hit.params.how == "pruned":
            bookkeeping.forget_keys(hit.call.driver, hit.call.moment.now - hit.params.seconds)

    def after(self, hit: Hit, reply: Reply) -> Failure | None:
        """The request was done by its twin; this one is told that the key is in use."""
        if hit.params.how == "pruned" or not reply.ok:
            return None
        hit.keep({"key": hit.call.key, "until": hit.call.moment.now + hit.params.seconds})
        return _in_use(hit)

    def lasting(self, hit: Hit) -> Failure | None:
        """Until the twin is through, the same key is in use."""
        kept = hit.kept()
        if hit.call.moment.now >= kept["until"]:
            hit.forget()
            return None
        return _in_use(hit) if hit.call.key == kept["key"] else None


def _in_use(hit: Hit) -> Failure:
    return Failure(
        "idempotency_key_in_use",
        f"Another request with the idempotency key {str(hit.call.key)[:40]!r} is being processed. Try again in a "
        "moment with the same key.",
        status=409,
        face="banner",
    )


class StaleCompareAndSet(Fault):
    """Stock moves between the read and a write that compares, so that the write is refused as stale."""

    code = "F21"
    lesson = "Read the level again and work the number out anew; do not switch the comparison off."
    strikes = WRITES
    catches = False  # the comparison itself catches it: who solves the task reads again where it fails

    def fits(self, hit: Hit) -> bool:
        """Where the world knows what could move the units that the call compares."""
        return _deed("sale", hit.call, hit.rng) is not None

    def meanwhile(self, hit: Hit) -> None:
        """Move them."""
        _do(hit, _deed("sale", hit.call, hit.rng))


class RivalParams(Params):
    """After how many virtual minutes the other one gives the units back; 0 for never."""

    minutes: int = Field(default=10, ge=0)


class LastUnitRace(Fault):
    """Somebody else buys the last units between the look at the basket and the payment."""

    code = "F22"
    lesson = "Look again after a while; where it stays sold out, say so and offer what is there."
    strikes = WRITES
    Params = RivalParams

    def fits(self, hit: Hit) -> bool:
        """Where the world knows who could be quicker."""
        return self._rival(hit) is not None

    def meanwhile(self, hit: Hit) -> None:
        """Let them buy."""
        _do(hit, self._rival(hit))

    def _rival(self, hit: Hit) -> Deed | None:
        offer = bound(hit.call.world, "rival")
        return None if offer is None else offer(hit.call, hit.rng, hit.params.minutes)


class RaceParams(Params):
    """Another transition is still `running`, and the record is as it was; or it just `ran`, and it is not."""

    how: Literal["running", "ran"] = "running"


class TransitionRace(Fault):
    """Another transition of the same record runs, or just ran."""

    code = "F23"
    lesson = "Read the record again, and take the step only if it may still be taken."
    strikes = WRITES
    Params = RaceParams

    def fits(self, hit: Hit) -> bool:
        """Where the world knows a transition that could come first."""
        return _deed("step", hit.call, hit.rng) is not None

    def before(self, hit: Hit) -> Failure | None:
        """Turn the call away while the other transition runs."""
        if hit.params.how == "ran":
            return None
        return Failure(
            "transition_in_progress",
            "Another transition of this record is being carried out. Read it again, and repeat yours if it still "
            "applies.",
            status=409,
            face="banner",
        )

    def meanwhile(self, hit: Hit) -> None:
        """Let the other transition come first."""
        if hit.params.how == "ran":
            _do(hit, _deed("step", hit.call, hit.rng))
