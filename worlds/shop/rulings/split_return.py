"""Which of the articles that a customer wants to send back may come back, and under which reason."""

from typing import Any

from sqlalchemy import select

from worlds.engine.task import Situation
from worlds.shop.models import OrderLine
from worlds.shop.rulings.sending_back import last_days, spoken

_LOOKS = ("picture", "photo", "website")
"""Words by which a customer says that the goods are not what the product page shows."""


def rule(situation: Situation) -> dict[str, Any]:
    """Which lines come back and which stay, the day that counts and the true reason (policy: return-handling, returns).

    Raises:
        ValueError: where something was asked for too late, or nothing may come back; this family is not about that.
    """
    lines = list(situation.target["order_line"])
    sold_so = select(OrderLine.id).where(OrderLine.id.in_(lines), OrderLine.final_sale)
    final = sorted(situation.session.scalars(sold_so))
    asked = spoken(situation.facts["asked"])
    accepted = [line for line in lines if line not in final]
    until = last_days(situation.session, lines)
    if not accepted or any(until[line] < asked for line in accepted):
        raise ValueError(f"Of the lines {lines} one was asked for too late, or none may come back.")
    looks = any(word in situation.facts["why"] for word in _LOOKS)
    return {
        "branch": "solvable",
        "accepted": accepted,
        "refused": final,
        "asked_on": asked.isoformat(),
        "reason": "not_as_described" if looks else "changed_mind",
    }
