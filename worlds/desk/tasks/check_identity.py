"""Tell of an order whoever has proven that it is theirs, and ask whoever has not.

What is typically got wrong: a name that is right taken for a proof, saying too much either way, an answer that tells
what did not agree.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk.models import FieldValue, Membership, ShopOrder, ShopParcel, Ticket
from worlds.desk.rulings.check_identity import ASK, ruling
from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.casework import (
    IN_THEIR_LANGUAGE,
    another_language,
    language_of,
    noted,
    orders_in,
    orders_named,
    other_languages,
    receivers,
    reference,
    replied,
    reported,
    said_by_requester,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
    to_report,
    word,
    words_of_requester,
)
from worlds.desk.tasks.crew import agents_at_work
from worlds.desk.tasks.identity_words import ASKED, CODE_WORDS, TOLD
from worlds.desk.tasks.parcelwork import asker_on_page, buyer_on_page, open_order, spoken_day
from worlds.desk.tasks.ticket_fields import may_be_filled
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import FinalAnswer
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import Typed, date, email, enum, money, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, ASK)
UNPROVEN: Final = "identity_unproven"
WORDINGS = (
    "Please take {ticket} and answer it: somebody wants to know about an order. Whom we may tell is on the page about "
    "who is asking. What we tell is the carrier and the tracking number, nothing else of the order. Sorting and "
    "solving stay with me. Put {reference} into an internal note, and give me the order_number in any case.",
    "{ticket} is new and yours, take it. If they may be told of the order, carrier and tracking number is all that "
    "goes out today; if not, the handbook says how we answer. I sort and solve what is answered myself. Leave a note "
    "for us under {reference}, and report the order_number that they ask about.",
    "Somebody asks about an order on {ticket}. Take the ticket and answer by our rules on who is asking. Where they "
    "allow an answer it names carrier and tracking number and no more; leave topic and solving to me then. I keep a "
    "list: internal note with {reference}, order_number to me.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A new ticket about an order that was placed from another address; `branch` says whether they have proven it."""

    branch: str
    ticket_id: int
    number: int
    actor: Actor


def _cases(draw: Draw) -> list[Case]:
    session = draw.session
    ids = select(ShopParcel.order_id).where(ShopParcel.delivered_at.is_(None))
    orders = {
        one.number: one
        for one in session.scalars(select(ShopOrder).where(ShopOrder.status == "shipped", ShopOrder.id.in_(ids)))
    }
    filled = set(session.scalars(select(FieldValue.ticket_id)))
    crews = _crews(session)
    cases = []
    for ticket in session.scalars(_NEW):
        words, crew = words_of_requester(session, ticket.id), crews.get(ticket.group_id or 0)
        named = orders_in("\n".join((ticket.subject, *words)))
        if len(words) == 1 and len(named) == 1 and ticket.id not in filled and language_of(words[0]) == ticket.language:
            order = orders.get(named.pop())
            if crew and order is not None and _stranger(session, ticket, order):
                branch = ruling(Situation(session, draw.now, {"ticket": [ticket.id]}, {"reference": ""}))["branch"]
                cases.append(Case(branch, ticket.id, ticket.number, crew[ticket.id % len(crew)]))
    return cases


_NEW: Final = (
    select(Ticket)
    .where(Ticket.status == "new", Ticket.topic.is_(None), ~Ticket.spam, Ticket.follow_up_of_id.is_(None))
    .order_by(Ticket.id)
)


def _stranger(session: Session, ticket: Ticket, order: ShopOrder) -> bool:
    """Whether an order of one parcel was placed from another address than the one that asks."""
    told = {one.address.casefold() for one in receivers(session, ticket.id)}
    parcels = session.scalars(select(ShopParcel.expected_on).where(ShopParcel.order_id == order.id)).all()
    return len(told) == 1 and order.email.casefold() not in told and len(parcels) == 1


def _crews(session: Session) -> dict[int, list[Actor]]:
    """Agents at work, by their groups."""
    agents, found = agents_at_work(session), dict[int, list[Actor]]()
    members = select(Membership.group_id, Membership.user_id).order_by(Membership.group_id, Membership.user_id)
    for group, user in session.execute(members).tuples():
        if user in agents:
            found.setdefault(group, []).append(agents[user])
    return found


def instance(draw: Draw) -> Instance:
    """A new ticket, and a reference."""
    case = draw.pick(_cases, branch=draw.branch(BRANCHES))
    target = {"ticket": [case.ticket_id]}
    facts = {"ticket": spoken(case.number), "reference": reference(draw, "ID")}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=_expectation(draw, case, decision),
        target=target,
        decision=decision,
    )


def _expectation(draw: Draw, case: Case, decision: Decision) -> Expectation:
    proven, status = (True, "open") if decision["branch"] == SOLVABLE else (False, "pending")
    quoted, told = record(decision["quoted"]), receivers(draw.session, case.ticket_id)
    parcel = (record(decision["tracking_number"]), word(decision["carrier"]))
    never = [quoted, *other_languages(decision["language"]), *_beyond(decision)]
    if proven:
        reply = replied(case.ticket_id, told, *parcel, never=never)
    else:
        first, then = CODE_WORDS[decision["language"]]
        reply = replied(case.ticket_id, told, enum(first, {first: then}), never=[*never, *parcel])
    required = [
        *reply,
        *ticket_set(draw.session, case.ticket_id, status=status, assignee_id=case.actor.person),
        noted(case.ticket_id, quoted),
    ]
    checked = may_be_filled(
        draw.session, case.ticket_id, order_number=decision["order"], identity_checked=str(proven).lower()
    )
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(case.ticket_id, (quoted,)), *checked])],
        answer=to_report({"order_number": record(decision["order"])}, "" if proven else UNPROVEN),
    )


def _beyond(decision: Decision) -> tuple[Typed, ...]:
    """What of the order goes to nobody: address, postcode, day, total."""
    expected = (date(decision["expected"]),) if decision["expected"] else ()
    return (email(decision["email"]), word(decision["postal_code"]), money(decision["total"], "EUR"), *expected)


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """A ticket as an agent sees it, with the order that is named there, and whether two of three agree with it."""

    ticket: dict[str, Any]
    order: dict[str, Any]
    proven: bool


def _look(worker: Worker) -> Look:
    ticket = ticket_numbered(worker, worker.facts["ticket"])
    (number,) = orders_named(ticket)
    row = worker.call("find_orders", number=number)["items"][0]
    order = worker.call("get_order", order_id=row["order_id"])
    words = "\n".join([ticket["subject"], *said_by_requester(ticket)])
    return Look(ticket, order, is_proven(words, ticket["requester"]["email"], order["email"], order["postal_code"]))


def is_proven(words: str, address: str, of_order: str, code: str) -> bool:
    """Whether, beside the number, the address agrees with an order's or the postcode stands in what somebody writes."""
    signs = r"\s*".join(re.escape(sign) for sign in code if not sign.isspace())
    named = re.search(rf"(?<![\w-]){signs}(?![\w-])", words, re.IGNORECASE)
    return named is not None or address.strip().casefold() == of_order.strip().casefold()


def _take(worker: Worker, look: Look) -> None:
    worker.call("take_ticket", ticket_id=look.ticket["ticket_id"])


def _note(worker: Worker, look: Look, text: str = "") -> None:
    found = "two of three agree" if look.proven else "not proven yet"
    toolwork.note(worker, look.ticket, text or f"{worker.facts['reference']}: {found}.")


def _begun(worker: Worker) -> Look:
    """What is found, once the ticket is taken and the note is on it."""
    look = _look(worker)
    _take(worker, look)
    _note(worker, look)
    return look


def _said(look: Look, language: str = "") -> str:
    parcel = look.order["parcels"][0]
    words = (TOLD if look.proven else ASKED)[language or look.ticket["language"]]
    return words.format(carrier=parcel["carrier"], tracking=parcel["tracking_number"])


def _answer(worker: Worker, look: Look, said: str = "", status: str = "") -> FinalAnswer:
    toolwork.reply(worker, look.ticket, said or _said(look), status or ("" if look.proven else "pending"))
    return _report(look.order["number"], proven=look.proven)


def _report(number: str, *, proven: bool) -> FinalAnswer:
    return reported({"order_number": number}, "" if proven else UNPROVEN)


def solve(worker: Worker) -> FinalAnswer:
    """Hold what they say against the order; tell, or ask for what is missing."""
    look = _begun(worker)
    return _answer(worker, look)


def with_fields(worker: Worker) -> FinalAnswer:
    """Fill in what was found, write down why, and set the status apart from the reply."""
    look = _look(worker)
    _take(worker, look)
    checked = str(look.proven).lower()
    toolwork.fill_in(worker, look.ticket, order_number=look.order["number"], identity_checked=checked)
    _note(worker, look, "Address, order number and postcode were held against the order.")
    toolwork.reply(worker, look.ticket, _said(look))
    if not look.proven:
        toolwork.change(worker, look.ticket, status="pending")
    _note(worker, look)
    return _report(look.order["number"], proven=look.proven)


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    deskwork.open_ticket(page, page.facts["ticket"])
    ticket_page = page.url
    language = deskwork.language_code(page.value("Language"))
    words = f"{page.heading}\n{page.text('Conversation')}"
    (number,) = orders_in(words)
    address = asker_on_page(page)
    open_order(page, number)
    of_order, code = buyer_on_page(page)
    row = page.rows("Parcels")[0].cells
    proven = is_proven(words, address, of_order, code)
    page.open(ticket_page)
    page.click("button", "Take it")
    found = "two of three agree" if proven else "not proven yet"
    deskwork.note(page, f"{page.facts['reference']}: {found}.")
    said = (TOLD if proven else ASKED)[language]
    told = said.format(carrier=row["Carrier"], tracking=row["Tracking number"])
    deskwork.reply(page, told, "" if proven else "Pending")
    return _report(number, proven=proven)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def crossed(worker: Worker) -> FinalAnswer:
    """Tell whoever has not proven it, ask whoever has."""
    look = _look(worker)
    turned = replace(look, proven=not look.proven)
    _take(worker, turned)
    _note(worker, turned)
    return _answer(worker, turned)


def too_much(worker: Worker) -> FinalAnswer:
    """Give the day as well; say when it comes, though not under which number."""
    look = _begun(worker)
    day = spoken_day(look.order["parcels"][0]["expected_on"], look.ticket["language"])
    return _answer(worker, look, f"{_said(look)} ({day})")


def read_out(worker: Worker) -> FinalAnswer:
    """Read out the postcode that it has to be."""
    look = _begun(worker)
    return _answer(worker, look, f"{_said(look)} {look.order['postal_code']}?")


def at_their_turn(worker: Worker) -> FinalAnswer:
    """Let wait for the customer what is answered, and leave open what asks them something."""
    look = _begun(worker)
    return _answer(worker, look, status="pending" if look.proven else "open")


def at_once_upwards(worker: Worker) -> FinalAnswer:
    """Suspect fraud where nothing is proven yet; hand up what is."""
    look = _begun(worker)
    message = f"Somebody asks for {look.order['number']} from another address."
    toolwork.escalate(worker, look.ticket, "Trust & privacy", "suspected_fraud", message)
    return reported({"order_number": look.order["number"]}, "suspected_fraud")


def in_other_words(worker: Worker) -> FinalAnswer:
    """Answer in another language than they wrote in."""
    look = _begun(worker)
    return _answer(worker, look, _said(look, another_language(look.ticket["language"])))


def unnoted(worker: Worker) -> FinalAnswer:
    """Leave no note."""
    look = _look(worker)
    _take(worker, look)
    return _answer(worker, look)


FAMILY = Family(
    name="check-identity",
    title="Tell of an order whoever has proven that it is theirs",
    point="two of address, order number and postcode have to agree with the order; a right name proves nothing",
    role="agent",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"with the fields filled in": with_fields},
    mistakes={
        "the other way": crossed,
        "the day as well": too_much,
        "the postcode read out": read_out,
        "the wrong turn": at_their_turn,
        "handed up at once": at_once_upwards,
        "another language": in_other_words,
        "no note": unnoted,
    },
    unenforced={
        "the other way": "The requester's own name, the name of the buyer and a tracking number prove nothing.",
        "the day as well": "no status, no article, no amount, no day, no tracking number, not even whether such an "
        "order exists.",
        "the postcode read out": "Nothing of the order is read out to check who somebody is.",
        "the wrong turn": "set to pending only together with a public reply that asks the requester a question.",
        "handed up at once": "A second answer that does not agree either is escalated",
        "another language": IN_THEIR_LANGUAGE,
    },
)
