"""What becomes of a wrong quantity: the pages on amounts and on quotes, what a customer has accepted."""

from fractions import Fraction
from math import floor
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import Opportunity, OpportunityLine, Quote
from worlds.engine.task import SOLVABLE, Decision, Situation

ACCEPTED: Final = "accepted"
_WHOLE: Final = 10_000


def ruling(situation: Situation) -> Decision:
    """The line is corrected; where the customer has accepted a quote of the deal, nothing is changed any more.

    `amount` is what the deal is worth before anybody acts, in minor units.
    """
    session = situation.session
    line = session.get_one(OpportunityLine, situation.target["opportunity_line"][0])
    deal = session.get_one(Opportunity, line.opportunity_id)
    accepted = session.scalars(select(Quote.id).where(Quote.opportunity_id == deal.id, Quote.status == "accepted"))
    return {
        "branch": ACCEPTED if accepted.first() is not None else SOLVABLE,
        "line": line.id,
        "deal": deal.number,
        "amount": deal.amount,
        "currency": deal.currency,
        "quoted": situation.facts["reference"],
    }


def worth(session: Session, line_id: int, quantity: int) -> int:
    """What a deal comes to, in minor units, with another quantity of a line: half a cent up, then added."""
    line = session.get_one(OpportunityLine, line_id)
    others = session.scalars(
        select(OpportunityLine.net).where(
            OpportunityLine.opportunity_id == line.opportunity_id, OpportunityLine.id != line_id
        )
    )
    exact = Fraction(quantity * line.list_price * (_WHOLE - line.discount_bp), _WHOLE)
    return floor(exact + Fraction(1, 2)) + sum(others)
