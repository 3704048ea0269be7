"""Who may be told of an order: the page *Who is asking*, two of three that agree."""

import re
from itertools import pairwise
from typing import Final

from sqlalchemy import select

from worlds.desk.models import Comment, ShopOrder, ShopParcel, Ticket, UserIdentity
from worlds.engine.folding import fold
from worlds.engine.task import SOLVABLE, Decision, Situation

ASK: Final = "ask"
_ENOUGH: Final = 2
_ORDER: Final = re.compile(r"\bLK-\d{5}\b")


def ruling(situation: Situation) -> Decision:
    """Address, order number and postcode are held against the order that is named; two of them have to agree.

    Carrier and tracking number are what may be told then; day, address, postcode and total are told to nobody here.
    """
    session = situation.session
    ticket = session.get_one(Ticket, situation.target["ticket"][0])
    said = session.scalars(
        select(Comment.body).where(Comment.ticket_id == ticket.id, Comment.author_role == "end_user", Comment.public)
    ).all()
    words = "\n".join((ticket.subject, *said))
    (number,) = set(_ORDER.findall(words))
    order = session.scalars(select(ShopOrder).where(ShopOrder.number == number)).one()
    (parcel,) = session.scalars(select(ShopParcel).where(ShopParcel.order_id == order.id)).all()
    address = session.scalars(
        select(UserIdentity.norm).where(
            UserIdentity.user_id == ticket.requester_id, UserIdentity.kind == "email", UserIdentity.is_primary
        )
    ).one()
    agree = [address == fold(order.email), True, _names(words, order.postal_code)]
    return {
        "branch": SOLVABLE if sum(agree) >= _ENOUGH else ASK,
        "order": number,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "expected": parcel.expected_on.isoformat() if parcel.expected_on else None,
        "email": order.email,
        "postal_code": order.postal_code,
        "total": order.total,
        "language": ticket.language,
        "quoted": situation.facts["reference"],
    }


def _names(words: str, code: str) -> bool:
    """Whether a postcode stands in a text, as one word or as two; case and spaces do not count."""
    wanted = fold(code).replace(" ", "")
    found = re.findall(r"[^\s.,;:!?()]+", fold(words))
    return wanted in found or any(first + then == wanted for first, then in pairwise(found))
