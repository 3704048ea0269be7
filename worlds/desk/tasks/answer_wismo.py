"""Answer somebody who has one of two parcels and asks for the other: tell of it, or have it traced.

What is typically got wrong: the number of the parcel that has come, a day that nobody knows, tracing what is merely
late.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from worlds.desk.rulings.answer_wismo import TRACE, ruling
from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.casework import (
    IN_THEIR_LANGUAGE,
    PENDING_ASKS,
    SOLVED_ANSWERS,
    another_language,
    diagnosis,
    escalated,
    noted,
    receivers,
    reference,
    replied,
    reported,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
    to_report,
    word,
)
from worlds.desk.tasks.parcelwork import (
    asked_for_parcels,
    awaited,
    awaited_on_page,
    day_told,
    is_missing,
    never_said,
    order_of,
    spoken_day,
    today_in_the_house,
    told_of,
)
from worlds.desk.tasks.ticket_fields import may_be_filled
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import FinalAnswer
from worlds.graders.effects import Before
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import date, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, TRACE)
REASON: Final = "needs_diagnosis"
PLEASE: Final = "Please have the carrier look for the parcel."
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
    today = spoken_day(today_in_the_house(draw.now), "en")
    facts = {"ticket": spoken(case.number), "reference": reference(draw, "HO"), "today": today}
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
    tracking, quoted = record(decision["tracking_number"]), record(decision["quoted"])
    order, expected = record(decision["order"]), date(decision["expected"])
    never = (record(decision["other"]), quoted, *never_said(decision["language"], decision["today"]))
    told = receivers(draw.session, case.ticket_id)
    allowed = [
        spare_note(case.ticket_id, (quoted,)),
        *may_be_filled(draw.session, case.ticket_id, parcel=decision["tracking_number"], identity_checked="true"),
    ]
    slots = {"tracking_number": tracking}
    if decision["branch"] == SOLVABLE:
        done = [
            *replied(case.ticket_id, told, tracking, word(decision["carrier"]), expected, never=never),
            *ticket_set(draw.session, case.ticket_id, status="solved"),
            noted(case.ticket_id, quoted),
        ]
        solved_with_it = [Before("reply", "ticket")]
        return Expectation(
            any_of=[Bundle(required=done, allowed=allowed, order=solved_with_it)], answer=to_report(slots)
        )
    handed = [
        *replied(case.ticket_id, told, tracking, never=(expected, *never)),
        diagnosis(case.ticket_id, order, tracking, expected, quoted),
        *escalated(draw.session, case.ticket_id, "Delivery", REASON, never=(quoted,)),
    ]
    turns = [Before("reply", "diagnosis"), Before("diagnosis", "escalation")]
    return Expectation(any_of=[Bundle(required=handed, allowed=allowed, order=turns)], answer=to_report(slots, REASON))


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


def _found_out(number: str, parcel: dict[str, Any], quoted: str) -> str:
    return (
        f"Diagnosis: {quoted}. The customer asks for the second parcel of {number}. {parcel['carrier']} "
        f"{parcel['tracking_number']} was expected on {parcel['expected_on']} and is not delivered. The customer knows "
        "that it is looked for."
    )


def _escalate(worker: Worker, look: Look) -> None:
    toolwork.escalate(worker, look.ticket, "Delivery", REASON, PLEASE)


def _report(tracking: str, *, missing: bool) -> FinalAnswer:
    return reported({"tracking_number": tracking}, REASON if missing else "")


def _told(look: Look, parcel: dict[str, Any] | None = None, language: str = "") -> str:
    """What the requester is told, of a parcel, in a language."""
    language = language or look.ticket["language"]
    return told_of(parcel or look.parcel, language, TRACED[language] if look.missing else "")


def _trace(worker: Worker, look: Look, said: str = "") -> FinalAnswer:
    toolwork.reply(worker, look.ticket, said or _told(look))
    toolwork.note(worker, look.ticket, _found_out(look.order["number"], look.parcel, worker.facts["reference"]))
    _escalate(worker, look)
    return _report(look.parcel["tracking_number"], missing=True)


def _tell(worker: Worker, look: Look, said: str = "", status: str = "solved") -> FinalAnswer:
    toolwork.note(worker, look.ticket, f"{worker.facts['reference']}: told where the second parcel is.")
    toolwork.reply(worker, look.ticket, said or _told(look), status)
    return _report(look.parcel["tracking_number"], missing=False)


def _settle(worker: Worker, look: Look, said: str = "") -> FinalAnswer:
    return (_trace if look.missing else _tell)(worker, look, said)


def solve(worker: Worker) -> FinalAnswer:
    """Find the parcel that is late, and count the working days since it was expected."""
    return _settle(worker, _look(worker))


def with_fields(worker: Worker) -> FinalAnswer:
    """Fill in what the ticket leaves open, leave a note of it, and set the status apart from the reply."""
    look = _look(worker)
    toolwork.fill_in(worker, look.ticket, parcel=look.parcel["tracking_number"], identity_checked="true")
    toolwork.note(
        worker, look.ticket, "Address and order number agree with the order; it is the later parcel that has not come."
    )
    if look.missing:
        return _trace(worker, look)
    answer = _tell(worker, look, status="open")
    toolwork.change(worker, look.ticket, status="solved")
    return answer


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    deskwork.open_ticket(page, page.facts["ticket"])
    number, parcel, language = awaited_on_page(page)
    missing = is_missing(parcel["expected_on"], day_told(page.facts["today"]))
    said = told_of(parcel, language, TRACED[language] if missing else "")
    if not missing:
        deskwork.note(page, f"{page.facts['reference']}: told where the second parcel is.")
        deskwork.reply(page, said, "Solved")
        return _report(parcel["tracking_number"], missing=False)
    deskwork.reply(page, said)
    deskwork.note(page, _found_out(number, parcel, page.facts["reference"]))
    deskwork.escalate(page, "Delivery", "Needs diagnosis", PLEASE)
    return _report(parcel["tracking_number"], missing=True)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def first_parcel(worker: Worker) -> FinalAnswer:
    """Name the parcel that has come as well."""
    look = _look(worker)
    come = next(one for one in look.order["parcels"] if one is not look.parcel)
    said = f"{_told(look)} ({come['tracking_number']})"
    return _settle(worker, look, said)


def crossed(worker: Worker) -> FinalAnswer:
    """Have traced what is merely late, and comfort where it is missing."""
    look = _look(worker)
    return _settle(worker, replace(look, missing=not look.missing))


def promised(worker: Worker) -> FinalAnswer:
    """Promise a day."""
    look = _look(worker)
    soon = spoken_day("2026-03-18", look.ticket["language"])
    return _settle(worker, look, f"{_told(look)} {soon}!")


def half_done(worker: Worker) -> FinalAnswer:
    """Leave a ticket waiting for its requester that has its answer; hand up without a diagnosis."""
    look = _look(worker)
    if not look.missing:
        return _tell(worker, look, status="pending")
    toolwork.reply(worker, look.ticket, _told(look))
    toolwork.note(worker, look.ticket, f"{worker.facts['reference']}: second parcel of {look.order['number']}.")
    _escalate(worker, look)
    return _report(look.parcel["tracking_number"], missing=True)


def handed_up_first(worker: Worker) -> FinalAnswer:
    """Hand it up, and only then write down why and answer; leave open what is merely late."""
    look = _look(worker)
    if not look.missing:
        return _tell(worker, look, status="open")
    _escalate(worker, look)
    toolwork.note(worker, look.ticket, _found_out(look.order["number"], look.parcel, worker.facts["reference"]))
    toolwork.reply(worker, look.ticket, _told(look))
    return _report(look.parcel["tracking_number"], missing=True)


def in_other_words(worker: Worker) -> FinalAnswer:
    """Answer in another language than they wrote in."""
    look = _look(worker)
    return _settle(worker, look, _told(look, language=another_language(look.ticket["language"])))


def wordless(worker: Worker) -> FinalAnswer:
    """Do everything but answer."""
    look = _look(worker)
    quoted, tracking = worker.facts["reference"], look.parcel["tracking_number"]
    if look.missing:
        toolwork.note(worker, look.ticket, _found_out(look.order["number"], look.parcel, quoted))
        _escalate(worker, look)
    else:
        toolwork.note(worker, look.ticket, f"{quoted}: {tracking} is under way.")
        toolwork.change(worker, look.ticket, status="solved")
    return _report(tracking, missing=look.missing)


def answered_twice(worker: Worker) -> FinalAnswer:
    """Answer, and then answer again in what follows."""
    look = _look(worker)
    toolwork.reply(worker, look.ticket, _told(look))
    return _settle(worker, look)


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    look = _look(worker)
    if not look.missing:
        toolwork.note(worker, look.ticket, "Told where the second parcel is.")
        toolwork.reply(worker, look.ticket, _told(look), "solved")
    else:
        toolwork.reply(worker, look.ticket, _told(look))
        toolwork.note(worker, look.ticket, _found_out(look.order["number"], look.parcel, "Second parcel"))
        _escalate(worker, look)
    return _report(look.parcel["tracking_number"], missing=look.missing)


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
        "handed up first": handed_up_first,
        "another language": in_other_words,
        "no answer": wordless,
        "answered twice": answered_twice,
        "no reference": unquoted,
    },
    unenforced={
        "the parcel that has come": "The number of another parcel is a wrong answer.",
        "the other way": "A parcel that is merely late, by less than 5 working days, is not escalated.",
        "a day promised": "no day, no refund, no second parcel promised",
        "half done": PENDING_ASKS,
        "handed up first": "answer the customer first, then write the diagnosis, then hand the ticket up",
        "another language": IN_THEIR_LANGUAGE,
        "no answer": SOLVED_ANSWERS,
    },
)
