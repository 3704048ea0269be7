"""Which tickets belong to a problem: the page on problems and incidents."""

import re
from dataclasses import dataclass
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
)
from worlds.engine.task import SOLVABLE, Decision, Situation

NONE: Final = "none"
_STANDS: Final = re.compile(r"parcels stand still at the depot in (.+)$")
_ORDER: Final = re.compile(r"\bLK-\d{5}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a problem is about: a carrier's depot, or an article."""

    carrier: str
    depot: str
    article: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What somebody writes, and what their orders are: the carriers of the parcels, the articles."""

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
    return Fault(held.get("carrier", ""), depot[1] if depot else "", held.get("product", ""))


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
    words = "\n".join((session.get_one(Ticket, ticket_id).subject, *said))
    numbers = {one.upper() for one in _ORDER.findall("\n".join((words, *session.scalars(field))))}
    orders = select(ShopOrder.id).where(ShopOrder.number.in_(sorted(numbers)))
    carriers = session.scalars(select(ShopParcel.carrier).where(ShopParcel.order_id.in_(orders)))
    articles = session.scalars(select(ShopOrderLine.title).where(ShopOrderLine.order_id.in_(orders)))
    return Hit(words, frozenset(carriers), frozenset(articles))


def shows(fault: Fault, hit: Hit) -> bool:
    """Whether somebody was hit by this very fault."""
    if fault.carrier:
        return fault.carrier in hit.carriers and fault.depot in hit.words
    return fault.article in hit.articles
