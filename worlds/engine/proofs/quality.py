"""The quality of a family's grader as one number: the weakest of what the proofs measured, since one hole is enough.

It measures nothing itself. What no proof measured is named, and counts as the worst.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from worlds.graders.text import listed

PARTS: Final = ("kill", "accept", "necessity", "constant", "blind")
COSTS: Final = frozenset({"constant", "blind"})
"""Rates at which somebody passes who should not; the others are shares that should be whole."""
LIVE: Final = "live"
"""The figure that counts the mutants that were live, that is: that had to fail."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The parts of a family's quality, each a share from 0 to 1 by name; `live` counts the live mutants behind them."""

    parts: Mapping[str, float] = field(default_factory=dict)
    live: int = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that nobody measured."""
        return tuple(name for name in PARTS if name not in self.parts)

    @property
    def q(self) -> float:
        """The least of K, A, N, 1 - C and 1 - B; 0 where a part is missing."""
        return 0.0 if self.missing else min(map(self._worth, PARTS))

    def _worth(self, name: str) -> float:
        return 1 - self.parts[name] if name in COSTS else self.parts[name]

    @property
    def weakest(self) -> str:
        """The part that decides; empty where all are whole."""
        if self.missing:
            return self.missing[0]
        return min(PARTS, key=self._worth) if self.q < 1 else ""

    @property
    def bound(self) -> str:
        """How far no survivor among so many live mutants goes: with 95 % confidence, K is at least 1 - 3/n."""
        kill = self.parts.get("kill")
        if not self.live or kill is None:
            return "no live mutant was judged"
        if kill < 1:
            return f"K = {kill:.2%} of {self.live:,} live mutants; survivors are holes"
        least = max(0.0, 1 - 3 / self.live)
        return f"0 survivors of {self.live:,} live mutants: K ≥ {least:.2%} (95 % confidence)"

    def to_json(self) -> dict[str, Any]:
        """The quality as JSON values."""
        shown = {"live": self.live, "missing": list(self.missing), "bound": self.bound}
        return {"q": self.q, **self.parts, **shown}

    @property
    def sentence(self) -> str:
        """The quality for people: the number, its parts, and how far it can be trusted."""
        shares = ", ".join(f"{name} {share:.3g}" for name, share in self.parts.items())
        if self.missing:
            return f"Q is unknown, nobody measured {listed(self.missing)} ({shares or 'nothing was'})."
        decided = f", decided by {self.weakest}" if self.weakest else ""
        return f"Q = {self.q:.3f}{decided} ({shares}); {self.bound}."


def rated(figures: Mapping[str, Mapping[str, Any]]) -> Quality:
    """The quality that the figures of a family's proofs (proof name -> its figures) amount to.

    A part is looked for by its name in every proof's figures: `kill`, `accept`, `necessity`, `constant`, `blind`; the
    live mutants stand beside `kill` as `live`, a number or numbers by operator.

    Raises:
        ValueError: when two proofs state one part differently, or a part is no share from 0 to 1.
    """
    parts: dict[str, float] = {}
    live = 0
    for proof, stated in sorted(figures.items()):
        for name in PARTS:
            if isinstance(stated.get(name), int | float):
                _take(parts, name, float(stated[name]), proof)
        if "kill" in stated:
            live = _counted(stated.get(LIVE, 0))
    return Quality({name: parts[name] for name in PARTS if name in parts}, live)


def _take(parts: dict[str, float], name: str, share: float, proof: str) -> None:
    if not 0 <= share <= 1:
        raise ValueError(f"The proof {proof} states {name} = {share}, which is no share from 0 to 1.")
    if parts.get(name, share) != share:
        raise ValueError(f"The proof {proof} states {name} = {share}, another one {parts[name]}.")
    parts[name] = share


def _counted(live: Any) -> int:
    return sum(map(_counted, live.values())) if isinstance(live, Mapping) else int(live)
