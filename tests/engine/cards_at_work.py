"""Episodes of the cards in which Ann is at work on them too."""

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule


def meanwhile(card_id=3, **changes):
    """An episode in which Ann changes a card right after it was first read."""
    ann = {"who": "Ann", "operation": "colleague_updates", "arguments": {"card_id": card_id, **changes}}
    rules = (Rule(fault="F17", operations=("get_card",), params=ann),)
    return worlds.open("rolodex", role="clerk", faults=FaultPlan(rules=rules))


def read(episode, card_id=3):
    """A card as it is."""
    return episode.call("get_card", {"card_id": card_id}).body
