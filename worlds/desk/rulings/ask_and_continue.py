"""For which order somebody waits, and whether they have said it: the pages on identity, statuses and parcels.

Whoever asks from the address of the order proves who they are by its number, which they have to name themselves. Those
who have not named it mean one of their orders that have not come; which of them only they can tell.
"""

import re
from collections.abc import Collection
from hashlib import sha256
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk.models import Attachment, Comment, ShopOrder, ShopParcel, Ticket, UserIdentity
from worlds.engine.task import SOLVABLE, Decision, Situation

ASK: Final = "ask"
_NUMBER: Final = re.compile(r"\bLK-\d{5}\b")
_SLIPS: Final = 3
"""One in so many gives a wrong number first."""


def ruling(situation: Situation) -> Decision:
    """Whoever has named their order is told where it is; whoever has not is asked first.

    `others` are the numbers of their other orders on the way, each with that of its parcel; `slip` is the number that
    they give by mistake before they give the right one, empty where they do not.
    """
    session = situation.session
    ticket = session.get_one(Ticket, situation.target["ticket"][0])
    waiting = _waiting(session, ticket.requester_id)
    named = sorted(set(_NUMBER.findall(_told(session, ticket))) & waiting.keys())
    digest = sha256(f"meant|{ticket.number}".encode()).digest()
    number = named[0] if named else sorted(waiting)[digest[0] % len(waiting)]
    parcel = waiting[number]
    return {
        "branch": SOLVABLE if named else ASK,
        "order": number,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "expected": parcel.expected_on and parcel.expected_on.isoformat(),
        "others": {other: waiting[other].tracking_number for other in sorted(waiting) if other != number},
        "slip": "" if named or digest[1] % _SLIPS else _mistaken(session, number, waiting.keys()),
        "language": ticket.language,
        "today": situation.now.date().isoformat(),
        "quoted": situation.facts["reference"],
    }


def _told(session: Session, ticket: Ticket) -> str:
    """All that the requester has written, files included."""
    said = session.scalars(select(Comment).where(Comment.ticket_id == ticket.id, Comment.author_role == "end_user"))
    comments = {one.id: one.body for one in said}
    files = select(Attachment.content).where(Attachment.comment_id.in_(comments)).order_by(Attachment.id)
    return "\n".join([ticket.subject, *comments.values(), *session.scalars(files)])


def _waiting(session: Session, requester_id: int) -> dict[str, ShopParcel]:
    """The parcels that are under way to somebody, by their orders' numbers."""
    address = select(UserIdentity.norm).where(UserIdentity.user_id == requester_id, UserIdentity.kind == "email")
    norm = session.scalars(address.where(UserIdentity.is_primary)).one()
    rows = session.execute(
        select(ShopOrder, ShopParcel)
        .join(ShopParcel, ShopParcel.order_id == ShopOrder.id)
        .where(ShopParcel.delivered_at.is_(None), ShopOrder.email.ilike(norm))
        .order_by(ShopOrder.id)
    )
    return {order.number: parcel for order, parcel in rows.tuples()}


def _mistaken(session: Session, number: str, own: Collection[str]) -> str:
    """The number of somebody else's order that is easily taken for this one: two digits stand in each other's place."""
    swapped = (number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in (6, 5, 4))
    near = (f"LK-{int(number[3:]) + step}" for step in (-1, 1, -10, 10))
    for other in (*swapped, *near):
        if other not in own and session.scalars(select(ShopOrder.id).where(ShopOrder.number == other)).first():
            return other
    return ""
