"""Exact one-sided bounds of a rate that was observed in so many trials, after Clopper and Pearson."""

from collections.abc import Callable
from math import comb

LEVEL = 0.95
_HALVINGS = 60


def upper_bound(successes: int, trials: int, *, level: float = LEVEL) -> float:
    """The greatest rate at which so few successes in so many trials are not yet less likely than 1 - `level`.

    Raises:
        ValueError: when there are more successes than trials, or fewer than none.
    """
    _check(successes, trials)
    if successes == trials:
        return 1.0
    return _crossing(lambda rate: _at_most(successes, trials, rate) > 1 - level)


def lower_bound(successes: int, trials: int, *, level: float = LEVEL) -> float:
    """The smallest rate at which so many successes in so many trials are not yet less likely than 1 - `level`.

    Raises:
        ValueError: as `upper_bound`.
    """
    _check(successes, trials)
    if successes == 0:
        return 0.0
    return _crossing(lambda rate: 1 - _at_most(successes - 1, trials, rate) < 1 - level)


def _check(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials:
        raise ValueError(f"There cannot be {successes} successes in {trials} trials.")


def _crossing(below: Callable[[float], bool]) -> float:
    """The rate up to which a condition that holds at 0 and not at 1 holds."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return high


def _at_most(successes: int, trials: int, rate: float) -> float:
    """The probability of no more than so many successes at a rate."""
    return sum(comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(successes + 1))
