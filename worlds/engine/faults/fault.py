"""What a fault is: one small class that says where it takes hold of a call that a rule has picked.

    class TimeoutAfterCommit(Fault):
        \"\"\"The work is done, the answer is lost.\"\"\"

        code = "F1"
        lesson = "Look before you try again, or try again with the same idempotency key."
        strikes = WRITES

        def after(self, hit: Hit, reply: Reply) -> Failure | None:
            return gateway_timeout(hit)

Its class name in dashes is its name (`timeout-after-commit`), its module the layer, its docstring's first line its
title. It keeps nothing in itself: what must outlast a call is kept by `hit.keep`, in the episode's own database.
"""

import json
import random
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from worlds.engine import bookkeeping
from worlds.engine.bookkeeping import Moment
from worlds.engine.context import Actor
from worlds.engine.errors import Failure
from worlds.engine.faults.plan import Rule
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply
from worlds.engine.targets import Record
from worlds.engine.world import World
from worlds.graders.effects import Effect

READS = frozenset({"reads"})
WRITES = frozenset({"writes"})
CALLS = READS | WRITES
SURFACES = frozenset({"tools", "http", "mcp", "pages"})

Happen = Callable[[str, str, Mapping[str, Any]], bool]
"""Let an event operation happen now: (who, operation, arguments) -> whether the business let it."""


class Params(BaseModel):
    """A fault's parameters: what a rule's `params` may say, with defaults for all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Called:
    """A call that passed validation and permission. `values` are its checked arguments, `records` what it names."""

    world: World
    actor: Actor
    operation: Operation[..., Any]
    values: Mapping[str, Any]
    surface: str
    route: str
    key: str | None
    moment: Moment
    records: Sequence[Record]
    driver: sqlite3.Connection
    happen: Happen
    if_version: int | None = None
    cursor: bool = False
    """Whether the page of a list was asked for by a cursor."""
    allow_duplicate: bool = False
    """Whether the caller said that it is to be saved although there is something like it."""


@dataclass(slots=True)
class Hit:
    """A call that a rule has picked: the call, which one it is of its kind, and the fault's own memory.

    `rng` depends on the plan's seed, the rule, the operation and the number of the call alone.
    """

    call: Called
    rule: Rule
    place: int
    """The rule's place in the plan."""
    number: int
    params: Any
    chance: str

    @property
    def now(self) -> datetime:
        """Virtual time of the call."""
        return self.call.moment.instant

    @property
    def rng(self) -> random.Random:
        """Chance of this hit."""
        digest = sha256(self.chance.encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))

    def keep(self, value: Any) -> None:
        """Remember a JSON value for this rule; its fault's `lasting` is then asked on each further matching call."""
        bookkeeping.keep_trouble(self.call.driver, self.place, json.dumps(value))

    def kept(self) -> Any:
        """What was remembered, or None."""
        known = bookkeeping.trouble(self.call.driver, self.place)[1]
        return None if known is None else json.loads(known)

    def forget(self) -> None:
        """Remember nothing any more."""
        bookkeeping.keep_trouble(self.call.driver, self.place, None)

    def happen(self, who: str, operation: str, **arguments: Any) -> bool:
        """Let somebody do something now, by an event operation of the world, rooted in `world:<who>`.

        False where the business refused it.
        """
        return self.call.happen(who, operation, arguments)


@dataclass(frozen=True, slots=True)
class Setup:
    """An episode about to begin, for faults that change its start: its database, its task's target, chance.

    What is written here is rooted in the set-up, so nobody is blamed for it. `role` is who the agent is, `asked` the
    tables in which its task requires something; `held_out` says that the plan is kept for evaluation.
    """

    world: World
    driver: sqlite3.Connection
    now: datetime
    target: Mapping[str, Sequence[int]]
    instruction: str
    params: Any
    rng: random.Random
    facts: Mapping[str, str] = field(default_factory=dict)
    role: str = ""
    asked: frozenset[str] = frozenset()
    held_out: bool = False
    place: int = 0
    """The rule's place in the plan."""

    def keep(self, value: Any) -> None:
        """Remember a JSON value for this rule, as `Hit.keep` does."""
        bookkeeping.keep_trouble(self.driver, self.place, json.dumps(value))


class Fault:
    """One thing that can go wrong. Override one phase or more; each is asked only for calls that a rule has picked.

    In this order: `fits`, `before`, `meanwhile`, `as_of`, the operation, `keeps`, `after`, `headers`. `lasting` is
    asked on each matching call as long as something is kept, before anything is counted.
    """

    code: ClassVar[str]
    """F1 to F40, as the field's list of failure modes has them; a world's own may begin with another letter."""
    lesson: ClassVar[str] = ""
    """The right response, in a sentence."""
    strikes: ClassVar[frozenset[str]] = CALLS
    surfaces: ClassVar[frozenset[str]] = SURFACES
    mishap: ClassVar[str] = ""
    """Where the business itself asks `ctx.mishap(name)`: that name; such a fault has no phases."""
    own: ClassVar[bool] = False
    """Whether such a mishap befalls only what goes back to the agent, and nothing that others do meanwhile."""
    everywhere: ClassVar[bool] = False
    """Whether what is kept is met by every call on its surfaces, whatever its rule says of operations and records."""
    kind: ClassVar[str] = ""
    """What the faults of several vendors have in common: a rule that names it means that of the world's own vendor."""
    vendor: ClassVar[str] = ""
    """The style (`worlds.engine.faults.styles`) of the vendor whose fault it is."""
    catches: ClassVar[bool] = True
    """Whether an agent that knows nothing of failures is expected to do worse under it."""
    Params: ClassVar[type[Params]] = Params

    @property
    def name(self) -> str:
        """The class's name in dashes."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def layer(self) -> str:
        """The module's name."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def title(self) -> str:
        """The first line of its docstring."""
        return (type(self).__doc__ or "").partition("\n")[0]

    def alone(self) -> tuple[Rule, ...]:
        """The rules of the plan in which only this goes wrong."""
        return (Rule(fault=self.name),)

    def may_strike(self, operation: Operation[..., Any]) -> bool:
        """Whether calls of an operation can be picked at all."""
        return ("writes" if operation.writing else "reads") in self.strikes

    def fits(self, hit: Hit) -> bool:  # noqa: ARG002 - for overriding
        """Whether it could show on this call; where it could not, the call is not counted."""
        return True

    def lasting(self, hit: Hit) -> Failure | None:  # noqa: ARG002 - for overriding
        """What a further call meets while something is kept."""
        return None

    def overhears(self, hit: Hit) -> None:
        """What it makes of a call aside from the world's business, such as signing in again; asked as `lasting` is."""

    def denies(
        self,
        operation: Operation[..., Any],  # noqa: ARG002 - for overriding
        rule: Rule,  # noqa: ARG002 - as above
        params: Any,  # noqa: ARG002 - as above
        kept: Any,  # noqa: ARG002 - as above
    ) -> bool:
        """Whether the acting role now lacks the permission for an operation that its role has by rights."""
        return False

    def headers(self, hit: Hit) -> Mapping[str, str]:  # noqa: ARG002 - for overriding
        """What the answer to any matching call carries over HTTP, struck or not, unless the call fails."""
        return {}

    def before(self, hit: Hit) -> Failure | None:  # noqa: ARG002 - for overriding
        """What stops the call before anything is done."""
        return None

    def meanwhile(self, hit: Hit) -> None:
        """What others do just before the operation runs."""

    def as_of(self, hit: Hit) -> int | None:  # noqa: ARG002 - for overriding
        """The last entry of the change log that a reading operation sees; None for all."""
        return None

    def keeps(self, hit: Hit) -> bool:  # noqa: ARG002 - for overriding
        """Whether what the operation did is kept; the agent is told that it was done in any case."""
        return True

    def after(self, hit: Hit, reply: Reply) -> Reply | Failure | None:  # noqa: ARG002 - for overriding
        """What the agent is told in place of the answer, once the work is committed, or refused (`reply.ok`)."""
        return None

    def prepare(self, setup: Setup) -> None:
        """What is different from the start."""

    def forbids(self, kept: Any) -> Sequence[Effect]:  # noqa: ARG002 - for overriding
        """What the agent must not bring about because of it: a gate of the grade each, named by the effect."""
        return ()
