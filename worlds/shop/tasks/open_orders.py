"""Which orders `cancel-before-shipping` is about: open ones, once for each reason and for whoever asks."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, exists, func, select

from worlds.engine.task import SOLVABLE, Draw
from worlds.shop.models import Escalation, OrderLine, Payment, SalesOrder, ShippingLabel, TimelineEvent
from worlds.shop.rulings.cancel_before_shipping import STORIES

DEAR = 50_000
"""Cents: orders above this may concern the people of risk (policy: privacy)."""

OTHERS = 4
"""For each story of an order, one of so many people may tell it though the order is not theirs."""


@dataclass(frozen=True, slots=True)
class Case:
    """An order of which nothing was shipped or captured, what it is called, what led to it, and who may ask for it."""

    order_id: int
    number: str
    payment_id: int
    article: str
    story: str
    askers: tuple[str, ...]
    branch: str


def cases(draw: Draw) -> list[Case]:
    """Each open order once for each reason, told by its customer or by others who know the number."""
    orders: dict[int, list[Row[Any]]] = {}
    for row in draw.session.execute(_OPEN).all():
        orders.setdefault(row.id, []).append(row)
    askers = [lines[0] for lines in orders.values()]
    listed = []
    for order_id, lines in orders.items():
        row, chance = lines[0], random.Random(f"stories|{order_id}")
        strangers = _others(row, askers)
        for place, stories in enumerate(STORIES.values()):
            article, story = chance.choice(_called(lines)), chance.choice(stories)
            own = Case(order_id, row.number, row.payment_id, article, story, (row.email.strip(),), SOLVABLE)
            listed += [own, replace(own, askers=strangers[place :: len(STORIES)], branch="hand_over")]
    return listed


def _called(lines: Sequence[Row[Any]]) -> tuple[str, ...]:
    """An order by one of its articles, with or without its variant or its units, or by two that stand together."""
    plain = [line.title for line in lines]
    exact = [f"{line.title} ({line.variant_title})" for line in lines]
    many = [f"{line.quantity} × {line.title}" for line in lines if line.quantity > 1]
    pairs = (f"{one} and the {other}" for one, other in pairwise(plain))
    return tuple(dict.fromkeys((*plain, *exact, *many, *pairs)))


def _others(order: Row[Any], askers: Sequence[Row[Any]]) -> tuple[str, ...]:
    """Addresses of other people with an open order: in other requests these very addresses are the right ones."""
    others = {
        one.email.strip(): one
        for one in askers
        if one.email_norm != order.email_norm and one.ship_name.strip().lower() != order.ship_name.strip().lower()
    }
    return tuple(random.Random(f"others|{order.id}").sample(sorted(others), min(OTHERS * len(STORIES), len(others))))


_ONE_PAYMENT = select(Payment.order_id).group_by(Payment.order_id).having(func.count() == 1)
_SCANNED = exists().where(ShippingLabel.order_id == SalesOrder.id, ShippingLabel.status == "scanned")
_MOVED = exists().where(TimelineEvent.order_id == SalesOrder.id, TimelineEvent.kind == "address_changed")
_OPEN = (
    select(
        SalesOrder.id,
        SalesOrder.number,
        SalesOrder.email,
        SalesOrder.email_norm,
        Payment.id.label("payment_id"),
        OrderLine.title,
        OrderLine.variant_title,
        OrderLine.quantity,
        SalesOrder.ship_name,
    )
    .join(Payment, Payment.order_id == SalesOrder.id)
    .join(OrderLine, OrderLine.order_id == SalesOrder.id)
    .where(
        SalesOrder.financial_status == "authorized",
        SalesOrder.fulfilment_status == "unfulfilled",
        SalesOrder.cancelled_at.is_(None),
        SalesOrder.id.in_(_ONE_PAYMENT),
        SalesOrder.tags.not_like("%hold%"),
        SalesOrder.total <= DEAR,
        ~(_MOVED & (SalesOrder.shipping_method == "express")),
        ~_SCANNED,
        ~exists().where(Escalation.order_id == SalesOrder.id),
    )
    .order_by(SalesOrder.id, OrderLine.id)
)
