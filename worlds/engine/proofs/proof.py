"""What a proof is: it examines instances one by one, then concludes for the whole family.

`examine` runs in whatever process has the instance, so what it answers is plain data that can be pickled; `conclude`
runs once a family, over what was examined, in the order of the seeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from worlds.engine.proofs.plays import Case
from worlds.engine.start import Start
from worlds.engine.task import Family


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a proof says of a family: figures as JSON values by name, a sentence for every hole, a line for people."""

    figures: Mapping[str, Any] = field(default_factory=dict)
    holes: Sequence[str] = ()
    says: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A family under proof: where its instances start, and for which seeds they were examined."""

    start: Start
    family: Family
    seeds: Sequence[int]

    @property
    def name(self) -> str:
        """Full name: `shop/refund-partial`."""
        return f"{self.start.world.name}/{self.family.name}"


class Proof(Protocol):
    """One kind of evidence that a family's reward can be trusted."""

    @property
    def name(self) -> str:
        """How reports and holes name it."""

    def examine(self, case: Case) -> Any:
        """What one instance shows."""

    def conclude(self, view: View, found: Sequence[Any]) -> Verdict:
        """What that says of the family; holes begin with the family's name, and its seed where there is one."""
