"""The interface: a deploy in the middle of the work, after which the pages have another face."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from pydantic import Field

from worlds.engine.faults.fault import CALLS, Fault, Hit, Params
from worlds.engine.faults.plan import Rule

VARIANTS = 1_000
"""As many faces are drawn from."""


class DriftParams(Params):
    """Which face the pages have after the deploy; 0 draws one from the plan's seed."""

    variant: int = Field(default=0, ge=0)


class InterfaceDrift(Fault):
    """A deploy: labels, order and places on the pages change under the agent's hands."""

    code = "F35"
    lesson = "Read the page anew before each action and go by what things mean, not by where they stood."
    strikes = CALLS
    surfaces = frozenset({"pages"})
    catches = False  # pages alone wear a face, and both reference agents work with tools
    Params = DriftParams

    def alone(self) -> tuple[Rule, ...]:
        """One deploy, when a few pages have been looked at."""
        return (Rule(fault=self.name, after=60),)

    def meanwhile(self, hit: Hit) -> None:
        """Nothing changes in the business; that the deploy took place is remembered, and stands in the journal."""
        hit.keep({"deployed": int(hit.now.timestamp())})


def deployed(seed: int, rules: Sequence[Rule], deploys: int) -> int:
    """The variant that the pages wear after so many deploys of a plan's rules; never 0."""
    params: dict[str, Any] = dict(rules[(deploys - 1) % len(rules)].params)
    named = int(params.get("variant", 0))
    digest = sha256(f"{seed}|deploy|{deploys}".encode()).digest()
    return named or 1 + int.from_bytes(digest[:6], "big") % VARIANTS
