"""Problems with the tickets that belong to them and those that only sound like it, three of them put to each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from worlds.desk.models import Ticket
from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.rulings.link_incidents import NONE, Fault, Hit, fault_of, hit_by, only_bought, shows, sounds
from worlds.engine.task import SOLVABLE, Draw

BRANCHES: Final = (SOLVABLE, NONE)
MOST_NEAR: Final = 4
"""Tickets that only sound like a problem, of which cases are made."""


@dataclass(frozen=True, slots=True)
class Case:
    """A problem, and three tickets that sound like it; `branch` says whether any of them belongs to it."""

    branch: str
    problem_id: int
    named: tuple[int, ...]


def cases(draw: Draw) -> list[Case]:
    """For each problem and each two tickets that sound like it: with what belongs to it, and with another problem's.

    So every ticket, and every problem, stands as often where something is to be linked as where nothing is. Left out
    are tickets that name no order of their requester's, and those that show two problems at once.
    """
    session = draw.session
    problems = session.scalars(select(Ticket).where(Ticket.type == "problem").order_by(Ticket.id)).all()
    waiting = (
        select(Ticket)
        .where(Ticket.status.in_(UNSOLVED), Ticket.problem_id.is_(None), Ticket.type.is_distinct_from("problem"))
        .where(Ticket.spam.is_(False), Ticket.topic.in_(("wismo", "damaged")) | Ticket.topic.is_(None))
        .order_by(Ticket.id)
    )
    faults = [(one, fault_of(session, one)) for one in problems if one.status == "open"]
    told = [(one, hit_by(session, one.id)) for one in session.scalars(waiting)]
    clear = [one for one in told if one[1].own and sum(shows(fault, one[1]) for _, fault in faults) < 2]
    around = [_around(one, fault, clear) for one, fault in faults]
    alike = [[one for one in around if one.problem.topic == topic] for topic in ("wismo", "damaged")]
    had: Counter[int] = Counter()
    return [
        case
        for same in alike
        for place, one in enumerate(same)
        for case in _of_problem(one, [*same[place + 1 :], *same[:place]], had)
    ]


@dataclass(frozen=True, slots=True)
class _Around:
    """A problem, what belongs to it and is not linked yet, and what only sounds like it."""

    problem: Ticket
    belong: Sequence[Ticket]
    near: Sequence[Ticket]


def _around(problem: Ticket, fault: Fault, tickets: Sequence[tuple[Ticket, Hit]]) -> _Around:
    later = [(one, hit) for one, hit in tickets if hit.at > fault.began]
    near = [one for one, hit in later if not shows(fault, hit) and (sounds(fault, hit) or only_bought(fault, hit))]
    return _Around(problem, [one for one, hit in later if shows(fault, hit)], near)


def _of_problem(one: _Around, others: Sequence[_Around], had: Counter[int]) -> Iterator[Case]:
    """Each that only sounds like it with the next such; whose ticket stands in the place of its own takes turns."""
    own = {*one.belong, *one.near}
    of_others = [
        ticket
        for other in others
        for ticket in other.belong
        if ticket.created_at > one.problem.created_at and ticket not in own
    ]
    if not one.belong or not of_others:
        return
    near = one.near[:MOST_NEAR]
    for at, (first, second) in enumerate(zip(near, [*near[1:], *near[:1]], strict=True)):
        other = min(of_others, key=lambda ticket: had[ticket.id])
        had[other.id] += 1
        third = one.belong[at % len(one.belong)]
        two = at % 2 == 1 and len(one.belong) > 1
        beside = one.belong[(at + 1) % len(one.belong)] if two else second
        yield Case(NONE, one.problem.id, (first.id, second.id, other.id))
        yield Case(SOLVABLE, one.problem.id, (first.id, beside.id, third.id))
