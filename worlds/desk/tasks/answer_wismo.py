"""Answer somebody who has one of two parcels and asks for the other: tell of it, or have it traced.

What is typically got wrong: the number of the parcel that has come, a day that nobody knows, tracing what is merely
late.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from worlds.desk.rulings.answer_wismo import TRACE, ruling
from worlds.desk.tasks import deskwork
from worlds.desk.tasks.casework import (
    diagnosis,
    escalated,
    noted,
    receivers,
    replied,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
)
from worlds.desk.tasks.parcelwork import (
    asked_for_parcels,
    awaited,
    day_told,
    fields_filled,
    is_missing,
    never_said,
    open_order,
    order_of,
    parcel_on_page,
    spoken_day,
    told_of,
)
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import date, enum, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, TRACE)
REASON: Final = "needs_diagnosis"
TRACED: Final = {
    "en": "Thank you for asking. We have asked {carrier} to look for the parcel with the number {tracking}, and write "
    "to you once they have answered.",
    "nl": "Dank voor uw bericht. Wij laten {carrier} zoeken naar het pakket met nummer {tracking} en schrijven u zodra "
    "zij antwoord geven.",
    "de": "Danke für Ihre Nachricht. Wir lassen {carrier} nach der Sendung mit der Nummer {tracking} suchen und "
    "schreiben Ihnen, sobald die Antwort da ist.",
    "fr": "Merci de votre message. Nous faisons rechercher par {carrier} le colis numéro {tracking} et revenons vers "
    "vous dès que la réponse est là.",
}

WORDINGS = (
    "{ticket} is yours: they have one parcel and ask where the other one is. Answer by our page on parcels, with the "
    "parcel's tracking number in your reply, and do what else follows from it. Today is {today}. Put {reference} into "
    "the internal note that you leave, and tell me the tracking_number.",
    "Could you finish {ticket} today, {today}? Part of an order has not come. I want a reply that names the parcel by "
    "its tracking number, an internal note with {reference}, and whatever the handbook asks for beyond that. Report "
    "the tracking_number of the parcel in question.",
    "Hand-over of the shift, {today}: {ticket} asks for the rest of an order. See which parcel it is and how things "
    "stand with it; write to the customer (tracking number included), leave a note for us under {reference}, and "
    "proceed as the rules say. I keep a list, so give me the tracking_number.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket about an order in two parcels, of which one has come; `branch` says which way is right."""

    branch: str
    ticket_id: int
    number: int
    actor: Actor


def _cases(draw: Draw) -> list[Case]:
    cases = []
    for one in asked_for_parcels(draw):
        come = [parcel.delivered_at is not None for parcel in one.parcels]
        if sorted(come) == [False, True] and one.order.status == "shipped":
            target, facts = {"ticket": [one.ticket.id]}, {"reference": ""}
            branch = ruling(Situation(draw.session, draw.now, target, facts))["branch"]
            cases.append(Case(branch, one.ticket.id, one.ticket.number, one.actor))
    return cases


def instance(draw: Draw) -> Instance:
    """A ticket, the day, and a reference."""
    case = draw.pick(_cases, branch=draw.branch(BRANCHES))
    target = {"ticket": [case.ticket_id]}
    facts = {"ticket": spoken(case.number), "reference": f"HO-{draw.rng('reference').randrange(10_000, 99_999)}"}
    day = ruling(Situation(draw.session, draw.now, target, facts))["today"]
    facts["today"] = spoken_day(day, "en")
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
    tracking, reference = record(decision["tracking_number"]), record(decision["quoted"])
    order, expected = record(decision["order"]), date(decision["expected"])
    carrier = enum(decision["carrier"], {decision["carrier"]: decision["carrier"]})
    never = (record(decision["other"]), reference, *never_said(decision["language"], decision["today"]))
    told = receivers(draw.session, case.ticket_id)
    allowed = [
        spare_note(case.ticket_id, (reference,)),
        *fields_filled(
            draw.session, case.ticket_id, parcel=decision["tracking_number"], identity_checked="true"
        ),
    ]  # fmt: skip
    slots = {"tracking_number": tracking}
    if decision["branch"] == SOLVABLE:
        done = [
            *replied(case.ticket_id, told, tracking, carrier, expected, never=never),
            *ticket_set(draw.session, case.ticket_id, status="solved"),
            noted(case.ticket_id, reference),
        ]
        return Expectation(any_of=[Bundle(required=done, allowed=allowed)], answer=Answer("done", slots))
    handed = [
        *replied(case.ticket_id, told, tracking, never=(expected, *never)),
        diagnosis(case.ticket_id, order, tracking, expected, reference),
        *escalated(draw.session, case.ticket_id, "Delivery", REASON, never=(reference,)),
    ]
    return Expectation(
        any_of=[Bundle(required=handed, allowed=allowed)], answer=Answer("waiting", slots, reasons=[REASON])
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """A ticket as an agent sees it, with the order behind it, the parcel that is late, and whether it is missing."""

    ticket: dict[str, Any]
    order: dict[str, Any]
    parcel: dict[str, Any]
    missing: bool


def _look(worker: Worker) -> Look:
    ticket = ticket_numbered(worker, worker.facts["ticket"])
    order = order_of(worker, ticket)
    parcel = awaited(order)
    return Look(ticket, order, parcel, is_missing(parcel["expected_on"], day_told(worker.facts["today"])))


def _reply(worker: Worker, look: Look, text: str, status: str = "") -> None:
    more = {"status": status} if status else {}
    worker.call("reply_publicly", ticket_id=look.ticket["ticket_id"], body=text, **more)


def _note(worker: Worker, look: Look, text: str) -> None:
    worker.call("add_note", ticket_id=look.ticket["ticket_id"], body=text)


def _found_out(number: str, parcel: dict[str, Any], reference: str) -> str:
    return (
        f"Diagnosis: {reference}. The customer asks for the second parcel of {number}. {parcel['carrier']} "
        f"{parcel['tracking_number']} was expected on {parcel['expected_on']} and is not delivered. The customer knows "
        "that it is looked for."
    )


def _escalate(worker: Worker, look: Look, text: str = "Please have the carrier look for the parcel.") -> None:
    worker.call("escalate", ticket_id=look.ticket["ticket_id"], group="Delivery", reason=REASON, message=text)


def _reported(tracking: str, *, missing: bool) -> FinalAnswer:
    slots = {"tracking_number": tracking}
    if missing:
        return FinalAnswer(status="waiting", reasons=[REASON], facts=slots)
    return FinalAnswer(status="done", facts=slots)


def _told(look: Look, parcel: dict[str, Any] | None = None, language: str = "") -> str:
    """What the requester is told, of a parcel, in a language."""
    language = language or look.ticket["language"]
    return told_of(parcel or look.parcel, language, TRACED[language] if look.missing else "")


def _trace(worker: Worker, look: Look, said: str = "") -> FinalAnswer:
    _reply(worker, look, said or _told(look))
    _note(worker, look, _found_out(look.order["number"], look.parcel, worker.facts["reference"]))
    _escalate(worker, look)
    return _reported(look.parcel["tracking_number"], missing=True)


def _tell(worker: Worker, look: Look, said: str = "", status: str = "solved") -> FinalAnswer:
    _note(worker, look, f"{worker.facts['reference']}: told where the second parcel is.")
    _reply(worker, look, said or _told(look), status)
    return _reported(look.parcel["tracking_number"], missing=False)


def solve(worker: Worker) -> FinalAnswer:
    """Find the parcel that is late, and count the working days since it was expected."""
    look = _look(worker)
    return (_trace if look.missing else _tell)(worker, look)


def with_fields(worker: Worker) -> FinalAnswer:
    """Fill in what the ticket leaves open, leave a note of it, and set the status apart from the reply."""
    look = _look(worker)
    found = {"parcel": look.parcel["tracking_number"], "identity_checked": "true"}
    fields = [{"name": name, "value": value} for name, value in found.items()]
    worker.call("update_ticket", ticket_id=look.ticket["ticket_id"], fields=fields)
    _note(worker, look, "Address and order number agree with the order; it is the later parcel that has not come.")
    if look.missing:
        return _trace(worker, look)
    answer = _tell(worker, look, status="open")
    worker.call("update_ticket", ticket_id=look.ticket["ticket_id"], status="solved")
    return answer


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    deskwork.open_ticket(page, page.facts["ticket"])
    ticket_page = page.url
    number, language = page.value("Order number *"), deskwork.language_code(page.value("Language"))
    open_order(page, number)
    parcel = parcel_on_page(page)
    page.open(ticket_page)
    missing = is_missing(parcel["expected_on"], day_told(page.facts["today"]))
    said = told_of(parcel, language, TRACED[language] if missing else "")
    if not missing:
        deskwork.note(page, f"{page.facts['reference']}: told where the second parcel is.")
        deskwork.reply(page, said, "Solved")
        return _reported(parcel["tracking_number"], missing=False)
    deskwork.reply(page, said)
    deskwork.note(page, _found_out(number, parcel, page.facts["reference"]))
    deskwork.escalate(page, "Delivery", "Needs diagnosis", "Please have the carrier look for the parcel.")
    return _reported(parcel["tracking_number"], missing=True)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def first_parcel(worker: Worker) -> FinalAnswer:
    """Name the parcel that has come as well."""
    look = _look(worker)
    come = next(one for one in look.order["parcels"] if one is not look.parcel)
    said = f"{_told(look)} ({come['tracking_number']})"
    return (_trace if look.missing else _tell)(worker, look, said)


def crossed(worker: Worker) -> FinalAnswer:
    """Have traced what is merely late, and comfort where it is missing."""
    look = _look(worker)
    turned = Look(look.ticket, look.order, look.parcel, not look.missing)
    return (_trace if turned.missing else _tell)(worker, turned)


def promised(worker: Worker) -> FinalAnswer:
    """Promise a day."""
    look = _look(worker)
    soon = spoken_day("2026-03-18", look.ticket["language"])
    return (_trace if look.missing else _tell)(worker, look, f"{_told(look)} {soon}!")


def half_done(worker: Worker) -> FinalAnswer:
    """Leave a ticket waiting for its requester that has its answer; hand up without a diagnosis."""
    look = _look(worker)
    if not look.missing:
        return _tell(worker, look, status="pending")
    _reply(worker, look, _told(look))
    _note(worker, look, f"{worker.facts['reference']}: second parcel of {look.order['number']}.")
    _escalate(worker, look)
    return _reported(look.parcel["tracking_number"], missing=True)


def in_other_words(worker: Worker) -> FinalAnswer:
    """Answer in another language than they wrote in."""
    look = _look(worker)
    other = "en" if look.ticket["language"] != "en" else "nl"
    return (_trace if look.missing else _tell)(worker, look, _told(look, language=other))


def wordless(worker: Worker) -> FinalAnswer:
    """Do everything but answer."""
    look = _look(worker)
    reference, tracking = worker.facts["reference"], look.parcel["tracking_number"]
    if look.missing:
        _note(worker, look, _found_out(look.order["number"], look.parcel, reference))
        _escalate(worker, look)
    else:
        _note(worker, look, f"{reference}: {tracking} is under way.")
        worker.call("update_ticket", ticket_id=look.ticket["ticket_id"], status="solved")
    return _reported(tracking, missing=look.missing)


def answered_twice(worker: Worker) -> FinalAnswer:
    """Answer, and then answer again in what follows."""
    look = _look(worker)
    _reply(worker, look, _told(look))
    return (_trace if look.missing else _tell)(worker, look)


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    look = _look(worker)
    if not look.missing:
        _note(worker, look, "Told where the second parcel is.")
        _reply(worker, look, _told(look), "solved")
    else:
        _reply(worker, look, _told(look))
        _note(worker, look, _found_out(look.order["number"], look.parcel, "Second parcel"))
        _escalate(worker, look)
    return _reported(look.parcel["tracking_number"], missing=look.missing)


FAMILY = Family(
    name="answer-wismo",
    title="Answer where the second parcel is",
    point="the parcel that is late is told of, the one that is missing is traced; only working days tell which it is",
    role="agent",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"with the fields filled in": with_fields},
    mistakes={
        "the parcel that has come": first_parcel,
        "the other way": crossed,
        "a day promised": promised,
        "half done": half_done,
        "another language": in_other_words,
        "no answer": wordless,
        "answered twice": answered_twice,
        "no reference": unquoted,
    },
    unenforced={
        "the parcel that has come": "The number of another parcel is a wrong answer.",
        "the other way": "A parcel that is merely late, by less than 5 working days, is not escalated.",
        "a day promised": "no day, no refund, no second parcel promised",
        "half done": "A ticket is set to pending only together with a public reply that asks the requester a question.",
        "another language": "Answer in the language in which the requester wrote the ticket",
        "no answer": "Solving does not stand for an answer.",
    },
)
