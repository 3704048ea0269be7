"""Whether units may leave a location once others have bought there: the rule on moves of the page on stock."""

from sqlalchemy import func, select

from worlds.engine.task import SOLVABLE, Decision, Situation
from worlds.shop.models import InventoryLevel, OrderLine

KEPT_MARKS = 2
"""So many times the reorder mark stays available where units are taken."""


def ruling(situation: Situation) -> Decision:
    """What becomes of a transfer slip, judged on what is available after the sale that comes in between.

    `target` names the level that gives the units first, and the order that is placed again. The decision's `sold`,
    `moved` and `left` are units: what the sale takes, what the slip moves, what is available in the end.
    """
    source, order = situation.target["inventory_level"][0], situation.target["sales_order"][0]
    level = situation.session.get_one(InventoryLevel, source)
    bought = select(func.min(OrderLine.quantity)).where(
        OrderLine.order_id == order, OrderLine.variant_id == level.variant_id
    )
    sold = situation.session.scalars(bought).one()
    wanted = int(situation.facts["units"])
    left = level.available - sold - wanted
    if left < KEPT_MARKS * level.low_at:
        return {"branch": "hand_over", "sold": sold, "moved": 0, "left": level.available - sold}
    return {"branch": SOLVABLE, "sold": sold, "moved": wanted, "left": left}
