"""Ask for more goodwill than one may give, wait for the answer, and do what it says: give that much, or nothing.

What is typically got wrong: a credit while the request is pending, a smaller one after a denial, a second approver, the
amount that was asked for where less was allowed, and a customer who is told too early, too much or nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from worlds.desk.models import DeskUser
from worlds.desk.people import approver
from worlds.desk.rulings.goodwill_denied import ruling
from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.broken_articles import Case, cases
from worlds.desk.tasks.casework import (
    IN_THEIR_LANGUAGE,
    SOLVED_ANSWERS,
    another_language,
    other_languages,
    put_into,
    receivers,
    replied,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
    tickets_where,
    word,
)
from worlds.desk.tasks.crew import at_work
from worlds.desk.tasks.goodwill_requests import (
    IN_TIME,
    Heard,
    answered,
    ask,
    credited,
    happenings,
    hear,
    reason,
    requested,
)
from worlds.desk.tasks.goodwill_words import WORDINGS, allowed, told
from worlds.desk.tasks.ticket_fields import field_of, filled
from worlds.engine.fields import format_money, parse_money
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import Answer, FinalAnswer, FromRow
from worlds.graders.effects import Before
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import Typed, money, person, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, "denied")
CAUSES: Final = ("ourselves", "supplier", "warehouse")
"""What a broken article can come from that is the house's fault."""
LEADS_LIMIT: Final = 7_500
"""Cents up to which a team lead decides; above that it is an administrator."""
LIMIT: Final = 2_500
"""Cents that an agent gives without asking."""
TOO_LONG: Final = 3 * 1_440
"""Minutes after which the customer should have been told."""


def instance(draw: Draw) -> Instance:
    """A ticket, what went wrong, an amount above the limit, and who decides about it."""
    case, branch = draw.pick(cases), draw.branch(BRANCHES)
    chance = draw.rng("amount")
    who = chance.choice(at_work(draw.session, "team_lead" if chance.random() < 0.75 else "admin"))
    target = {"ticket": [case.ticket_id]}
    facts = {"ticket": spoken(case.number), "cause": chance.choice(CAUSES), "approver": who.name}
    decision: Decision = {}
    while decision.get("branch") != branch:  # the same ticket can go either way; the amount decides with it
        facts["amount"] = format_money(_asked(who, chance.random()))
        decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=_expectation(draw, case, facts, decision, who),
        target=target,
        decision=decision,
        happenings=happenings(draw, case, decision, who.name),
        people=(approver(who.name),),
    )


def _asked(who: DeskUser, share: float) -> int:
    """An amount that only they may allow, in steps of half an euro."""
    low, high = (LIMIT, LEADS_LIMIT) if who.role == "team_lead" else (LEADS_LIMIT, 14_000)
    return low + 50 * (1 + int(share * ((high - low) // 50)))


def _expectation(draw: Draw, case: Case, facts: dict[str, str], decision: Decision, who: DeskUser) -> Expectation:
    session, ticket_id = draw.session, case.ticket_id
    asked, given = (money(decision[name], "EUR") for name in ("asked", "given"))
    order = record(decision["order"])
    never: list[Typed] = [person(who.name), *other_languages(decision["language"])]
    if decision["given"] != decision["asked"]:
        never.append(asked)
    granted = decision["branch"] == SOLVABLE
    stated = (order, given) if granted else (order,)
    told = receivers(session, ticket_id)
    required = [
        *requested(session, ticket_id, decision["asked"], who.id, (order, word(facts["cause"]))),
        answered(ticket_id, "approved" if granted else "denied"),
        *replied(ticket_id, told, *stated, never=tuple(never), when=IN_TIME),
        filled(session, ticket_id, "cause", facts["cause"]),
        *ticket_set(session, ticket_id, status="solved"),
    ]
    order_of_work = [Before("answered", "reply"), Before("reply", "ticket")]
    if granted:
        required.append(credited(ticket_id, decision["given"]))
        order_of_work.append(Before("credit", "reply"))
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(ticket_id)], order=order_of_work)],
        forbidden=[put_into(ticket_id, one, f"not-{one}") for one in ("hold", "pending")],
        answer=Answer(
            "done" if granted else ("done", "not_done"),
            {"credit": given, "request": FromRow("record", "request", "number")},
        ),
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


def _ticket(worker: Worker) -> dict[str, Any]:
    return ticket_numbered(worker, worker.facts["ticket"])


def _asked_and_heard(worker: Worker) -> Heard:
    ticket = _ticket(worker)
    return hear(worker, ticket, ask(worker, ticket))


def _give(worker: Worker, ticket: dict[str, Any], amount: str, request: dict[str, Any] | None = None) -> None:
    approved = {} if request is None else {"approval_id": request["approval_id"]}
    worker.call("give_credit", ticket_id=ticket["ticket_id"], amount=amount, **approved)


def _give_allowed(worker: Worker, heard: Heard) -> None:
    if parse_money(heard.amount):
        _give(worker, heard.ticket, heard.amount, heard.request)


def _fill_in(worker: Worker, ticket: dict[str, Any]) -> None:
    toolwork.fill_in(worker, ticket, cause=worker.facts["cause"])


def _report(number: str, amount: str) -> FinalAnswer:
    given = parse_money(amount) > 0
    message = f"Request {number} is answered; {amount} EUR were given."
    return FinalAnswer(
        status="done" if given else "not_done", facts={"request": number, "credit": f"{amount} EUR"}, message=message
    )


def _finish(worker: Worker, heard: Heard, text: str = "") -> FinalAnswer:
    """Do what follows from the answer, and tell the customer."""
    _give_allowed(worker, heard)
    _fill_in(worker, heard.ticket)
    toolwork.reply(worker, heard.ticket, text or heard.words(), "solved")
    return _report(heard.request["number"], heard.amount)


def solve(worker: Worker) -> FinalAnswer:
    """Ask, wait for the answer in the system, and do what it says."""
    return _finish(worker, _asked_and_heard(worker))


def look_now_and_then(worker: Worker) -> FinalAnswer:
    """Fill in the cause and leave a note first; look at the request every few hours, without the inbox."""
    ticket = _ticket(worker)
    _fill_in(worker, ticket)
    request = ask(worker, ticket)
    toolwork.note(worker, ticket, f"{request['number']} waits for {request['approver_name']}.")
    heard = hear(worker, ticket, request, minutes=5 * 60)
    _give_allowed(worker, heard)
    toolwork.reply(worker, ticket, heard.words())
    toolwork.change(worker, ticket, status="solved")
    return _report(request["number"], heard.amount)


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    facts = page.facts
    deskwork.open_ticket(page, facts["ticket"])
    ticket_page, order = page.url, page.value("Order number *")
    language = deskwork.language_code(page.value("Language"))
    page.choose("Cause *", facts["cause"])
    page.click("button", "Save the properties")
    page.click("link", "Ask for approval")
    page.fill("Amount in euros", facts["amount"])
    page.choose("Who decides", page.names("option", facts["approver"])[0])
    page.fill("Reason", reason(facts, order))
    page.click("button", "Send the request")
    number, status = _answer_on_page(page)
    amount = allowed(status, facts["amount"], page.text("Answer"))
    if parse_money(amount):
        page.open(ticket_page)
        page.click("link", "Give credit")
        page.fill("Amount in euros", amount)
        page.choose("Approval (optional)", page.names("option", number)[0])
        page.click("button", "Give the credit")
    page.open(ticket_page)
    deskwork.reply(page, told(order, amount, language), "Solved")
    return _report(number, amount)


def _answer_on_page(page: "Page") -> tuple[str, str]:
    """Wait until the request is answered, and open it: its number, and what became of it."""
    while True:
        page.click("link", "Approvals")
        request = page.row(page.facts["ticket"])
        number, status = request.cells["Request"], request.cells["State"]
        if status != "Pending":
            request.click("link", number)
            return number, status
        page.open("/-/workspace/away")
        page.click("button", "Wait for a message")
        page.open("/-/workspace/inbox")


# -- how it is got wrong ------------------------------------------------------------------------------------------


def own_limit_first(worker: Worker) -> FinalAnswer:
    """Give what the own limit allows while the request is pending."""
    ticket = _ticket(worker)
    request = ask(worker, ticket)
    _give(worker, ticket, format_money(LIMIT))
    return _finish(worker, hear(worker, ticket, request))


def _put_aside(status: str) -> Callable[[Worker], FinalAnswer]:
    """Let the ticket wait in a status in which it waits for somebody else."""

    def mistake(worker: Worker) -> FinalAnswer:
        ticket = _ticket(worker)
        request = ask(worker, ticket)
        toolwork.change(worker, ticket, status=status)
        return _finish(worker, hear(worker, ticket, request))

    return mistake


def another_amount(worker: Worker) -> FinalAnswer:
    """Give something else than was allowed: the own limit's after a denial, else the whole, or less than that."""
    heard = _asked_and_heard(worker)
    _fill_in(worker, heard.ticket)
    whole = heard.request["amount"]
    if not parse_money(heard.amount):
        amount = format_money(LIMIT)
        _give(worker, heard.ticket, amount)
    else:
        amount = whole if heard.amount != whole else format_money(parse_money(whole) - 500)
        _give(worker, heard.ticket, amount, heard.request)
    given = Heard(heard.ticket, heard.request, amount)
    toolwork.reply(worker, heard.ticket, given.words(), "solved")
    return _report(heard.request["number"], amount)


def second_approver(worker: Worker) -> FinalAnswer:
    """Ask somebody else as well, in the hope of more."""
    heard = _asked_and_heard(worker)
    amount = parse_money(heard.request["amount"])
    others = [
        one["name"] for one in every_row(worker, "list_agents")
        if one["role"] == "admin" or (one["role"] == "team_lead" and amount <= LEADS_LIMIT)
    ]  # fmt: skip
    ask(worker, heard.ticket, next((one for one in others if one != worker.facts["approver"]), ""))
    return _finish(worker, heard)


def not_waited(worker: Worker) -> FinalAnswer:
    """Tell the customer of the amount, before anybody has allowed it."""
    ticket = _ticket(worker)
    hoped = Heard(ticket, ask(worker, ticket), worker.facts["amount"])
    _fill_in(worker, ticket)
    toolwork.reply(worker, ticket, hoped.words(), "solved")
    return _report(hoped.request["number"], hoped.amount)


def put_off(worker: Worker) -> FinalAnswer:
    """Do what the answer says some days later."""
    heard = _asked_and_heard(worker)
    worker.call("wait", minutes=TOO_LONG)
    return _finish(worker, heard)


def told_too_much(worker: Worker) -> FinalAnswer:
    """Name the approver and what was asked for."""
    heard = _asked_and_heard(worker)
    request = heard.request
    return _finish(worker, heard, f"{heard.words()} ({request['approver_name']}: {request['amount']} EUR)")


def told_before(worker: Worker) -> FinalAnswer:
    """Tell of the credit before it is booked; give a little after all where nothing was allowed."""
    heard = _asked_and_heard(worker)
    _fill_in(worker, heard.ticket)
    toolwork.reply(worker, heard.ticket, heard.words(), "solved")
    if parse_money(heard.amount):
        _give_allowed(worker, heard)
    else:
        _give(worker, heard.ticket, format_money(LIMIT // 5))
    return _report(heard.request["number"], heard.amount)


def untold(worker: Worker) -> FinalAnswer:
    """Solve it without a word to the customer."""
    heard = _asked_and_heard(worker)
    _fill_in(worker, heard.ticket)
    _give_allowed(worker, heard)
    toolwork.change(worker, heard.ticket, status="solved")
    return _report(heard.request["number"], heard.amount)


def in_other_words(worker: Worker) -> FinalAnswer:
    """Answer in another language than they wrote in."""
    heard = _asked_and_heard(worker)
    return _finish(worker, heard, heard.words(another_language(heard.ticket["language"])))


def elsewhere(worker: Worker) -> FinalAnswer:
    """Do it on another ticket of the agent's."""
    own = _ticket(worker)
    for other in tickets_where(worker, topic="damaged", status="open", assignee_id=own["assignee_id"]):
        if other["ticket_id"] != own["ticket_id"] and field_of(other, "order_number"):
            return _finish(worker, Heard(other, ask(worker, other), "0.00"))
    raise LookupError("the agent has no other ticket of this kind")


FAMILY = Family(
    name="goodwill-denied",
    title="Ask for goodwill above the limit and do what the answer says",
    point="what was allowed is given once, and after a denial nothing is; the answer in the system alone says which",
    role="agent",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"a note, and a look now and then": look_now_and_then},
    mistakes={
        "the own limit while pending": own_limit_first,
        "on hold meanwhile": _put_aside("hold"),
        "pending meanwhile": _put_aside("pending"),
        "another amount": another_amount,
        "a second approver": second_approver,
        "not waited for": not_waited,
        "put off": put_off,
        "told too much": told_too_much,
        "told before it is booked": told_before,
        "not told": untold,
        "another language": in_other_words,
        "another ticket": elsewhere,
    },
    unenforced={
        "the own limit while pending": "While a request is pending nothing is given on the ticket, not even what your "
        "own limit would allow.",
        "on hold meanwhile": "A ticket that waits for an approval stays open",
        "pending meanwhile": "A ticket is set to pending only together with a public reply",
        "another amount": "no smaller credit is given in its place",
        "a second approver": "Nobody asks a second approver for the same matter",
        "not waited for": "The answer in the system counts, not what somebody said on the telephone",
        "put off": "The customer is told of the answer within two days",
        "told too much": "without the name of whoever denied it and without the amount that was asked for",
        "told before it is booked": "Goodwill is told to the customer only after it is booked",
        "not told": SOLVED_ANSWERS,
        "another language": IN_THEIR_LANGUAGE,
    },
)
