"""Units were missing from a parcel: refund them at what was paid, or hand them over where one's own limit is used up.

What is typically got wrong: the list price in place of what was paid, the wrong reason, units booked back into stock
that nobody brought, shipping refunded with them, the note that the policy asks for above 40.00, and an earlier refund
on the same order that counts towards the limit.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from worlds.engine.fields import format_money, parse_money
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import money, record
from worlds.shop.models import stand_in
from worlds.shop.rulings.refund_partial import rule
from worlds.shop.tasks.casework import (
    Contact,
    contact,
    handed_over,
    noted_above,
    orders_matching,
    placed_on,
    spare_note,
)
from worlds.shop.tasks.missing_units import Case, cases
from worlds.shop.tasks.money_sent import Covered, Sent, refunded
from worlds.shop.tasks.officework import find_orders, hand_over, row_of, worked_out

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "support_l2"

WORDINGS = (
    "Mail from {email}, sent on the evening the parcel came: “Of the {quantity} × {article} that I ordered on {day}, "
    "{units} were not in the box. I would like my money back for {units}, the rest is fine.” The packing list agrees "
    "with them. Please settle it by the rules, and tell me the amount that it comes to, to the cent (amount).",
    "Can you take over a complaint? {email} bought {quantity} × {article} on {day}; {units} of them were missing when "
    "the parcel was opened, they told us the same day and the warehouse confirms it. They want the money for {units}, "
    "nothing sent on. What is the exact amount (amount)?",
    "“Hello, on {day} I bought {quantity} × {article} from you. The parcel had {units} too few in it. Please give me "
    "back what I paid for {units}, I do not want them sent any more. {email}” – That's right, we packed too few, and "
    "they wrote at once. Do it by the book and report the amount (amount).",
    "One for you, from the pile of short parcels: customer {email}, order of {day}, {quantity} × {article}, {units} "
    "not packed. Claimed in time, checked, nobody sends anything on: it is to be paid back. I need the exact "
    "amount (amount) for my list.",
)


def instance(draw: Draw) -> Instance:
    """A line of a delivered order, named by mail address, article and day, and how many units of it were missing."""
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
    )


def _expectation(case: Case, decision: Mapping[str, Any], told: Contact) -> Expectation:
    amount = money(decision["amount"], "EUR")
    note = spare_note(case.order_id, told.never)
    if decision["branch"] != SOLVABLE:
        order = record(decision["number"], "LK-")
        over = handed_over(
            case.order_id, decision["team"], decision["hand_over_reason"], order, amount,
            told=told, variant_id=case.variant_id,
        )  # fmt: skip
        answer = Answer(("waiting", "not_done"), {"amount": amount})
        return Expectation(any_of=[Bundle(required=[over], allowed=[note])], answer=answer)
    lines = [Covered(case.line_id, decision["units"], decision["amount"])]
    sent = Sent(
        case.order_id, case.payment_id, decision["amount"], decision["shipping"], decision["reason"], lines,
        decision["noted"],
    )  # fmt: skip
    return Expectation(any_of=[refunded(sent, told)], answer=Answer("done", {"amount": amount}))


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


def _asked(worker: Worker, line: dict[str, Any]) -> dict[str, Any]:
    return {"line_id": line["line_id"], "quantity": int(worker.facts["units"]), "restock": False}


def _previewed(worker: Worker, line: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = worker.call("preview_refund", order_id=order["order_id"], lines=[_asked(worker, line)])
    return shown


def _refund(worker: Worker, line: dict[str, Any], order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    arguments = {"order_id": order["order_id"], "lines": [_asked(worker, line)], "reason": "missing_item"} | changes
    made: dict[str, Any] = worker.call("refund_order", **arguments)
    return made


def _note(worker: Worker, order: dict[str, Any], amount: str) -> None:
    units = f"{worker.facts['units']} of {worker.facts['article']}"
    text = f"{amount} EUR, missing from the parcel: {units}. Asked for by the customer."
    worker.call("add_order_note", order_id=order["order_id"], text=text)


def _hand_over(worker: Worker, order: dict[str, Any], amount: str, team: str = "finance") -> FinalAnswer:
    units = f"{worker.facts['units']} of {worker.facts['article']}"
    text = f"Order {order['number']}: {units} were missing; {amount} EUR is above my limit on it. Nothing is refunded."
    worker.call("escalate", team=team, reason="approval_needed", message=text, order_id=order["order_id"])
    return FinalAnswer(
        status="waiting",
        reasons=["approval_needed"],
        facts={"amount": f"{amount} EUR"},
        message=f"It comes to {amount} EUR; {team} has to approve it, so nothing is refunded yet.",
    )


def _report(amount: str) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"amount": f"{amount} EUR"},
        message=f"Refunded {amount} EUR for the missing units.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """Read the rule, see what it comes to and whether I may; refund for the true reason, with the note that is due."""
    limit = noted_above(worker)
    order, line = _find(worker)
    shown = _previewed(worker, line, order)
    if shown["needs_approval"]:
        return _hand_over(worker, order, shown["amount"])
    _refund(worker, line, order)
    if parse_money(shown["amount"]) > limit:
        _note(worker, order, shown["amount"])
    return _report(shown["amount"])


def note_first(worker: Worker) -> FinalAnswer:
    """Write a note first whatever the amount, then refund or hand over."""
    order, line = _find(worker)
    shown = _previewed(worker, line, order)
    _note(worker, order, shown["amount"])
    if shown["needs_approval"]:
        return _hand_over(worker, order, shown["amount"])
    return _report(_refund(worker, line, order)["amount"])


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office: work the amount out, then refund and note it, or hand it over."""
    page.open("/office/rules/refunds")
    rule_page = re.search(r"each refund above (\d+\.\d{2})", page.see())
    if rule_page is None:
        raise LookupError("the rule for refunds says nothing of notes")
    goods = row_of(page.facts["article"])
    found = find_orders(page, page.facts["email"], page.facts["day"])
    number = next(number for number, _ in found if page.names("rowheader", goods))
    page.click("link", "Refund")
    page.row(goods).fill(None, page.facts["units"])
    page.row(goods).check(on=False)
    amount = worked_out(page)
    if page.shows("above your limit"):
        page.click("link", "Back")
        hand_over(
            page,
            "Finance",
            "Approval needed",
            f"Order {number}: {page.facts['units']} of {goods} were missing, {amount} EUR. Above my limit.",
        )
        return FinalAnswer(status="waiting", facts={"amount": f"{amount} EUR"})
    page.choose("Reason", "Missing item")
    page.click("button", "Make the refund")
    if parse_money(amount) > parse_money(rule_page[1]):
        page.fill("Add a note", f"Refunded {amount} EUR, missing: {page.facts['units']} of {goods}, at their wish.")
        page.click("button", "Add note")
    return _report(amount)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _wrong(**changes: Any) -> Any:
    """A refund with something wrong in it; where the world refuses it the matter goes to the wrong people."""

    def mistake(worker: Worker) -> FinalAnswer:
        order, line = _find(worker)
        try:
            amount = _refund(worker, line, order, **changes)["amount"]
        except Refused:
            return _hand_over(worker, order, _previewed(worker, line, order)["amount"], team="support_lead")
        if parse_money(amount) > noted_above(worker):
            _note(worker, order, amount)
        return _report(amount)

    return mistake


def back_into_stock(worker: Worker) -> FinalAnswer:
    """Book the missing units into stock."""
    _, line = _find(worker)
    made: FinalAnswer = _wrong(lines=[_asked(worker, line) | {"restock": True}])(worker)
    return made


def other_count(worker: Worker) -> FinalAnswer:
    """Refund one unit more, or one less where all of them were missing."""
    order, line = _find(worker)
    units = int(worker.facts["units"])
    asked = _asked(worker, line) | {"quantity": units + 1 if units < line["quantity"] else units - 1}
    try:
        return _report(_refund(worker, line, order, lines=[asked])["amount"])
    except Refused:
        shown = worker.call("preview_refund", order_id=order["order_id"], lines=[asked])
        return _hand_over(worker, order, shown["amount"])


def list_price(worker: Worker) -> FinalAnswer:
    """Do it rightly, but report the price of the list."""
    done = solve(worker)
    _, line = _find(worker)
    price = parse_money(line["unit_price"]) * int(worker.facts["units"])
    return done.model_copy(update={"facts": {"amount": f"{format_money(price)} EUR"}})


def two_notes(worker: Worker) -> FinalAnswer:
    """Write the note twice."""
    order, line = _find(worker)
    amount = _previewed(worker, line, order)["amount"]
    _note(worker, order, amount)
    return note_first(worker)


def bit_by_bit(worker: Worker) -> FinalAnswer:
    """Refund what the limit still allows, and leave the rest for another day; ask the shift lead where none fits."""
    order, line = _find(worker)
    for units in range(int(worker.facts["units"]) - 1, 0, -1):
        asked = _asked(worker, line) | {"quantity": units}
        shown = worker.call("preview_refund", order_id=order["order_id"], lines=[asked])
        if not shown["needs_approval"]:
            return _report(_refund(worker, line, order, lines=[asked])["amount"])
    return _hand_over(worker, order, _previewed(worker, line, order)["amount"], team="support_lead")


FAMILY = Family(
    name="refund-partial",
    title="Refund some units of a line, within one's limit on the order",
    point="what was paid is not the list price; reason, stock, note and limit follow the policy, not the request",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"note before anything else": note_first},
    mistakes={
        "another number of units": other_count,
        "back into stock": back_into_stock,
        "shipping as well": _wrong(shipping=True),
        "changed their mind": _wrong(reason="changed_mind"),
        "customer not told": _wrong(notify=False),
        "the list price reported": list_price,
        "two notes": two_notes,
        "bit by bit": bit_by_bit,
    },
    unenforced={
        "back into stock": "nor do units that were missing from the parcel",
        "changed their mind": "so it has to be the true one",
        "customer not told": "The customer is notified of every refund",
        "two notes": "One note a refund, no more.",
        "bit by bit": "Do not split a refund in order to stay below a limit",
    },
    population="medium",
)
