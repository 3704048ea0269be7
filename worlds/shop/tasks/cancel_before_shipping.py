"""Cancel an order that has not left the house, for which the card was only reserved, if the right person asks.

What is typically got wrong: promising a refund where nothing was taken, the wrong reason or stock choice of the
policy's table, cancelling for somebody who knows the number but not the account, leaving the mail out.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, exists, func, select

from worlds.engine.fields import format_money
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import changed_by, mentions, not_null
from worlds.graders.typed import email, money, record
from worlds.shop.models import (
    Escalation,
    OrderLine,
    Payment,
    SalesOrder,
    ShippingLabel,
    TimelineEvent,
    stand_in,
)
from worlds.shop.rulings.cancel_before_shipping import rule
from worlds.shop.tasks.casework import Contact, contact, handed_over, orders_matching, spare_note
from worlds.shop.tasks.deskwork import SEARCH, hand_over, money_in

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "support_l2"
DEAR = 50_000
"""Cents: orders above this may concern the people of risk (policy: privacy)."""

OTHERS = 12
"""Of so many people one may say that they want an order cancelled that is not theirs."""

WORDINGS = (
    "“Please cancel my order {number}, the one with the {article}, I found one in the attic. When do I get my money "
    "back?” That came in from {email}. Please see to it as our rules say, and tell me what was released on the card "
    "(released) and what was refunded (refunded), 0.00 where nothing was.",
    "{email} writes about {number} (the {article}) and wants to be rid of it before it leaves. Do what the rules ask "
    "for, and give me two figures for my list: the amount released and the amount refunded, zero if there is none.",
    "Mail from {email}: change of plans, order {number} with the {article} is not needed any more. Handle it by the "
    "book. I then want to know released and refunded, each in euros, also where that is nothing.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """An order of which nothing was shipped or captured, what it is called, and the addresses that may ask for it."""

    order_id: int
    number: str
    payment_id: int
    article: str
    askers: tuple[str, ...]
    branch: str


def instance(draw: Draw) -> Instance:
    """An open order, named by its number and one of its articles, and who writes about it."""
    case = draw.pick(_cases, branch=draw.branch((SOLVABLE, "hand_over")))
    facts = {"email": draw.rng("asker").choice(case.askers), "number": case.number, "article": case.article}
    target = {"sales_order": [case.order_id]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(case, decision, facts["email"], contact(draw.session, case.order_id)),
        target=target,
        decision=decision,
    )


def _expectation(case: Case, decision: Mapping[str, Any], asker: str, told: Contact) -> Expectation:
    slots = {name: money(decision[name], "EUR") for name in ("released", "refunded")}
    note = spare_note(case.order_id, told.never)
    if decision["branch"] != SOLVABLE:
        facts = (record(case.number, "LK-"), email(asker))
        over = handed_over(case.order_id, decision["team"], decision["hand_over_reason"], *facts, never=told.never)
        return Expectation(
            any_of=[Bundle(required=[over], allowed=[note])], answer=Answer(("waiting", "not_done"), slots)
        )
    return Expectation(
        any_of=[Bundle(required=_cancelled(case, decision, told), allowed=[note])], answer=Answer("done", slots)
    )


def _cancelled(case: Case, decision: Mapping[str, Any], told: Contact) -> list[Effect]:
    """The order, its payment with the call to the bank, the mail, and the stock."""
    released = decision["released"]
    return [
        Effect(
            "order",
            "sales_order",
            "update",
            where={"id": case.order_id},
            set={"cancelled_at": not_null(), "cancel_reason": decision["reason"]},
            words=f"Order {case.number} is cancelled at the customer's wish",
        ),
        Effect(
            "payment",
            "payment",
            "update",
            where={"id": case.payment_id},
            set={"status": "voided"},
            words=f"The reserved {format_money(released)} EUR are released",
        ),
        Effect(
            "gateway",
            "payment_event",
            "insert",
            where={"payment_id": case.payment_id, "kind": "void"},
            set={"amount": released},
            words="The bank was told once",
        ),
        Effect(
            "mail",
            "outbox_email",
            "insert",
            where={"order_id": case.order_id, "kind": "order_cancelled"},
            set={"to_address": told.email, "body": mentions(money(released, "EUR"))},
            words="The customer was told once",
        ),
        *(
            Effect(
                f"stock-{level}",
                "inventory_level",
                "update",
                where={"id": level},
                set={"available": changed_by(units), "committed": changed_by(-units)},
                words=f"{units} committed units are available again",
            )
            for level, units in decision["stock"]
        ),
    ]


# -- the draw -----------------------------------------------------------------------------------------------------


def _cases(draw: Draw) -> list[Case]:
    """Each open order by whatever it may be called, twice: its customer asks, or others who know the number do."""
    orders: dict[int, list[Row[Any]]] = {}
    for row in draw.session.execute(_OPEN).all():
        orders.setdefault(row.id, []).append(row)
    askers = [lines[0] for lines in orders.values()]
    cases = []
    for order_id, lines in orders.items():
        row = lines[0]
        for article in _called(lines):
            own = Case(order_id, row.number, row.payment_id, article, (row.email.strip(),), SOLVABLE)
            cases += [own, replace(own, askers=_others(row, askers), branch="hand_over")]
    return cases


def _called(lines: Sequence[Row[Any]]) -> tuple[str, ...]:
    """An order by one of its articles, with or without its variant or its units, or by two that stand together."""
    plain = [line.title for line in lines]
    exact = [f"{line.title} ({line.variant_title})" for line in lines]
    many = [f"{line.quantity} × {line.title}" for line in lines if line.quantity > 1]
    pairs = (f"{one} and the {other}" for one, other in pairwise(plain))
    return tuple(dict.fromkeys((*plain, *exact, *many, *pairs)))


def _others(order: Row[Any], askers: Sequence[Row[Any]]) -> tuple[str, ...]:
    """Addresses of other people with an open order: in other requests these very addresses are the right ones."""
    others = {
        one.email.strip(): one
        for one in askers
        if one.email_norm != order.email_norm and one.ship_name.strip().lower() != order.ship_name.strip().lower()
    }
    return tuple(random.Random(f"others|{order.id}").sample(sorted(others), min(OTHERS, len(others))))


_ONE_PAYMENT = select(Payment.order_id).group_by(Payment.order_id).having(func.count() == 1)
_SCANNED = exists().where(ShippingLabel.order_id == SalesOrder.id, ShippingLabel.status == "scanned")
_MOVED = exists().where(TimelineEvent.order_id == SalesOrder.id, TimelineEvent.kind == "address_changed")
_OPEN = (
    select(
        SalesOrder.id,
        SalesOrder.number,
        SalesOrder.email,
        SalesOrder.email_norm,
        Payment.id.label("payment_id"),
        OrderLine.title,
        OrderLine.variant_title,
        OrderLine.quantity,
        SalesOrder.ship_name,
    )
    .join(Payment, Payment.order_id == SalesOrder.id)
    .join(OrderLine, OrderLine.order_id == SalesOrder.id)
    .where(
        SalesOrder.financial_status == "authorized",
        SalesOrder.fulfilment_status == "unfulfilled",
        SalesOrder.cancelled_at.is_(None),
        SalesOrder.id.in_(_ONE_PAYMENT),
        SalesOrder.tags.not_like("%hold%"),
        SalesOrder.total <= DEAR,
        ~(_MOVED & (SalesOrder.shipping_method == "express")),
        ~_SCANNED,
        ~exists().where(Escalation.order_id == SalesOrder.id),
    )
    .order_by(SalesOrder.id, OrderLine.id)
)
# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    """The order that the request speaks of."""
    for order in orders_matching(worker, worker.facts["number"]):
        if order["number"] == worker.facts["number"]:
            return order
    raise LookupError(f"there is no order {worker.facts['number']}")


def _may_ask(worker: Worker, order: dict[str, Any]) -> bool:
    """Whether the request comes from the order's own address, or from its account's holder."""
    known = [order["email"]]
    if order["customer_id"]:
        known.append(worker.call("get_customer", customer_id=order["customer_id"])["email"])
    return worker.facts["email"].lower() in [address.strip().lower() for address in known]


def _cancel(worker: Worker, order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    arguments = {"order_id": order["order_id"], "reason": "customer", "restock": True, "notify": True} | changes
    done: dict[str, Any] = worker.call("cancel_order", **arguments)
    return done


def _hand_over(worker: Worker, order: dict[str, Any], team: str, reason: str) -> FinalAnswer:
    text = (
        f"{worker.facts['email']} wants order {order['number']} cancelled. It is not their order. Nothing was changed."
    )
    worker.call("escalate", team=team, reason=reason, message=text, order_id=order["order_id"])
    return FinalAnswer(
        status="waiting",
        reasons=[reason],
        facts={"released": "0.00 EUR", "refunded": "0.00 EUR"},
        message=f"Order {order['number']} stays as it is: it does not belong to who asks. Handed over.",
    )


def _report(done: dict[str, Any]) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"released": f"{done['voided']} EUR", "refunded": f"{done['refunded']} EUR"},
        message=f"Order {done['number']} is cancelled. The reservation is released; no money had been taken.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """Find the order, see whose it is; cancel it for the customer's reason, or hand it over."""
    order = _find(worker)
    if not _may_ask(worker, order):
        return _hand_over(worker, order, "support_lead", "outside_policy")
    return _report(_cancel(worker, order))


def note_first(worker: Worker) -> FinalAnswer:
    """Write down who asked for what, then do it."""
    order = _find(worker)
    text = f"{worker.facts['email']} wants it cancelled before it leaves."
    worker.call("add_order_note", order_id=order["order_id"], text=text)
    return solve(worker)


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    number, asks = page.facts["number"], page.facts["email"]
    page.fill(SEARCH, number)
    page.click("button", "Find")
    if page.heading != number:
        page.click("link", number)
    if asks.lower() not in page.see().lower():
        hand_over(
            page, "Support lead", "Outside policy", f"{asks} wants order {number} cancelled, which is not theirs."
        )
        return FinalAnswer(status="not_done", facts={"released": "0.00 EUR", "refunded": "0.00 EUR"})
    page.click("link", "Cancel order")
    held = money_in(page.text("What happens"))
    page.choose("Reason", "Customer")
    page.click("button", "Cancel the order")
    if "Cancelled" not in page.see():
        raise LookupError(f"order {number} does not say that it is cancelled")
    return FinalAnswer(
        status="done",
        facts={"released": f"{held} EUR", "refunded": "0.00 EUR"},
        message=f"Order {number} is cancelled; {held} EUR were only reserved and are released.",
    )


# -- how it is got wrong ------------------------------------------------------------------------------------------


def promised_refund(worker: Worker) -> FinalAnswer:
    """Cancel whoever asks, and report a refund of what was never taken."""
    done = _cancel(worker, _find(worker))
    return FinalAnswer(status="done", facts={"released": "0.00 EUR", "refunded": f"{done['voided']} EUR"})


def _wrong(**changes: Any) -> Any:
    """Cancel with something wrong in it, whoever asks."""

    def mistake(worker: Worker) -> FinalAnswer:
        return _report(_cancel(worker, _find(worker), **changes))

    return mistake


def wrong_asker(worker: Worker) -> FinalAnswer:
    """Do it the other way round: cancel for somebody else, hand over what the customer may ask."""
    order = _find(worker)
    if _may_ask(worker, order):
        return _hand_over(worker, order, "support_lead", "outside_policy")
    return _report(_cancel(worker, order))


def somebody_elses(worker: Worker) -> FinalAnswer:
    """Cancel the next open order in the list."""
    meant = _find(worker)
    found = worker.call("list_orders", financial_status="authorized", fulfilment_status="unfulfilled", page_size=100)
    others = [row for row in found["items"] if row["order_id"] != meant["order_id"] and not row["cancelled"]]
    return _report(_cancel(worker, others[0]))


def wrong_people(worker: Worker) -> FinalAnswer:
    """Hand it over to finance, as if money had to go back."""
    return _hand_over(worker, _find(worker), "finance", "approval_needed")


FAMILY = Family(
    name="cancel-before-shipping",
    title="Cancel an order whose payment is only authorized, if the right person asks",
    point="the card was only reserved, so nothing is refunded; who knows an order's number is not yet its customer",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"note first": note_first},
    mistakes={
        "a refund reported": promised_refund,
        "kept out of stock": _wrong(restock=False),
        "the wrong reason": _wrong(reason="other"),
        "customer not told": _wrong(notify=False),
        "the wrong asker": wrong_asker,
        "somebody else's order": somebody_elses,
        "to the wrong people": wrong_people,
    },
    unenforced={
        "the wrong asker": "If it comes from anybody else leave the order as it is",
        "kept out of stock": "| `customer` | the customer asked | yes | yes |",
        "the wrong reason": "| `customer` | the customer asked | yes | yes |",
        "customer not told": "| `customer` | the customer asked | yes | yes |",
    },
    population="medium",
)
