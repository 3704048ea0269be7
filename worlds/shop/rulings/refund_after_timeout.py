"""The written rules for a refund whose answer does not come: it is made once, whatever became of the first attempt."""

from worlds.engine.task import Decision, Situation
from worlds.shop.rulings import money_back


def rule(situation: Situation) -> Decision:
    """Of the one refund `amount` in cents, `units`, `reason`, `shipping`, whether it is `noted`.

    That an answer got lost changes nothing of what is right. The family leaves out orders on which the limit matters.
    """
    line_id = situation.target["order_line"][0]
    part = money_back.share(situation.session, line_id, int(situation.facts["units"]))
    return {
        "amount": part.amount,
        "units": part.units,
        "reason": "missing_item",
        "shipping": 0,
        "noted": part.amount > money_back.NOTED_ABOVE,
    }
