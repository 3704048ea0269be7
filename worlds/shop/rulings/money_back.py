"""What the page on refunds says of an order: what units were paid for, what counts as refunded, whose limit is left.

It reads tables and does its own sums; what the shop's operations work out is not asked.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.shop.models import OrderLine, Refund, RefundLine, SalesOrder

LIMIT: Final = 15_000
"""Cents that senior support may refund on one order, all their refunds on it together."""
NOTED_ABOVE: Final = 4_000
"""Cents: a refund above this needs one note on the order."""


@dataclass(frozen=True, slots=True)
class Share:
    """Units of an order line that a refund would cover, and what was paid for them in cents, tax included."""

    line_id: int
    units: int
    amount: int


def share(session: Session, line_id: int, units: int | None = None) -> Share:
    """The next units of a line that were not refunded yet (all of them where no number is given).

    The first n of q units are worth n/q of the line's net price and of its tax, each rounded half up; the next ones are
    worth what that adds to what pending and succeeded refunds have brought back.
    """
    line = session.get_one(OrderLine, line_id)
    counted = (
        select(
            func.coalesce(func.sum(RefundLine.quantity), 0),
            func.coalesce(func.sum(RefundLine.net_amount), 0),
            func.coalesce(func.sum(RefundLine.tax_amount), 0),
        )
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(RefundLine.order_line_id == line_id, Refund.status != "failed")
    )
    before, net, tax = session.execute(counted).one()
    asked = line.quantity - before if units is None else units
    after = before + asked
    whole_net = line.subtotal - line.discount_total
    amount = _part(whole_net, after, line.quantity) - net + _part(line.tax_total, after, line.quantity) - tax
    return Share(line_id, asked, amount)


def _part(whole: int, units: int, of: int) -> int:
    return (2 * whole * units + of) // (2 * of)


def refunded(session: Session, order_id: int, staff_id: int | None = None) -> int:
    """Cents of an order in pending and succeeded refunds, of one colleague's where one is named."""
    counted = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.order_id == order_id, Refund.status != "failed"
    )
    if staff_id is not None:
        counted = counted.where(Refund.staff_id == staff_id, Refund.actor_role != "customer")
    return int(session.execute(counted).scalar_one())


def shipping_left(session: Session, order_id: int) -> int:
    """Cents of shipping with tax that were paid and are in no pending or succeeded refund."""
    order = session.get_one(SalesOrder, order_id)
    given = select(func.coalesce(func.sum(Refund.shipping_amount), 0)).where(
        Refund.order_id == order_id, Refund.status != "failed"
    )
    return order.shipping_total + order.shipping_tax - int(session.execute(given).scalar_one())


def goods_paid(session: Session, order_id: int) -> int:
    """Cents paid for all goods of an order, tax included."""
    paid = select(func.coalesce(func.sum(OrderLine.total), 0)).where(OrderLine.order_id == order_id)
    return int(session.execute(paid).scalar_one())
