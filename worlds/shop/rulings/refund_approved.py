"""The written rules for a refund that finance was asked to allow: what becomes of the request, and what follows.

Who reads only what was asked cannot know the answer: it is fixed by the line and the units, by chance of its own.
"""

from hashlib import sha256
from typing import Final, NamedTuple

from worlds.engine.task import SOLVABLE, Decision, Situation
from worlds.shop.models import SalesOrder
from worlds.shop.rulings import money_back

LIMIT: Final = 5_000
"""Cents that a support agent may refund on one order without being allowed more."""
_OUTCOMES: Final = ("approved", "less", "less", "denied", "lapsed", "denied", "lapsed", "less")


class Answer(NamedTuple):
    """What finance makes of a request: its last state, how many units it allows, whether the approver is away."""

    state: str
    units: int
    away: bool


def answer_to(line_id: int, units: int) -> Answer:
    """The answer to a request for so many units of an order line."""
    digest = sha256(f"request for approval|{line_id}|{units}".encode()).digest()
    outcome, away = _OUTCOMES[digest[0] % len(_OUTCOMES)], digest[1] % 3 == 0
    if outcome == "less" and units > 1:
        return Answer("approved", 1 + digest[2] % (units - 1), away)
    if outcome in ("approved", "less"):
        return Answer("approved", units, away)
    return Answer(outcome, 0, away)


def rule(situation: Situation) -> Decision:
    """`branch`; of the request `state`, `asked` in cents and `units`; of the refund `amount` and whether it is `noted`.

    What was approved is refunded, no more and no less; what was denied goes to the lead, what has lapsed to finance.
    """
    session = situation.session
    order_id, line_id = situation.target["sales_order"][0], situation.target["order_line"][0]
    wanted = int(situation.facts["units"])
    answer = answer_to(line_id, wanted)
    asked = money_back.share(session, line_id, wanted).amount
    decided = {
        "number": session.get_one(SalesOrder, order_id).number,
        "state": answer.state,
        "away": answer.away,
        "asked": asked,
        "units": answer.units,
    }
    if answer.state == "approved":
        amount = money_back.share(session, line_id, answer.units).amount
        return {
            **decided,
            "branch": SOLVABLE,
            "amount": amount,
            "reason": "missing_item",
            "noted": amount > money_back.NOTED_ABOVE,
        }
    team, reason = ("support_lead", "outside_policy") if answer.state == "denied" else ("finance", "approval_needed")
    return {**decided, "branch": "hand_over", "amount": asked, "team": team, "hand_over_reason": reason}
