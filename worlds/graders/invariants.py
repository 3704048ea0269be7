"""Laws of a world as the grader sees them: which records broke a law before the episode, and which break it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worlds.graders.criteria import Criterion
from worlds.graders.text import listed


@dataclass(frozen=True, slots=True)
class InvariantResult:
    """A law in words and the records (`"payment 77"`) that break it; what was broken at the start is nobody's fault."""

    name: str
    sentence: str
    broken_at_start: frozenset[str] = frozenset()
    broken_now: frozenset[str] = frozenset()

    @property
    def newly_broken(self) -> frozenset[str]:
        """The records that broke the law during the episode."""
        return self.broken_now - self.broken_at_start

    def criterion(self) -> Criterion:
        """Return the law as a gate."""
        broken = sorted(self.newly_broken) if self.broken_now else []
        evidence = f"broken by {listed(broken)}" if broken else "kept"
        return Criterion(f"invariant.{self.name}", self.sentence, "gate", not broken, 0, evidence)

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON."""
        start, now = sorted(self.broken_at_start), sorted(self.broken_now)
        return {"name": self.name, "sentence": self.sentence, "broken_at_start": start, "broken_now": now}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> InvariantResult:
        """Read what `to_json` wrote."""
        start, now = frozenset(data["broken_at_start"]), frozenset(data["broken_now"])
        return cls(data["name"], data["sentence"], start, now)
