"""Somebody asks for their parcel: who has not said for which order is asked, and told once they have answered.

What is typically got wrong: guessing the order, asking for what a file on the ticket says, reading numbers out to them,
asking again before they have answered, and taking whatever number they give for theirs.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from worlds.desk.people import requester
from worlds.desk.rulings.ask_and_continue import ASK, ruling
from worlds.desk.tasks import deskwork
from worlds.desk.tasks.awaited_orders import ASKED, ASKED_AGAIN, BESIDE, Case, answered, cases, filled, sheet
from worlds.desk.tasks.casework import (
    noted,
    orders_in,
    orders_named,
    put_into,
    receivers,
    replied,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
)
from worlds.desk.tasks.parcelwork import awaited, fields_filled, never_said, open_order, parcel_on_page, told_of
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Before, Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import Typed, date, enum, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, ASK)
DAY: Final = 1_440
LONG: Final = 6 * DAY
"""Minutes after which nobody waits for an answer any more."""
MOST: Final = 2
"""Answers that do not agree, after which the page on identity has a ticket handed up."""

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
    facts = {"ticket": spoken(case.number), "reference": f"PW-{draw.rng('reference').randrange(10_000, 99_999)}"}
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
    tracking, reference = record(decision["tracking_number"]), record(decision["quoted"])
    carrier = enum(decision["carrier"], {decision["carrier"]: decision["carrier"]})
    others = [record(one) for pair in decision["others"].items() for one in pair]
    unsaid: tuple[Typed, ...] = (*others, reference, *never_said(decision["language"], decision["today"]))
    told = receivers(session, ticket_id)
    required: list[Effect] = [
        *replied(ticket_id, told, tracking, carrier, date(decision["expected"]), never=unsaid),
        *ticket_set(session, ticket_id, status="solved"),
        filled(session, ticket_id, decision["order"]),
        noted(ticket_id, reference),
    ]
    order_of_work, never = [], ["hold", "pending"]
    if decision["branch"] == ASK:
        never.remove("pending")
        hidden = (*unsaid, tracking, record(decision["order"]))
        given = [one for one in (decision["slip"], decision["order"]) if one]
        for at, number in enumerate(given, start=1):  # who asks twice at once does not set it to pending twice
            required += replied(ticket_id, told, never=hidden, name=f"question-{at}")
            required.append(answered(ticket_id, number, f"answer-{at}"))
        required.append(put_into(ticket_id, "pending", "pending", len(given)))
        required.append(put_into(ticket_id, "solved", "solved-out-of-open", out_of="open"))  # nothing was waited for
        order_of_work.append(Before(f"answer-{len(given)}", "reply"))
    allowed = [
        spare_note(ticket_id, (reference,)),
        *fields_filled(session, ticket_id, parcel=decision["tracking_number"], identity_checked="true"),
    ]
    return Expectation(
        any_of=[Bundle(required=required, allowed=allowed, order=order_of_work)],
        forbidden=[put_into(ticket_id, one, f"not-{one}") for one in never],
        answer=Answer("done", {"tracking_number": tracking}),
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    return ticket_numbered(worker, worker.facts["ticket"])


def _heard(ticket: dict[str, Any]) -> int:
    return sum(one["author_role"] == "end_user" for one in ticket["comments"])


def _named(worker: Worker, ticket: dict[str, Any]) -> set[str]:
    """The numbers of orders that the requester has given, in words or in files."""
    numbers = orders_named(ticket)
    for said in ticket["comments"]:
        for file in said["attachments"]:
            if said["author_role"] == "end_user" and file["scan_state"] == "clean":
                numbers |= orders_in(worker.call("get_attachment", attachment_id=file["attachment_id"])["content"])
    return numbers


def _proven(worker: Worker, ticket: dict[str, Any]) -> dict[str, Any] | None:
    """The order that the requester has named and that was placed from their address; None where there is none."""
    for number in sorted(_named(worker, ticket)):
        for row in worker.call("find_orders", number=number)["items"]:
            if row["email"].casefold() == (ticket["requester"]["email"] or "").casefold():
                order: dict[str, Any] = worker.call("get_order", order_id=row["order_id"])
                return order
    return None


def _ask(worker: Worker, ticket: dict[str, Any], text: str, status: str | None = "pending") -> None:
    more = {} if status is None else {"status": status}
    worker.call("reply_publicly", ticket_id=ticket["ticket_id"], body=text, **more)


def _wait(worker: Worker, ticket: dict[str, Any], *, minutes: int = 0) -> dict[str, Any]:
    """The ticket once its requester has written again, within some days."""
    before, waited = _heard(ticket), 0
    while _heard(ticket := worker.call("get_ticket", ticket_id=ticket["ticket_id"])) == before and waited < LONG:
        if minutes:
            worker.call("wait", minutes=minutes)
        else:
            worker.call("wait", minutes=DAY, for_message=True)
            worker.call("read_inbox", unread_only=True)
        waited += minutes or DAY
    return ticket


def _note(worker: Worker, ticket: dict[str, Any], text: str = "") -> None:
    said = text or f"{worker.facts['reference']}: told where the parcel is."
    worker.call("add_note", ticket_id=ticket["ticket_id"], body=said)


def _fill_in(worker: Worker, ticket: dict[str, Any], **fields: str) -> None:
    given = [{"name": name, "value": value} for name, value in fields.items()]
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], fields=given)


def _reported(tracking: str) -> FinalAnswer:
    return FinalAnswer(status="done", facts={"tracking_number": tracking})


def _finish(worker: Worker, ticket: dict[str, Any], order: dict[str, Any], said: str = "") -> FinalAnswer:
    """Tell of the parcel of an order, and leave the ticket as it has to be."""
    parcel = awaited(order)
    _fill_in(worker, ticket, order_number=order["number"])
    _note(worker, ticket)
    _ask(worker, ticket, said or told_of(parcel, ticket["language"]), "solved")
    return _reported(parcel["tracking_number"])


def _asked_for(
    worker: Worker, ticket: dict[str, Any], *, beside: str = "", status: str | None = "pending", minutes: int = 0
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The ticket and the order, once the requester has named it: asked as often as it takes."""
    texts = [ASKED[ticket["language"]], ASKED_AGAIN[ticket["language"]]]
    order = _proven(worker, ticket)
    for text in texts[:MOST]:
        if order is None:
            _ask(worker, ticket, text + beside, status)
            if status is None:
                worker.call("update_ticket", ticket_id=ticket["ticket_id"], status="pending")
            ticket = _wait(worker, ticket, minutes=minutes)
            order = _proven(worker, ticket)
    if order is None:
        raise LookupError(f"the requester of {ticket['number']} has not proven who they are")
    return ticket, order


def solve(worker: Worker) -> FinalAnswer:
    """Look what they have named; ask where it is nothing, wait, and answer."""
    return _finish(worker, *_asked_for(worker, _find(worker)))


def step_by_step(worker: Worker) -> FinalAnswer:
    """Ask for the postcode as well, look now and then, fill in more than is needed, and set each status apart."""
    ticket = _find(worker)
    beside = BESIDE[ticket["language"]]
    ticket, order = _asked_for(worker, ticket, beside=beside, status=None, minutes=5 * 60)
    parcel = awaited(order)
    found = {"order_number": order["number"], "parcel": parcel["tracking_number"], "identity_checked": "true"}
    _fill_in(worker, ticket, **found)
    _note(worker, ticket)
    _note(worker, ticket, "Address and order number agree with the order.")
    _ask(worker, ticket, told_of(parcel, ticket["language"]), None)
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], status="solved")
    return _reported(parcel["tracking_number"])


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
    return _reported(parcel["tracking_number"])


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
    named = _named(worker, ticket)
    return _finish(worker, ticket, next(one for one in _under_way(worker, ticket) if one["number"] not in named))


def nudged(worker: Worker) -> FinalAnswer:
    """Ask once more than is needed: before they have answered, or what they have said."""
    ticket = _find(worker)
    _ask(worker, ticket, ASKED[ticket["language"]])
    if not _named(worker, ticket):
        worker.call("wait", minutes=2)
        _ask(worker, ticket, ASKED_AGAIN[ticket["language"]])
    ticket = _wait(worker, ticket)
    return _finish(worker, *_asked_for(worker, ticket))


def half_done(worker: Worker) -> FinalAnswer:
    """Ask without setting the ticket to pending; set it to pending without asking."""
    ticket = _find(worker)
    if _proven(worker, ticket) is None:
        _ask(worker, ticket, ASKED[ticket["language"]], "open")
        ticket = _wait(worker, ticket)
    else:
        worker.call("update_ticket", ticket_id=ticket["ticket_id"], status="pending")
    return _finish(worker, *_asked_for(worker, ticket))


def pending_again(worker: Worker) -> FinalAnswer:
    """Set the ticket to pending once they have answered, when it is the desk's turn."""
    ticket, order = _asked_for(worker, _find(worker))
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], status="pending")
    return _finish(worker, ticket, order)


def on_hold(worker: Worker) -> FinalAnswer:
    """Put the ticket on hold while nobody outside the desk is waited for."""
    ticket, order = _asked_for(worker, _find(worker))
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], status="hold")
    return _finish(worker, ticket, order)


def read_out(worker: Worker) -> FinalAnswer:
    """Read the numbers of their orders out to them."""
    ticket = _find(worker)
    numbers = ", ".join(one["number"] for one in _under_way(worker, ticket))
    order = _proven(worker, ticket)
    if order is not None:
        return _finish(worker, ticket, order, f"{told_of(awaited(order), ticket['language'])} ({numbers})")
    return _finish(worker, *_asked_for(worker, ticket, beside=f" {numbers}?"))


def both_parcels(worker: Worker) -> FinalAnswer:
    """Give the numbers of all parcels that are under way."""
    ticket, order = _asked_for(worker, _find(worker))
    numbers = ", ".join(awaited(one)["tracking_number"] for one in _under_way(worker, ticket))
    return _finish(worker, ticket, order, f"{told_of(awaited(order), ticket['language'])} ({numbers})")


def in_other_words(worker: Worker) -> FinalAnswer:
    """Answer in another language than they wrote in."""
    ticket, order = _asked_for(worker, _find(worker))
    other = "en" if ticket["language"] != "en" else "nl"
    return _finish(worker, ticket, order, told_of(awaited(order), other))


def untold(worker: Worker) -> FinalAnswer:
    """Do everything but answer."""
    ticket, order = _asked_for(worker, _find(worker))
    _fill_in(worker, ticket, order_number=order["number"])
    _note(worker, ticket)
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], status="solved")
    return _reported(awaited(order)["tracking_number"])


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    ticket, order = _asked_for(worker, _find(worker))
    parcel = awaited(order)
    _fill_in(worker, ticket, order_number=order["number"])
    _note(worker, ticket, "Told where the parcel is.")
    _ask(worker, ticket, told_of(parcel, ticket["language"]), "solved")
    return _reported(parcel["tracking_number"])


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
        "pending without a question, or not": "A ticket is set to pending only together with a public reply "
        "that asks the requester a question.",
        "pending after the answer": "A ticket is set to pending only together with a public reply "
        "that asks the requester a question.",
        "on hold for nobody": "A ticket is set to on hold only while we wait for somebody outside the desk",
        "numbers read out": "Nothing of the order is read out to check who somebody is.",
        "both parcels": "The number of another parcel is a wrong answer.",
        "another language": "Answer in the language in which the requester wrote the ticket",
        "no answer": "Solving does not stand for an answer.",
    },
)
