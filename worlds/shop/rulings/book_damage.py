"""What a list of broken units comes to: each line moved to damaged, by the page on stock."""

import re

from worlds.engine.task import Decision, Situation
from worlds.shop.models import InventoryLevel

LINE = re.compile(r"(\d+) × (\S+?)(?:;|$)")


def rule(situation: Situation) -> Decision:
    """`broken`: units by line of the list, in the order of the target's levels; `left`: what stays available of one.

    Damaged units are moved to damaged, whatever it takes until the system lets the work through.
    """
    session, facts = situation.session, situation.facts
    listed = LINE.findall(facts["lines"])
    levels = [session.get_one(InventoryLevel, level) for level in situation.target["inventory_level"]]
    broken = [int(units) for units, _ in listed]
    asked = [sku for _, sku in listed].index(facts["asked"])
    return {"broken": broken, "left": levels[asked].available - broken[asked]}
