"""Which units of which orders `refund-partial` may say were missing: those above a limit, and others just like them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, and_, exists, func, select

from worlds.engine.task import SOLVABLE, Draw
from worlds.shop.days import spoken_day
from worlds.shop.models import (
    Escalation,
    Fulfilment,
    OrderLine,
    Payment,
    Refund,
    ReturnRequest,
    SalesOrder,
    stand_in,
)

LIMIT = 15_000
"""Cents that senior support may refund on an order, all their refunds on it together (policy: refunds)."""
MOST = 6
"""Units that are missing at most."""


@dataclass(frozen=True, slots=True)
class Case:
    """So many units of a line of a delivered order. `amount` in cents is what was paid for them."""

    order_id: int
    payment_id: int
    line_id: int
    variant_id: int | None
    email: str
    article: str
    day: str
    quantity: int
    units: int
    amount: int
    branch: str


def cases(draw: Draw) -> list[Case]:
    """Every case above the limit because of an earlier refund, each followed in the list by a like one that is not.

    Alike are the same number of units of the same article, or of one about as dear: nothing that a request says may
    tell the two apart.
    """
    found = list(every_case(draw))
    free: dict[tuple[str, int], list[Case]] = {}
    for one in found:
        if one.branch == SOLVABLE:
            for kind in (one.article, ""):
                free.setdefault((kind, one.units), []).append(one)
    taken: set[tuple[int, int]] = set()
    paired = []
    for one in (case for case in found if case.branch != SOLVABLE):
        twin = _like(one, free, taken)
        if twin:
            taken.add((twin.line_id, twin.units))
            paired += [one, twin]
    return paired


def _like(one: Case, free: dict[tuple[str, int], list[Case]], taken: set[tuple[int, int]]) -> Case | None:
    for kind in (one.article, ""):
        able = [
            case
            for case in free.get((kind, one.units), ())
            if (case.line_id, case.units) not in taken and case.order_id != one.order_id
        ]
        if able:
            return min(able, key=lambda case: (abs(case.amount - one.amount), case.line_id))
    return None


def every_case(draw: Draw) -> Iterator[Case]:
    """So many units of each line that stands out in nothing, those above the limit among them."""
    mine = stand_in(draw.session, "support_l2").person
    rows = draw.session.execute(_lines(mine)).all()
    said = Counter(_said(row)[:3] for row in rows)
    for row in rows:
        email, article, day, quantity = _said(row)
        if said[email, article, day] > 1:
            continue
        one = Case(
            row.order_id, row.payment_id, row.line_id, row.variant_id, email, article, day, quantity, 0, 0, SOLVABLE
        )  # fmt: skip
        for units in range(1, min(quantity, MOST) + 1):
            amount = _paid_for_first(row, units)
            little = 2 * amount <= row.goods or row.shipping_left <= 0
            if little and 0 < amount <= LIMIT:
                above = row.own + amount > LIMIT
                yield replace(one, units=units, amount=amount, branch="hand_over" if above else SOLVABLE)


def _said(row: Row[Any]) -> tuple[str, str, str, int]:
    return row.email.strip(), f"{row.title} ({row.variant_title})", spoken_day(row.placed_at), row.quantity


def _paid_for_first(row: Row[Any], units: int) -> int:
    """Cents paid for the first so many units of a line, net and tax each rounded half up."""
    net = row.subtotal - row.discount_total
    return sum((2 * whole * units + row.quantity) // (2 * row.quantity) for whole in (net, row.tax_total))


def _lines(mine: int | None) -> Any:
    """Untouched lines of several units in delivered orders on which only this colleague or a junior made refunds."""
    own = and_(Refund.staff_id == mine, Refund.actor_role == "support_l2")
    back = (
        select(
            Refund.order_id,
            func.sum(Refund.amount).filter(own).label("own"),
            func.sum(Refund.shipping_amount).label("shipping"),
        )
        .where(Refund.status != "failed")
        .group_by(Refund.order_id)
        .subquery()
    )  # fmt: skip
    others = exists().where(
        Refund.order_id == SalesOrder.id,
        (Refund.status == "failed") | ((Refund.actor_role != "support_l1") & (Refund.staff_id != mine)),
    )
    open_return = exists().where(
        ReturnRequest.order_id == SalesOrder.id, ReturnRequest.status.in_(("requested", "open"))
    )
    under_way = exists().where(Fulfilment.order_id == SalesOrder.id, Fulfilment.delivered_at.is_(None))
    return (
        select(
            SalesOrder.id.label("order_id"),
            SalesOrder.email,
            SalesOrder.placed_at,
            Payment.id.label("payment_id"),
            OrderLine.id.label("line_id"),
            OrderLine.variant_id,
            OrderLine.title,
            OrderLine.variant_title,
            OrderLine.quantity,
            OrderLine.subtotal,
            OrderLine.discount_total,
            OrderLine.tax_total,
            func.coalesce(back.c.own, 0).label("own"),
            (SalesOrder.total - SalesOrder.shipping_total - SalesOrder.shipping_tax).label("goods"),
            (SalesOrder.shipping_total + SalesOrder.shipping_tax - func.coalesce(back.c.shipping, 0)).label(
                "shipping_left"
            ),
        )
        .join(SalesOrder, SalesOrder.id == OrderLine.order_id)
        .join(Payment, Payment.order_id == SalesOrder.id)
        .outerjoin(back, back.c.order_id == SalesOrder.id)
        .where(
            OrderLine.quantity > 1,
            OrderLine.refunded == 0,
            OrderLine.returned == 0,
            OrderLine.return_requested == 0,
            SalesOrder.cancelled_at.is_(None),
            SalesOrder.fulfilment_status == "fulfilled",
            Payment.status == "captured",
            Payment.amount == SalesOrder.total,
            ~others,
            ~open_return,
            ~under_way,
            ~exists().where(Escalation.order_id == SalesOrder.id),
        )
        .order_by(OrderLine.id)
    )
