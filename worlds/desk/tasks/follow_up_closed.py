"""A requester speaks again of a matter that was closed: it goes on in a follow-up, in their language.

What is typically got wrong: a new ticket that is linked to nothing, a follow-up where the ticket could have gone on,
an answer in the language of the one who asked, or none at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from worlds.desk.models import Collaborator, DeskUser, Ticket, TicketLink, stand_in
from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.rulings.follow_up_closed import REOPEN, ruling
from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.casework import (
    IN_THEIR_LANGUAGE,
    Receiver,
    another_language,
    language_of,
    orders_of_tickets,
    other_languages,
    receivers,
    reference,
    replied,
    said_by_requester,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
    word,
    words_of_requester,
)
from worlds.desk.tasks.ticket_fields import held
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer, FromRow
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import Pred, mentions, multiset, one_of, ref
from worlds.graders.typed import record

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, REOPEN)
ROLE = "agent"
LATELY: Final = timedelta(days=35)
CLOSING: Final = timedelta(days=4) - timedelta(hours=8)
"""How long ago a ticket may have been solved that does not close while the agent works."""

OPENING: Final = 25
"""Words at the head of a letter that show in which language it is written."""

WORDINGS = (
    "The requester of {ticket} has written to my own address: “I thought this was over, but it is not. Who looks "
    "after it?” The claims desk has taken it on as {reference}. Please write that number to them where our handbook "
    "wants it, in the right language, and leave the matter open for its group; nothing else is promised. Which ticket "
    "does it go on in (ticket)?",
    "“It is about {ticket}, I want a number that I can refer to.” That came to the shop's address instead of ours, and "
    "I have the number: {reference}, from claims. Let them know in public, the way our pages on answering and on "
    "tickets that are over say. The matter stays unsolved with its group. Tell me under which ticket it goes on "
    "(ticket).",
    "Whoever sent us {ticket} has asked claims about it again, so the matter goes on; claims keeps it under "
    "{reference}. Mail the requester this number as the house rules ask, on the right ticket and so that they can read "
    "it, and do not solve it, its group goes on from there. I need the number of the ticket that you wrote on "
    "(ticket).",
)
LETTERS: Final = {
    "en": "Hello,\n\nthank you for writing again. Our claims desk has taken it on; the number to refer to is {}.\n\n"
    "Kind regards\nLarkfield Care",
    "nl": "Hallo,\n\nbedankt voor uw bericht. De afdeling claims behandelt het verder onder nummer {}.\n\n"
    "Met vriendelijke groet\nLarkfield Care",
    "de": "Guten Tag,\n\nvielen Dank für Ihre Nachricht. Unsere Schadenstelle geht der Sache nach, und wir führen sie "
    "dort unter der Nummer {}.\n\nFreundliche Grüße\nLarkfield Care",
    "fr": "Bonjour,\n\nmerci de votre message. Notre service des réclamations s'en occupe sous le numéro {}.\n\n"
    "Cordialement\nLarkfield Care",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket that is over; `branch` says which way it goes on."""

    branch: str
    ticket_id: int
    number: int


def _cases(draw: Draw) -> list[Case]:
    """Tickets about orders of the last weeks that nobody goes on with yet, in the language that was written on them."""
    found = draw.session.scalars(_OVER.where(Ticket.created_at > draw.now - LATELY)).all()
    about, numbered = orders_of_tickets(draw.session), held(draw.session, "order_number")
    waits = _orders_waiting(draw.session, about)
    return [
        Case(SOLVABLE if one.status == "closed" else REOPEN, one.id, one.number)
        for one in found
        if one.solved_at is not None
        and one.id in numbered
        and (one.status == "closed" or one.solved_at > draw.now - CLOSING)
        and not any((one.requester_id, order) in waits for order in about[one.id])
        and language_of("".join(words_of_requester(draw.session, one.id)[:1])) == one.language
    ]


def _orders_waiting(session: "Session", about: Mapping[int, set[str]]) -> set[tuple[int, str]]:
    """Requesters with the orders that they wait for on another ticket, on which a matter would go on as well."""
    waiting = select(Ticket.id, Ticket.requester_id).where(Ticket.status.in_(UNSOLVED))
    rows = session.execute(waiting).tuples()
    return {(requester, order) for ticket_id, requester in rows for order in about.get(ticket_id, ())}


_OTHER = aliased(Ticket)
_OVER = (
    select(Ticket)
    .join(DeskUser, DeskUser.id == Ticket.requester_id)
    .where(
        Ticket.status.in_(("solved", "closed")),
        Ticket.spam.is_(False),
        Ticket.merged_into_id.is_(None),
        Ticket.topic.is_not(None),
        Ticket.group_id.is_not(None),
        DeskUser.suspended.is_(False),
        DeskUser.merged_into_id.is_(None),
        Ticket.id.not_in(select(Collaborator.ticket_id)),
        Ticket.id.not_in(select(TicketLink.ticket_id)),
        Ticket.id.not_in(select(TicketLink.other_id)),
        ~select(_OTHER.id).where(or_(_OTHER.follow_up_of_id == Ticket.id, _OTHER.merged_into_id == Ticket.id)).exists(),
    )
    .order_by(Ticket.id)
)


def instance(draw: Draw) -> Instance:
    """A ticket that is over, and the number under which others go on with it."""
    case = draw.pick(_cases, branch=draw.branch(BRANCHES))
    facts = {"ticket": spoken(case.number), "reference": reference(draw, "CL")}
    target = {"ticket": [case.ticket_id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(draw.session, case, decision),
        target=target,
        decision=decision,
    )


def _expectation(session: "Session", case: Case, decision: Decision) -> Expectation:
    told = receivers(session, case.ticket_id)
    if decision["branch"] == SOLVABLE:
        bundle = Bundle(required=_followed_up(case, decision, told), allowed=[spare_note(ref("follow-up"))])
        return Expectation(any_of=[bundle], answer=Answer("done", {"ticket": FromRow("record", "follow-up", "number")}))
    required = [*_written(case.ticket_id, decision, told), *ticket_set(session, case.ticket_id, status="open")]
    bundle = Bundle(required=required, allowed=[spare_note(case.ticket_id)])
    return Expectation(any_of=[bundle], answer=Answer("done", {"ticket": record(spoken(case.number))}))


def _written(ticket: int | Pred, decision: Decision, told: tuple[Receiver, ...]) -> list[Effect]:
    return replied(ticket, told, record(decision["quoted"]), never=other_languages(decision["language"]))


def _followed_up(case: Case, decision: Decision, told: tuple[Receiver, ...]) -> list[Effect]:
    """The follow-up as the closed ticket was, and the reply on it."""
    columns = {
        "requester_id": decision["requester"],
        "topic": decision["topic"],
        "group_id": decision["group"],
        "language": decision["language"],
        "tags": multiset(*decision["tags"]),
        "priority": decision["priority"],
        "status": one_of("new", "open"),
        "assignee_id": None,
        "subject": mentions(word(decision["subject"])),
    }
    made = Effect(
        "follow-up", "ticket", "insert", where={"follow_up_of_id": case.ticket_id}, set=columns, bind="follow-up",
        words=f"One follow-up of {spoken(case.number)}, with its subject, topic, group, tags and language",
    )  # fmt: skip
    held = [
        Effect(
            f"field-{field}", "field_value", "insert", where={"ticket_id": ref("follow-up"), "field_id": int(field)},
            set={"value": value}, words=f"It keeps {value}",
        )
        for field, value in decision["fields"].items()
    ]  # fmt: skip
    return [made, *held, *_written(ref("follow-up"), decision, told)]


# -- how it is solved ---------------------------------------------------------------------------------------------


def _letter(worker: Worker, ticket: Mapping[str, Any]) -> str:
    """The number, in the language in which the ticket begins; what stands further down may be another's words."""
    language = language_of(" ".join(said_by_requester(dict(ticket))[0].split()[:OPENING]))
    return LETTERS[language].format(worker.facts["reference"])


def _report(number: int | str) -> FinalAnswer:
    return FinalAnswer(status="done", facts={"ticket": f"#{number}"}, message=f"They were told on #{number}.")


def _answer(worker: Worker, ticket: Mapping[str, Any], text: str = "", **more: Any) -> FinalAnswer:
    """Answer on a follow-up of what is closed, else on the ticket itself."""
    body = text or _letter(worker, ticket)
    if ticket["status"] == "closed":
        arguments = {"ticket_id": ticket["ticket_id"], "body": body, "public": True} | more
        return _report(worker.call("create_follow_up", **arguments)["number"])
    toolwork.reply(worker, ticket, body, "open")
    return _report(ticket["number"])


def solve(worker: Worker) -> FinalAnswer:
    """See whether the ticket is closed, and answer in its language."""
    return _answer(worker, ticket_numbered(worker, worker.facts["ticket"]))


def note_first(worker: Worker) -> FinalAnswer:
    """Write down for colleagues what was asked before answering."""
    ticket = ticket_numbered(worker, worker.facts["ticket"])
    note, body = "They have written again and want to know who looks after it.", _letter(worker, ticket)
    if ticket["status"] == "closed":
        made = worker.call("create_follow_up", ticket_id=ticket["ticket_id"], body=note)
        toolwork.reply(worker, made, body, "open")
        return _report(made["number"])
    toolwork.note(worker, ticket, note)
    toolwork.change(worker, ticket, status="open")
    toolwork.reply(worker, ticket, body)
    return _report(ticket["number"])


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    number = page.facts["ticket"]
    status = deskwork.open_ticket(page, number)
    spoken_in = deskwork.language_code(page.value("Language"))
    text = LETTERS[spoken_in].format(page.facts["reference"])
    if status != "Closed":
        deskwork.reply(page, text, "Open")
        return _report(number.removeprefix("#"))
    page.click("link", "Follow up")
    page.fill("First comment", text)
    page.check("Mail the comment to the requester")
    page.click("button", "Open the follow-up")
    return _report(page.heading.split()[0].removeprefix("#"))


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _ticket(worker: Worker) -> dict[str, Any]:
    return ticket_numbered(worker, worker.facts["ticket"])


def new_ticket(worker: Worker) -> FinalAnswer:
    """Open a ticket of its own for what they write now."""
    ticket = _ticket(worker)
    made = worker.call(
        "create_ticket", requester_id=ticket["requester"]["user_id"], subject=ticket["subject"],
        body=_letter(worker, ticket), public=True, topic=ticket["topic"], group_id=ticket["group_id"],
        language=ticket["language"],
    )  # fmt: skip
    return _report(made["number"])


def in_another_language(worker: Worker) -> FinalAnswer:
    """Answer in English, or in Dutch where they wrote in English."""
    ticket = _ticket(worker)
    text = LETTERS[another_language(ticket["language"])].format(worker.facts["reference"])
    return _answer(worker, ticket, text)


def only_noted(worker: Worker) -> FinalAnswer:
    """Write it down for colleagues, and nothing to the requester."""
    ticket = _ticket(worker)
    if ticket["status"] == "closed":
        return _answer(worker, ticket, public=False)
    toolwork.note(worker, ticket, _letter(worker, ticket))
    toolwork.change(worker, ticket, status="open")
    return _report(ticket["number"])


def tags_replaced(worker: Worker) -> FinalAnswer:
    """Give it a tag of one's own in place of those that it has."""
    ticket = _ticket(worker)
    if ticket["status"] == "closed":
        return _answer(worker, ticket, tags=["wrote_again"])
    done = _answer(worker, ticket)
    toolwork.change(worker, ticket, tags=["wrote_again"])
    return done


def twice(worker: Worker) -> FinalAnswer:
    """Do it, and do it again to be safe."""
    solve(worker)
    return solve(worker)


def without_number(worker: Worker) -> FinalAnswer:
    """Say that somebody looks after it, but not under which number."""
    ticket = _ticket(worker)
    return _answer(worker, ticket, _letter(worker, ticket).replace(worker.facts["reference"], "…"))


def _elsewhere(act: Callable[[Worker, Mapping[str, Any]], FinalAnswer]) -> Callable[[Worker], FinalAnswer]:
    def mistake(worker: Worker) -> FinalAnswer:
        ticket = _ticket(worker)
        rows = worker.call("list_tickets", status=ticket["status"], page_size=50)["items"]
        other = next(row for row in rows if row["requester_id"] != ticket["requester"]["user_id"])
        return act(worker, worker.call("get_ticket", ticket_id=other["ticket_id"]))

    return mistake


FAMILY = Family(
    name="follow-up-closed",
    title="Go on with a matter that was over",
    point="what is closed goes on in a follow-up, what is solved on itself; a ticket beside them loses the thread",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"a note first": note_first},
    mistakes={
        "a new ticket": new_ticket,
        "in another language": in_another_language,
        "only noted": only_noted,
        "tags replaced": tags_replaced,
        "twice": twice,
        "no number": without_number,
        "another ticket": _elsewhere(_answer),
    },
    unenforced={
        "a new ticket": "A new ticket beside it is wrong.",
        "in another language": IN_THEIR_LANGUAGE,
        "tags replaced": "Add tags, never replace them.",
        "twice": "One follow-up for one closed ticket.",
    },
)
