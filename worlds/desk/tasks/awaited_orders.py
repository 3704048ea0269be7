"""People who wait for one of several orders: their tickets, and what they tell once they are asked which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.desk.models import Comment, DeskUser, ShopOrder, ShopParcel, Ticket, TicketLink
from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.rulings.ask_and_continue import ruling
from worlds.desk.tasks.casework import address_of, language_of, orders_in
from worlds.desk.tasks.crew import agents_at_work
from worlds.desk.tasks.ticket_fields import held
from worlds.engine.context import Actor
from worlds.engine.people.facts import Fact
from worlds.engine.task import Draw, Situation
from worlds.graders.effects import Effect
from worlds.graders.predicates import mentions
from worlds.graders.typed import record

_ORDER_WORDS: Final = (
    "order", "bestel", "bestell", "commande", "lk-", "ordernummer", "bestelnummer", "bestellnummer",
)  # fmt: skip
_POSTCODE_WORDS: Final = ("postcode", "postal code", "zip", "postleitzahl", "plz", "code postal")
_SPOKEN: Final = {
    "en": ("order number", "postcode"),
    "nl": ("bestelnummer", "postcode"),
    "de": ("Bestellnummer", "Postleitzahl"),
    "fr": ("numéro de commande", "code postal"),
}
_LATE: Final = timedelta(days=5)
"""Less than what is traced, whatever days are free."""


@dataclass(frozen=True, slots=True)
class Case:
    """An open ticket of somebody with orders on the way; `branch` says whether they have named theirs."""

    branch: str
    ticket_id: int
    number: int
    requester: str
    actor: Actor


def cases(draw: Draw) -> list[Case]:
    """Tickets without an order number, of people who have two orders or more on the way, each in one parcel."""
    session = draw.session
    agents, busy, known = agents_at_work(session), _more_than_one(session), held(session, "order_number")
    found = []
    for ticket, name in session.execute(_OPEN).tuples():
        actor = agents.get(ticket.assignee_id or 0)
        alone = ticket.id not in known and ticket.requester_id not in busy
        if actor is not None and alone and _is_plain(draw, ticket):
            target, facts = {"ticket": [ticket.id]}, {"reference": ""}
            branch = ruling(Situation(session, draw.now, target, facts))["branch"]
            found.append(Case(branch, ticket.id, ticket.number, name, actor))
    return found


_LINKED = select(TicketLink.ticket_id).union(select(TicketLink.other_id))
_OPEN = (
    select(Ticket, DeskUser.name)
    .join(DeskUser, DeskUser.id == Ticket.requester_id)
    .where(
        Ticket.status == "open",
        Ticket.topic == "wismo",
        ~Ticket.spam,
        Ticket.type != "problem",
        Ticket.problem_id.is_(None),
        Ticket.follow_up_of_id.is_(None),
        Ticket.id.not_in(_LINKED),
    )
    .order_by(Ticket.id)
)


def _more_than_one(session: Session) -> set[int]:
    """Requesters with more than one unsolved ticket."""
    unsolved = select(Ticket.requester_id).where(Ticket.status.in_(UNSOLVED))
    often = unsolved.group_by(Ticket.requester_id).having(func.count() > 1)
    return set(session.scalars(often))


def _is_plain(draw: Draw, ticket: Ticket) -> bool:
    """Whether nobody has answered, no colleague names an order, and two orders of theirs are late and no more."""
    session = draw.session
    said = session.scalars(select(Comment).where(Comment.ticket_id == ticket.id)).all()
    theirs = [one.body for one in said if one.author_role == "end_user"]
    answered_already = any(one.public and not one.automatic and one.author_role != "end_user" for one in said)
    leaked = any(orders_in(one.body) for one in said if one.author_role != "end_user")
    if len(theirs) != 1 or answered_already or leaked or language_of(theirs[0]) != ticket.language:
        return False
    orders = _waiting(session, ticket.requester_id)
    late = all(_is_late(draw, parcels) for parcels in orders.values())
    return len(orders) > 1 and orders_in(theirs[0]) <= orders.keys() and late


def _waiting(session: Session, requester_id: int) -> dict[str, list[ShopParcel]]:
    """All parcels of somebody's orders of which one has not come, by the order's number."""
    rows = session.execute(
        select(ShopOrder.number, ShopParcel)
        .join(ShopParcel, ShopParcel.order_id == ShopOrder.id)
        .where(ShopOrder.email.ilike(address_of(session, requester_id)))
        .order_by(ShopParcel.id)
    )
    found: dict[str, list[ShopParcel]] = {}
    for number, parcel in rows.tuples():
        found.setdefault(number, []).append(parcel)
    return {number: all_of for number, all_of in found.items() if any(one.delivered_at is None for one in all_of)}


def _is_late(draw: Draw, parcels: list[ShopParcel]) -> bool:
    """Whether an order is in one parcel that is late but need not be traced."""
    expected = parcels[0].expected_on
    return len(parcels) == 1 and expected is not None and draw.now.date() - expected < _LATE


def sheet(session: Session, decision: Mapping[str, Any]) -> list[Fact]:
    """What they tell if they are asked: the order's number, by mistake another one first, and its postcode."""
    order = session.scalars(select(ShopOrder).where(ShopOrder.number == decision["order"])).one()
    number, code = _SPOKEN[decision["language"]]
    return [
        Fact("order_number", order.number, _ORDER_WORDS, wrong=decision["slip"], spoken=number),
        Fact("postcode", order.postal_code, _POSTCODE_WORDS, spoken=code),
    ]


# -- what is left behind ------------------------------------------------------------------------------------------


def answered(ticket_id: int, number: str, name: str) -> Effect:
    """The requester names an order on the ticket."""
    return Effect(
        name, "comment", "insert", where={"ticket_id": ticket_id, "public": True, "author_role": "end_user"},
        set={"body": mentions(record(number)), "via": "email"}, by="person:customer",
        words=f"The requester names order {number}",
    )  # fmt: skip
