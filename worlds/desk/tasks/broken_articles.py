"""Tickets about articles that came broken and that nobody has answered, with the agents who have them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from worlds.desk.models import Approval, Comment, DeskUser, Escalation, GoodwillCredit, Ticket
from worlds.desk.tasks.casework import language_of, words_of_requester
from worlds.desk.tasks.crew import agents_at_work
from worlds.desk.tasks.ticket_fields import held
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
    agents, orders, causes = agents_at_work(session), held(session, "order_number"), held(session, "cause")
    return [
        Case(one.id, one.number, agents[one.assignee_id])
        for one in session.scalars(_OPEN)
        if one.assignee_id in agents
        and one.requester_id not in rewarded
        and one.id not in causes
        and _is_plain(session, one, orders.get(one.id, "?"))
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


def _is_plain(session: Session, ticket: Ticket, order: str) -> bool:
    """Whether its requester wrote once, in the ticket's language, named the order, and nobody has answered yet."""
    words = words_of_requester(session, ticket.id)
    ours = select(Comment.id).where(Comment.ticket_id == ticket.id, Comment.public, ~Comment.automatic)
    return (
        len(words) == 1
        and not session.scalars(ours.where(Comment.author_role != "end_user")).all()
        and order in f"{ticket.subject}\n{words[0]}"
        and language_of(words[0]) == ticket.language
    )
