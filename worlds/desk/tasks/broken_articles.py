"""Tickets about articles that came broken and that nobody has answered, with the agents who have them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import exists, select

from worlds.desk.models import Approval, Comment, DeskUser, Escalation, FieldValue, GoodwillCredit, Ticket, TicketField
from worlds.desk.tasks.casework import language_of
from worlds.engine.context import Actor
from worlds.engine.task import Draw

AGAIN: Final = timedelta(days=365)
"""Within which nobody gets goodwill twice."""


@dataclass(frozen=True, slots=True)
class Case:
    """An open ticket about a broken article, with the agent who has it."""

    ticket_id: int
    number: int
    actor: Actor


def cases(draw: Draw) -> list[Case]:
    """Open tickets of agents at work about broken articles, whose requesters had no goodwill within a year."""
    session = draw.session
    lately = draw.now - AGAIN
    rewarded = set(session.scalars(select(GoodwillCredit.user_id).where(GoodwillCredit.given_at > lately)))
    merged = dict(session.execute(select(DeskUser.id, DeskUser.merged_into_id)).tuples().all())
    rewarded |= {merged[one] or one for one in rewarded}
    agents = {
        one.id: Actor("agent", one.id, one.name)
        for one in session.scalars(select(DeskUser).where(DeskUser.role == "agent", DeskUser.suspended.is_(False)))
        if one.away_until is None
    }
    return [
        Case(one.id, one.number, agents[one.assignee_id])
        for one in session.scalars(_OPEN)
        if one.assignee_id in agents and one.requester_id not in rewarded and _is_plain(draw, one)
    ]


_OPEN = (
    select(Ticket)
    .where(
        Ticket.status == "open",
        Ticket.topic == "damaged",
        Ticket.type != "problem",
        ~Ticket.spam,
        ~Ticket.tags.contains("safety"),
        ~Ticket.tags.contains("legal"),
        ~exists().where(Approval.ticket_id == Ticket.id),
        ~exists().where(Escalation.ticket_id == Ticket.id),
    )
    .order_by(Ticket.id)
)


def _is_plain(draw: Draw, ticket: Ticket) -> bool:
    """Whether its requester wrote once, in the ticket's language, named the order, and nobody has answered yet."""
    said = draw.session.scalars(select(Comment).where(Comment.ticket_id == ticket.id, Comment.public)).all()
    words = [one.body for one in said if one.author_role == "end_user"]
    held = dict(draw.session.execute(_HELD.where(FieldValue.ticket_id == ticket.id)).tuples().all())
    return (
        len(words) == 1
        and all(one.automatic or one.author_role == "end_user" for one in said)
        and held.get("order_number", "?") in f"{ticket.subject}\n{words[0]}"
        and not held.get("cause")
        and language_of(words[0]) == ticket.language
    )


_HELD = select(TicketField.name, FieldValue.value).join(TicketField, TicketField.id == FieldValue.field_id)
