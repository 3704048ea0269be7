"""Goods failed in use: refund so many units of a line of an order that a code made cheaper.

What is typically got wrong: the list price in place of what was paid, the wrong reason, units booked back into stock
that the customer keeps, shipping refunded with them, the note that the policy asks for above 40.00.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select

from worlds.engine.fields import format_money, parse_money
from worlds.engine.task import Draw, Family, Instance, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import mentions, ref
from worlds.graders.typed import money
from worlds.shop.models import (
    Category,
    Fulfilment,
    OrderLine,
    Payment,
    Product,
    Refund,
    ReturnRequest,
    SalesOrder,
    Variant,
    stand_in,
)
from worlds.shop.tasks.casework import Contact, contact, free_words, orders_matching, placed_on, spare_note, spoken_day
from worlds.shop.tasks.deskwork import find_orders, money_in

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

KEPT_BELOW = 2_500
"""Cents: a broken article worth less stays with the customer and is refunded right away (policy: refunds, returns)."""
NOTED_ABOVE = 4_000
"""Cents: a refund above this needs one note on the order (policy: refunds)."""
LIMIT = 15_000
"""Cents that senior support may refund on an order."""
GUARANTEE = timedelta(days=365)
"""Orders younger than this are well within the two years of the guarantee."""

USED_UP = ("trail-food", "pantry", "candles", "seeds-bulbs", "books-maps")
"""Parts of category paths whose goods are used up, or cannot fail in use."""

WORDINGS = (
    "Mail from {email}: “Of the {quantity} × {article} that I ordered on {day}, {units} gave up after a few weeks of "
    "quite normal use. I would like my money back for {units}, the others are fine.” Please settle it today, they can "
    "keep what is broken, and tell me the amount to the cent.",
    "Can you take over a complaint? {email} bought {quantity} × {article} on {day}. {units} failed in normal use, the "
    "rest are all right. Refund {units} please; we don't want the broken goods back. What does it come to exactly?",
    "“Hello, on {day} I bought {quantity} × {article} from you. I treat my things well, but {units} gave up on me. "
    "Please refund {units} and nothing else. {email}” – That's justified. Do it by the book, nothing has to be sent "
    "back, and report the amount.",
    "One for you, from the guarantee pile: customer {email}, order of {day}, {quantity} × {article}, {units} defective "
    "in use, to be refunded, goods stay with the customer. I need the exact amount for my list.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A line of a delivered, undisturbed order and how many units of it failed. Money in cents."""

    order_id: int
    payment_id: int
    line_id: int
    email: str
    article: str
    day: str
    quantity: int
    units: int
    amount: int


def instance(draw: Draw) -> Instance:
    """A line with a discount, a customer who names it by mail address, article and day."""
    case = draw.pick(_cases)
    facts = {
        "email": case.email,
        "article": case.article,
        "day": case.day,
        "quantity": str(case.quantity),
        "units": str(case.units),
    }
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, "support_l2"),
        expectation=_expectation(case, contact(draw.session, case.order_id)),
        target={"sales_order": [case.order_id], "order_line": [case.line_id]},
    )


def _expectation(case: Case, told: Contact) -> Expectation:
    required = [
        Effect(
            "refund",
            "refund",
            "insert",
            where={"order_id": case.order_id, "payment_id": case.payment_id},
            set={
                "amount": case.amount,
                "shipping_amount": 0,
                "reason": "defective",
                "status": "pending",
                "note": free_words(told.never),
            },
            bind="refund",
            words=f"A refund of {format_money(case.amount)} EUR for being defective, without shipping",
        ),
        Effect(
            "units",
            "refund_line",
            "insert",
            where={"order_line_id": case.line_id, "refund_id": ref("refund")},
            set={"quantity": case.units, "amount": case.amount, "restocked": 0},
            words=f"It covers {case.units} of “{case.article}”, none of them put back into stock",
        ),
        Effect(
            "gateway",
            "payment_event",
            "insert",
            where={"payment_id": case.payment_id, "kind": "refund"},
            set={"amount": case.amount, "refund_id": ref("refund")},
            words="The bank was asked once to pay it back",
        ),
        Effect(
            "mail",
            "outbox_email",
            "insert",
            where={"order_id": case.order_id, "kind": "refund_created"},
            set={"to_address": told.email},
            words="The customer was told once",
        ),
    ]
    note = Effect(
        "note",
        "order_note",
        "insert",
        where={"order_id": case.order_id},
        set={"text": mentions(money(case.amount, "EUR"), must_not=told.never)},
        words="One note on the order that names the amount and nothing private, as the policy asks above 40.00",
    )
    wants_note = case.amount > NOTED_ABOVE
    return Expectation(
        any_of=[
            Bundle(
                required=[*required, note] if wants_note else required,
                allowed=[] if wants_note else [spare_note(case.order_id, told.never)],
            )
        ],
        answer=Answer("done", {"amount": money(case.amount, "EUR")}),
    )


def _cases(draw: Draw) -> list[Case]:
    rows = draw.session.execute(_LINES, {"since": draw.now - GUARANTEE}).all()
    said: dict[tuple[str, str, str], int] = {}
    for line, order, _ in rows:
        said[_said(line, order)] = said.get(_said(line, order), 0) + 1
    cases = []
    for line, order, payment in rows:
        email, article, day = _said(line, order)
        for units in range(1, min(line.quantity, 4)):
            amount = _paid_for_first(line, units)
            keeps = amount < KEPT_BELOW * units and order.shipping_total > 0
            if said[email, article, day] == 1 and keeps and 2 * amount <= order.total and line.total <= LIMIT:
                cases.append(Case(order.id, payment.id, line.id, email, article, day, line.quantity, units, amount))
    return cases


def _said(line: OrderLine, order: SalesOrder) -> tuple[str, str, str]:
    return order.email.strip(), f"{line.title} ({line.variant_title})", spoken_day(order.placed_at)


def _paid_for_first(line: OrderLine, units: int) -> int:
    """Cents paid for the first so many units of a line, net and tax each rounded half up."""
    net = line.subtotal - line.discount_total
    return sum((2 * whole * units + line.quantity) // (2 * line.quantity) for whole in (net, line.tax_total))


_RETURNED = select(ReturnRequest.order_id)
_REFUNDED = select(Refund.order_id)
_UNDELIVERED = select(Fulfilment.order_id).where(Fulfilment.delivered_at.is_(None))
_ONE_PAYMENT = select(Payment.order_id).group_by(Payment.order_id).having(func.count() == 1)
_USED_UP = (
    select(Variant.id)
    .join(Product, Product.id == Variant.product_id)
    .join(Category, Category.id == Product.category_id)
    .where(or_(*(Category.path.contains(part) for part in USED_UP)))
)
_LINES = (
    select(OrderLine, SalesOrder, Payment)
    .join(SalesOrder, SalesOrder.id == OrderLine.order_id)
    .join(Payment, Payment.order_id == SalesOrder.id)
    .where(
        OrderLine.quantity > 1,
        OrderLine.discount_total > 0,
        OrderLine.variant_id.not_in(_USED_UP),
        SalesOrder.placed_at > bindparam("since"),
        SalesOrder.cancelled_at.is_(None),
        SalesOrder.fulfilment_status == "fulfilled",
        SalesOrder.id.not_in(_RETURNED),
        SalesOrder.id.not_in(_REFUNDED),
        SalesOrder.id.not_in(_UNDELIVERED),
        SalesOrder.id.in_(_ONE_PAYMENT),
        Payment.status == "captured",
    )
    .order_by(OrderLine.id)
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


def _refund(worker: Worker, line: dict[str, Any], order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    asked = {"line_id": line["line_id"], "quantity": int(worker.facts["units"]), "restock": False}
    arguments = {"order_id": order["order_id"], "lines": [asked], "reason": "defective"} | changes
    made: dict[str, Any] = worker.call("refund_order", **arguments)
    return made


def _note(worker: Worker, order: dict[str, Any], amount: str) -> None:
    units = f"{worker.facts['units']} of {worker.facts['article']}"
    text = f"Refunded {amount} EUR, defective: {units}. Asked for by the customer."
    worker.call("add_order_note", order_id=order["order_id"], text=text)


def _report(amount: str) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"amount": f"{amount} EUR"},
        message=f"Refunded {amount} EUR for the defective units. Nothing comes back.",
    )


def _noted_above(worker: Worker) -> int:
    """Cents above which the house rules ask for a note on the order."""
    rule = worker.call("get_policy", slug="refunds")["text"]
    found = re.search(r"\*\*each refund above (\d+\.\d{2})\*\*", rule)
    if found is None:
        raise LookupError("the rule for refunds says nothing of notes")
    return parse_money(found[1])


def solve(worker: Worker) -> FinalAnswer:
    """Read the rule, find the line, see what it comes to, refund for the true reason, note it where the rule asks."""
    limit = _noted_above(worker)
    order, line = _find(worker)
    asked = {"line_id": line["line_id"], "quantity": int(worker.facts["units"]), "restock": False}
    amount = worker.call("preview_refund", order_id=order["order_id"], lines=[asked])["amount"]
    _refund(worker, line, order)
    if parse_money(amount) > limit:
        _note(worker, order, amount)
    return _report(amount)


def note_first(worker: Worker) -> FinalAnswer:
    """Write the note before refunding, and not look at the amount twice."""
    limit = _noted_above(worker)
    order, line = _find(worker)
    asked = {"line_id": line["line_id"], "quantity": int(worker.facts["units"]), "restock": False}
    amount = worker.call("preview_refund", order_id=order["order_id"], lines=[asked])["amount"]
    if parse_money(amount) > limit:
        _note(worker, order, amount)
    return _report(_refund(worker, line, order)["amount"])


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office: work the amount out, refund, note it where the policy asks."""
    goods = page.facts["article"].removesuffix(")").replace(" (", " ")
    for _ in find_orders(page, page.facts["email"], page.facts["day"]):
        if goods in page.text("Lines"):
            break
    page.click("link", "Refund")
    row = page.row(goods)
    row.fill(None, page.facts["units"])
    page.row(goods).check(on=False)
    page.choose("Reason", "Defective")
    page.click("button", "Make the refund")
    amount = money_in(page.message)
    if parse_money(amount) > NOTED_ABOVE:
        page.fill("Add a note", f"Refunded {amount} EUR, defective: {page.facts['units']} of {goods}, at their wish.")
        page.click("button", "Add note")
    return _report(amount)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _wrong(**changes: Any) -> Any:
    def mistake(worker: Worker) -> FinalAnswer:
        order, line = _find(worker)
        made = _refund(worker, line, order, **changes)
        if parse_money(made["amount"]) > NOTED_ABOVE:
            _note(worker, order, made["amount"])
        return _report(made["amount"])

    return mistake


def every_unit(worker: Worker) -> FinalAnswer:
    """Refund the whole line."""
    order, line = _find(worker)
    asked = {"line_id": line["line_id"], "quantity": line["quantity"], "restock": False}
    return _report(_refund(worker, line, order, lines=[asked])["amount"])


def back_into_stock(worker: Worker) -> FinalAnswer:
    """Book units into stock that stay with the customer."""
    order, line = _find(worker)
    asked = {"line_id": line["line_id"], "quantity": int(worker.facts["units"]), "restock": True}
    return _report(_refund(worker, line, order, lines=[asked])["amount"])


def list_price(worker: Worker) -> FinalAnswer:
    """Refund rightly, but report the price before the discount."""
    order, line = _find(worker)
    made = _refund(worker, line, order)
    if parse_money(made["amount"]) > NOTED_ABOVE:
        _note(worker, order, made["amount"])
    price = parse_money(line["unit_price"]) * int(worker.facts["units"])
    return _report(format_money(price))


def two_notes(worker: Worker) -> FinalAnswer:
    """Refund rightly and write the note twice."""
    order, line = _find(worker)
    made = _refund(worker, line, order)
    _note(worker, order, made["amount"])
    _note(worker, order, made["amount"])
    return _report(made["amount"])


FAMILY = Family(
    name="refund-partial",
    title="Refund some units of a discounted line",
    point="what was paid is less than the list price; the reason, stock and note follow the policy, not the engine",
    role="support_l2",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=lambda _: {},
    alternatives={"note before refund": note_first},
    mistakes={
        "the whole line": every_unit,
        "back into stock": back_into_stock,
        "shipping as well": _wrong(shipping=True),
        "changed their mind": _wrong(reason="changed_mind"),
        "customer not told": _wrong(notify=False),
        "the list price reported": list_price,
        "two notes": two_notes,
    },
)
