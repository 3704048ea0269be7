"""Somebody asks for their parcel: who has not said for which order is asked, and told once they have answered.

What is typically got wrong: guessing the order, asking for what a file on the ticket says, reading numbers out to them,
asking again before they have answered, and taking whatever number they give for theirs.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from worlds.desk.people import requester
from worlds.desk.rulings.ask_and_continue import ASK, ruling
from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.asking_back import (
    ASKED,
    ASKED_AGAIN,
    BESIDE,
    asked_for_order,
    orders_given,
    proven_order,
    until_answered,
)
from worlds.desk.tasks.awaited_orders import Case, answered, cases, sheet
from worlds.desk.tasks.casework import (
    IN_THEIR_LANGUAGE,
    PENDING_ASKS,
    SOLVED_ANSWERS,
    another_language,
    noted,
    orders_in,
    put_into,
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
from worlds.desk.tasks.parcelwork import awaited, never_said, open_order, parcel_on_page, told_of
from worlds.desk.tasks.ticket_fields import filled, may_be_filled
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import FinalAnswer
from worlds.graders.effects import Before, Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import Typed, date, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, ASK)
WORDINGS = (
    "{ticket} is yours: they wait for a parcel. Tell them where it is, with carrier and tracking number, by our pages "
    "on parcels and on who is asking. If you lack something that only they can tell, ask, wait for what they say and "
    "bring it to an end then, however long that takes. Fill in the order number, put {reference} into an internal "
    "note, solve it, and give me the tracking_number.",
    "Please see {ticket} through to the end, it is somebody whose parcel has not come. What they have to say "
    "themselves, they are asked for by the handbook; come back to it when they have answered. I expect a reply with "
    "carrier and tracking number, the order number in its field, a note for us under {reference}, and the ticket "
    "solved. Report the tracking_number.",
    "Hand-over: {ticket}, “where is my parcel”. Nobody has answered yet. Do as our rules say, ask back if you have to "
    "and wait for the answer, then reply (which carrier, which number), fill in the order number and solve. Leave an "
    "internal note with {reference}. I keep the list: which tracking_number was it?",
)


def instance(draw: Draw) -> Instance:
    """A ticket of somebody who waits, and a reference."""
    case = draw.pick(cases, branch=draw.branch(BRANCHES))
    facts = {"ticket": spoken(case.number), "reference": reference(draw, "PW")}
    target = {"ticket": [case.ticket_id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    chance = draw.rng("requester")
    who = requester(
        case.requester, case.ticket_id, facts=sheet(draw.session, decision), language=decision["language"],
        honesty=0.0, thoroughness=0.5, reserved=True, delay=timedelta(hours=2), quotes=chance.random() < 0.4,
        typos=chance.choice((0.0, 0.04)),
    )  # fmt: skip
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=_expectation(draw, case, decision),
        target=target,
        decision=decision,
        people=(who,),
    )


def _expectation(draw: Draw, case: Case, decision: Decision) -> Expectation:
    session, ticket_id = draw.session, case.ticket_id
    tracking, quoted = record(decision["tracking_number"]), record(decision["quoted"])
    others = [record(one) for pair in decision["others"].items() for one in pair]
    unsaid: tuple[Typed, ...] = (*others, quoted, *never_said(decision["language"], decision["today"]))
    told = receivers(session, ticket_id)
    required: list[Effect] = [
        *replied(ticket_id, told, tracking, word(decision["carrier"]), date(decision["expected"]), never=unsaid),
        *ticket_set(session, ticket_id, status="solved"),
        filled(session, ticket_id, "order_number", decision["order"]),
        noted(ticket_id, quoted),
    ]
    solved, order_of_work, never = "ticket", [], ["hold", "pending"]
    if decision["branch"] == ASK:
        never.remove("pending")
        hidden = (*unsaid, tracking, record(decision["order"]))
        given = [one for one in (decision["slip"], decision["order"]) if one]
        for at, number in enumerate(given, start=1):  # who asks twice at once does not set it to pending twice
            required += replied(ticket_id, told, never=hidden, name=f"question-{at}")
            required.append(answered(ticket_id, number, f"answer-{at}"))
        required.append(put_into(ticket_id, "pending", "pending", len(given)))
        solved = "solved-out-of-open"  # nothing was waited for
        required.append(put_into(ticket_id, "solved", solved, out_of="open"))
        order_of_work.append(Before(f"answer-{len(given)}", "reply"))
    order_of_work.append(Before("reply", solved))
    allowed = [
        spare_note(ticket_id, (quoted,)),
        *may_be_filled(session, ticket_id, parcel=decision["tracking_number"], identity_checked="true"),
    ]
    return Expectation(
        any_of=[Bundle(required=required, allowed=allowed, order=order_of_work)],
        forbidden=[put_into(ticket_id, one, f"not-{one}") for one in never],
        answer=to_report({"tracking_number": tracking}),
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    return ticket_numbered(worker, worker.facts["ticket"])


def _note(worker: Worker, ticket: dict[str, Any]) -> None:
    toolwork.note(worker, ticket, f"{worker.facts['reference']}: told where the parcel is.")


def _report(tracking: str) -> FinalAnswer:
    return reported({"tracking_number": tracking})


def _finish(worker: Worker, ticket: dict[str, Any], order: dict[str, Any], said: str = "") -> FinalAnswer:
    """Tell of the parcel of an order, and leave the ticket as it has to be."""
    parcel = awaited(order)
    toolwork.fill_in(worker, ticket, order_number=order["number"])
    _note(worker, ticket)
    toolwork.reply(worker, ticket, said or told_of(parcel, ticket["language"]), "solved")
    return _report(parcel["tracking_number"])


def solve(worker: Worker) -> FinalAnswer:
    """Look what they have named; ask where it is nothing, wait, and answer."""
    return _finish(worker, *asked_for_order(worker, _find(worker)))


def step_by_step(worker: Worker) -> FinalAnswer:
    """Ask for the postcode as well, look now and then, fill in more than is needed, and set each status apart."""
    ticket = _find(worker)
    beside = BESIDE[ticket["language"]]
    ticket, order = asked_for_order(worker, ticket, beside=beside, status="", minutes=5 * 60)
    parcel = awaited(order)
    found = {"order_number": order["number"], "parcel": parcel["tracking_number"], "identity_checked": "true"}
    toolwork.fill_in(worker, ticket, **found)
    _note(worker, ticket)
    toolwork.note(worker, ticket, "Address and order number agree with the order.")
    toolwork.reply(worker, ticket, told_of(parcel, ticket["language"]))
    toolwork.change(worker, ticket, status="solved")
    return _report(parcel["tracking_number"])


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    deskwork.open_ticket(page, page.facts["ticket"])
    ticket_page, language = page.url, deskwork.language_code(page.value("Language"))
    texts = [ASKED[language], ASKED_AGAIN[language]]
    while not (number := _proven_on_page(page, ticket_page)):
        deskwork.reply(page, texts.pop(0), "Pending")
        page.open("/-/workspace/away")
        page.click("button", "Wait for a message")
        page.open("/-/workspace/inbox")
    open_order(page, number)
    parcel = parcel_on_page(page)
    page.open(ticket_page)
    page.fill("Order number *", number)
    page.click("button", "Save the properties")
    deskwork.note(page, f"{page.facts['reference']}: told where the parcel is.")
    deskwork.reply(page, told_of(parcel, language), "Solved")
    return _report(parcel["tracking_number"])


def _proven_on_page(page: "Page", ticket_page: str) -> str:
    """The number of an order of theirs that they have named on the ticket, or nothing; the ticket stays open."""
    page.open(ticket_page)
    named = orders_in(page.text("Conversation"))
    for file in page.names("link", containing=".txt"):
        page.click("link", file)
        named |= orders_in(page.text("What is in the file"))
        page.open(ticket_page)
    page.click("link", "Orders of the requester")
    theirs = {row.cells["Order"] for row in page.rows()}
    page.open(ticket_page)
    return next(iter(sorted(named & theirs)), "")


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _under_way(worker: Worker, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    """The requester's orders that have not come, newest first."""
    rows = worker.call("find_orders", email=ticket["requester"]["email"])["items"]
    orders = [worker.call("get_order", order_id=row["order_id"]) for row in rows]
    return [one for one in orders if any(parcel["delivered_at"] is None for parcel in one["parcels"])]


def guessed(worker: Worker) -> FinalAnswer:
    """Take one of their orders for the one that is meant, without asking; not the one that they have named."""
    ticket = _find(worker)
    named = orders_given(worker, ticket)
    return _finish(worker, ticket, next(one for one in _under_way(worker, ticket) if one["number"] not in named))


def nudged(worker: Worker) -> FinalAnswer:
    """Ask once more than is needed: before they have answered, or what they have said."""
    ticket = _find(worker)
    toolwork.reply(worker, ticket, ASKED[ticket["language"]], "pending")
    if not orders_given(worker, ticket):
        worker.call("wait", minutes=2)
        toolwork.reply(worker, ticket, ASKED_AGAIN[ticket["language"]], "pending")
    ticket = until_answered(worker, ticket)
    return _finish(worker, *asked_for_order(worker, ticket))


def half_done(worker: Worker) -> FinalAnswer:
    """Ask without setting the ticket to pending; set it to pending without asking."""
    ticket = _find(worker)
    if proven_order(worker, ticket) is None:
        toolwork.reply(worker, ticket, ASKED[ticket["language"]], "open")
        ticket = until_answered(worker, ticket)
    else:
        toolwork.change(worker, ticket, status="pending")
    return _finish(worker, *asked_for_order(worker, ticket))


def pending_again(worker: Worker) -> FinalAnswer:
    """Set the ticket to pending once they have answered, when it is the desk's turn."""
    ticket, order = asked_for_order(worker, _find(worker))
    toolwork.change(worker, ticket, status="pending")
    return _finish(worker, ticket, order)


def on_hold(worker: Worker) -> FinalAnswer:
    """Put the ticket on hold while nobody outside the desk is waited for."""
    ticket, order = asked_for_order(worker, _find(worker))
    toolwork.change(worker, ticket, status="hold")
    return _finish(worker, ticket, order)


def read_out(worker: Worker) -> FinalAnswer:
    """Read the numbers of their orders out to them."""
    ticket = _find(worker)
    numbers = ", ".join(one["number"] for one in _under_way(worker, ticket))
    order = proven_order(worker, ticket)
    if order is not None:
        return _finish(worker, ticket, order, f"{told_of(awaited(order), ticket['language'])} ({numbers})")
    return _finish(worker, *asked_for_order(worker, ticket, beside=f" {numbers}?"))


def both_parcels(worker: Worker) -> FinalAnswer:
    """Give the numbers of all parcels that are under way."""
    ticket, order = asked_for_order(worker, _find(worker))
    numbers = ", ".join(awaited(one)["tracking_number"] for one in _under_way(worker, ticket))
    return _finish(worker, ticket, order, f"{told_of(awaited(order), ticket['language'])} ({numbers})")


def in_other_words(worker: Worker) -> FinalAnswer:
    """Answer in another language than they wrote in."""
    ticket, order = asked_for_order(worker, _find(worker))
    return _finish(worker, ticket, order, told_of(awaited(order), another_language(ticket["language"])))


def untold(worker: Worker) -> FinalAnswer:
    """Do everything but answer."""
    ticket, order = asked_for_order(worker, _find(worker))
    toolwork.fill_in(worker, ticket, order_number=order["number"])
    _note(worker, ticket)
    toolwork.change(worker, ticket, status="solved")
    return _report(awaited(order)["tracking_number"])


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    ticket, order = asked_for_order(worker, _find(worker))
    parcel = awaited(order)
    toolwork.fill_in(worker, ticket, order_number=order["number"])
    toolwork.note(worker, ticket, "Told where the parcel is.")
    toolwork.reply(worker, ticket, told_of(parcel, ticket["language"]), "solved")
    return _report(parcel["tracking_number"])


FAMILY = Family(
    name="ask-and-continue",
    title="Ask for which order somebody waits, and answer when they have said it",
    point="what only the requester can tell is asked for once and waited for; what they have said is not asked again",
    role="agent",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"step by step": step_by_step},
    mistakes={
        "guessed": guessed,
        "asked once too often": nudged,
        "pending without a question, or not": half_done,
        "pending after the answer": pending_again,
        "on hold for nobody": on_hold,
        "numbers read out": read_out,
        "both parcels": both_parcels,
        "another language": in_other_words,
        "no answer": untold,
        "no reference": unquoted,
    },
    unenforced={
        "guessed": "A field whose value you do not know is asked for; it is not filled with a guess.",
        "asked once too often": "A requester who has been asked something is not asked again before they have "
        "answered.",
        "pending without a question, or not": PENDING_ASKS,
        "pending after the answer": PENDING_ASKS,
        "on hold for nobody": "A ticket is set to on hold only while we wait for somebody outside the desk",
        "numbers read out": "Nothing of the order is read out to check who somebody is.",
        "both parcels": "The number of another parcel is a wrong answer.",
        "another language": IN_THEIR_LANGUAGE,
        "no answer": SOLVED_ANSWERS,
    },
)
