"""One line of a grade: what was asked, in words, whether it was met, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

CriterionKind = Literal["gate", "required", "order", "answer", "metric"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A question that a grade answers.

    A `gate` must hold or everything is worth 0; `required`, `order` and `answer` must hold to pass; a `metric` is
    only reported. `weight` counts among the required ones; it is 0 for all that earns nothing alone.
    """

    id: str
    words: str
    kind: CriterionKind
    satisfied: bool
    weight: int = 0
    evidence: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the criterion as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Criterion:
        """Read what `to_json` wrote."""
        return cls(**data)
