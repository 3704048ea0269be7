"""Whether a return that was asked for on some day may be opened, is handed over, or is declined."""

from typing import Any

from worlds.engine.task import Situation
from worlds.shop.models import SalesOrder
from worlds.shop.rulings.sending_back import exceptions, last_days, spoken, way_for


def rule(situation: Situation) -> dict[str, Any]:
    """The right way for one line of an order, its last day, and the day that counts (policy: return-handling, returns).

    `branch` is "solvable" where the return is opened, else "hand_over" or "decline".
    """
    (order_id,), (line_id,) = situation.target["sales_order"], situation.target["order_line"]
    order = situation.session.get_one(SalesOrder, order_id)
    if order.customer_id is None:
        raise ValueError(f"Order {order.number} is a guest's, of whom nobody knows what exceptions they had.")
    until = last_days(situation.session, [line_id])[line_id]
    asked = spoken(situation.facts["asked"])
    had = exceptions(situation.session, order.customer_id)
    return {
        "branch": way_for(asked, until, had),
        "last_day": until.isoformat(),
        "asked_on": asked.isoformat(),
        "reason": "changed_mind",
    }
