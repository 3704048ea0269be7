"""Tickets whose replies are about to be due: those that can be answered, those that wait outside, and cases of both."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Final

from sqlalchemy import select

from worlds.desk.models import Comment, SideConversation, SlaTimer, Ticket
from worlds.desk.rulings.rescue_breaches import HAND_UP
from worlds.desk.tasks.parcelwork import asked_for_parcels, late_parcel
from worlds.desk.tasks.ticket_fields import held
from worlds.engine.task import SOLVABLE, Draw

BRANCHES: Final = (SOLVABLE, HAND_UP)
REPLIES: Final = ("first_reply", "next_reply")
HOURS: Final = range(2, 9)
CLEAR: Final = timedelta(minutes=20)
"""How far from the end of the hours asked for a clock runs out, so that no minute decides."""
APART: Final = timedelta(minutes=3)
"""How far apart two clocks run out of which one comes first."""
SOON: Final = timedelta(minutes=25)
"""For how long every clock still runs."""
EACH: Final = 6
"""Cases that are made of one ticket on hold for each number of hours."""


@dataclass(frozen=True, slots=True)
class Case:
    """Two tickets about a parcel, one on hold and one that is pending; `branch` says which way is right."""

    branch: str
    hours: int
    tickets: tuple[int, int, int, int]
    conversation_id: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits, whose it is, and when its reply is due; the side conversation that it waits for, if any."""

    ticket_id: int
    assignee_id: int
    due: datetime
    conversation_id: int = 0


def cases_due(draw: Draw) -> list[Case]:
    """For as many hours as many cases of each branch, of the same tickets on hold."""
    due = {
        one.ticket_id: one.due_at
        for one in draw.session.scalars(
            select(SlaTimer)
            .where(SlaTimer.metric.in_(REPLIES), SlaTimer.state == "active", SlaTimer.breached_at.is_(None))
            .order_by(SlaTimer.id)
        )
        if one.due_at is not None and one.due_at > draw.now + SOON
    }
    answerable = list(_answerable(draw, due))
    pending = _pending(draw)
    cases: list[Case] = []
    for hours in HOURS:
        until = draw.now + timedelta(hours=hours)
        made: dict[str, list[Case]] = defaultdict(list)
        for at, one in enumerate(_on_hold(draw, due)):
            rest = pending[at % len(pending) :] + pending[: at % len(pending)]
            branch = HAND_UP if one.due < until else SOLVABLE
            if abs(one.due - until) > CLEAR:
                made[branch] += _of_held(one, answerable, rest, hours, until)
        fewest = min(len(made[one]) for one in BRANCHES)
        cases += [one for branch in BRANCHES for one in made[branch][:: max(1, len(made[branch]) // max(1, fewest))]]
    return cases


def _of_held(
    waits: Waiting, answerable: Sequence[Waiting], pending: Sequence[int], hours: int, until: datetime
) -> list[Case]:
    """Cases with a ticket on hold: it is due and one of two others is, or it has time and both others are due."""
    early = [one for one in answerable if one.due < until - CLEAR and abs(one.due - waits.due) > APART]
    late = [one for one in answerable if one.due > until + CLEAR]
    if waits.due < until:
        pairs = list(product(early, late))
        branch = HAND_UP
    else:
        pairs = [(one, other) for one, other in product(early, early) if other.due - one.due > APART]
        branch = SOLVABLE
    step = max(1, len(pairs) // EACH)
    found = []
    for at, (one, other) in enumerate(pairs[waits.ticket_id % step :: step][:EACH]):
        four = (one.ticket_id, other.ticket_id, waits.ticket_id, pending[at % len(pending)])
        if len(set(four)) == len(four):
            found.append(Case(branch, hours, four, waits.conversation_id))
    return found


def _answerable(draw: Draw, due: dict[int, datetime]) -> Iterator[Waiting]:
    """Tickets about a parcel that is under way and not missing, of somebody who has proven who they are."""
    today = draw.now.date().isoformat()
    for one in asked_for_parcels(draw):
        if one.ticket.id in due and late_parcel(one, today) is not None:
            yield Waiting(one.ticket.id, one.actor.person or 0, due[one.ticket.id])


def _on_hold(draw: Draw, due: dict[int, datetime]) -> list[Waiting]:
    """Tickets about an order on hold, whose question to somebody outside has not been answered."""
    waiting = (
        select(Ticket, SideConversation)
        .join(SideConversation, SideConversation.ticket_id == Ticket.id)
        .where(Ticket.status == "hold", SideConversation.state == "waiting")
        .where(Ticket.topic.in_(("return_exchange", "refund_status", "damaged")), Ticket.problem_id.is_(None))
        .order_by(Ticket.id)
    )
    latest = draw.now + timedelta(hours=HOURS[-1])
    known = due.keys() & held(draw.session, "order_number").keys()
    found = [(ticket, side) for ticket, side in draw.session.execute(waiting).tuples() if ticket.id in known]
    counts = {ticket.id: sum(one.id == ticket.id for one, _ in found) for ticket, _ in found}
    return [
        Waiting(ticket.id, ticket.assignee_id or 0, due[ticket.id], side.id)
        for ticket, side in found
        if due[ticket.id] < latest and counts[ticket.id] == 1
    ]


def _pending(draw: Draw) -> list[int]:
    """Tickets on which the last public word is ours, those whose other clocks run out first at the head."""
    ends: dict[int, datetime] = {}
    running = select(SlaTimer).join(Ticket, Ticket.id == SlaTimer.ticket_id).where(Ticket.status == "pending")
    for one in draw.session.scalars(running.where(SlaTimer.state == "active").order_by(SlaTimer.id)):
        if one.metric in REPLIES or one.due_at is None or one.due_at < draw.now:
            ends.pop(one.ticket_id, None)
        else:
            ends[one.ticket_id] = one.due_at
    words = select(Comment).where(Comment.public, Comment.ticket_id.in_(ends)).order_by(Comment.id)
    last = {one.ticket_id: one.author_role for one in draw.session.scalars(words)}
    return [one for one in sorted(ends, key=lambda one: (ends[one], one)) if last.get(one) != "end_user"][:60]
