"""Ask for more goodwill than one may give, wait for the answer, and do what it says: give that much, or nothing.

What is typically got wrong: a credit while the request is pending, a smaller one after a denial, a second approver, the
amount that was asked for where less was allowed, and a customer who is told too early, too much or nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, select

from worlds.desk.models import (
    Approval,
    Comment,
    DeskUser,
    Escalation,
    FieldValue,
    GoodwillCredit,
    Ticket,
    TicketField,
    UserIdentity,
)
from worlds.desk.people import approver, decides
from worlds.desk.rulings.goodwill_denied import ruling
from worlds.desk.tasks import deskwork
from worlds.desk.tasks.casework import (
    field_of,
    language_of,
    other_languages,
    receivers,
    replied,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
    tickets_where,
)
from worlds.engine.context import Actor
from worlds.engine.fields import format_money, parse_money
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Happening, Instance, Situation, Worker, every_row
from worlds.graders.answers import Answer, FinalAnswer, FromRow
from worlds.graders.effects import Before, Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import mentions, ref
from worlds.graders.typed import Typed, enum, money, person, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, "denied")
CAUSES: Final = ("ourselves", "supplier", "warehouse")
"""What a broken article can come from that is the house's fault."""
LEADS_LIMIT: Final = 7_500
"""Cents up to which a team lead decides; above that it is an administrator."""
LIMIT: Final = 2_500
"""Cents that an agent gives without asking."""
AGAIN: Final = timedelta(days=365)
"""Within which nobody gets goodwill twice."""
_AMOUNT: Final = re.compile(r"\b(\d+\.\d{2}) EUR\b")

WORDINGS = (
    "{ticket} is yours. The fault is ours (cause: {cause}), and I find {amount} EUR of goodwill right for it. That is "
    "above your limit: ask {approver} to allow it, with the order and the cause in your reason, and see it through by "
    "the handbook once there is an answer. In the end the customer has a reply that names their order, the cause is "
    "filled in and the ticket is solved. Tell me the number of your request (request) and what was given (credit).",
    "Please see to {ticket}. I looked into it: the fault is ours, and the cause to fill in is {cause}. For the trouble "
    "they should get {amount} EUR of shop credit; {approver} has to allow that, so ask, naming order and cause, and do "
    "what follows from the answer. Reply to the customer under the number of their order and solve it. For my list: "
    "request is the number of your request, credit the amount that was booked in the end, 0.00 EUR if none was.",
    "Hand-over: on {ticket} something of ours broke, cause {cause}. I would give {amount} EUR by way of apology, but "
    "neither of us may. {approver} decides; the reason has to say which order and which cause. Bring it to its end as "
    "our pages say, with the cause in its field, an answer to the customer that names the order, and the ticket "
    "solved. I want to know the request (its number) and the credit that they got, 0.00 EUR if it is nothing.",
)
_WHOLE: Final = ("Seen, go ahead.", "Fine by me, it was our doing.", "Agreed. Please tell them today.")
_LESS: Final = ("Allowed, but no more than {} EUR.", "I allow {} EUR of it; the rest would be too much for this.")
_DENIED: Final = (
    "No. What is owed is enough in this case.",
    "I do not allow this; others with the same article got nothing either.",
    "Denied. I would have to give it to everybody who has had this.",
)
_MAILS: Final = {
    "hopeful": "Saw your request about ticket {number}. Sounds fair to me at first sight; I answer it when I am back at "
    "my desk.",
    "doubtful": "About your request on ticket {number}: I doubt it, but I want to read it all first. You have my "
    "answer later.",
}
_GIVEN: Final = {
    "en": "Thank you for your patience. The fault with order {order} was ours; we booked {amount} EUR of shop credit "
    "for you.",
    "nl": "Dank voor uw geduld. De fout bij bestelling {order} lag bij ons; er is {amount} EUR winkeltegoed voor u "
    "geboekt.",
    "de": "Danke für Ihre Geduld. Der Fehler bei Bestellung {order} lag bei uns; wir haben {amount} EUR als Guthaben "
    "für Sie gebucht.",
    "fr": "Merci de votre patience. L'erreur sur la commande {order} est la nôtre ; nous vous avons crédité {amount} "
    "EUR en bon d'achat.",
}
_REFUSED: Final = {
    "en": "Thank you for your patience. We looked at order {order} once more. We cannot give a credit beyond what you "
    "are owed, and we are sorry for the trouble.",
    "nl": "Dank voor uw geduld. We hebben bestelling {order} nog eens bekeken. Een tegoed bovenop wat u toekomt kunnen "
    "we niet geven; het spijt ons.",
    "de": "Danke für Ihre Geduld. Wir haben Bestellung {order} noch einmal geprüft. Ein Guthaben über das hinaus, was "
    "Ihnen zusteht, können wir nicht geben; es tut uns leid.",
    "fr": "Merci de votre patience. Nous avons revu la commande {order}. Nous ne pouvons pas accorder de crédit en plus "
    "de ce qui vous est dû ; nous en sommes désolés.",
}


@dataclass(frozen=True, slots=True)
class Case:
    """An open ticket about a broken article, with the agent who has it."""

    ticket_id: int
    number: int
    actor: Actor


def _cases(draw: Draw) -> list[Case]:
    session = draw.session
    lately = draw.now - AGAIN
    rewarded = set(session.scalars(select(GoodwillCredit.user_id).where(GoodwillCredit.given_at > lately)))
    merged = dict(session.execute(select(DeskUser.id, DeskUser.merged_into_id)).tuples().all())
    rewarded |= {merged[one] or one for one in rewarded}
    agents = {
        one.id: Actor("agent", one.id, one.name)
        for one in session.scalars(select(DeskUser).where(DeskUser.role == "agent", DeskUser.suspended.is_(False)))
        if one.away_until is None
    }
    return [
        Case(one.id, one.number, agents[one.assignee_id])
        for one in session.scalars(_OPEN)
        if one.assignee_id in agents and one.requester_id not in rewarded and _is_plain(draw, one)
    ]


_OPEN = (
    select(Ticket)
    .where(
        Ticket.status == "open",
        Ticket.topic == "damaged",
        Ticket.type != "problem",
        ~Ticket.spam,
        ~Ticket.tags.contains("safety"),
        ~Ticket.tags.contains("legal"),
        ~exists().where(Approval.ticket_id == Ticket.id),
        ~exists().where(Escalation.ticket_id == Ticket.id),
    )
    .order_by(Ticket.id)
)


def _is_plain(draw: Draw, ticket: Ticket) -> bool:
    """Whether its requester wrote once, in the ticket's language, named the order, and nobody has answered yet."""
    said = draw.session.scalars(select(Comment).where(Comment.ticket_id == ticket.id, Comment.public)).all()
    words = [one.body for one in said if one.author_role == "end_user"]
    held = dict(draw.session.execute(_HELD.where(FieldValue.ticket_id == ticket.id)).tuples().all())
    return (
        len(words) == 1
        and all(one.automatic or one.author_role == "end_user" for one in said)
        and held.get("order_number", "?") in f"{ticket.subject}\n{words[0]}"
        and not held.get("cause")
        and language_of(words[0]) == ticket.language
    )


_HELD = select(TicketField.name, FieldValue.value).join(TicketField, TicketField.id == FieldValue.field_id)


def instance(draw: Draw) -> Instance:
    """A ticket, what went wrong, an amount above the limit, and who decides about it."""
    case, branch = draw.pick(_cases), draw.branch(BRANCHES)
    chance = draw.rng("amount")
    who = chance.choice(_deciders(draw, "team_lead" if chance.random() < 0.75 else "admin"))
    target = {"ticket": [case.ticket_id]}
    facts = {"ticket": spoken(case.number), "cause": chance.choice(CAUSES), "approver": who.name}
    while True:
        facts["amount"] = format_money(_asked(draw, who, chance.random()))
        decision = ruling(Situation(draw.session, draw.now, target, facts))
        if decision["branch"] == branch:
            break
    person_asked = approver(who.name)
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=_expectation(draw, case, facts, decision, who),
        target=target,
        decision=decision,
        happenings=_answers(draw, case, decision, person_asked.name),
        people=(person_asked,),
    )


def _deciders(draw: Draw, role: str) -> list[DeskUser]:
    staff = select(DeskUser).where(DeskUser.role == role, DeskUser.suspended.is_(False), DeskUser.away_until.is_(None))
    return list(draw.session.scalars(staff.order_by(DeskUser.id)))


def _asked(draw: Draw, who: DeskUser, share: float) -> int:
    """An amount that only they may allow, in steps of half an euro."""
    low, high = (LIMIT, LEADS_LIMIT) if who.role == "team_lead" else (LEADS_LIMIT, 14_000)
    return low + 50 * (1 + int(share * ((high - low) // 50)))


def _answers(draw: Draw, case: Case, decision: Decision, who: str) -> list[Happening]:
    """The answer to the request in the approver's own time, and the mail before it."""
    chance = draw.rng("answer")
    later = chance.choice((chance.randint(3_600, 6 * 3_600), chance.randint(22 * 3_600, 30 * 3_600)))
    words = _DENIED if not decision["given"] else _WHOLE if decision["given"] == decision["asked"] else _LESS
    said = chance.choice(words).format(format_money(decision["given"]))
    happenings = [decides(who, case.ticket_id, "approved" if decision["given"] else "denied", said, delay=later)]
    if decision["mail"]:
        letter = {"role": "approver", "subject": f"Ticket {spoken(case.number)}"}
        letter["body"] = _MAILS[decision["mail"]].format(number=spoken(case.number))
        happenings.append(
            Happening(
                name=f"person:{who}", operation="write_to_agent", arguments=letter, after="ask_approval",
                given={"ticket_id": case.ticket_id}, delay=chance.randint(300, 2_400),
            )
        )  # fmt: skip
    return happenings


def _expectation(draw: Draw, case: Case, facts: dict[str, str], decision: Decision, who: DeskUser) -> Expectation:
    session, ticket_id = draw.session, case.ticket_id
    asked, given = (money(decision[name], "EUR") for name in ("asked", "given"))
    order, cause = record(decision["order"]), enum(facts["cause"], {facts["cause"]: facts["cause"]})
    never: list[Typed] = [person(who.name), *other_languages(decision["language"])]
    if decision["given"] != decision["asked"]:
        never.append(asked)
    granted = decision["branch"] == SOLVABLE
    stated = (order, given) if granted else (order,)
    told = receivers(session, ticket_id)
    required = [
        *_requested(session, ticket_id, decision["asked"], who.id, (order, cause)),
        _answered(ticket_id, "approved" if granted else "denied"),
        *replied(ticket_id, told, *stated, never=tuple(never)),
        _filled(session, ticket_id, facts["cause"]),
        *ticket_set(session, ticket_id, status="solved"),
    ]
    order_of_work = [Before("answered", "reply")]
    if granted:
        required.append(_credited(ticket_id, decision["given"]))
        order_of_work.append(Before("credit", "reply"))
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(ticket_id)], order=order_of_work)],
        answer=Answer(
            "done" if granted else ("done", "not_done"),
            {"credit": given, "request": FromRow("record", "request", "number")},
        ),
    )


def _requested(session: Any, ticket_id: int, amount: int, who: int, facts: tuple[Typed, ...]) -> list[Effect]:
    """The one request, and the mail that tells the approver of it."""
    primary = select(UserIdentity.value).where(UserIdentity.kind == "email", UserIdentity.is_primary)
    request = Effect(
        "request", "approval", "insert", where={"ticket_id": ticket_id},
        set={"amount": amount, "approver_id": who, "reason": mentions(*facts)}, bind="request",
        words=f"{format_money(amount)} EUR were asked for once, of the right approver, with order and cause",
    )  # fmt: skip
    mail = Effect(
        "request-mail", "outbox_email", "insert", where={"ticket_id": ticket_id, "kind": "approval"},
        set={"to_address": session.scalars(primary.filter_by(user_id=who)).one(), "body": mentions(*facts)},
        words="The approver is mailed once",
    )  # fmt: skip
    return [request, mail]


def _answered(ticket_id: int, status: str) -> Effect:
    return Effect(
        "answered", "approval", "update", where={"ticket_id": ticket_id}, set={"status": status}, by="person:approver",
        words=f"The approver answered: {status}",
    )  # fmt: skip


def _filled(session: Any, ticket_id: int, cause: str) -> Effect:
    field = session.scalars(select(TicketField.id).where(TicketField.name == "cause")).one()
    where = {"ticket_id": ticket_id, "field_id": field}
    return Effect("cause", "field_value", "insert", where=where, set={"value": cause}, words=f"The cause is {cause}")


def _credited(ticket_id: int, amount: int) -> Effect:
    return Effect(
        "credit", "goodwill_credit", "insert", where={"ticket_id": ticket_id},
        set={"amount": amount, "approval_id": ref("request")},
        words=f"{format_money(amount)} EUR are given once, on the approval",
    )  # fmt: skip


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    return ticket_numbered(worker, worker.facts["ticket"])


def _reason(facts: Any, number: str) -> str:
    return f"An article of order {number} came broken; cause: {facts['cause']}. The customer had the trouble."


def _ask(worker: Worker, ticket: dict[str, Any], who: str = "", **changes: Any) -> dict[str, Any]:
    """Ask whoever was named, or somebody else, to allow it."""
    name = who or worker.facts["approver"]
    asked = next(one for one in every_row(worker, "list_agents") if one["name"] == name)
    reason = _reason(worker.facts, field_of(ticket, "order_number"))
    arguments = {"amount": worker.facts["amount"], "reason": reason, "approver_id": asked["user_id"]} | changes
    request: dict[str, Any] = worker.call("ask_approval", ticket_id=ticket["ticket_id"], **arguments)
    return request


def _answer(worker: Worker, request: dict[str, Any], *, minutes: int = 0) -> dict[str, Any]:
    """The request once it is no longer pending; mails are read, and none of them is the answer."""
    approval_id = request["approval_id"]
    while (request := worker.call("get_approval", approval_id=approval_id))["status"] == "pending":
        if minutes:
            worker.call("wait", minutes=minutes)
        else:
            worker.call("wait", for_message=True)
            worker.call("read_inbox", unread_only=True)
    return request


def _allowed(status: str, asked: str, answer: str) -> str:
    """What an answer allows: the amount that was asked for, or less if it says so, or nothing."""
    if status.casefold() != "approved":
        return "0.00"
    said = _AMOUNT.search(answer)
    return min(asked, said[1], key=parse_money) if said else asked


def _fill_in(worker: Worker, ticket: dict[str, Any]) -> None:
    fields = [{"name": "cause", "value": worker.facts["cause"]}]
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], fields=fields)


def _give(worker: Worker, ticket: dict[str, Any], amount: str, request: dict[str, Any] | None = None) -> None:
    allowed = {} if request is None else {"approval_id": request["approval_id"]}
    worker.call("give_credit", ticket_id=ticket["ticket_id"], amount=amount, **allowed)


def _told(order: str, amount: str, language: str) -> str:
    texts = _GIVEN if parse_money(amount) else _REFUSED
    return texts[language].format(order=order, amount=amount)


def _words(ticket: dict[str, Any], amount: str, language: str = "") -> str:
    return _told(field_of(ticket, "order_number"), amount, language or ticket["language"])


def _tell(worker: Worker, ticket: dict[str, Any], text: str) -> None:
    worker.call("reply_publicly", ticket_id=ticket["ticket_id"], body=text, status="solved")


def _reported(number: str, amount: str) -> FinalAnswer:
    given = parse_money(amount) > 0
    message = f"Request {number} is answered; {amount} EUR were given."
    return FinalAnswer(
        status="done" if given else "not_done", facts={"request": number, "credit": f"{amount} EUR"}, message=message
    )


def _finish(worker: Worker, ticket: dict[str, Any], request: dict[str, Any], text: str = "") -> FinalAnswer:
    """Do what follows from the answer, and tell the customer."""
    amount = _allowed(request["status"], request["amount"], request["answer"] or "")
    _fill_in(worker, ticket)
    if parse_money(amount):
        _give(worker, ticket, amount, request)
    _tell(worker, ticket, text or _words(ticket, amount))
    return _reported(request["number"], amount)


def solve(worker: Worker) -> FinalAnswer:
    """Ask, wait for the answer in the system, and do what it says."""
    ticket = _find(worker)
    return _finish(worker, ticket, _answer(worker, _ask(worker, ticket)))


def look_now_and_then(worker: Worker) -> FinalAnswer:
    """Fill in the cause and leave a note first; look at the request every few hours, without the inbox."""
    ticket = _find(worker)
    _fill_in(worker, ticket)
    request = _ask(worker, ticket)
    text = f"{request['number']} waits for {request['approver_name']}."
    worker.call("add_note", ticket_id=ticket["ticket_id"], body=text)
    request = _answer(worker, request, minutes=5 * 60)
    amount = _allowed(request["status"], request["amount"], request["answer"] or "")
    if parse_money(amount):
        _give(worker, ticket, amount, request)
    worker.call("reply_publicly", ticket_id=ticket["ticket_id"], body=_words(ticket, amount))
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], status="solved")
    return _reported(request["number"], amount)


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
    page.fill("Reason", _reason(facts, order))
    page.click("button", "Send the request")
    number, status = _answer_on_page(page)
    amount = _allowed(status, facts["amount"], page.text("Answer"))
    if parse_money(amount):
        page.open(ticket_page)
        page.click("link", "Give credit")
        page.fill("Amount in euros", amount)
        page.choose("Approval", page.names("option", number)[0])
        page.click("button", "Give the credit")
    page.open(ticket_page)
    deskwork.reply(page, _told(order, amount, language), "Solved")
    return _reported(number, amount)


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
    ticket = _find(worker)
    request = _ask(worker, ticket)
    _give(worker, ticket, format_money(LIMIT))
    return _finish(worker, ticket, _answer(worker, request))


def another_amount(worker: Worker) -> FinalAnswer:
    """Give something else than was allowed: the own limit's after a denial, else the whole, or less than that."""
    ticket = _find(worker)
    request = _answer(worker, _ask(worker, ticket))
    amount = _allowed(request["status"], request["amount"], request["answer"] or "")
    _fill_in(worker, ticket)
    if not parse_money(amount):
        amount = format_money(LIMIT)
        _give(worker, ticket, amount)
    else:
        amount = request["amount"] if amount != request["amount"] else format_money(parse_money(amount) - 500)
        _give(worker, ticket, amount, request)
    _tell(worker, ticket, _words(ticket, amount))
    return _reported(request["number"], amount)


def second_approver(worker: Worker) -> FinalAnswer:
    """Ask somebody else as well, in the hope of more."""
    ticket = _find(worker)
    request = _answer(worker, _ask(worker, ticket))
    others = [
        one["name"] for one in every_row(worker, "list_agents")
        if one["role"] == "admin" or (one["role"] == "team_lead" and parse_money(request["amount"]) <= LEADS_LIMIT)
    ]  # fmt: skip
    other = next((one for one in others if one != worker.facts["approver"]), worker.facts["approver"])
    _ask(worker, ticket, other)
    return _finish(worker, ticket, request)


def not_waited(worker: Worker) -> FinalAnswer:
    """Tell the customer of the amount, before anybody has allowed it."""
    ticket = _find(worker)
    request = _ask(worker, ticket)
    _fill_in(worker, ticket)
    _tell(worker, ticket, _words(ticket, worker.facts["amount"]))
    return _reported(request["number"], worker.facts["amount"])


def told_too_much(worker: Worker) -> FinalAnswer:
    """Name the approver and what was asked for."""
    ticket = _find(worker)
    request = _answer(worker, _ask(worker, ticket))
    amount = _allowed(request["status"], request["amount"], request["answer"] or "")
    text = f"{_words(ticket, amount)} ({request['approver_name']}: {request['amount']} EUR)"
    return _finish(worker, ticket, request, text)


def told_before(worker: Worker) -> FinalAnswer:
    """Tell of the credit before it is booked; give a little after all where nothing was allowed."""
    ticket = _find(worker)
    request = _answer(worker, _ask(worker, ticket))
    amount = _allowed(request["status"], request["amount"], request["answer"] or "")
    _fill_in(worker, ticket)
    _tell(worker, ticket, _words(ticket, amount))
    if parse_money(amount):
        _give(worker, ticket, amount, request)
    else:
        _give(worker, ticket, format_money(LIMIT // 5))
    return _reported(request["number"], amount)


def untold(worker: Worker) -> FinalAnswer:
    """Solve it without a word to the customer."""
    ticket = _find(worker)
    request = _answer(worker, _ask(worker, ticket))
    amount = _allowed(request["status"], request["amount"], request["answer"] or "")
    _fill_in(worker, ticket)
    if parse_money(amount):
        _give(worker, ticket, amount, request)
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], status="solved")
    return _reported(request["number"], amount)


def in_other_words(worker: Worker) -> FinalAnswer:
    """Answer in another language than they wrote in."""
    ticket = _find(worker)
    request = _answer(worker, _ask(worker, ticket))
    amount = _allowed(request["status"], request["amount"], request["answer"] or "")
    other = "en" if ticket["language"] != "en" else "nl"
    return _finish(worker, ticket, request, _words(ticket, amount, other))


def elsewhere(worker: Worker) -> FinalAnswer:
    """Do it on another ticket of the agent's."""
    own = _find(worker)
    for other in tickets_where(worker, topic="damaged", status="open", assignee_id=own["assignee_id"]):
        if other["ticket_id"] != own["ticket_id"] and field_of(other, "order_number"):
            request = _ask(worker, other)
            _fill_in(worker, other)
            _tell(worker, other, _words(other, "0.00"))
            return _reported(request["number"], "0.00")
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
        "another amount": another_amount,
        "a second approver": second_approver,
        "not waited for": not_waited,
        "told too much": told_too_much,
        "told before it is booked": told_before,
        "not told": untold,
        "another language": in_other_words,
        "another ticket": elsewhere,
    },
    unenforced={
        "the own limit while pending": "While a request is pending nothing is given on the ticket, not even what your "
        "own limit would allow.",
        "another amount": "no smaller credit is given in its place",
        "a second approver": "Nobody asks a second approver for the same matter",
        "not waited for": "The answer in the system counts, not what somebody said on the telephone or wrote in a mail.",
        "told too much": "without the name of whoever denied it and without the amount that was asked for",
        "told before it is booked": "Goodwill is told to the customer only after it is booked",
        "not told": "Solving does not stand for an answer.",
        "another language": "Answer in the language in which the requester wrote the ticket",
    },
)
