"""Which tickets belong to a problem: the page on problems and incidents."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.desk.models import (
    Comment,
    FieldValue,
    ShopOrder,
    ShopOrderLine,
    ShopParcel,
    Ticket,
    TicketField,
    UserIdentity,
)
from worlds.desk.population.problems import FLAWS
from worlds.engine.task import SOLVABLE, Decision, Situation

NONE: Final = "none"
_STANDS: Final = re.compile(r"parcels stand still at the depot in (.+)$")
_ORDER: Final = re.compile(r"\bLK-\d{5}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a problem is about: a carrier's depot, or an article and the ways in which people say its flaw.

    It shows since `began`.
    """

    carrier: str
    depot: str
    article: str
    flaws: tuple[str, ...]
    began: datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """What somebody writes of, and when, and what the named orders are: the carriers of the parcels, the articles.

    `own` says that there are such orders, and that all of them were placed from addresses of the one who writes.
    """

    at: datetime
    topic: str | None
    own: bool
    words: str
    carriers: frozenset[str]
    articles: frozenset[str]


def ruling(situation: Situation) -> Decision:
    """The tickets that show the problem's own fault, and how many incidents it has once they are linked.

    The first ticket of the target is the problem, the others are those that were put to it.
    """
    session, (problem_id, *named) = situation.session, situation.target["ticket"]
    fault = fault_of(session, session.get_one(Ticket, problem_id))
    belong = [one for one in named if shows(fault, hit_by(session, one))]
    known = session.scalar(select(func.count()).where(Ticket.problem_id == problem_id)) or 0
    return {
        "branch": SOLVABLE if belong else NONE,
        "belong": belong,
        "incidents": known + len(belong),
        "quoted": situation.facts["reference"],
    }


def fault_of(session: Session, problem: Ticket) -> Fault:
    """What a problem is about."""
    held = dict(
        session.execute(
            select(TicketField.name, FieldValue.value)
            .join(TicketField, TicketField.id == FieldValue.field_id)
            .where(FieldValue.ticket_id == problem.id)
        )
        .tuples()
        .all()
    )
    depot = _STANDS.search(problem.subject)
    known = next((at for at, flaw in enumerate(FLAWS["en"]) if problem.subject.endswith(flaw)), None)
    flaws = () if known is None else tuple(FLAWS[language][known] for language in sorted(FLAWS))
    carrier, article = held.get("carrier", ""), held.get("product", "")
    return Fault(carrier, depot[1] if depot else "", article, flaws, problem.created_at)


def hit_by(session: Session, ticket_id: int) -> Hit:
    """What a ticket's requester writes, with the orders that are named there or in its field."""
    said = session.scalars(
        select(Comment.body).where(Comment.ticket_id == ticket_id, Comment.author_role == "end_user", Comment.public)
    ).all()
    field = (
        select(FieldValue.value)
        .join(TicketField, TicketField.id == FieldValue.field_id)
        .where(FieldValue.ticket_id == ticket_id, TicketField.name == "order_number")
    )
    ticket = session.get_one(Ticket, ticket_id)
    words = "\n".join((ticket.subject, *said))
    numbers = {one.upper() for one in _ORDER.findall("\n".join((words, *session.scalars(field))))}
    orders = session.scalars(select(ShopOrder).where(ShopOrder.number.in_(sorted(numbers)))).all()
    ids = [one.id for one in orders]
    carriers = session.scalars(select(ShopParcel.carrier).where(ShopParcel.order_id.in_(ids)))
    articles = session.scalars(select(ShopOrderLine.title).where(ShopOrderLine.order_id.in_(ids)))
    theirs = set(session.scalars(select(UserIdentity.value).where(UserIdentity.user_id == ticket.requester_id)))
    own = bool(orders) and all(one.email in theirs for one in orders)
    return Hit(ticket.created_at, ticket.topic, own, words, frozenset(carriers), frozenset(articles))


def shows(fault: Fault, hit: Hit) -> bool:
    """Whether somebody was hit by this very fault: since it began, they tell of it, and their order is one of those."""
    bought = fault.carrier in hit.carriers if fault.carrier else fault.article in hit.articles
    return hit.at > fault.began and bought and sounds(fault, hit)


def sounds(fault: Fault, hit: Hit) -> bool:
    """Whether somebody tells of the same depot, or of the same flaw in any language."""
    meant = (fault.depot,) if fault.carrier else fault.flaws
    return any(re.search(rf"\b{re.escape(one)}\b", hit.words) for one in meant)


def only_bought(fault: Fault, hit: Hit) -> bool:
    """Whether somebody has bought the article and writes of something else: of their parcel or of another flaw."""
    others = [flaw for flaws in FLAWS.values() for flaw in flaws if flaw not in fault.flaws]
    elsewhere = hit.topic == "wismo" or any(flaw in hit.words for flaw in others)
    return not fault.carrier and fault.article in hit.articles and elsewhere
