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
BOTH, MORE = "whatever is left of these two articles", "just {units} more of this article"
"""What people may want: the rest of everything, of the article or the two that they name, or some units more."""
MOST = 6
"""Of an order no more is wanted than so many different things, so that large orders are not the rule."""
ALL_BROKEN = ("%whole parcel was crushed%", "%every article in it is broken%", "%all of its contents are damaged%")
"""What notes say where photographs show the whole parcel."""


@dataclass(frozen=True, slots=True)
class Wish:
    """By which article an order is named, what is wanted of it in words, and as (line id, units)."""

    article: str
    wanted: str
    units: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An order of which a part was refunded, and what is wanted of it; of one order never the same twice."""

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

    @property
    def left(self) -> dict[int, int]:
        """How many units of each line are left, where some are."""
        return {line.id: line.quantity - line.refunded for line in self.lines if line.refunded < line.quantity}

    def worth(self, units: dict[int, int]) -> int:
        """About what these next units of its lines were paid for."""
        lines = {line.id: line for line in self.lines}
        return sum(
            lines[line].total * (lines[line].refunded + wanted) // lines[line].quantity
            - lines[line].total * lines[line].refunded // lines[line].quantity
            for line, wanted in units.items()
        )


def cases(draw: Draw) -> list[Case]:
    """What may be wanted of such orders, each thing as often of one whose earlier refund failed as of another.

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
    return list(_evenly([*found["pending"], *settled], found["failed"]))


def _evenly(counted: Sequence[Case], failed: Sequence[Case]) -> Iterator[Case]:
    """As many of the one as of the other for everything that is wanted, so that the words for it tell nothing."""
    for wanted in sorted({case.wish.wanted for case in counted}):
        both = [[case for case in side if case.wish.wanted == wanted] for side in (counted, failed)]
        for side in both:
            yield from random.Random(f"evenly|{wanted}").sample(side, min(map(len, both)))


def _wishes(one: _Crushed, known: Sequence[OrderLine]) -> list[Wish]:
    """Different things that may be wanted of an order: no two of the same units, or of the same worth."""
    chance = random.Random(f"wishes|{one.order.id}")
    possible = [wish for wish in _thinkable(one, known) if _plain(one, dict(wish.units))]
    chance.shuffle(possible)
    different: dict[int, Wish] = {}
    for wish in possible:
        different.setdefault(one.worth(dict(wish.units)), wish)
    return list(different.values())[:MOST]


def _thinkable(one: _Crushed, known: Sequence[OrderLine]) -> Iterator[Wish]:
    """The rest of the order, by one article or two of it; that of one or two articles; one unit or more of an article.

    All of an article's units that are left are never spoken of as so many more.
    """
    left = one.left
    said = {line.id: f"{line.title} ({line.variant_title})" for line in known}
    pairs = {(first, other): f"{said[first]} and the {said[other]}" for first, other in pairwise(said)}
    for article in (*said.values(), *(line.title for line in known), *pairs.values()):
        yield Wish(article, ORDER, tuple(left.items()))
    for line, article in said.items():
        if line in left:
            yield Wish(article, LINE, ((line, left[line]),))
        for units in range(1, left.get(line, 0)):
            yield Wish(article, MORE.format(units=units), ((line, units),))
    for (first, other), article in pairs.items():
        if first in left and other in left:
            yield Wish(article, BOTH, ((first, left[first]), (other, left[other])))


def _plain(one: _Crushed, units: dict[int, int]) -> bool:
    """Whether units are wanted, within the limit, and nobody can doubt if shipping goes back with them."""
    worth = one.worth(units)
    goods = sum(each.total for each in one.lines)
    little = one.shipping_left <= 0 or 2 * (one.back + worth) <= goods
    return bool(units) and (units == one.left or little) and worth + one.shipping_left + one.own <= LIMIT


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
