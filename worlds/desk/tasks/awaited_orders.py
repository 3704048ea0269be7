"""People who wait for one of several orders: their tickets, what they can tell, and what asking them leaves behind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.desk.models import (
    Comment,
    DeskUser,
    FieldValue,
    ShopOrder,
    ShopParcel,
    Ticket,
    TicketField,
    TicketLink,
    UserIdentity,
)
from worlds.desk.rulings.ask_and_continue import ruling
from worlds.desk.tasks.casework import language_of
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
ASKED: Final = {
    "en": "Thank you for writing. Which order is it about? Please send us its number; it begins with LK- and stands at "
    "the top of the confirmation.",
    "nl": "Dank voor uw bericht. Om welke bestelling gaat het? Stuurt u ons het bestelnummer; dat begint met LK- en "
    "staat boven aan de bevestiging.",
    "de": "Danke für Ihre Nachricht. Um welche Bestellung geht es? Bitte nennen Sie uns die Bestellnummer; sie beginnt "
    "mit LK- und steht oben in der Bestätigung.",
    "fr": "Merci de votre message. De quelle commande s'agit-il ? Merci de nous envoyer le numéro de commande ; il "
    "commence par LK- et figure en haut de la confirmation.",
}
"""How they are asked for the number of their order."""
ASKED_AGAIN: Final = {
    "en": "Thank you. We cannot speak about the order yet. Please look at the confirmation once more and send us the "
    "order number as it stands there.",
    "nl": "Dank u. We kunnen nog niets over de bestelling zeggen. Kijkt u nog eens in de bevestiging, en stuurt u ons "
    "het bestelnummer zoals het daar staat?",
    "de": "Danke. Zu der Bestellung können wir noch nichts sagen. Bitte sehen Sie noch einmal in der Bestätigung nach "
    "und nennen Sie uns die Bestellnummer, wie sie dort steht.",
    "fr": "Merci. Nous ne pouvons encore rien dire de la commande. Veuillez relire la confirmation et nous envoyer le "
    "numéro de commande tel qu'il y figure.",
}
"""How they are asked once more, where the number that they gave is not theirs."""
BESIDE: Final = {
    "en": " Please tell us the postcode as well.",
    "nl": " Wilt u ook de postcode noemen?",
    "de": " Bitte nennen Sie auch die Postleitzahl.",
    "fr": " Merci d'indiquer aussi le code postal.",
}
_LATE: Final = timedelta(days=5)
"""Less than what is traced, whatever days are free."""
_NUMBER: Final = re.compile(r"\bLK-\d{5}\b")


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
    agents = {
        one.id: Actor("agent", one.id, one.name)
        for one in session.scalars(select(DeskUser).where(DeskUser.role == "agent", DeskUser.suspended.is_(False)))
        if one.away_until is None
    }
    busy = _more_than_one(session)
    found = []
    for ticket, name in session.execute(_OPEN).tuples():
        actor = agents.get(ticket.assignee_id or 0)
        if actor is not None and ticket.requester_id not in busy and _is_plain(draw, ticket):
            target, facts = {"ticket": [ticket.id]}, {"reference": ""}
            branch = ruling(Situation(session, draw.now, target, facts))["branch"]
            found.append(Case(branch, ticket.id, ticket.number, name, actor))
    return found


_HELD = (
    select(FieldValue.ticket_id)
    .join(TicketField, TicketField.id == FieldValue.field_id)
    .where(TicketField.name == "order_number", FieldValue.value != "")
)
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
        Ticket.id.not_in(_HELD),
        Ticket.id.not_in(_LINKED),
    )
    .order_by(Ticket.id)
)


def _more_than_one(session: Session) -> set[int]:
    """Requesters with more than one unsolved ticket."""
    unsolved = select(Ticket.requester_id).where(Ticket.status.in_(("new", "open", "pending", "hold")))
    often = unsolved.group_by(Ticket.requester_id).having(func.count() > 1)
    return set(session.scalars(often))


def _is_plain(draw: Draw, ticket: Ticket) -> bool:
    """Whether nobody has answered, no colleague names an order, and two orders of theirs are late and no more."""
    session = draw.session
    said = session.scalars(select(Comment).where(Comment.ticket_id == ticket.id)).all()
    theirs = [one.body for one in said if one.author_role == "end_user"]
    answered_already = any(one.public and not one.automatic and one.author_role != "end_user" for one in said)
    leaked = any(_NUMBER.search(one.body) for one in said if one.author_role != "end_user")
    if len(theirs) != 1 or answered_already or leaked or language_of(theirs[0]) != ticket.language:
        return False
    named = set(_NUMBER.findall(theirs[0]))
    orders = _waiting(session, ticket.requester_id)
    return len(orders) > 1 and named <= orders.keys() and all(_is_late(draw, parcels) for parcels in orders.values())


def _waiting(session: Session, requester_id: int) -> dict[str, list[ShopParcel]]:
    """All parcels of somebody's orders of which one has not come, by the order's number."""
    address = select(UserIdentity.norm).where(
        UserIdentity.user_id == requester_id, UserIdentity.kind == "email", UserIdentity.is_primary
    )
    norm = session.scalars(address).first() or ""
    rows = session.execute(
        select(ShopOrder.number, ShopParcel)
        .join(ShopParcel, ShopParcel.order_id == ShopOrder.id)
        .where(ShopOrder.email.ilike(norm))
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


def filled(session: Session, ticket_id: int, number: str) -> Effect:
    """The order's number stands in its field."""
    field = session.scalars(select(TicketField.id).where(TicketField.name == "order_number")).one()
    return Effect(
        "order-number", "field_value", "insert", where={"ticket_id": ticket_id, "field_id": field},
        set={"value": number}, words=f"The order number field holds {number}",
    )  # fmt: skip
