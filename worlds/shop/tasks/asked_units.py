"""Which units of which orders `refund-approved` may speak of: untouched lines whose refund is above a limit."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from worlds.engine.task import Draw
from worlds.shop.days import spoken_day
from worlds.shop.models import Escalation, Fulfilment, OrderLine, Payment, Refund, ReturnRequest, SalesOrder
from worlds.shop.rulings.refund_approved import LIMIT, answer_to

MOST = 6
"""Units that are missing at most."""


@dataclass(frozen=True, slots=True)
class Case:
    """So many units, two or more, of a line of a delivered order on which nothing was refunded or sent back."""

    order_id: int
    payment_id: int
    line_id: int
    variant_id: int | None
    email: str
    article: str
    day: str
    quantity: int
    units: int
    branch: str


def cases(draw: Draw) -> list[Case]:
    """Every case above a support agent's limit that is no more than half of its order, so that no shipping is due."""
    rows = draw.session.execute(_lines()).all()
    said = Counter(_said(row)[:3] for row in rows)
    found = []
    for row in rows:
        email, article, day, quantity = _said(row)
        if said[email, article, day] > 1:
            continue
        for units in range(2, min(quantity, MOST) + 1):
            amount = _paid_for_first(row, units)
            # A single unit is above the limit, so that nobody can refund what will be approved before the answer.
            if _paid_for_first(row, 1) > LIMIT and 2 * amount <= row.goods:
                answer = answer_to(row.line_id, units)
                branch = "solvable" if answer.state == "approved" else "hand_over"
                found.append(
                    Case(row.order_id, row.payment_id, row.line_id, row.variant_id, email, article, day, quantity,
                         units, branch)
                )  # fmt: skip
    return found


def _said(row: Any) -> tuple[str, str, str, int]:
    return row.email.strip(), f"{row.title} ({row.variant_title})", spoken_day(row.placed_at), row.quantity


def _paid_for_first(row: Any, units: int) -> int:
    """Cents paid for the first so many units of a line, net and tax each rounded half up."""
    net = row.subtotal - row.discount_total
    return sum((2 * whole * units + row.quantity) // (2 * row.quantity) for whole in (net, row.tax_total))


def _lines() -> Any:
    touched = [exists().where(table.order_id == SalesOrder.id) for table in (Refund, ReturnRequest, Escalation)]
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
            (SalesOrder.total - SalesOrder.shipping_total - SalesOrder.shipping_tax).label("goods"),
        )
        .join(SalesOrder, SalesOrder.id == OrderLine.order_id)
        .join(Payment, Payment.order_id == SalesOrder.id)
        .where(
            OrderLine.quantity > 1,
            SalesOrder.cancelled_at.is_(None),
            SalesOrder.fulfilment_status == "fulfilled",
            Payment.status == "captured",
            Payment.amount == SalesOrder.total,
            ~under_way,
            *[~one for one in touched],
        )
        .order_by(OrderLine.id)
    )
