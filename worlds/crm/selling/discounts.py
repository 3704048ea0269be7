"""Discounts (rule CR6): what a role gives by itself, which approvals more of it needs, and the floor below it all.

What counts is what is off the whole, by the discounts of lines and of the quote together, against the list prices.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, Protocol

from worlds.crm.rules import DISCOUNT_MANAGER_BP, DISCOUNT_REP_BP
from worlds.crm.selling.percent import spelled
from worlds.crm.selling.prices import WHOLE, Line, Rates, net
from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.fields import format_money
from worlds.engine.rows import Query

LIMITS: Final = {"sales_manager": DISCOUNT_MANAGER_BP, "vp": DISCOUNT_MANAGER_BP}
"""Basis points that a role gives without asking anybody; the others give what representatives do."""


class Priced(Line, Protocol):
    """A line with what its discount is judged by."""

    @property
    def sku(self) -> str:
        """Its product's article number."""

    @property
    def floor_price(self) -> int:
        """What a piece is never sold below, in euro cents."""


class Step(NamedTuple):
    """A step of the process in which discounts are approved."""

    process_id: int
    position: int
    name: str
    approver_role: str


_STEPS = Query(
    Step,
    """SELECT s.process_id, s.position, s.name, s.approver_role FROM approval_step s WHERE s.process_id =
      (SELECT id FROM approval_process WHERE record_kind = 'quote' AND active = 1 ORDER BY id LIMIT 1)
    AND s.over_bp < :off AND (s.up_to_bp IS NULL OR s.up_to_bp >= :off) ORDER BY s.position""",
)


def off_list(lines: Iterable[Priced], further_bp: int) -> int:
    """What is off the list prices altogether, in basis points rounded up; of no lines it is the further discount."""
    listed = given = 0
    for one in lines:
        listed += one.quantity * one.list_price * WHOLE * WHOLE
        given += one.quantity * one.list_price * (WHOLE - one.discount_bp) * (WHOLE - further_bp)
    return further_bp if listed == 0 else -(-(listed - given) * WHOLE // listed)


def said(line: Line) -> str:
    """A line as histories tell it: "40 x 39.50 less 7.5 %"."""
    off = f" less {spelled(line.discount_bp)} %" if line.discount_bp else ""
    return f"{line.quantity} x {format_money(line.list_price)}{off}"


def limit(role: str) -> int:
    """Basis points that a role gives without asking anybody."""
    return LIMITS.get(role, DISCOUNT_REP_BP)


def steps(ctx: Context, off_bp: int) -> list[Step]:
    """The steps that a discount goes through, in their order."""
    return _STEPS.all(ctx, off=off_bp)


def check_floor(ctx: Context, lines: Iterable[Priced], further_bp: int, currency: str, day: str, field: str) -> None:
    """Refuse prices below what a product is never sold for, in the lines' currency at the rate of a day.

    Raises:
        Conflict: naming the first such product, with the most that can be off it.
    """
    rates = None if currency == "EUR" else Rates(ctx)
    for one in lines:
        over, under = (1, 1) if rates is None else rates.required("EUR", currency, day)
        floor = one.floor_price * one.quantity * over  # times `under`: compared before anything is rounded
        if net(one.quantity, one.list_price, one.discount_bp, further_bp) * under >= floor:
            continue
        least = -(-one.floor_price * over // under)
        raise Conflict(
            "below_floor",
            f"{one.sku} is never sold below {format_money(least)} {currency} a piece, and "
            f"{spelled(off_list([one], further_bp))} % off {format_money(one.list_price)} would be; give less.",
            field=field,
            details={"floor_price": format_money(least)},
        )
