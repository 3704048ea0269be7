"""Which rests `refund-rest` asks for: what is left of crushed parcels of which a part was refunded before."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import exists, func, or_, select

from worlds.engine.task import SOLVABLE, Draw
from worlds.shop.models import (
    Escalation,
    Fulfilment,
    OrderLine,
    OrderNote,
    Payment,
    Refund,
    ReturnRequest,
    SalesOrder,
    stand_in,
)

LIMIT = 15_000
"""Cents that senior support may refund on an order, all their refunds on it together (policy: refunds)."""
ORDER, LINE = "whatever is left of the order", "whatever is left of this article"
"""What people may want: the rest of everything, or of the article that they name."""
ALL_BROKEN = ("%whole parcel was crushed%", "%every article in it is broken%", "%all of its contents are damaged%")
"""What notes say where photographs show the whole parcel."""


@dataclass(frozen=True, slots=True)
class Wish:
    """By which article an order is named, and what is wanted: all that is left of these lines."""

    article: str
    wanted: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An order of which a part was refunded, and what is wanted of it."""

    order_id: int
    payment_id: int
    email: str
    wish: Wish
    branch: str


@dataclass(frozen=True, slots=True)
class _Crushed:
    """An order that arrived crushed, of which one refund was made. Money in cents, tax included."""

    order: SalesOrder
    payment_id: int
    refund: Refund
    lines: tuple[OrderLine, ...]
    own: int

    @property
    def shipping_left(self) -> int:
        """What of shipping has not been given back."""
        counted = self.refund.shipping_amount if self.refund.status != "failed" else 0
        return self.order.shipping_total + self.order.shipping_tax - counted

    @property
    def back(self) -> int:
        """What the refund that counts brought back."""
        return self.refund.amount if self.refund.status != "failed" else 0


def cases(draw: Draw) -> list[Case]:
    """Everything that may be wanted of such orders.

    Where the earlier refund is settled nobody overlooks that it counts: there are no more of these than pending ones.
    """
    named = Counter(
        (email.strip(), title)
        for email, title in draw.session.execute(
            select(SalesOrder.email, OrderLine.title).join(SalesOrder, SalesOrder.id == OrderLine.order_id)
        )
    )
    found: dict[str, list[Case]] = {"pending": [], "failed": [], "succeeded": []}
    for one in _crushed(draw):
        email = one.order.email.strip()
        known = [line for line in one.lines if named[email, line.title] == 1]
        branch = "hand_over" if one.refund.status == "failed" else SOLVABLE
        found[one.refund.status] += [
            Case(one.order.id, one.payment_id, email, wish, branch) for wish in _wishes(one, known)
        ]
    settled = random.Random("settled").sample(found["succeeded"], min(len(found["succeeded"]), len(found["pending"])))
    return [*found["pending"], *settled, *found["failed"]]


def _wishes(one: _Crushed, known: Sequence[OrderLine]) -> Iterator[Wish]:
    """The rest of the order, by one article or two of it, and that of each line."""
    said = [f"{line.title} ({line.variant_title})" for line in known]
    rest = one.order.total - one.back
    if rest > 0 and rest + one.own <= LIMIT:
        pairs = (f"{first} and the {other}" for first, other in pairwise(said))
        for article in (*said, *(line.title for line in known), *pairs):
            yield Wish(article, ORDER, tuple(each.id for each in one.lines))
    for article, line in zip(said, known, strict=True):
        if _plain(one, line):
            yield Wish(article, LINE, (line.id,))


def _plain(one: _Crushed, line: OrderLine) -> bool:
    """Whether something of a line is left, within the limit, and nobody can doubt if shipping goes back with it."""
    worth = line.total - (line.total * line.refunded // line.quantity)
    last = all(each.refunded == each.quantity for each in one.lines if each.id != line.id)
    goods = sum(each.total for each in one.lines)
    little = one.shipping_left <= 0 or 2 * (one.back + worth) <= goods
    return line.refunded < line.quantity and (last or little) and worth + one.shipping_left + one.own <= LIMIT


def _crushed(draw: Draw) -> Iterator[_Crushed]:
    """Delivered orders whose photographs show that nothing can be used, with one refund and nothing else open."""
    mine = stand_in(draw.session, "support_l2").person
    once = select(Refund.order_id).group_by(Refund.order_id).having(func.count() == 1)
    rows = draw.session.execute(
        select(SalesOrder, Payment.id, Refund)
        .join(Payment, Payment.order_id == SalesOrder.id)
        .join(Refund, Refund.order_id == SalesOrder.id)
        .where(
            SalesOrder.id.in_(once),
            SalesOrder.cancelled_at.is_(None),
            SalesOrder.fulfilment_status == "fulfilled",
            Payment.amount == SalesOrder.total,
            Refund.reason == "damaged",
            exists().where(OrderNote.order_id == SalesOrder.id, or_(*map(OrderNote.text.like, ALL_BROKEN))),
            ~exists().where(Escalation.order_id == SalesOrder.id),
            ~exists().where(ReturnRequest.order_id == SalesOrder.id),
            ~exists().where(Fulfilment.order_id == SalesOrder.id, Fulfilment.delivered_at.is_(None)),
        )
        .order_by(SalesOrder.id)
    ).all()
    lines: dict[int, list[OrderLine]] = {}
    for line in draw.session.scalars(
        select(OrderLine).where(OrderLine.order_id.in_([order.id for order, *_ in rows])).order_by(OrderLine.id)
    ):
        lines.setdefault(line.order_id, []).append(line)
    for order, payment_id, refund in rows:
        counts = refund.status != "failed" and refund.staff_id == mine and refund.actor_role == "support_l2"
        yield _Crushed(order, payment_id, refund, tuple(lines[order.id]), refund.amount if counts else 0)
