"""What is right when a customer wants a parcel sent elsewhere after its label was bought (labels, address-changes)."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.engine.task import Situation
from worlds.shop.days import local_day
from worlds.shop.models import OrderLine, SalesOrder, ShippingLabel, Variant

TAKEN_BACK: Final = timedelta(days=14)
SUSPICIOUS: Final = 25_000
"""Cents: an order above this that moves to another town on the day of payment goes to risk first."""
HEAVY: Final = 15_000
BY_COUNTRY: Final = {"NL": "PostNL", "BE": "PostNL", "DE": "DHL", "AT": "DHL", "FR": "DPD", "LU": "DPD"}


def rule(situation: Situation) -> dict[str, Any]:
    """`solvable` with the new label's carrier and service, or `hand_over` with team and reason.

    `voided` is the live label, `tracking` its number.
    """
    session = situation.session
    order = session.get_one(SalesOrder, situation.target["sales_order"][0])
    live = select(ShippingLabel).where(
        ShippingLabel.order_id == order.id, ShippingLabel.status.in_(("bought", "scanned"))
    )
    label = session.scalars(live).one()
    known = {"label": label.id, "tracking": label.tracking_number}
    moves = situation.facts["town"] != order.ship_city
    if order.total > SUSPICIOUS and moves and local_day(order.placed_at) == local_day(situation.now):
        return {"branch": "suspicious", "team": "risk", "reason": "suspected_fraud", **known}
    if label.status == "scanned" or label.bought_at + TAKEN_BACK <= situation.now:
        return {"branch": "hand_over", "team": "operations", "reason": "carrier_claim", **known}
    return {
        "branch": "solvable",
        "reason": "address_changed",
        "carrier": carrier_by_table(
            session, order, to_company="company" in situation.facts or bool(order.ship_company)
        ),
        "service": order.shipping_method,
        **known,
    }


def carrier_by_table(session: Session, order: SalesOrder, *, to_company: bool) -> str:
    """The first line of the table on the page about labels that fits."""
    grams = (
        select(func.sum(Variant.weight * (OrderLine.quantity - OrderLine.cancelled)))
        .join(OrderLine, OrderLine.variant_id == Variant.id)
        .where(OrderLine.order_id == order.id)
    )
    if (session.scalar(grams) or 0) > HEAVY:
        return "GLS"
    if to_company or order.ship_country == "IE":
        return "UPS"
    return "DHL" if order.shipping_method == "express" else BY_COUNTRY[order.ship_country]
