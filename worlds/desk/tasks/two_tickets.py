"""Two tickets about one order: what merging and linking leave behind, and how both are done.

Shared by the families that decide which of the two is right.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worlds.desk.models import Collaborator, Comment, FieldValue, Ticket, TicketField, TicketLink
from worlds.desk.tasks import deskwork
from worlds.desk.tasks.casework import noted, spare_note, spoken, tagged, tags_of
from worlds.engine.task import Refused, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import Pred, mentions, one_of
from worlds.graders.typed import record, yes_no

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

WAITING: Final = ("new", "open", "pending", "hold")
SOON: Final = timedelta(hours=23)
"""Less than the day within which two tickets are duplicates, so that no minute decides."""
LATELY: Final = timedelta(days=6)
_ORDER: Final = re.compile(r"\bLK-\d{5}\b", re.IGNORECASE)
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
            if near and second.status in WAITING and not (first.spam or second.spam):
                yield Found(first, second)


def orders_of_tickets(session: Session) -> dict[int, set[str]]:
    """The orders that each ticket is about, by its field, its subject and what its requester wrote."""
    found: dict[int, set[str]] = defaultdict(set)
    held = select(FieldValue.ticket_id, FieldValue.value).join(TicketField, TicketField.id == FieldValue.field_id)
    said = select(Comment.ticket_id, Comment.body).where(Comment.author_role == "end_user", Comment.public)
    for query in (
        held.where(TicketField.name == "order_number").order_by(FieldValue.id),
        said.order_by(Comment.id),
        select(Ticket.id, Ticket.subject).order_by(Ticket.id),
    ):
        for ticket_id, text in session.execute(query):
            found[ticket_id] |= {one.upper() for one in _ORDER.findall(text)}
    return dict(sorted(found.items()))


def _together(session: Session) -> set[int]:
    """Tickets that belong with others already, or on which others are copied in."""
    linked = session.execute(select(TicketLink.ticket_id, TicketLink.other_id)).tuples()
    tied = select(Ticket.id, Ticket.follow_up_of_id, Ticket.merged_into_id, Ticket.problem_id).where(
        or_(Ticket.follow_up_of_id.is_not(None), Ticket.merged_into_id.is_not(None), Ticket.problem_id.is_not(None))
    )
    found = {one for row in (*linked, *session.execute(tied).tuples()) for one in row if one is not None}
    return found | set(session.scalars(select(Collaborator.ticket_id)))


# -- what is left behind ------------------------------------------------------------------------------------------


def expectation(session: Session, pair: Pair, *, merged: bool, quoted: str) -> Expectation:
    """One ticket, or two that are linked; the reference in a note on the one in which the later one goes on."""
    goes_on = pair.first_id if merged else pair.second_id
    number = pair.first if merged else pair.second
    reference = record(quoted)
    spare = [spare_note(goes_on, (reference,))]
    beside = noted(goes_on, reference, name="reference")
    if merged:
        with_note = [*_one(session, pair), _merge_note(pair, mentions(reference, cap=_LONG))]
        without = [*_one(session, pair), _merge_note(pair, mentions(must_not=(reference,), cap=_LONG)), beside]
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


# -- how it is done -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Two:
    """Two tickets about one order as an agent sees them, the earlier one first, and whether they become one."""

    first: dict[str, Any]
    second: dict[str, Any]
    one: bool

    @property
    def goes_on(self) -> dict[str, Any]:
        """The ticket in which the later one goes on."""
        return self.first if self.one else self.second


Look = Callable[[Worker], Two]
"""How a family finds the two tickets and sees what is right for them."""


def report(number: str, *, merged: bool) -> FinalAnswer:
    """What the one who asked is told."""
    said = f"It goes on in {number}; " + (
        "the two are one ticket now." if merged else "the two are linked, not merged."
    )
    return FinalAnswer(status="done", facts={"ticket": number, "merged": "yes" if merged else "no"}, message=said)


def words(quoted: str) -> str:
    """What is noted on the ticket in which it goes on."""
    return f"Both tickets are about the same order; reference {quoted}."


def _reported(two: Two) -> FinalAnswer:
    return report(spoken(two.goes_on["number"]), merged=two.one)


def merge(worker: Worker, target: dict[str, Any], source: dict[str, Any], **more: Any) -> None:
    """Merge one ticket into another; `more` are further arguments."""
    worker.call("merge_tickets", target_id=target["ticket_id"], source_ids=[source["ticket_id"]], **more)


def link(worker: Worker, two: Two, kind: str = "related") -> None:
    """Link the two."""
    first, second = two.first["ticket_id"], two.second["ticket_id"]
    worker.call("link_tickets", ticket_id=first, other_id=second, kind=kind)


def note(worker: Worker, ticket: dict[str, Any], text: str) -> None:
    """Leave an internal note."""
    worker.call("add_note", ticket_id=ticket["ticket_id"], body=text)


def settle(worker: Worker, two: Two) -> FinalAnswer:
    """Make one ticket of them, or link them, with the reference on the one in which it goes on."""
    text = words(worker.facts["reference"])
    if two.one:
        merge(worker, two.first, two.second, note=text)
    else:
        link(worker, two)
        note(worker, two.second, text)
    return _reported(two)


def in_notes(look: Look) -> Callable[[Worker], FinalAnswer]:
    """Write all down in notes first, look at the preview, and merge without a word."""

    def way(worker: Worker) -> FinalAnswer:
        two = look(worker)
        note(worker, two.goes_on, words(worker.facts["reference"]))
        note(worker, two.goes_on, "The other ticket about this order was read, too.")
        if two.one:
            both = {"target_id": two.first["ticket_id"], "source_ids": [two.second["ticket_id"]]}
            worker.call("preview_merge", **both)
            merge(worker, two.first, two.second)
        else:
            link(worker, two)
        return _reported(two)

    return way


def with_a_word(look: Look) -> Callable[[Worker], FinalAnswer]:
    """Do it, and tell colleagues something more; the note of a merge may be followed by one that says the same."""

    def way(worker: Worker) -> FinalAnswer:
        two = look(worker)
        done = settle(worker, two)
        more = f" ({worker.facts['reference']})" if two.one else ""
        note(worker, two.goes_on, f"Please read what was written on both before you answer{more}.")
        return done

    return way


def settle_on_pages(page: "Page", first: str, second: str, *, one: bool) -> FinalAnswer:
    """The same in the workspace, by the tickets' numbers."""
    text = words(page.facts["reference"])
    deskwork.open_ticket(page, first if one else second)
    if one:
        deskwork.merge(page, second, text)
        return report(first, merged=True)
    deskwork.note(page, text)
    deskwork.link(page, first)
    return report(second, merged=False)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def crossed(look: Look) -> Callable[[Worker], FinalAnswer]:
    """Merge what is only linked, link what is to be merged."""

    def mistake(worker: Worker) -> FinalAnswer:
        two = look(worker)
        text = words(worker.facts["reference"])
        if two.one:
            link(worker, two)
            note(worker, two.second, text)
            return report(spoken(two.second["number"]), merged=False)
        try:
            merge(worker, two.first, two.second, note=text, confirm_different_requesters=True)
        except Refused:
            note(worker, two.second, text)
        return report(spoken(two.first["number"]), merged=True)

    return mistake


def wrong_way_round(look: Look) -> Callable[[Worker], FinalAnswer]:
    """Merge the earlier ticket into the later one; make the earlier one the parent where they are linked."""

    def mistake(worker: Worker) -> FinalAnswer:
        two = look(worker)
        text = words(worker.facts["reference"])
        if two.one:
            merge(worker, two.second, two.first, note=text)
            return report(spoken(two.second["number"]), merged=True)
        link(worker, two, "parent")
        note(worker, two.second, text)
        return _reported(two)

    return mistake


def answered(look: Look, told: Callable[[Two], str]) -> Callable[[Worker], FinalAnswer]:
    """Write to the later requester first, then do it rightly."""

    def mistake(worker: Worker) -> FinalAnswer:
        two = look(worker)
        worker.call("reply_publicly", ticket_id=two.second["ticket_id"], body=told(two))
        return settle(worker, two)

    return mistake


def unquoted(look: Look) -> Callable[[Worker], FinalAnswer]:
    """Do it, and leave the reference out."""

    def mistake(worker: Worker) -> FinalAnswer:
        two = look(worker)
        if two.one:
            merge(worker, two.first, two.second)
        else:
            link(worker, two)
        return _reported(two)

    return mistake


def tagged_too(look: Look) -> Callable[[Worker], FinalAnswer]:
    """Do it, and mark the ticket in which it goes on."""

    def mistake(worker: Worker) -> FinalAnswer:
        two = look(worker)
        done = settle(worker, two)
        worker.call("add_tags", ticket_id=two.goes_on["ticket_id"], tags=["duplicate"])
        return done

    return mistake


def of_somebody_else(look: Look) -> Callable[[Worker], FinalAnswer]:
    """Do it, and merge a ticket of somebody else's into it, who writes of the like."""

    def mistake(worker: Worker) -> FinalAnswer:
        two = look(worker)
        done = settle(worker, two)
        known = {two.first["requester"]["user_id"], two.second["requester"]["user_id"]}
        rows = worker.call("list_tickets", status="new", page_size=50)["items"]
        other = next(row for row in rows if row["requester_id"] not in known)
        merge(worker, two.goes_on, other, confirm_different_requesters=True)
        return done

    return mistake
