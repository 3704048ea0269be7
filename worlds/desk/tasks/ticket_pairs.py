"""Two tickets about one order: where there are such, what is asked about them, what merging and linking leave behind.

How they are merged and linked, rightly and wrongly, stands in `settling_pairs`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worlds.desk.models import Collaborator, Ticket, TicketLink, stand_in
from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.tasks.casework import noted, orders_of_tickets, reference, spare_note, spoken, tagged, tags_of
from worlds.engine.task import Decision, Draw, Instance, Situation
from worlds.graders.answers import Answer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import Pred, mentions, one_of
from worlds.graders.typed import record, yes_no

ROLE: Final = "agent"
SOON: Final = timedelta(hours=23)
"""Less than the day within which two tickets are duplicates, so that no minute decides."""
LATELY: Final = timedelta(days=6)
_LONG: Final = 12_000
"""Characters that the note of a merge can have, which quotes the ticket that was merged."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tickets about one order, the earlier one first; `branch` says which way is right."""

    branch: str
    first_id: int
    first: int
    second_id: int
    second: int


@dataclass(frozen=True, slots=True)
class Found:
    """Two tickets about one order as the tables hold them."""

    first: Ticket
    second: Ticket

    @property
    def same_requester(self) -> bool:
        """Whether one record has brought both."""
        return self.first.requester_id == self.second.requester_id

    def as_pair(self, branch: str) -> Pair:
        """The pair as a case."""
        return Pair(branch, self.first.id, self.first.number, self.second.id, self.second.number)


def pairs_about_one_order(session: Session, since: datetime) -> Iterator[Found]:
    """All orders about which exactly two tickets that stand alone were brought within a day; the later one waits."""
    about: dict[str, list[Ticket]] = defaultdict(list)
    tickets = {one.id: one for one in session.scalars(select(Ticket).order_by(Ticket.id))}
    for ticket_id, orders in orders_of_tickets(session).items():
        for order in sorted(orders):
            about[order].append(tickets[ticket_id])
    busy = _together(session)
    for _, found in sorted(about.items()):
        if len(found) == 2 and found[0].created_at > since and not {one.id for one in found} & busy:
            first, second = sorted(found, key=lambda one: one.id)
            near = second.created_at - first.created_at < SOON
            if near and second.status in UNSOLVED and not (first.spam or second.spam):
                yield Found(first, second)


def _together(session: Session) -> set[int]:
    """Tickets that belong with others already, or on which others are copied in."""
    linked = session.execute(select(TicketLink.ticket_id, TicketLink.other_id)).tuples()
    tied = select(Ticket.id, Ticket.follow_up_of_id, Ticket.merged_into_id, Ticket.problem_id).where(
        or_(Ticket.follow_up_of_id.is_not(None), Ticket.merged_into_id.is_not(None), Ticket.problem_id.is_not(None))
    )
    found = {one for row in (*linked, *session.execute(tied).tuples()) for one in row if one is not None}
    return found | set(session.scalars(select(Collaborator.ticket_id)))


def put(
    draw: Draw, pair: Pair, named: dict[str, str], wordings: Sequence[str], ruling: Callable[[Situation], Decision]
) -> Instance:
    """The request about a pair: `named` is what it calls the tickets."""
    facts = {**named, "reference": reference(draw, "HO")}
    target = {"ticket": [pair.first_id, pair.second_id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != pair.branch:
        raise LookupError(f"#{pair.first} and #{pair.second} were taken for {pair.branch}: {decision['branch']}")
    return Instance(
        instruction=draw.word(wordings, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(draw.session, pair, merged=decision["merged"], quoted=decision["quoted"]),
        target=target,
        decision=decision,
    )


# -- what is left behind ------------------------------------------------------------------------------------------


def _expectation(session: Session, pair: Pair, *, merged: bool, quoted: str) -> Expectation:
    """One ticket, or two that are linked; the reference in a note on the one in which the later one goes on."""
    goes_on = pair.first_id if merged else pair.second_id
    number = pair.first if merged else pair.second
    quote = record(quoted)
    spare = [spare_note(goes_on, (quote,))]
    beside = noted(goes_on, quote, name="reference")
    if merged:
        with_note = [*_one(session, pair), _merge_note(pair, mentions(quote, cap=_LONG))]
        without = [*_one(session, pair), _merge_note(pair, mentions(must_not=(quote,), cap=_LONG)), beside]
        ways = [Bundle(required=with_note, allowed=[spare_note(goes_on)]), Bundle(required=without, allowed=spare)]
    else:
        ways = [Bundle(required=[_linked(pair), beside], allowed=spare)]
    return Expectation(any_of=ways, answer=Answer("done", {"ticket": record(spoken(number)), "merged": yes_no(merged)}))


def _merge_note(pair: Pair, said: Pred) -> Effect:
    return Effect(
        "merge-note", "comment", "insert", where={"ticket_id": pair.first_id, "public": False, "via": "merge"},
        set={"body": said}, words=f"One internal note on #{pair.first} tells of the merge",
    )  # fmt: skip


def _one(session: Session, pair: Pair) -> list[Effect]:
    """The later ticket is merged into the earlier one."""
    added = tags_of(session.get_one(Ticket, pair.second_id))
    return [
        Effect(
            "closed", "ticket", "update", where={"id": pair.second_id},
            set={"status": "closed", "merged_into_id": pair.first_id},
            words=f"#{pair.second} is closed into #{pair.first}, and nothing else of it changes",
        ),
        Effect(
            "pointer", "comment", "insert", where={"ticket_id": pair.second_id, "public": False, "via": "merge"},
            set={"body": mentions(record(spoken(pair.first)))}, words=f"A note on #{pair.second} points to the other",
        ),
        Effect(
            "merge", "merge_record", "insert", where={"source_id": pair.second_id}, set={"target_id": pair.first_id},
            words=f"#{pair.second} was merged into #{pair.first}",
        ),
        *tagged(session, pair.first_id, *added),
    ]  # fmt: skip


def _linked(pair: Pair) -> Effect:
    both = one_of(pair.first_id, pair.second_id)
    return Effect(
        "link", "ticket_link", "insert", where={"ticket_id": both, "other_id": both}, set={"kind": "related"},
        words=f"#{pair.first} and #{pair.second} are linked as related",
    )  # fmt: skip
