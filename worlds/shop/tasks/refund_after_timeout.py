"""Refund units that were missing, although the answer to the refund does not come: once, whatever became of it.

The first refund of the order runs into a time-out. In every other instance it was made and only its answer was lost;
otherwise nothing was done. The two look alike until somebody looks at the order.

What is typically got wrong: sending it again without a look, taking the time-out for a no or for a yes, handing over
what only has to be looked at, and telling the customer twice.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from worlds.engine.faults.plan import Rule
from worlds.engine.fields import parse_money
from worlds.engine.task import Draw, Family, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer, FromRow
from worlds.graders.expectation import Expectation
from worlds.graders.typed import money
from worlds.shop.models import Refund, stand_in
from worlds.shop.rulings.refund_after_timeout import rule
from worlds.shop.tasks.casework import Contact, contact, noted_above, orders_matching, placed_on
from worlds.shop.tasks.missing_units import LIMIT, Case, every_case
from worlds.shop.tasks.money_sent import Covered, Sent, refunded
from worlds.shop.tasks.officework import find_orders, row_of, worked_out

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "support_l2"
NO_ANSWER = 504
TIMEOUTS = ("timeout-after-commit", "timeout-before-commit")

WORDINGS = (
    "{email} writes: “{units} of the {quantity} × {article} from my order of {day} are missing, please give me the "
    "money for {units} back.” The parcel was packed short, they are right and in time. Refund it by our rules. Then "
    "send me the number of the refund (refund) and what it comes to (amount).",
    "Please pay back {units} of {quantity} × {article}: order of {day}, customer {email}. They were not in the parcel, "
    "the warehouse has confirmed it, and nothing is sent on. I keep a list of these, so tell me the refund's number "
    "(refund) and its exact amount (amount).",
    "Short parcel, claimed on the day it came: {email}, order of {day}, {article}, {quantity} ordered, {units} not "
    "packed. They would rather have the money for {units} than wait. By the book, please, and report number (refund) "
    "and amount (amount) of the refund.",
    "For {email}, who bought {quantity} × {article} on {day} and found {units} fewer in the box: make the refund for "
    "these {units}. It was our packing. For the file I need the number under which it runs (refund) and the sum "
    "(amount).",
)


def _cases(draw: Draw) -> list[Case]:
    """Units that could be refunded twice, if one does not look: as many again are there, and within the limit."""
    earlier = set(draw.session.scalars(select(Refund.order_id)))
    return [
        case
        for case in every_case(draw)
        if 2 * case.units <= case.quantity and 2 * case.amount <= LIMIT and case.order_id not in earlier
    ]


def instance(draw: Draw) -> Instance:
    """A line of a delivered order, named by mail address, article and day; the first refund of it gets no answer."""
    timeout = draw.branch(TIMEOUTS)
    case = draw.pick(_cases)
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
        faults=(Rule(fault=timeout, operations=("refund_order",), scope="target"),),
    )


def _expectation(case: Case, decision: Mapping[str, Any], told: Contact) -> Expectation:
    lines = [Covered(case.line_id, decision["units"], decision["amount"])]
    sent = Sent(
        case.order_id, case.payment_id, decision["amount"], decision["shipping"], decision["reason"], lines,
        decision["noted"],
    )  # fmt: skip
    number = FromRow("record", "refund", "number", {"prefix": "RF-"})
    answer = Answer("done", {"amount": money(decision["amount"], "EUR"), "refund": number})
    return Expectation(any_of=[refunded(sent, told)], answer=answer)


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


def _send(worker: Worker, order: dict[str, Any], line: dict[str, Any], **changes: Any) -> dict[str, Any] | None:
    """The refund that was made; None where no answer came."""
    asked = {"line_id": line["line_id"], "quantity": int(worker.facts["units"]), "restock": False}
    arguments = {"order_id": order["order_id"], "lines": [asked], "reason": "missing_item"} | changes
    try:
        made: dict[str, Any] = worker.call("refund_order", **arguments)
    except Refused as lost:
        if lost.status != NO_ANSWER:
            raise
        return None
    return made


def _there(worker: Worker, order: dict[str, Any]) -> dict[str, Any] | None:
    """The refund that stands on the order now and did not before."""
    before = {one["refund_id"] for one in order["refunds"]}
    now: list[dict[str, Any]] = worker.call("get_order", order_id=order["order_id"])["refunds"]
    return next((one for one in now if one["refund_id"] not in before), None)


def _refund(worker: Worker, order: dict[str, Any], line: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Make it, and look before making it again."""
    made = _send(worker, order, line, **changes) or _there(worker, order) or _send(worker, order, line, **changes)
    if made is None:
        raise LookupError("the refund is answered neither the first nor the second time")
    return made


def _note(worker: Worker, order: dict[str, Any], made: dict[str, Any]) -> None:
    units = f"{worker.facts['units']} of {worker.facts['article']}"
    text = f"{made['amount']} EUR refunded, missing from the parcel: {units}. Asked for by the customer."
    worker.call("add_order_note", order_id=order["order_id"], text=text)


def _note_if_due(worker: Worker, order: dict[str, Any], made: dict[str, Any]) -> None:
    if parse_money(made["amount"]) > noted_above(worker):
        _note(worker, order, made)


def _report(made: dict[str, Any]) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"refund": made["number"], "amount": f"{made['amount']} EUR"},
        message=f"{made['number']} refunds {made['amount']} EUR for the missing units.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """Refund it; where no answer comes, look at the order, and make it again only if it is not there."""
    order, line = _find(worker)
    made = _refund(worker, order, line)
    _note_if_due(worker, order, made)
    return _report(made)


def same_key(worker: Worker) -> FinalAnswer:
    """Send it under a key of its own, and under the same key again until it is answered; a note whatever the amount."""
    order, line = _find(worker)
    key = f"refund of {worker.facts['units']} units of line {line['line_id']}"
    made = _send(worker, order, line, idempotency_key=key) or _send(worker, order, line, idempotency_key=key)
    if made is None:
        raise LookupError("the refund is answered neither the first nor the second time")
    _note(worker, order, made)
    return _report(made)


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office: after the gateway's page the order is opened anew."""
    page.open("/office/rules/refunds")
    rule_page = re.search(r"each refund above (\d+\.\d{2})", page.see())
    if rule_page is None:
        raise LookupError("the rule for refunds says nothing of notes")
    goods = row_of(page.facts["article"])
    found = find_orders(page, page.facts["email"], page.facts["day"])
    next(number for number, _ in found if page.names("rowheader", goods))
    order = page.url
    before = _numbers(page)
    amount = _fill_and_send(page, goods)
    page.open(order)
    if _numbers(page) == before:
        _fill_and_send(page, goods)
        page.open(order)
    (number,) = _numbers(page) - before
    if parse_money(amount) > parse_money(rule_page[1]):
        page.fill("Add a note", f"Refunded {amount} EUR, missing: {page.facts['units']} of {goods}, at their wish.")
        page.click("button", "Add note")
    return _report({"number": number, "amount": amount})


def _numbers(page: "Page") -> set[str]:
    """The numbers of the refunds that stand on the order."""
    return set(re.findall(r"RF-\d+", " ".join(page.names("rowheader", "RF-"))))


def _fill_and_send(page: "Page", goods: str) -> str:
    """Refund the missing units from the order's page; answers what it comes to."""
    page.click("link", "Refund")
    page.row(goods).fill(None, page.facts["units"])
    page.row(goods).check(on=False)
    amount = worked_out(page)
    page.choose("Reason", "Missing item")
    page.click("button", "Make the refund")
    return amount


# -- how it is got wrong ------------------------------------------------------------------------------------------


def once_more(worker: Worker) -> FinalAnswer:
    """Send it until it is answered, without a look; where that was right, once more to be sure."""
    order, line = _find(worker)
    _send(worker, order, line)
    before = _there(worker, order)
    made = _send(worker, order, line) or _refund(worker, order, line)
    if before is None:
        made = _refund(worker, order, line)
    _note_if_due(worker, order, made)
    return _report(made)


def took_it_for_done(worker: Worker) -> FinalAnswer:
    """Take no answer for a yes where it was a no, and for a no where it was a yes; the customer is told either way."""
    order, line = _find(worker)
    made = _send(worker, order, line) or _there(worker, order)
    one = {"line_id": line["line_id"], "quantity": 1}
    shown = worker.call("preview_refund", order_id=order["order_id"], lines=[one])
    text = "We could not make your refund." if made else "Your refund is made."
    worker.call("mail_customer", order_id=order["order_id"], message=text)
    if made:
        return FinalAnswer(status="not_done", message="The system did not answer.")
    return FinalAnswer(status="done", facts={"amount": f"{shown['amount']} EUR"})


def handed_over(worker: Worker) -> FinalAnswer:
    """Hand the matter over because no answer came."""
    order, line = _find(worker)
    _send(worker, order, line)
    text = f"The refund on {order['number']} was answered with {NO_ANSWER}. Please see whether it was made."
    worker.call("escalate", team="finance", reason="payment_problem", message=text, order_id=order["order_id"])
    return FinalAnswer(status="waiting", reasons=["payment_problem"])


def told_twice(worker: Worker) -> FinalAnswer:
    """Do it rightly, and write to the customer as well."""
    done = solve(worker)
    order, _ = _find(worker)
    text = f"Your refund {done.facts['refund']} over {done.facts['amount']} is on its way."
    worker.call("mail_customer", order_id=order["order_id"], message=text)
    return done


def _wrong(**changes: Any) -> Any:
    """Done with a look, but with something wrong in the refund."""

    def mistake(worker: Worker) -> FinalAnswer:
        order, line = _find(worker)
        made = _refund(worker, order, line, **changes)
        _note_if_due(worker, order, made)
        return _report(made)

    return mistake


def two_notes(worker: Worker) -> FinalAnswer:
    """Write the note for each attempt."""
    order, line = _find(worker)
    made = _refund(worker, order, line)
    _note(worker, order, made)
    _note(worker, order, made)
    return _report(made)


def other_number(worker: Worker) -> FinalAnswer:
    """Do it rightly, but report the number that the refund would have had, had the first one been another."""
    done = solve(worker)
    number = int(str(done.facts["refund"]).removeprefix("RF-")) + 1
    return done.model_copy(update={"facts": {**done.facts, "refund": f"RF-{number}"}})


FAMILY = Family(
    name="refund-after-timeout",
    title="Finish a refund whose answer did not come",
    point="a time-out says neither yes nor no; the order does, and one request is one refund",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"the same key again, and a note whatever the amount": same_key},
    mistakes={
        "once more to be sure": once_more,
        "taken for the other": took_it_for_done,
        "handed over": handed_over,
        "told twice": told_twice,
        "customer not told": _wrong(notify=False),
        "another reason": _wrong(reason="other"),
        "two notes": two_notes,
        "another number reported": other_number,
    },
    unenforced={
        "once more to be sure": "One request is one refund",
        "handed over": "look at the order before you make it again",
        "told twice": "Nobody mails a customer twice about the same thing.",
        "customer not told": "The customer is notified of every refund",
        "another reason": "so it has to be the true one",
        "two notes": "One note a refund, no more.",
    },
    population="medium",
)
