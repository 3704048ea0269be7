"""What becomes of a deal that is to have its quote and go on: the pages on stages, on quotes and on amounts."""

from fractions import Fraction
from math import floor
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.days import local_day
from worlds.crm.models import (
    Account,
    Opportunity,
    OpportunityContactRole,
    OpportunityLine,
    PipelineStage,
    PriceBook,
    PriceBookEntry,
)
from worlds.engine.task import SOLVABLE, Decision, Situation

LACKING: Final = "lacking"
LACKS: Final = ("close date", "decision maker", "lines")
"""What a deal may lack on its way to a proposal."""
PROPOSAL: Final = "Proposal/Price Quote"
FROM_HERE: Final = ("Value Proposition", "Id. Decision Makers", "Perception Analysis")
"""Stages from which a proposal is not far; all of them ask for somebody who decides, and the first is on the way."""
_WHOLE: Final = 10_000


def book_of(session: Session, account: Account) -> PriceBook | None:
    """The price book of an account; None where the handbook leaves it open which one that is."""
    if account.kind == "reseller":
        name = "Reseller EUR"
    elif account.segment == "public_sector":
        name = "Public Sector EUR"
    else:
        name = f"Standard {account.currency}"
    found = select(PriceBook).where(PriceBook.name == name, PriceBook.currency == account.currency, PriceBook.active)
    return session.scalars(found).one_or_none()


def offered(session: Session, deal_id: int, book_id: int) -> list[dict[str, int]]:
    """The lines of a deal as a quote by a price book has them; `list_price` and `net` in its minor units.

    Raises:
        LookupError: where the book has no price of a product.
    """
    found = []
    lines = select(OpportunityLine).where(OpportunityLine.opportunity_id == deal_id)
    for one in session.scalars(lines.order_by(OpportunityLine.position, OpportunityLine.id)):
        entry = select(PriceBookEntry.list_price).where(
            PriceBookEntry.price_book_id == book_id, PriceBookEntry.product_id == one.product_id, PriceBookEntry.active
        )
        price = session.scalars(entry).one_or_none()
        if price is None:
            raise LookupError(f"price book {book_id} has no price of product {one.product_id}")
        exact = Fraction(one.quantity * price * (_WHOLE - one.discount_bp), _WHOLE)
        found.append(
            {
                "product_id": one.product_id, "quantity": one.quantity, "list_price": price,
                "discount_bp": one.discount_bp, "net": floor(exact + Fraction(1, 2)),
            }
        )  # fmt: skip
    return found


def lacking(session: Session, deal: Opportunity, today: str) -> list[str]:
    """What of LACKS a deal lacks."""
    stage = session.get_one(PipelineStage, deal.stage_id)
    lines = select(OpportunityLine.id).where(OpportunityLine.opportunity_id == deal.id)
    deciders = select(OpportunityContactRole.id).where(
        OpportunityContactRole.opportunity_id == deal.id,
        OpportunityContactRole.role.in_(("decision_maker", "economic_buyer")),
    )
    found = []
    if str(deal.close_date) < today:
        found.append("close date")
    if stage.name not in FROM_HERE and session.scalars(deciders).first() is None:
        found.append("decision maker")
    if session.scalars(lines).first() is None:
        found.append("lines")
    return found


def ruling(situation: Situation) -> Decision:
    """The quote is made by the account's price book and the deal goes on; what it lacks is asked of its owner.

    `total` is what the quote comes to, in minor units of `currency`.

    Raises:
        LookupError: where the handbook does not say what to do.
    """
    session = situation.session
    deal = session.get_one(Opportunity, situation.target["opportunity"][0])
    lacks = lacking(session, deal, local_day(situation.now).isoformat())
    decision: dict[str, Any] = {"deal": deal.number, "owner": deal.owner_id, "quoted": situation.facts["reference"]}
    if lacks:
        (one,) = lacks
        return {**decision, "branch": LACKING, "lacks": one}
    book = book_of(session, session.get_one(Account, deal.account_id))
    if book is None:
        raise LookupError(f"the handbook leaves open by which price book {deal.number} is quoted")
    lines = offered(session, deal.id, book.id)
    return {
        **decision,
        "branch": SOLVABLE,
        "book": book.id,
        "currency": book.currency,
        "lines": lines,
        "total": sum(one["net"] for one in lines),
    }
