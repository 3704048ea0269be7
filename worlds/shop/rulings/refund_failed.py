"""The written rules for a refund that the bank could not pay out: finance tries the card again, or asks `risk`."""

from typing import Final

from sqlalchemy import select

from worlds.engine.task import SOLVABLE, Decision, Situation
from worlds.shop.models import Refund, RefundLine, SalesOrder
from worlds.shop.rulings import money_back

TRIED_AGAIN: Final = 7_500
"""Cents up to which the card is tried once more."""


def rule(situation: Situation) -> Decision:
    """`branch`; of the refund that failed `lines` [line id, units, cents], `shipping`, `amount`, `reason`.

    `refunded` are the cents that go out now, `noted` says whether the order needs a note. What failed counts for
    nothing, so its units are worth what they were worth then.
    """
    session, order_id = situation.session, situation.target["sales_order"][0]
    failed = session.scalars(select(Refund).where(Refund.order_id == order_id, Refund.status == "failed")).one()
    covered = session.scalars(select(RefundLine).where(RefundLine.refund_id == failed.id).order_by(RefundLine.id))
    shares = [money_back.share(session, line.order_line_id, line.quantity) for line in covered]
    amount = failed.shipping_amount + sum(one.amount for one in shares)
    again = amount <= TRIED_AGAIN
    return {
        "branch": SOLVABLE if again else "hand_over",
        "number": session.get_one(SalesOrder, order_id).number,
        "lines": [[one.line_id, one.units, one.amount] for one in shares],
        "shipping": failed.shipping_amount,
        "amount": amount,
        "refunded": amount if again else 0,
        "reason": failed.reason,
        "noted": again and amount > money_back.NOTED_ABOVE,
        "team": "risk",
        "hand_over_reason": "payment_problem",
    }
