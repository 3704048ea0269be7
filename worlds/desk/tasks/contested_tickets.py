"""Tickets at work whose urgency is to be raised while a colleague changes them, and which nothing else will change."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from worlds.desk.models import AuditEvent, DeskUser, Ticket
from worlds.desk.rulings.merge_edits import THEIRS, ruling
from worlds.desk.tasks.casework import tags_of
from worlds.engine.task import SOLVABLE, Draw, Situation

BRANCHES: Final = (SOLVABLE, THEIRS)
SOON: Final = timedelta(hours=24)
"""In which no rule of the desk may change the ticket by itself."""
RULES: Final = {"pending": (("reminded", 72), ("no_answer", 336)), "open": (("aged", 168),)}
"""After how many hours in a state the desk's automations change a ticket, and the tag that says that they have."""


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket that is not urgent yet; `branch` says whether the colleague at it leaves room for the wish."""

    branch: str
    ticket_id: int


def cases(draw: Draw) -> list[Case]:
    """Tickets at work that have an impact, an urgency below high and a priority, each as the colleague treats it.

    Nobody has set their urgency a second time.
    """
    waiting = (
        select(Ticket)
        .where(Ticket.status.in_(("open", "pending")), Ticket.type != "problem", Ticket.spam.is_(False))
        .where(Ticket.impact.is_not(None), Ticket.urgency.in_(("low", "medium")), Ticket.priority.is_not(None))
        .order_by(Ticket.id)
    )
    set_anew = select(AuditEvent.ticket_id).where(AuditEvent.field == "urgency", AuditEvent.before.is_not(None))
    left = draw.session.scalars(waiting.where(Ticket.id.not_in(set_anew)))
    found = [one for one in left if _rests(one, draw.now) and _one_firm(draw, one)]
    made = [Case(_branch(draw, one), one.id) for one in found]
    random.Random("turns").shuffle(made)
    fewest = min(sum(case.branch == branch for case in made) for branch in BRANCHES)
    return [case for branch in BRANCHES for case in [one for one in made if one.branch == branch][:fewest]]


def _branch(draw: Draw, ticket: Ticket) -> str:
    return str(ruling(Situation(draw.session, draw.now, {"ticket": [ticket.id]}, {"call": ""}))["branch"])


def _rests(ticket: Ticket, now: datetime) -> bool:
    """Whether no automation is about to change the ticket."""
    return not any(
        now < ticket.state_since + timedelta(hours=hours) < now + SOON
        or (tag not in tags_of(ticket) and ticket.state_since + timedelta(hours=hours) <= now)
        for tag, hours in RULES[ticket.status]
    )


def _one_firm(draw: Draw, ticket: Ticket) -> bool:
    """Whether the ticket is of the organisation of its requester, so that nobody doubts whose tier counts."""
    return draw.session.get_one(DeskUser, ticket.requester_id).organization_id == ticket.organization_id
