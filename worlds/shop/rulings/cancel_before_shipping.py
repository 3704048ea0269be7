"""The written rules for somebody who wants an unshipped order cancelled: cancel and release, or hand it over."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.engine.task import SOLVABLE, Decision, Situation
from worlds.shop.models import Allocation, Customer, InventoryLevel, OrderLine, Payment, SalesOrder

STORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": (
        "I found one just like it in the attic",
        "I have changed my mind and can do without",
        "we are moving house and have no room for it",
        "it was meant as a present and I have thought of something nicer",
    ),
    "stock": (
        "you wrote to me that what was set aside for it is broken and that you have no other",
        "your warehouse tells me that the goods are lost and cannot be delivered",
        "your shop rang to say that it is discontinued and will not be delivered after all",
    ),
    "staff_error": (
        "your colleague took it down twice when I ordered by telephone",
        "your colleague entered it wrongly, I had asked for something quite different",
        "somebody at your place typed it in twice and I only ordered the other one",
    ),
}
"""What people say led to it, under the code that the page has for it."""
KEPT_OUT: Final = ("stock",)
"""The codes for which the units do not go back: there is nothing that could be sold."""


def rule(situation: Situation) -> Decision:
    """`branch`, and of the cancellation: what is `released` and `refunded` in cents, `reason`, `restock` and `stock`.

    Nothing was captured of these orders, so all that was reserved is released and nothing refunded; the units go back
    unless it was for them that we cannot deliver. Only the order's own address and its account's holder may ask; for
    anybody else the order stays as it is and support's lead gets it. `stock` lists the [level id, units] set free.
    """
    session, order_id = situation.session, situation.target["sales_order"][0]
    order = session.get_one(SalesOrder, order_id)
    may = _asker(situation.facts["email"]) in _askers(session, order)
    reason = next(code for code, stories in STORIES.items() if situation.facts["story"] in stories)
    held = select(func.sum(Payment.amount)).where(Payment.order_id == order_id, Payment.status == "authorized")
    return {
        "branch": SOLVABLE if may else "hand_over",
        "number": order.number,
        "reason": reason,
        "restock": reason not in KEPT_OUT,
        "released": int(session.execute(held).scalar_one()) if may else 0,
        "refunded": 0,
        "stock": _waiting(session, order_id) if may else [],
        "team": "support_lead",
        "hand_over_reason": "outside_policy",
    }


def _asker(address: str) -> str:
    return address.strip().casefold()


def _askers(session: Session, order: SalesOrder) -> set[str]:
    addresses = {_asker(order.email)}
    if order.customer_id is not None:
        addresses.add(_asker(session.get_one(Customer, order.customer_id).email))
    return addresses


def _waiting(session: Session, order_id: int) -> list[list[int]]:
    """The inventory levels at which units wait for an order, with how many wait there."""
    here = (InventoryLevel.variant_id == Allocation.variant_id) & (InventoryLevel.location_id == Allocation.location_id)
    found = (
        select(InventoryLevel.id, func.sum(Allocation.quantity))
        .select_from(Allocation)
        .join(OrderLine, OrderLine.id == Allocation.order_line_id)
        .join(InventoryLevel, here)
        .where(OrderLine.order_id == order_id, Allocation.quantity > 0)
        .group_by(InventoryLevel.id)
        .order_by(InventoryLevel.id)
    )
    return [[level, int(units)] for level, units in session.execute(found)]
