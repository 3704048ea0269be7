"""Cancel an order that has not left the house, for which the card was only reserved.

What is typically got wrong: promising a refund where nothing was taken, the wrong reason or stock choice of the
policy's table, cancelling the customer's other order, leaving the mail out.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from worlds.engine.fields import format_money
from worlds.engine.task import Draw, Family, Instance, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import changed_by, mentions, not_null
from worlds.graders.typed import money
from worlds.shop.models import Allocation, InventoryLevel, OrderLine, Payment, SalesOrder, stand_in
from worlds.shop.tasks.casework import Contact, contact, orders_matching, placed_on, spare_note, spoken_day
from worlds.shop.tasks.deskwork import find_orders, money_in

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

WORDINGS = (
    "“Please cancel my order of {day} with the {article}, I found one in the attic. When do I get my money back? "
    "{email}” "
    "– Please see to it, and tell me what was released on the card (released) and what was refunded (refunded).",
    "{email} wants to be rid of the order from {day} (the one with {article}) before it leaves. Cancel it if that "
    "still works, "
    "and give me two figures for my reply: amount released and amount refunded.",
    "Phone note: caller {email} has changed plans and does not need the order of {day} any more, the one with the "
    "{article}. "
    "Handle the cancellation. I then want to know released and refunded, each in euros.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """An order of which nothing was shipped and nothing captured. `stock` is (level id, units that wait there)."""

    order_id: int
    number: str
    payment_id: int
    reserved: int
    email: str
    day: str
    article: str
    stock: tuple[tuple[int, int], ...]


def instance(draw: Draw) -> Instance:
    """An open order, named by mail address, day and one of its articles."""
    case = draw.pick(_cases)
    facts = {"email": case.email, "day": case.day, "article": case.article}
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, "support_l2"),
        expectation=_expectation(case, contact(draw.session, case.order_id)),
        target={"sales_order": [case.order_id]},
    )


def _expectation(case: Case, told: Contact) -> Expectation:
    required = [
        Effect(
            "order",
            "sales_order",
            "update",
            where={"id": case.order_id},
            set={"cancelled_at": not_null(), "cancel_reason": "customer"},
            words=f"Order {case.number} is cancelled at the customer's wish",
        ),
        Effect(
            "payment",
            "payment",
            "update",
            where={"id": case.payment_id},
            set={"status": "voided"},
            words=f"The reserved {format_money(case.reserved)} EUR are released",
        ),
        Effect(
            "gateway",
            "payment_event",
            "insert",
            where={"payment_id": case.payment_id, "kind": "void"},
            set={"amount": case.reserved},
            words="The bank was told once",
        ),
        Effect(
            "mail",
            "outbox_email",
            "insert",
            where={"order_id": case.order_id, "kind": "order_cancelled"},
            set={"to_address": told.email, "body": mentions(money(case.reserved, "EUR"))},
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
            for level, units in case.stock
        ),
    ]
    released = {"released": money(case.reserved, "EUR"), "refunded": money(0, "EUR")}
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(case.order_id, told.never)])],
        answer=Answer("done", released),
    )


def _cases(draw: Draw) -> list[Case]:
    rows = draw.session.execute(_OPEN).all()
    lines: dict[int, list[OrderLine]] = {}
    for line in draw.session.scalars(select(OrderLine).where(OrderLine.order_id.in_([o.id for o, _ in rows]))):
        lines.setdefault(line.order_id, []).append(line)
    stock = _stock(draw)
    said: dict[tuple[str, str, str], int] = {}
    for order, _ in rows:
        for line in lines[order.id]:
            said[_said(order, line)] = said.get(_said(order, line), 0) + 1
    return [
        Case(order.id, order.number, payment.id, payment.amount, *_said(order, line), stock.get(order.id, ()))
        for order, payment in rows
        for line in lines[order.id]
        if said[_said(order, line)] == 1
    ]


def _said(order: SalesOrder, line: OrderLine) -> tuple[str, str, str]:
    return order.email.strip(), spoken_day(order.placed_at), line.title


def _stock(draw: Draw) -> dict[int, tuple[tuple[int, int], ...]]:
    """Units that wait for each order, by inventory level."""
    waiting: dict[int, dict[int, int]] = {}
    for order_id, level, units in draw.session.execute(_WAITING).all():
        levels = waiting.setdefault(order_id, {})
        levels[level] = levels.get(level, 0) + units
    return {order_id: tuple(sorted(levels.items())) for order_id, levels in waiting.items()}


_ONE_PAYMENT = select(Payment.order_id).group_by(Payment.order_id).having(func.count() == 1)
_OPEN = (
    select(SalesOrder, Payment)
    .join(Payment, Payment.order_id == SalesOrder.id)
    .where(
        SalesOrder.financial_status == "authorized",
        SalesOrder.fulfilment_status == "unfulfilled",
        SalesOrder.cancelled_at.is_(None),
        SalesOrder.id.in_(_ONE_PAYMENT),
        Payment.status == "authorized",
    )
    .order_by(SalesOrder.id)
)
_WAITING = (
    select(OrderLine.order_id, InventoryLevel.id, Allocation.quantity)
    .join(Allocation, Allocation.order_line_id == OrderLine.id)
    .join(
        InventoryLevel,
        (InventoryLevel.variant_id == Allocation.variant_id) & (InventoryLevel.location_id == Allocation.location_id),
    )
    .where(Allocation.quantity > 0)
)


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    """The order that the request speaks of."""
    facts = worker.facts
    for order in orders_matching(worker, facts["email"]):
        if placed_on(order) == facts["day"] and any(line["title"] == facts["article"] for line in order["lines"]):
            return order
    raise LookupError(f"no order of {facts['email']} on {facts['day']} has {facts['article']}")


def _cancel(worker: Worker, order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    arguments = {"order_id": order["order_id"], "reason": "customer", "restock": True, "notify": True} | changes
    done: dict[str, Any] = worker.call("cancel_order", **arguments)
    return done


def _report(done: dict[str, Any]) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"released": f"{done['voided']} EUR", "refunded": f"{done['refunded']} EUR"},
        message=f"Order {done['number']} is cancelled. The reservation is released; no money had been taken.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """Find the order, cancel it for the customer's reason, report what was released."""
    return _report(_cancel(worker, _find(worker)))


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    for _ in find_orders(page, page.facts["email"], page.facts["day"]):
        if page.facts["article"] in page.text("Lines"):
            break
    page.click("link", "Cancel order")
    held = money_in(page.text("What happens"))
    page.choose("Reason", "Customer")
    page.click("button", "Cancel the order")
    number = page.heading
    if "Cancelled" not in page.see():
        raise LookupError(f"order {number} does not say that it is cancelled")
    return FinalAnswer(
        status="done",
        facts={"released": f"{held} EUR", "refunded": "0.00 EUR"},
        message=f"Order {number} is cancelled; {held} EUR were only reserved and are released.",
    )


# -- how it is got wrong ------------------------------------------------------------------------------------------


def promised_refund(worker: Worker) -> FinalAnswer:
    """Cancel rightly, but report a refund of what was never taken."""
    done = _cancel(worker, _find(worker))
    return FinalAnswer(status="done", facts={"released": "0.00 EUR", "refunded": f"{done['voided']} EUR"})


def _wrong(**changes: Any) -> Any:
    def mistake(worker: Worker) -> FinalAnswer:
        return _report(_cancel(worker, _find(worker), **changes))

    return mistake


def somebody_elses(worker: Worker) -> FinalAnswer:
    """Cancel the next open order in the list."""
    meant = _find(worker)
    found = worker.call("list_orders", financial_status="authorized", fulfilment_status="unfulfilled", page_size=100)
    others = [row for row in found["items"] if row["order_id"] != meant["order_id"] and not row["cancelled"]]
    return _report(_cancel(worker, others[0]))


def handed_over(worker: Worker) -> FinalAnswer:
    """Hand over what senior support may do itself."""
    order = _find(worker)
    worker.call(
        "escalate",
        team="support_lead",
        reason="approval_needed",
        message=f"The customer wants order {order['number']} cancelled.",
        order_id=order["order_id"],
    )
    return FinalAnswer(status="waiting", reasons=["approval_needed"], message="Handed over.")


FAMILY = Family(
    name="cancel-before-shipping",
    title="Cancel an order whose payment is only authorized",
    point="the card was only reserved: the reservation is released and nothing is refunded",
    role="support_l2",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=lambda _: {},
    only_way="one operation corrects a parcel",
    mistakes={
        "a refund reported": promised_refund,
        "kept out of stock": _wrong(restock=False),
        "the wrong reason": _wrong(reason="other"),
        "customer not told": _wrong(notify=False),
        "somebody else's order": somebody_elses,
        "handed over": handed_over,
    },
)
