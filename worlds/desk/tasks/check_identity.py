"""Tell of an order whoever has proven that it is theirs, and ask whoever has not.

What is typically got wrong: a name that is right taken for a proof, saying too much either way, an answer that tells
what did not agree.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from worlds.desk.models import Comment, DeskUser, FieldValue, Membership, ShopOrder, ShopParcel, Ticket
from worlds.desk.rulings.check_identity import ASK, ruling
from worlds.desk.tasks import deskwork
from worlds.desk.tasks.casework import (
    language_of,
    noted,
    orders_named,
    other_languages,
    receivers,
    replied,
    said_by_requester,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
)
from worlds.desk.tasks.identity_words import ASKED, CODE_WORDS, TOLD
from worlds.desk.tasks.parcelwork import asker_on_page, buyer_on_page, fields_filled, open_order, spoken_day
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Effect
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
    said: dict[int, list[str]] = {}
    for key, body in session.execute(
        select(Comment.ticket_id, Comment.body).where(Comment.author_role == "end_user").order_by(Comment.id)
    ):
        said.setdefault(key, []).append(body)
    filled = set(session.scalars(select(FieldValue.ticket_id)))
    agents = _agents(draw)
    cases = []
    for ticket in session.scalars(_NEW):
        words = said.get(ticket.id, [])
        named = set(_ORDER.findall("\n".join((ticket.subject, *words))))
        if len(words) == 1 and len(named) == 1 and ticket.id not in filled and language_of(words[0]) == ticket.language:
            order = orders.get(*named)
            if order is not None and _stranger(draw, ticket, order) and agents.get(ticket.group_id or 0):
                crew = agents[ticket.group_id or 0]
                branch = ruling(Situation(session, draw.now, {"ticket": [ticket.id]}, {"reference": ""}))["branch"]
                cases.append(Case(branch, ticket.id, ticket.number, crew[ticket.id % len(crew)]))
    return cases


_ORDER: Final = re.compile(r"\bLK-\d{5}\b")
_NEW: Final = (
    select(Ticket)
    .where(Ticket.status == "new", Ticket.topic.is_(None), ~Ticket.spam, Ticket.follow_up_of_id.is_(None))
    .order_by(Ticket.id)
)


def _stranger(draw: Draw, ticket: Ticket, order: ShopOrder) -> bool:
    """Whether an order of one parcel was placed from another address than the one that asks."""
    told = {one.address.casefold() for one in receivers(draw.session, ticket.id)}
    parcels = draw.session.scalars(select(ShopParcel.expected_on).where(ShopParcel.order_id == order.id)).all()
    return len(told) == 1 and order.email.casefold() not in told and len(parcels) == 1


def _agents(draw: Draw) -> dict[int, list[Actor]]:
    """Agents at work, by their groups."""
    rows = draw.session.execute(
        select(Membership.group_id, DeskUser)
        .join(DeskUser, DeskUser.id == Membership.user_id)
        .where(DeskUser.role == "agent", DeskUser.suspended.is_(False), DeskUser.away_until.is_(None))
        .order_by(Membership.group_id, DeskUser.id)
    )
    found: dict[int, list[Actor]] = {}
    for group, one in rows:
        found.setdefault(group, []).append(Actor("agent", one.id, one.name))
    return found


def instance(draw: Draw) -> Instance:
    """A new ticket, and a reference."""
    case = draw.pick(_cases, branch=draw.branch(BRANCHES))
    target = {"ticket": [case.ticket_id]}
    facts = {"ticket": spoken(case.number), "reference": f"ID-{draw.rng('reference').randrange(10_000, 99_999)}"}
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
    proven = decision["branch"] == SOLVABLE
    tracking, reference = record(decision["tracking_number"]), record(decision["quoted"])
    carrier = _word(decision["carrier"])
    told = receivers(draw.session, case.ticket_id)
    never = [reference, *other_languages(decision["language"]), *_beyond(decision)]
    if proven:
        reply = replied(case.ticket_id, told, tracking, carrier, never=never)
    else:
        first, then = CODE_WORDS[decision["language"]]
        reply = replied(case.ticket_id, told, enum(first, {first: then}), never=[*never, tracking, carrier])
    checked = fields_filled(
        draw.session, case.ticket_id, order_number=decision["order"], identity_checked="true" if proven else "false"
    )
    return Expectation(
        any_of=[
            Bundle(
                required=[
                    *reply,
                    *_taken(draw, case, "open" if proven else "pending"),
                    noted(case.ticket_id, reference),
                ],
                allowed=[spare_note(case.ticket_id, (reference,)), *checked],
            )
        ],
        answer=Answer(
            "done" if proven else "waiting",
            {"order_number": record(decision["order"])},
            reasons=None if proven else [UNPROVEN],
        ),
    )


def _taken(draw: Draw, case: Case, status: str) -> list[Effect]:
    return ticket_set(draw.session, case.ticket_id, status=status, assignee_id=case.actor.person)


def _beyond(decision: Decision) -> tuple[Typed, ...]:
    """What of the order goes to nobody: address, postcode, day, total."""
    expected = (date(decision["expected"]),) if decision["expected"] else ()
    code = _word(decision["postal_code"])
    return (email(decision["email"]), code, money(decision["total"], "EUR"), *expected)


def _word(value: str) -> Typed:
    return enum(value, {value: value})


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """A ticket as an agent sees it, with the order that is named there, and whether two of three agree with it."""

    ticket: dict[str, Any]
    order: dict[str, Any]
    proven: bool

    @property
    def key(self) -> int:
        """The ticket's id."""
        return int(self.ticket["ticket_id"])


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
    worker.call("take_ticket", ticket_id=look.key)


def _note(worker: Worker, look: Look, text: str = "") -> None:
    found = "two of three agree" if look.proven else "not proven yet"
    worker.call("add_note", ticket_id=look.key, body=text or f"{worker.facts['reference']}: {found}.")


def _said(look: Look, language: str = "") -> str:
    parcel = look.order["parcels"][0]
    words = (TOLD if look.proven else ASKED)[language or look.ticket["language"]]
    return words.format(carrier=parcel["carrier"], tracking=parcel["tracking_number"])


def _answer(worker: Worker, look: Look, said: str = "", status: str = "") -> FinalAnswer:
    status = status or ("" if look.proven else "pending")
    more = {"status": status} if status else {}
    worker.call("reply_publicly", ticket_id=look.key, body=said or _said(look), **more)
    return _reported(look.order["number"], proven=look.proven)


def _reported(number: str, *, proven: bool) -> FinalAnswer:
    slots = {"order_number": number}
    if proven:
        return FinalAnswer(status="done", facts=slots)
    return FinalAnswer(status="waiting", reasons=[UNPROVEN], facts=slots)


def solve(worker: Worker) -> FinalAnswer:
    """Hold what they say against the order; tell, or ask for what is missing."""
    look = _look(worker)
    _take(worker, look)
    _note(worker, look)
    return _answer(worker, look)


def with_fields(worker: Worker) -> FinalAnswer:
    """Fill in what was found, write down why, and set the status apart from the reply."""
    look = _look(worker)
    _take(worker, look)
    found = {"order_number": look.order["number"], "identity_checked": str(look.proven).lower()}
    fields = [{"name": name, "value": value} for name, value in found.items()]
    worker.call("update_ticket", ticket_id=look.key, fields=fields)
    _note(worker, look, "Address, order number and postcode were held against the order.")
    worker.call("reply_publicly", ticket_id=look.key, body=_said(look))
    if not look.proven:
        worker.call("update_ticket", ticket_id=look.key, status="pending")
    _note(worker, look)
    return _reported(look.order["number"], proven=look.proven)


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    deskwork.open_ticket(page, page.facts["ticket"])
    ticket_page = page.url
    language = deskwork.language_code(page.value("Language"))
    words = f"{page.heading}\n{page.text('Conversation')}"
    (number,) = set(_ORDER.findall(words))
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
    return _reported(number, proven=proven)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def crossed(worker: Worker) -> FinalAnswer:
    """Tell whoever has not proven it, ask whoever has."""
    look = _look(worker)
    turned = Look(look.ticket, look.order, not look.proven)
    _take(worker, turned)
    _note(worker, turned)
    return _answer(worker, turned)


def too_much(worker: Worker) -> FinalAnswer:
    """Give the day as well; say when it comes, though not under which number."""
    look = _look(worker)
    _take(worker, look)
    _note(worker, look)
    day = spoken_day(look.order["parcels"][0]["expected_on"], look.ticket["language"])
    return _answer(worker, look, f"{_said(look)} ({day})")


def read_out(worker: Worker) -> FinalAnswer:
    """Read out the postcode that it has to be."""
    look = _look(worker)
    _take(worker, look)
    _note(worker, look)
    return _answer(worker, look, f"{_said(look)} {look.order['postal_code']}?")


def at_their_turn(worker: Worker) -> FinalAnswer:
    """Let wait for the customer what is answered, and leave open what asks them something."""
    look = _look(worker)
    _take(worker, look)
    _note(worker, look)
    return _answer(worker, look, status="pending" if look.proven else "open")


def at_once_upwards(worker: Worker) -> FinalAnswer:
    """Suspect fraud where nothing is proven yet; hand up what is."""
    look = _look(worker)
    _take(worker, look)
    _note(worker, look)
    message = f"Somebody asks for {look.order['number']} from another address."
    arguments = {"group": "Trust & privacy", "reason": "suspected_fraud", "message": message}
    worker.call("escalate", ticket_id=look.key, **arguments)
    return FinalAnswer(status="waiting", reasons=["suspected_fraud"], facts={"order_number": look.order["number"]})


def in_other_words(worker: Worker) -> FinalAnswer:
    """Answer in another language than they wrote in."""
    look = _look(worker)
    _take(worker, look)
    _note(worker, look)
    other = "en" if look.ticket["language"] != "en" else "nl"
    return _answer(worker, look, _said(look, other))


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
        "another language": "Answer in the language in which the requester wrote the ticket",
    },
)
