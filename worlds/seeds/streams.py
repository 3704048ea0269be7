"""Seeded chance for making data: streams keyed by names, and the few distributions that business data follow."""

import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import Generic, TypeVar

Item = TypeVar("Item")


def stream(*names: object) -> random.Random:
    """Chance for one purpose, such as `stream(seed, "customer", 17)`.

    It depends on the names alone, never on how often other streams were used, so that one more column or one more
    row shifts nothing else.
    """
    digest = sha256("|".join(map(str, names)).encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


class Weighted(Generic[Item]):
    """Items drawn in proportion to their weights; made once, drawn from often."""

    __slots__ = ("_bounds", "_items")

    def __init__(self, weights: Mapping[Item, float]) -> None:
        if not weights or min(weights.values()) < 0 or sum(weights.values()) <= 0:
            raise ValueError("weights must be zero or more and not all zero")
        self._items: Sequence[Item] = list(weights)
        self._bounds = list(accumulate(weights.values()))

    @property
    def items(self) -> Sequence[Item]:
        """Every item, as they were named."""
        return self._items

    def draw(self, rng: random.Random) -> Item:
        """One item."""
        at = bisect(self._bounds, rng.random() * self._bounds[-1])
        return self._items[min(at, len(self._items) - 1)]


def pareto(rng: random.Random, least: float, shape: float) -> float:
    """A number of at least `least` whose tail falls with the power `shape`: the few that are far above all others."""
    return least * rng.paretovariate(shape)


def share(rng: random.Random, items: Sequence[Item], fraction: float) -> list[Item]:
    """About `fraction` of the items, at least one where the fraction is above zero, in their own order."""
    if not items or fraction <= 0:
        return []
    count = min(len(items), max(1, round(len(items) * fraction)))
    chosen = sorted(rng.sample(range(len(items)), count))
    return [items[index] for index in chosen]
