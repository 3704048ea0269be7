"""A refund was pending and the bank sent it back: finance tries the card once more, or asks those who find another way.

What is typically got wrong: a failed refund is taken for paid, or made again whatever it comes to; the second one is
made for other goods or another reason; nothing says which notice of the bank it answers; the wrong team gets it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from worlds.engine.fields import format_money, parse_money
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import money, record
from worlds.shop.models import OrderLine, Payment, Refund, RefundLine, ReturnRequest, SalesOrder, stand_in
from worlds.shop.rulings.refund_failed import rule
from worlds.shop.tasks.casework import Contact, contact, handed_over, noted_above, orders_matching, spare_note
from worlds.shop.tasks.money_sent import Covered, Sent, refunded
from worlds.shop.tasks.officework import find_orders, hand_over, money_in, worked_out

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "finance"
REASONS = {
    "damaged": "Damaged", "defective": "Defective", "wrong_item": "Wrong item", "missing_item": "Missing item",
    "changed_mind": "Changed mind", "not_as_described": "Not as described",
}  # fmt: skip
LIMIT = 7_500

WORDINGS = (
    "{email} has had our mail that a refund did not arrive; the bank's notice on it is {notice}. Please do what our "
    "rules ask of us in such a case, and report what had failed (failed) and what you have refunded today (refunded), "
    "0.00 if nothing.",
    "“You write that my bank could not take the money. So what happens now? {email}” – Notice {notice} of the bank "
    "belongs to it. By the book, please; as failed I need the amount that came back, as refunded the amount that you "
    "sent on its way today, zero included.",
    "In the bank's post this morning: {notice}, a refund that came back, customer {email}. Deal with it as our rules "
    "have it and give me two figures: failed, for what came back, and refunded, for what you have refunded now (0.00 "
    "where you have not).",
)


@dataclass(frozen=True, slots=True)
class Case:
    """An order with one refund, of one line, that failed."""

    order_id: int
    line_id: int
    payment_id: int
    email: str
    branch: str


def instance(draw: Draw) -> Instance:
    """A customer by mail address, and the bank's notice."""
    case = draw.pick(cases, branch=draw.branch((SOLVABLE, "hand_over")))
    notice = f"RN-{draw.rng('notice').randint(200_000, 899_999)}"
    facts = {"email": case.email, "notice": notice}
    target = {"sales_order": [case.order_id], "order_line": [case.line_id]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(case, decision, notice, contact(draw.session, case.order_id)),
        target=target,
        decision=decision,
    )


def cases(draw: Draw) -> list[Case]:
    """Refunds that failed, the only one of their customer, each of one line of an order with nothing else open."""
    addresses = draw.session.scalars(
        select(SalesOrder.email).join(Refund, Refund.order_id == SalesOrder.id).where(Refund.status == "failed")
    )
    named = Counter(email.strip().casefold() for email in addresses)
    found = []
    for order, line, payment_id, amount in _failed_ones(draw):
        if named[order.email.strip().casefold()] == 1:
            branch = SOLVABLE if amount <= LIMIT else "hand_over"
            found.append(Case(order.id, line.id, payment_id, order.email.strip(), branch))
    return found


def _failed_ones(draw: Draw) -> Iterable[Any]:
    """Order, line, payment and cents of such refunds."""
    once = select(Refund.order_id).group_by(Refund.order_id).having(func.count() == 1)
    other = aliased(OrderLine)
    of_one = select(RefundLine.refund_id).group_by(RefundLine.refund_id).having(func.count() == 1)
    return draw.session.execute(
        select(SalesOrder, OrderLine, Payment.id, Refund.amount)
        .join(Refund, Refund.order_id == SalesOrder.id)
        .join(RefundLine, RefundLine.refund_id == Refund.id)
        .join(OrderLine, OrderLine.id == RefundLine.order_line_id)
        .join(Payment, Payment.order_id == SalesOrder.id)
        .where(
            Refund.status == "failed",
            Refund.fee_amount == 0,
            Refund.reason.in_(REASONS),
            Refund.order_id.in_(once),
            Refund.id.in_(of_one),
            SalesOrder.cancelled_at.is_(None),
            SalesOrder.fulfilment_status == "fulfilled",
            Payment.amount == SalesOrder.total,
            ~exists().where(other.order_id == SalesOrder.id, other.title == OrderLine.title, other.id != OrderLine.id),
            ~exists().where(ReturnRequest.order_id == SalesOrder.id, ReturnRequest.status.in_(("requested", "open"))),
        )
        .order_by(SalesOrder.id)
    )


def _expectation(case: Case, decision: Mapping[str, Any], notice: str, told: Contact) -> Expectation:
    slots = {"failed": money(decision["amount"], "EUR"), "refunded": money(decision["refunded"], "EUR")}
    reference = record(notice, "RN-")
    if decision["branch"] != SOLVABLE:
        facts = (record(decision["number"], "LK-"), money(decision["amount"], "EUR"), reference)
        over = handed_over(case.order_id, decision["team"], decision["hand_over_reason"], *facts, told=told)
        bundle = Bundle(required=[over], allowed=[spare_note(case.order_id, told.never)])
        return Expectation(any_of=[bundle], answer=Answer(("waiting", "not_done"), slots))
    sent = Sent(
        case.order_id, case.payment_id, decision["amount"], decision["shipping"], decision["reason"],
        [Covered(*line) for line in decision["lines"]], decision["noted"], reference,
    )  # fmt: skip
    return Expectation(any_of=[refunded(sent, told)], answer=Answer("done", slots))


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> tuple[dict[str, Any], dict[str, Any]]:
    """The order that the request speaks of, and its refund that failed."""
    for order in orders_matching(worker, worker.facts["email"]):
        for refund in order["refunds"]:
            if refund["status"] == "failed":
                return order, refund
    raise LookupError(f"no refund of {worker.facts['email']} has failed")


def _tried_up_to(worker: Worker) -> int:
    text = worker.call("get_policy", slug="returned-refunds")["text"]
    found = re.search(r"\*\*Up to (\d+\.\d{2})\*\*", text)
    if found is None:
        raise LookupError("the rule for refunds that come back names no amount")
    return parse_money(found[1])


def _refund(worker: Worker, order: Mapping[str, Any], failed: Mapping[str, Any], **changes: Any) -> str:
    """Make the same refund again; answers what it came to."""
    asked = {
        "order_id": order["order_id"],
        "lines": [{"line_id": one["line_id"], "quantity": one["quantity"]} for one in failed["lines"]],
        "reason": failed["reason"],
        "shipping": parse_money(failed["shipping_amount"]) > 0,
        "note": f"Made again, notice {worker.facts['notice']} of the bank.",
    }
    return str(worker.call("refund_order", **(asked | changes))["amount"])


def _note(worker: Worker, order: Mapping[str, Any], failed: Mapping[str, Any]) -> None:
    text = f"{failed['amount']} EUR made again, {failed['reason']}, since the bank sent it back. The customer asked."
    worker.call("add_order_note", order_id=order["order_id"], text=text)


def _hand_over(
    worker: Worker, order: Mapping[str, Any], amount: str, team: str = "risk", reason: str = "payment_problem"
) -> FinalAnswer:
    text = (
        f"The refund of {amount} EUR on order {order['number']} came back, notice {worker.facts['notice']}. "
        "Please find another account with the customer; nothing has been refunded again."
    )
    worker.call("escalate", team=team, reason=reason, message=text, order_id=order["order_id"])
    return FinalAnswer(
        status="waiting",
        reasons=[reason],
        facts={"failed": f"{amount} EUR", "refunded": "0.00 EUR"},
        message=f"The refund of {amount} EUR failed; {team} looks for another way.",
    )


def _report(amount: str) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"failed": f"{amount} EUR", "refunded": f"{amount} EUR"},
        message=f"The refund of {amount} EUR that came back is on its way once more.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """See what failed and what it comes to; make the same refund again with the notice, or ask `risk`."""
    most, noted = _tried_up_to(worker), noted_above(worker)
    order, failed = _find(worker)
    if parse_money(failed["amount"]) > most:
        return _hand_over(worker, order, failed["amount"])
    amount = _refund(worker, order, failed)
    if parse_money(amount) > noted:
        _note(worker, order, failed)
    return _report(amount)


def note_first(worker: Worker) -> FinalAnswer:
    """Write it down on the order first, whatever it comes to."""
    order, failed = _find(worker)
    _note(worker, order, failed)
    if parse_money(failed["amount"]) > _tried_up_to(worker):
        return _hand_over(worker, order, failed["amount"])
    return _report(_refund(worker, order, failed))


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    most = _written(page, "returned-refunds", r"Up to (\d+\.\d{2})")
    noted = _written(page, "refunds", r"each refund above (\d+\.\d{2})")
    notice = page.facts["notice"]
    number, failed = next(
        (number, row) for number, _ in find_orders(page, page.facts["email"]) if (row := _failed_row(page))
    )
    reason, units, title, shipping, amount = failed
    if parse_money(amount) > most:
        hand_over(page, "Risk", "Payment problem", f"Order {number}: {amount} EUR came back, notice {notice}.")
        return FinalAnswer(status="waiting", facts={"failed": f"{amount} EUR", "refunded": "0.00 EUR"})
    page.click("link", "Refund")
    goods = next(row.cells["Goods"] for row in page.rows() if row.cells["Goods"].startswith(title))
    page.row(goods).fill(None, units)
    page.row(goods).check(on=False)
    boxes = page.names("checkbox", "Refund shipping too")
    if boxes and parse_money(shipping):
        page.check(boxes[0])
    worked_out(page)
    page.choose("Reason", reason)
    page.fill("Internal note (optional)", f"Made again, notice {notice}.")
    page.click("button", "Make the refund")
    if parse_money(amount) > noted:
        page.fill("Add a note", f"{amount} EUR made again, {reason}, after the bank sent it back. The customer asked.")
        page.click("button", "Add note")
    return _report(amount)


def _written(page: "Page", slug: str, rule_words: str) -> int:
    page.open(f"/office/rules/{slug}")
    found = re.search(rule_words, page.see())
    if found is None:
        raise LookupError(f"the page {slug} does not say “{rule_words}”")
    return parse_money(found[1])


def _failed_row(page: "Page") -> tuple[str, str, str, str, str] | None:
    """Reason, units, article, shipping and amount of the refund that failed, as the order's page shows them."""
    rows = page.rows("Refunds") if "Refunds" in page.names("group") else []
    cells = next((row.cells for row in rows if re.search(r"RF-\d+ Failed", row.cells["Refund"])), None)
    goods = re.search(r"(\d+) × (.+?)(?:, \d+ restocked)?$", cells["Goods"]) if cells else None
    if cells is None or goods is None:
        return None
    reason = next(words for words in REASONS.values() if cells["Reason"].startswith(words))
    return reason, goods[1], goods[2], money_in(cells["Shipping"]), money_in(cells["Amount"])


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _wrong(**changes: Any) -> Any:
    """Refund whatever it comes to, with something else wrong as well."""

    def mistake(worker: Worker) -> FinalAnswer:
        order, failed = _find(worker)
        amount = _refund(worker, order, failed, **changes)
        if parse_money(amount) > noted_above(worker):
            _note(worker, order, failed)
        return _report(amount)

    return mistake


def other_way_round(worker: Worker) -> FinalAnswer:
    """Try the card with the large sums, and ask `risk` about the small ones."""
    order, failed = _find(worker)
    if parse_money(failed["amount"]) > _tried_up_to(worker):
        return _report(_refund(worker, order, failed))
    return _hand_over(worker, order, failed["amount"])


def other_reason(worker: Worker) -> FinalAnswer:
    """Say that it is because of the bank, which is none of the reasons."""
    made: FinalAnswer = _wrong(reason="other", shipping=False)(worker)
    return made


def back_into_stock(worker: Worker) -> FinalAnswer:
    """Book the goods into stock along the way; tell nobody where the warehouse has booked them already."""
    order, failed = _find(worker)
    if any(line["returned"] for line in order["lines"]):
        return _report(_refund(worker, order, failed, notify=False))
    lines = [{"line_id": one["line_id"], "quantity": one["quantity"], "restock": True} for one in failed["lines"]]
    return _report(_refund(worker, order, failed, lines=lines))


def other_units(worker: Worker) -> FinalAnswer:
    """Refund one unit more than had failed, or one less; tell nobody where there is no other unit."""
    order, failed = _find(worker)
    (line,) = failed["lines"]
    bought = next(one["quantity"] for one in order["lines"] if one["line_id"] == line["line_id"])
    units = line["quantity"] + 1 if line["quantity"] < bought else line["quantity"] - 1
    if not units:
        return _report(_refund(worker, order, failed, notify=False))
    try:
        return _report(_refund(worker, order, failed, lines=[{"line_id": line["line_id"], "quantity": units}]))
    except Refused:
        return _report(_refund(worker, order, failed, notify=False))


def counted_twice(worker: Worker) -> FinalAnswer:
    """Do it rightly, and report as failed what was refunded again too."""
    right = solve(worker)
    failed = parse_money(str(right.facts["failed"]).removesuffix(" EUR"))
    return right.model_copy(update={"facts": right.facts | {"failed": f"{format_money(2 * failed)} EUR"}})


def note_wrong(worker: Worker) -> FinalAnswer:
    """Leave the order's note out where it is due, write two where it is not."""
    order, failed = _find(worker)
    if parse_money(failed["amount"]) > _tried_up_to(worker):
        _note(worker, order, failed)
        return note_first(worker)
    amount = _refund(worker, order, failed)
    if parse_money(amount) <= noted_above(worker):
        _note(worker, order, failed)
        _note(worker, order, failed)
    return _report(amount)


def wrong_people(worker: Worker) -> FinalAnswer:
    """Ask the shift lead."""
    order, failed = _find(worker)
    return _hand_over(worker, order, failed["amount"], "support_lead", "customer_complaint")


FAMILY = Family(
    name="refund-failed",
    title="Make good for a refund that the bank sent back days later",
    point="failed money counts for nothing; up to a sum the same refund is made again with the notice, then `risk`",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"note first": note_first},
    mistakes={
        "the other way round": other_way_round,
        "without the notice": _wrong(note="Made again."),
        "for another reason": other_reason,
        "customer not told": _wrong(notify=False),
        "back into stock": back_into_stock,
        "other units": other_units,
        "counted twice": counted_twice,
        "the note": note_wrong,
        "to the wrong people": wrong_people,
    },
    unenforced={
        "the other way round": "the card is not tried again",
        "without the notice": "gives the number of the bank's notice",
        "for another reason": "the same reason",
        "customer not told": "The customer is notified of every refund",
        "back into stock": "Nothing is put into stock by it",
        "other units": "the same goods, the same quantity",
        "the note": "For each refund above 40.00 add one note to the order",
    },
    population="medium",
)
