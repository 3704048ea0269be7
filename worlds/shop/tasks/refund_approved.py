"""Finance was asked to allow a refund: wait for the answer, then act on what it says, not on what was asked.

What is typically got wrong: handing over or refunding while the request is pending, refunding what was asked where less
was approved, taking an out-of-office mail for an answer, and sending a denied or lapsed request to the wrong team.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from worlds.engine.fields import parse_money
from worlds.engine.people.persona import Person
from worlds.engine.task import SOLVABLE, Draw, Family, Happening, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Before, Bundle, Effect, Expectation
from worlds.graders.typed import money, record
from worlds.shop.models import stand_in
from worlds.shop.people import APPROVERS, LEAD, Asked, answers, asks, is_away, stand_in_of
from worlds.shop.rulings.refund_approved import rule
from worlds.shop.tasks.asked_units import Case, cases
from worlds.shop.tasks.casework import (
    Contact,
    contact,
    handed_over,
    noted_above,
    orders_matching,
    placed_on,
    spare_note,
)
from worlds.shop.tasks.money_sent import Covered, Sent, refunded
from worlds.shop.tasks.officework import find_orders, hand_over, money_in, row_of, worked_out

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "support_l1"
LATEST = timedelta(days=3)
"""An approver who answers at all answers by then."""

WORDINGS = (
    "{email} wrote on the day the parcel came: of the {quantity} × {article} ordered on {day}, {units} were not in it; "
    "the packing list agrees. That is above your limit, so I have asked finance to allow it. See to it by the rules "
    "once you know what they say, and tell me the exact amount that it is about in the end (amount).",
    "Please take over from me: {units} of {quantity} × {article} were missing from the order that {email} placed on "
    "{day}, and they told us at once. It is more than you may refund by yourself; my request is with finance. Bring "
    "it to an end as our pages say, and report the amount in question to the cent (amount).",
    "“On {day} I ordered {quantity} × {article}. {units} of them never came, I want the money for those. {email}” "
    "– This one needs approval, which I asked for just now. Do what follows from the answer and note down for me which "
    "amount it was (amount).",
    "Open matter for your shift: {email}, order of {day}, {quantity} × {article}, {units} of them not packed, claimed "
    "in time. The sum is beyond your limit; finance has my request. Finish it by the book. I need the amount (amount).",
)
_LESS = "The photograph of the packing table shows the rest of them in the box, so I allow {units}."
_WHOLE = "Checked against the packing list. Go ahead."
_DENIED = "All of them are on the photograph of the packing table. I do not allow this."


def instance(draw: Draw) -> Instance:
    """Units of a delivered line, and a request about them that finance answers in its own time, or never."""
    case = draw.pick(cases, branch=draw.branch((SOLVABLE, "hand_over")))
    facts = {
        "email": case.email,
        "article": case.article,
        "day": case.day,
        "quantity": str(case.quantity),
        "units": str(case.units),
    }
    target = {"sales_order": [case.order_id], "order_line": [case.line_id]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(case, decision, contact(draw.session, case.order_id)),
        target=target,
        decision=decision,
        happenings=_meanwhile(draw, case, decision),
        people=(LEAD, *APPROVERS),
    )


def _meanwhile(draw: Draw, case: Case, decision: Mapping[str, Any]) -> list[Happening]:
    """The request, the mail of an approver who is away, and the answer."""
    rng = draw.rng("approver")
    approver: Person = rng.choice(APPROVERS)
    asked = Asked(case.order_id, case.line_id, case.units, approver, delay=0)
    happenings = [asks(asked)]
    by = approver
    if decision["away"]:
        by = stand_in_of(approver)
        happenings.append(is_away(asked, by, days=rng.randint(6, 14), delay=rng.randint(300, 5_400)))
    if decision["state"] != "lapsed":
        earliest = draw.now + timedelta(hours=2)
        taken = min(max(by.answers_at(earliest, rng), earliest), draw.now + LATEST) - draw.now
        units = decision["units"]
        words = (_WHOLE if units == case.units else _LESS.format(units=units)) if units else _DENIED
        happenings.append(answers(asked, units, words, int(taken.total_seconds()), by))
    return happenings


def _expectation(case: Case, decision: Mapping[str, Any], told: Contact) -> Expectation:
    amount = money(decision["amount"], "EUR")
    if decision["branch"] != SOLVABLE:
        order = record(decision["number"], "LK-")
        answered = _answer(
            case, "lead" if decision["state"] == "lapsed" else "approver", kind=_SHOWN[decision["state"]]
        )
        over = handed_over(
            case.order_id, decision["team"], decision["hand_over_reason"], order, amount,
            told=told, variant_id=case.variant_id,
        )  # fmt: skip
        bundle = Bundle([answered, over], [spare_note(case.order_id, told.never)], [Before("answered", "hand-over")])
        return Expectation(any_of=[bundle], answer=Answer(("waiting", "not_done"), {"amount": amount}))
    lines = [Covered(case.line_id, decision["units"], decision["amount"])]
    sent = Sent(case.order_id, case.payment_id, decision["amount"], 0, decision["reason"], lines, decision["noted"])
    return Expectation(any_of=[refunded(sent, told)], answer=Answer("done", {"amount": amount}))


_SHOWN = {"denied": "approval_denied", "lapsed": "approval_lapsed"}


def _answer(case: Case, role: str, **where: str) -> Effect:
    """A line of the order's timeline by whoever answered, or let it lapse; everything else comes after it."""
    return Effect(
        "answered",
        "timeline_event",
        "insert",
        where={"order_id": case.order_id, **where},
        by=f"person:{role}",
        words="The request about the order was answered, or lapsed",
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> tuple[dict[str, Any], dict[str, Any]]:
    """The order and the line that the request speaks of."""
    facts = worker.facts
    for order in orders_matching(worker, facts["email"]):
        for line in order["lines"]:
            same = f"{line['title']} ({line['variant_title']})" == facts["article"]
            if same and placed_on(order) == facts["day"] and line["quantity"] == int(facts["quantity"]):
                return order, line
    raise LookupError(f"no order of {facts['email']} has {facts['article']}")


def _request(worker: Worker, order: dict[str, Any]) -> dict[str, Any]:
    listed = worker.call("list_approvals", order_id=order["order_id"])["items"]
    if not listed:
        raise LookupError(f"nobody has asked for approval of {order['number']}")
    request: dict[str, Any] = listed[0]
    return request


def _answered(worker: Worker, order: dict[str, Any]) -> dict[str, Any]:
    """The request once it is no longer pending; each message is read, and none of them is the answer itself."""
    while (request := _request(worker, order))["status"] == "pending":
        worker.call("wait", for_message=True, until=request["lapses_at"])
        worker.call("read_inbox", unread_only=True)
    return request


def _refund(worker: Worker, order: dict[str, Any], line: dict[str, Any], units: int, **changes: Any) -> str:
    wanted = {"line_id": line["line_id"], "quantity": units, "restock": False}
    arguments = {"order_id": order["order_id"], "lines": [wanted], "reason": "missing_item"} | changes
    return str(worker.call("refund_order", **arguments)["amount"])


def _note(worker: Worker, order: dict[str, Any], amount: str, units: int) -> None:
    text = f"{amount} EUR for {units} of {worker.facts['article']}, missing from the parcel; asked for by the customer."
    worker.call("add_order_note", order_id=order["order_id"], text=text)


def _hand_over(worker: Worker, order: dict[str, Any], amount: str, team: str, reason: str) -> FinalAnswer:
    what = f"{worker.facts['units']} of {worker.facts['article']} were missing; the request over {amount} EUR"
    text = f"Order {order['number']}: {what} was not granted. Nothing is refunded."
    worker.call("escalate", team=team, reason=reason, message=text, order_id=order["order_id"])
    return _left(amount)


def _left(amount: str) -> FinalAnswer:
    message = f"Nothing is refunded; {amount} EUR were asked for, and the matter is handed over."
    return FinalAnswer(status="waiting", facts={"amount": f"{amount} EUR"}, message=message)


def _report(amount: str) -> FinalAnswer:
    message = f"Refunded {amount} EUR, as finance approved it."
    return FinalAnswer(status="done", facts={"amount": f"{amount} EUR"}, message=message)


_TEAMS = {"denied": ("support_lead", "outside_policy"), "lapsed": ("finance", "approval_needed")}


def _finish(worker: Worker, order: dict[str, Any], line: dict[str, Any], request: dict[str, Any]) -> FinalAnswer:
    """Do what follows from the answer."""
    if request["status"] != "approved":
        return _hand_over(worker, order, request["amount"], *_TEAMS[request["status"]])
    amount = _refund(worker, order, line, request["units_approved"])
    if parse_money(amount) > noted_above(worker):
        _note(worker, order, amount, request["units_approved"])
    return _report(amount)


def solve(worker: Worker) -> FinalAnswer:
    """Wait for the answer, then refund what was approved, or hand over what was not."""
    order, line = _find(worker)
    return _finish(worker, order, line, _answered(worker, order))


def look_now_and_then(worker: Worker) -> FinalAnswer:
    """Look at the request twice a day, without the inbox, and note what came of it whatever the amount is."""
    order, line = _find(worker)
    while (request := _request(worker, order))["status"] == "pending":
        worker.call("wait", minutes=12 * 60)
    units = request["units_approved"] or request["units"]
    amount = request["amount_approved"] if request["units_approved"] else request["amount"]
    _note(worker, order, amount, units)
    if request["status"] != "approved":
        return _hand_over(worker, order, amount, *_TEAMS[request["status"]])
    return _report(_refund(worker, order, line, units))


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    units = page.facts["units"]
    goods = row_of(page.facts["article"])
    found = find_orders(page, page.facts["email"], page.facts["day"])
    number = next(number for number, _ in found if page.names("rowheader", goods))
    order_page = page.url
    while True:
        page.open("/office/approvals")
        request = page.row(number).cells
        if request["Answer"] != "Pending":
            break
        page.open("/-/office/away")
        page.click("button", "Wait for a message")
        page.open("/-/office/inbox")
    asked, status = money_in(request["Asked for"]), request["Answer"]
    page.open(order_page)
    if status != "Approved":
        team, reason = ("Support lead", "Outside policy") if status == "Denied" else ("Finance", "Approval needed")
        text = f"Order {number}: {units} of {goods} were missing, {asked} EUR. The request was not granted."
        hand_over(page, team, reason, text)
        return _left(asked)
    allowed = request["Allowed"].split()[0]
    page.open("/office/rules/refunds")
    rule_page = re.search(r"each refund above (\d+\.\d{2})", page.see())
    if rule_page is None:
        raise LookupError("the rule for refunds says nothing of notes")
    page.open(order_page)
    page.click("link", "Refund")
    page.row(goods).fill(None, allowed)
    page.row(goods).check(on=False)
    amount = worked_out(page)
    page.choose("Reason", "Missing item")
    page.click("button", "Make the refund")
    if parse_money(amount) > parse_money(rule_page[1]):
        page.fill("Add a note", f"Refunded {amount} EUR, missing: {allowed} of {goods}, at their wish.")
        page.click("button", "Add note")
    return _report(amount)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def at_once(worker: Worker) -> FinalAnswer:
    """Hand over while the request is pending."""
    order, _ = _find(worker)
    return _hand_over(worker, order, _request(worker, order)["amount"], "finance", "approval_needed")


def other_count(worker: Worker) -> FinalAnswer:
    """Refund another number of units than was approved; one unit where nothing was."""
    order, line = _find(worker)
    request = _answered(worker, order)
    allowed = request["units_approved"]
    try:
        return _report(_refund(worker, order, line, allowed - 1 if allowed > 1 else allowed + 1))
    except Refused:
        return _hand_over(worker, order, request["amount"], "operations", "outside_policy")


def out_of_office(worker: Worker) -> FinalAnswer:
    """Take the first message for the answer, whatever it says, and hand over to the wrong team."""
    order, _ = _find(worker)
    request = _request(worker, order)
    worker.call("wait", for_message=True, until=request["lapses_at"])
    return _hand_over(worker, order, request["amount"], "operations", "approval_needed")


def _wrong(team: str, **changes: Any) -> Any:
    """A refund with something wrong in it; what is to be handed over goes to the wrong team."""

    def mistake(worker: Worker) -> FinalAnswer:
        order, line = _find(worker)
        request = _answered(worker, order)
        if request["status"] != "approved":
            return _hand_over(worker, order, request["amount"], team, "other")
        amount = _refund(worker, order, line, request["units_approved"], **changes)
        if parse_money(amount) > noted_above(worker):
            _note(worker, order, amount, request["units_approved"])
        return _report(amount)

    return mistake


def back_into_stock(worker: Worker) -> FinalAnswer:
    """Book the missing units into stock; give what is to be handed over to the warehouse."""
    order, line = _find(worker)
    request = _answered(worker, order)
    if request["status"] != "approved":
        return _hand_over(worker, order, request["amount"], "operations", "stock_problem")
    units = request["units_approved"]
    stocked = [{"line_id": line["line_id"], "quantity": units, "restock": True}]
    amount = _refund(worker, order, line, units, lines=stocked)
    if parse_money(amount) > noted_above(worker):
        _note(worker, order, amount, units)
    return _report(amount)


def two_notes(worker: Worker) -> FinalAnswer:
    """Write two notes beside what has to be done."""
    order, line = _find(worker)
    request = _answered(worker, order)
    for _ in range(2):
        _note(worker, order, request["amount"], request["units"])
    return _finish(worker, order, line, request)


FAMILY = Family(
    name="refund-approved",
    title="Wait for finance's answer, then refund what it allows",
    point="nothing happens while a request is pending, and then what was approved counts, not what was asked",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"look twice a day, and note it in any case": look_now_and_then},
    mistakes={
        "handed over at once": at_once,
        "another number of units": other_count,
        "an out-of-office mail as the answer": out_of_office,
        "back into stock": back_into_stock,
        "changed their mind": _wrong("risk", reason="changed_mind"),
        "customer not told": _wrong("merchandising", notify=False),
        "two notes": two_notes,
    },
    unenforced={
        "handed over at once": "nobody hands the matter over a second",
        "another number of units": "exactly as many units as were approved",
        "changed their mind": "so it has to be the true one",
        "customer not told": "The customer is notified of every refund",
        "two notes": "One note a refund, no more.",
    },
    population="medium",
)
