"""What lines come to, and what an amount is in another currency on a day. Everything is in minor units."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple, Protocol

from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.rows import Query

WHOLE: Final = 10_000
"""Basis points that are everything."""
MILLION: Final = 1_000_000


class Line(Protocol):
    """A line of a deal or a quote, as its sum is worked out."""

    @property
    def quantity(self) -> int:
        """How many pieces."""

    @property
    def list_price(self) -> int:
        """What a piece costs before any discount."""

    @property
    def discount_bp(self) -> int:
        """What is off it by itself, in basis points."""


class _Rate(NamedTuple):
    valid_from: str
    rate_millionths: int


_RATES = Query(
    _Rate,
    """SELECT {fields} FROM exchange_rate WHERE from_currency = :source AND to_currency = :target
    ORDER BY valid_from, id""",
)


def divided(amount: int, by: int) -> int:
    """A quotient rounded to the nearest whole, halves up."""
    return (2 * amount + by) // (2 * by)


def net(quantity: int, list_price: int, discount_bp: int, further_bp: int = 0) -> int:
    """What a line costs after its own discount and a further one; rounded once, for the line as a whole."""
    return divided(quantity * list_price * (WHOLE - discount_bp) * (WHOLE - further_bp), WHOLE * WHOLE)


def total(lines: Iterable[Line], further_bp: int = 0) -> int:
    """What lines cost together: each is rounded by itself."""
    return sum(net(one.quantity, one.list_price, one.discount_bp, further_bp) for one in lines)


class Rates:
    """The dated exchange rates of the house (rule CR8); those of two currencies are read once they are asked for."""

    def __init__(self, ctx: Context) -> None:
        """Of the CRM as it is now."""
        self._ctx = ctx
        self._known: dict[tuple[str, str], list[_Rate]] = {}

    def rate(self, source: str, target: str, day: date | str) -> tuple[int, int] | None:
        """The rate of a day as a fraction (numerator, denominator), or None where the house has none.

        It is the last one that is valid from that day or before; a rate the other way round serves as well.
        """
        if source == target:
            return 1, 1
        direct, turned = self._on(source, target, day), self._on(target, source, day)
        if direct is not None:
            return direct, MILLION
        return None if turned is None else (MILLION, turned)

    def convert(self, amount: int, source: str, target: str, day: date | str) -> int | None:
        """An amount in another currency at the rate of a day, rounded to a minor unit; None where there is no rate."""
        rate = self.rate(source, target, day)
        return None if rate is None else divided(amount * rate[0], rate[1])

    def required(self, source: str, target: str, day: date | str) -> tuple[int, int]:
        """The same as `rate`, where one is needed.

        Raises:
            Conflict: where the house has none.
        """
        rate = self.rate(source, target, day)
        if rate is None:
            raise Conflict(
                "rate_missing",
                f"The house has no rate from {source} to {target} for {day}; see the list of rates there "
                "are; finance enters others.",
                field="currency",
            )
        return rate

    def _on(self, source: str, target: str, day: date | str) -> int | None:
        pair = (source, target)
        if pair not in self._known:
            self._known[pair] = _RATES.all(self._ctx, source=source, target=target)
        at = bisect_right(self._known[pair], str(day), key=lambda one: one.valid_from)
        return self._known[pair][at - 1].rate_millionths if at else None
