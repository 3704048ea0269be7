"""What becomes of a discount above a seller's limit: the page on discounts, the records, and what approvers say.

Who reads only the request cannot know what they say: it is fixed by the quote and the reference, by chance of its own.
"""

from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import Account, Contact, CrmUser, Opportunity, OpportunityContactRole, Product, Quote, QuoteLine
from worlds.engine.task import SOLVABLE, Decision, Situation

REJECTED: Final = "rejected"
ALONE_BP: Final = 2_000
"""Basis points up to which a sales manager decides alone; above it the VP does, and after that finance."""
MOST: Final = 100
QUESTIONS: Final = ("quantity", "closes", "decides", "employees")
"""What approvers ask for: how many of a product, the close date, who decides at the customer's, how many they are."""


class Level(NamedTuple):
    """A step of the approval: its place in the process, and who is asked there."""

    place: int
    user_id: int
    name: str


def levels(session: Session, quote: Quote) -> list[Level]:
    """Who has to approve a quote, one after the other."""
    owner = session.get_one(CrmUser, session.get_one(Opportunity, quote.opportunity_id).owner_id)
    if quote.discount_bp <= ALONE_BP:
        return [_level(1, _above(session, owner, "sales_manager"))]
    finance = session.scalars(select(CrmUser).where(CrmUser.role == "finance", CrmUser.active)).one()
    return [_level(2, _above(session, owner, "vp")), _level(3, finance)]


def _level(place: int, who: CrmUser) -> Level:
    return Level(place, who.id, who.name)


def _above(session: Session, who: CrmUser, role: str) -> CrmUser:
    while who.role != role:
        who = session.get_one(CrmUser, who.manager_id)
    return who


def known(session: Session, quote: Quote) -> dict[str, str]:
    """What the records say to each question that can be asked about a quote; `product` is what `quantity` is about.

    Nobody asks for numbers of more than two digits, which people write down in more than one way.
    """
    deal = session.get_one(Opportunity, quote.opportunity_id)
    account = session.get_one(Account, deal.account_id)
    lines = select(QuoteLine).where(QuoteLine.quote_id == quote.id, QuoteLine.quantity < MOST)
    most = session.scalars(lines.order_by(QuoteLine.quantity.desc(), QuoteLine.id)).first()
    deciders = (
        select(Contact)
        .join(OpportunityContactRole, OpportunityContactRole.contact_id == Contact.id)
        .where(OpportunityContactRole.opportunity_id == deal.id)
        .where(OpportunityContactRole.role.in_(("decision_maker", "economic_buyer")))
    )
    who = session.scalars(deciders).one()
    found = {
        "closes": deal.close_date.isoformat(),
        "decides": f"{who.first_name or ''} {who.last_name}".strip(),
    }
    if account.employees is not None and account.employees < MOST:
        found["employees"] = str(account.employees)
    if most is not None:
        found["quantity"], found["product"] = str(most.quantity), session.get_one(Product, most.product_id).name
    return found


def ruling(situation: Situation) -> Decision:
    """The quote is presented once all have approved; a refusal is respected; what is asked is answered from records.

    `asks` and `rejects` are places among the levels, `fact` is the answer, `total` in minor units of `currency`.
    """
    session = situation.session
    quote = session.get_one(Quote, situation.target["quote"][0])
    reference = situation.facts["reference"]
    digest = sha256(f"discount|{quote.id}|{reference}".encode()).digest()
    asked, facts = levels(session, quote), known(session, quote)
    rejects = None if digest[0] % 2 else digest[1] % len(asked)
    last = len(asked) - 1 if rejects is None else rejects
    questions = [one for one in QUESTIONS if one in facts]
    question = questions[digest[2] % len(questions)]
    decision: dict[str, Any] = {
        "branch": SOLVABLE if rejects is None else REJECTED,
        "levels": [list(one) for one in asked[: last + 1]],
        "asks": digest[3] % (last + 1),
        "rejects": rejects,
        "question": question,
        "fact": facts[question],
        "product": facts.get("product", ""),
        "discount_bp": quote.discount_bp,
        "total": quote.total,
        "currency": quote.currency,
        "quoted": reference,
        "gives": situation.facts["gives"],
    }
    return decision
