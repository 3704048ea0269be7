"""What becomes of a wish for an address that a colleague changes meanwhile: the page on changing addresses."""

import random

from worlds.engine.task import SOLVABLE, Decision, Situation
from worlds.seeds.phones import phone_of
from worlds.shop.models import SalesOrder

HAND_OVER = "hand_over"
_LETTERS = "CDEFGHJKLM"


def ruling(situation: Situation) -> Decision:
    """Whether the wished second line goes onto the order, beside what a colleague does to its address meanwhile.

    The colleague sees to addresses before parcels are packed: they ring up whoever gave a number, and put on the second
    line where the customer says to deliver; where there is no number, they add the one that the customer mails them.
    `theirs` is that line or None, `phone` that number or None, `stands` the second line that the order has in the end.
    """
    order = situation.session.get_one(SalesOrder, situation.target["sales_order"][0])
    chance = random.Random(f"colleague|{order.id}")
    if order.ship_phone is None:
        phone = phone_of(order.ship_country, chance.randrange(5_000)).e164
        return {"branch": SOLVABLE, "theirs": None, "phone": phone, "stands": situation.facts["line"]}
    theirs = f"Unit {chance.choice(_LETTERS)}-{chance.randrange(100, 999)}"
    return {"branch": HAND_OVER, "theirs": theirs, "phone": None, "stands": theirs}
