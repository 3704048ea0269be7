"""Background actors: what others' systems send late, twice or out of order, and automations that interfere.

How an automation interferes is the world's to say: its module `faults.actors` may offer `interference(call, rng)`, a
function of a call that answers the `Deed` that follows on it, or None where nothing does.
"""

import importlib.util
from typing import Any

from pydantic import Field

from worlds.engine.faults.fault import WRITES, Fault, Hit, Params
from worlds.engine.faults.layers.concurrency import Deed
from worlds.engine.faults.plan import Rule
from worlds.engine.reply import Reply


class DeliveryParams(Params):
    """By how many virtual seconds something comes late, and whether it comes at once as well and then again."""

    late: int = Field(default=4 * 3_600, ge=1)
    twice: bool = False


class WebhooksAstray(Fault):
    """What systems and people send comes late, twice or after later things."""

    code = "F33"
    lesson = "Go by the event id and the record itself: the same event twice is one event, and a late one may be old."
    mishap = "delivery"
    catches = False  # what comes late or twice is news, which the work of most tasks does not wait for
    Params = DeliveryParams

    def alone(self) -> tuple[Rule, ...]:
        """Each second thing comes late, and each third one twice."""
        return (
            Rule(fault=self.name, times=0, rate=0.34, params={"late": 900, "twice": True}),
            Rule(fault=self.name, times=0, rate=0.5, params={"late": 5_400}),
        )


class AutomationInterferes(Fault):
    """An automation changes a record right after the agent did."""

    code = "F34"
    lesson = "Look at the record after your change, adapt to what it is now, and do not fight a rule in a circle."
    strikes = WRITES
    catches = False  # what the automation does is no harm; who turns it back does more, and neither agent does

    def alone(self) -> tuple[Rule, ...]:
        """Twice, so that whoever turns it back is turned back once."""
        return (Rule(fault=self.name, times=2),)

    def fits(self, hit: Hit) -> bool:
        """Only where an automation of the world looks at what the call changes."""
        return _interference(hit) is not None

    def after(self, hit: Hit, reply: Reply) -> Reply | None:
        """Let the automation act on what was done; the answer stays as it was."""
        deed = _interference(hit) if reply.ok else None
        if deed is not None:
            hit.happen(deed.who, deed.operation, **deed.arguments)
        return None


def _interference(hit: Hit) -> Deed | None:
    package = f"{hit.call.world.package}.faults"
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(f"{package}.actors") is None:
        return None
    offer: Any = getattr(hit.call.world.part("faults.actors"), "interference", None)
    found: Deed | None = None if offer is None else offer(hit.call, hit.rng)
    return found
