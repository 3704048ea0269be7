"""People who decide: what an approver does about a request, when, and who does it where they are away."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from worlds.engine.people.persona import Person

Outcome = Literal["approve", "less", "deny", "ask", "silent"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How an approver decides: how likely each outcome is, and how likely they are away and their delegate decides."""

    shares: Mapping[Outcome, float]
    away: float = 0.0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a request: the outcome, who decides, and when; `away_at` is when the approver said they are away.

    Where the outcome is `silent` nobody answers.
    """

    outcome: Outcome
    by: Person
    at: datetime
    away_at: datetime | None = None


def decide(policy: Policy, approver: Person, delegate: Person, now: datetime, rng: random.Random) -> Ruling:
    """What an approver does about a request that reaches them now."""
    outcomes = list(policy.shares)
    outcome = rng.choices(outcomes, [policy.shares[one] for one in outcomes])[0]
    if rng.random() < policy.away:
        away_at = approver.hours.next_open(now)
        return Ruling(outcome, delegate, delegate.answers_at(away_at, rng), away_at)
    return Ruling(outcome, approver, approver.answers_at(now, rng))
