"""A customer wants the rest of a crushed parcel refunded: pending money counts as given back, failed money does not.

What is typically got wrong: refunding over a refund that failed, taking a pending one for failed, a reason that the
photographs do not bear out, shipping left out of the last refund or put into another, the note forgotten.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from worlds.engine.fields import format_money, parse_money
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import money, record
from worlds.shop.models import stand_in
from worlds.shop.rulings.refund_rest import rule
from worlds.shop.tasks.casework import Contact, contact, handed_over, noted_above, orders_matching, spare_note
from worlds.shop.tasks.money_sent import Covered, Sent, refunded
from worlds.shop.tasks.officework import find_orders, hand_over, money_in, worked_out
from worlds.shop.tasks.rest_words import articles_in, is_named, refund_asked, units_wanted, with_shipping
from worlds.shop.tasks.rests import ORDER, Case, cases

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "support_l2"

WORDINGS = (
    "{email} again, about the parcel that came crushed, the one with {article}. We refunded a part at the time; now "
    "they want the money for {wanted}, too. Nothing has to come back. Please do what our rules say and tell me what a "
    "refund of that comes to by our rules, made or not (asked), and what you refunded just now (refunded), 0.00 if "
    "nothing.",
    "“You gave me back a part, but all of it was broken, as my pictures show. Please refund {wanted}. It is about "
    "{article}. {email}” – Broken in transit, stays with the customer. See to it, and report as refunded the amount "
    "that you sent on its way, zero included, and as asked what this refund has to come to, whether you may make it or "
    "not.",
    "Still open from the pile of squashed boxes: customer {email}, {article}. A part went back before, now they ask "
    "for more, which is to say {wanted}. They keep the pieces. Deal with it by the book; I need two figures: asked, "
    "for what a refund of this comes to under our rules in any case, and refunded, for what you have refunded now "
    "(0.00 where you have not).",
)


def instance(draw: Draw) -> Instance:
    """An order by mail address and article, and what is wanted of it."""
    case = draw.pick(cases, branch=draw.branch((SOLVABLE, "hand_over")))
    facts = {"email": case.email, "article": case.wish.article, "wanted": case.wish.wanted}
    target = {"sales_order": [case.order_id], "order_line": [line for line, _ in case.wish.units]}
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
    note = spare_note(case.order_id, told.never)
    slots = {"asked": money(decision["amount"], "EUR"), "refunded": money(decision["refunded"], "EUR")}
    if decision["branch"] != SOLVABLE:
        facts = (record(decision["number"], "LK-"), money(decision["decides"], "EUR"))
        over = handed_over(case.order_id, decision["team"], decision["hand_over_reason"], *facts, told=told)
        return Expectation(
            any_of=[Bundle(required=[over], allowed=[note])], answer=Answer(("waiting", "not_done"), slots)
        )
    lines = [Covered(*line) for line in decision["lines"]]
    sent = Sent(
        case.order_id, case.payment_id, decision["amount"], decision["shipping"], decision["reason"], lines,
        decision["noted"],
    )  # fmt: skip
    return Expectation(any_of=[refunded(sent, told)], answer=Answer("done", slots))


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    """The order that the request speaks of."""
    for order in orders_matching(worker, worker.facts["email"]):
        if order["refunds"] and any(is_named(worker, line) for line in order["lines"]):
            return order
    raise LookupError(f"no order of {worker.facts['email']} with a refund has {worker.facts['article']}")


def _worth(worker: Worker, order: Mapping[str, Any]) -> str:
    """What a refund of what is wanted comes to."""
    return str(worker.call("preview_refund", **refund_asked(worker, order))["amount"])


def _failed(order: Mapping[str, Any]) -> str | None:
    """What of an order's refunds was not paid out."""
    amounts = [parse_money(refund["amount"]) for refund in order["refunds"] if refund["status"] == "failed"]
    return format_money(sum(amounts)) if amounts else None


def _reason(order: Mapping[str, Any]) -> str:
    return "damaged" if any("photos on file" in note["text"].lower() for note in order["notes"]) else "other"


def _refund(worker: Worker, order: Mapping[str, Any], **changes: Any) -> str:
    made = worker.call("refund_order", **refund_asked(worker, order), **({"reason": _reason(order)} | changes))
    return str(made["amount"])


def _note(worker: Worker, order: Mapping[str, Any], amount: str) -> None:
    text = f"{amount} EUR for the rest, {_reason(order)}. Asked for by the customer."
    worker.call("add_order_note", order_id=order["order_id"], text=text)


def _hand_over(worker: Worker, order: Mapping[str, Any], team: str, reason: str) -> FinalAnswer:
    amount = _failed(order) or order["refunds"][0]["amount"]
    text = (
        f"Customer wants the rest of order {order['number']}. The earlier refund of {amount} EUR failed. "
        "Nothing has been refunded since."
    )
    asked = _worth(worker, order)
    worker.call("escalate", team=team, reason=reason, message=text, order_id=order["order_id"])
    return FinalAnswer(
        status="waiting",
        reasons=[reason],
        facts={"asked": f"{asked} EUR", "refunded": "0.00 EUR"},
        message=f"Nothing refunded: the earlier refund of {amount} EUR is with {team}.",
    )


def _report(amount: str) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"asked": f"{amount} EUR", "refunded": f"{amount} EUR"},
        message=f"Refunded what they asked for, {amount} EUR.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """See what became of the earlier refund; refund what is left and note it, or hand over what was not paid out."""
    limit = noted_above(worker)
    order = _find(worker)
    if _failed(order):
        return _hand_over(worker, order, "finance", "payment_problem")
    amount = _refund(worker, order)
    if parse_money(amount) > limit:
        _note(worker, order, amount)
    return _report(amount)


def note_first(worker: Worker) -> FinalAnswer:
    """Work it out and write it down first, whatever it comes to, then do it."""
    order = _find(worker)
    if amount := _failed(order):
        _note(worker, order, amount)
        return _hand_over(worker, order, "finance", "payment_problem")
    _note(worker, order, _worth(worker, order))
    return _report(_refund(worker, order))


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    page.open("/office/rules/refunds")
    limit = re.search(r"each refund above (\d+\.\d{2})", page.see())
    if limit is None:
        raise LookupError("the rule for refunds says nothing of notes")
    goods = [_on_page(one) for one in articles_in(page.facts["article"])]
    found = find_orders(page, page.facts["email"])
    number = next(
        number for number, _ in found if "Refunds" in page.names("region") and page.names("rowheader", goods[0])
    )
    failed = [row.cells["Amount"] for row in page.rows("Refunds") if re.search(r"RF-\d+ Failed", row.cells["Refund"])]
    reason = "Damaged" if "photos on file" in page.see().lower() else "Other"
    page.click("link", "Refund")
    amount = _entered(page, goods)
    if failed:
        page.click("link", "Back")
        unpaid = money_in(failed[0])
        hand_over(page, "Finance", "Payment problem", f"Order {number}: the refund of {unpaid} EUR failed.")
        return FinalAnswer(status="waiting", facts={"asked": f"{amount} EUR", "refunded": "0.00 EUR"})
    page.choose("Reason", reason)
    page.click("button", "Make the refund")
    if parse_money(amount) > parse_money(limit[1]):
        page.fill("Add a note", f"Refunded {amount} EUR for the rest, {reason}, at their wish.")
        page.click("button", "Add note")
    return _report(amount)


def _on_page(article: str) -> str:
    """What the back office calls an article: `Lantern (Red)` is `Lantern Red`, without a variant that says nothing."""
    title, _, variant = article.removesuffix(")").rpartition(" (")
    return title if title and variant == "Default" else f"{title} {variant}".strip()


def _entered(page: "Page", goods: Sequence[str]) -> str:
    """Enter what is wanted, with shipping where nothing else is left: what it comes to."""
    rows, number = [row.cells for row in page.rows()], units_wanted(page.facts["wanted"])
    wanted = [cells for cells in rows if page.facts["wanted"] == ORDER or cells["Goods"].rsplit(" ", 1)[0] in goods]
    for cells in wanted:
        units = re.search(r"for (\d+)$", cells["Refundable"])
        page.row(cells["Goods"]).fill(None, str(number) if number else units[1] if units else "0")
        page.row(cells["Goods"]).check(on=False)
    boxes = page.names("checkbox", "Refund shipping too")
    if boxes and not number and len(wanted) == len(rows):
        page.check(boxes[0])
    return worked_out(page)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _wrong(**changes: Any) -> Any:
    """Refund whatever became of the earlier one, with something else wrong as well."""

    def mistake(worker: Worker) -> FinalAnswer:
        order = _find(worker)
        amount = _refund(worker, order, **changes)
        if parse_money(amount) > noted_above(worker):
            _note(worker, order, amount)
        return _report(amount)

    return mistake


def other_way_round(worker: Worker) -> FinalAnswer:
    """Take a pending refund for failed, and a failed one for paid."""
    order = _find(worker)
    if _failed(order):
        return _report(_refund(worker, order))
    return _hand_over(worker, order, "finance", "payment_problem")


def shipping_wrong(worker: Worker) -> FinalAnswer:
    """Leave shipping out of the last refund, or put it into another; tell nobody where the world does not let me."""
    order = _find(worker)
    asked = refund_asked(worker, order)
    try:
        made = worker.call("refund_order", **(asked | {"shipping": not asked["shipping"], "reason": _reason(order)}))
    except Refused:
        return _report(_refund(worker, order, notify=False))
    return _report(made["amount"])


def back_into_stock(worker: Worker) -> FinalAnswer:
    """Book broken goods into stock that stay with the customer."""
    order = _find(worker)
    asked = refund_asked(worker, order)
    lines = [line | {"restock": True} for line in asked["lines"]]
    return _report(worker.call("refund_order", **(asked | {"lines": lines, "reason": _reason(order)}))["amount"])


def other_units(worker: Worker) -> FinalAnswer:
    """Refund a unit less than was asked for, or one more; tell nobody where there is no other unit for me."""
    order = _find(worker)
    asked = refund_asked(worker, order)
    units = {line["line_id"]: line["quantity"] for line in asked["lines"]}
    left = {line["line_id"]: line["quantity"] - line["refunded"] for line in order["lines"]}
    other = next((line for line, most in left.items() if units.get(line, 0) < most), None)
    fewer = sum(units.values()) > 1
    line, change = (next(iter(units)), -1) if fewer or other is None else (other, 1)
    units[line] = units.get(line, 0) + change
    lines = [{"line_id": one, "quantity": count, "restock": False} for one, count in units.items() if count]
    try:
        made = worker.call(
            "refund_order",
            order_id=order["order_id"],
            lines=lines,
            shipping=with_shipping(order, units),
            reason=_reason(order),
        )
    except Refused:
        return _report(_refund(worker, order, notify=False))
    return _report(made["amount"])


def counted_twice(worker: Worker) -> FinalAnswer:
    """Report as asked for now what was asked for in all, the earlier part with it."""
    right = solve(worker)
    earlier = sum(parse_money(refund["amount"]) for refund in _find(worker)["refunds"])
    asked = parse_money(str(right.facts["asked"]).removesuffix(" EUR"))
    facts = right.facts | {"asked": f"{format_money(asked + earlier)} EUR"}
    return FinalAnswer(status=right.status, reasons=right.reasons, facts=facts, message=right.message)


def note_wrong(worker: Worker) -> FinalAnswer:
    """Leave the note out where it is due, write two where it is not."""
    order = _find(worker)
    if _failed(order):
        _note(worker, order, "0.00")
        return note_first(worker)
    amount = _refund(worker, order)
    if parse_money(amount) <= noted_above(worker):
        _note(worker, order, amount)
        _note(worker, order, amount)
    return _report(amount)


def wrong_people(worker: Worker) -> FinalAnswer:
    """Ask the shift lead."""
    return _hand_over(worker, _find(worker), "support_lead", "customer_complaint")


FAMILY = Family(
    name="refund-rest",
    title="Refund the rest of a crushed parcel after an earlier refund",
    point="a pending refund counts as refunded, a failed one does not and goes to finance; shipping goes with the last",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"note first": note_first},
    mistakes={
        "the other way round": other_way_round,
        "not as described": _wrong(reason="not_as_described"),
        "customer not told": _wrong(notify=False),
        "shipping": shipping_wrong,
        "back into stock": back_into_stock,
        "other units": other_units,
        "counted twice": counted_twice,
        "the note": note_wrong,
        "to the wrong people": wrong_people,
    },
    unenforced={
        "the other way round": "do not make it a second time yourself",
        "not as described": "so it has to be the true one",
        "customer not told": "The customer is notified of every refund",
        "back into stock": "Units that the customer keeps do not",
        "other units": "Refund only what the customer asked for",
        "the note": "For each refund above 40.00 add one note to the order",
    },
    population="medium",
)
