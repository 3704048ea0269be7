"""What the families about returns share: order lines that could come back, and finding them by what a person says."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from worlds.engine.task import Worker
from worlds.graders.effects import Effect
from worlds.graders.predicates import Pred
from worlds.shop.days import local_day, spoken_day
from worlds.shop.models import (
    Escalation,
    Fulfilment,
    FulfilmentLine,
    OrderLine,
    Refund,
    ReturnRequest,
    SalesOrder,
)
from worlds.shop.tasks.casework import Contact, free_words, orders_matching, placed_on
from worlds.shop.tasks.officework import find_orders

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page


@dataclass(frozen=True, slots=True)
class Kept:
    """A line that came whole in one parcel, and of which nothing came back or was refunded."""

    order_id: int
    number: str
    customer_id: int | None
    line_id: int
    sku: str
    email: str
    article: str
    day: str
    placed: date
    quantity: int
    final_sale: bool
    stands_out: bool


def article(title: str, variant: str) -> str:
    """An article as people name it: `Harbour Enamel Mug (Red)`."""
    return f"{title} ({variant})"


def long_day(day: date) -> str:
    """A day as we write it to customers: `4 March 2026`."""
    return f"{day.day} {day:%B %Y}"


def day_said(words: str) -> date:
    """The day that a request names as `4 March 2026`."""
    return datetime.strptime(words, "%d %B %Y").date()  # noqa: DTZ007 - a day has no zone


def kept_lines(session: Session, since: datetime) -> list[Kept]:
    """Lines of undisturbed orders since then that somebody could want to send back, named unmistakably by what it says.

    A customer's latest order and an article's latest sale stand out where there are others.
    """
    latest = latest_orders(session)
    latest_lines = {line for line, count in session.execute(_LATEST_LINES) if count > 1}
    said = Counter(
        (email.strip(), spoken_day(placed), article(title, variant))
        for email, placed, title, variant in session.execute(_ALL_LINES, {"since": since})
    )
    found = []
    for line, order in session.execute(_KEPT, {"since": since}):
        name, day = article(line.title, line.variant_title), spoken_day(order.placed_at)
        stands_out = order.id in latest or line.id in latest_lines
        if said[order.email.strip(), day, name] == 1:
            placed = local_day(order.placed_at)
            found.append(
                Kept(
                    order.id, order.number, order.customer_id, line.id, line.sku, order.email.strip(), name, day,
                    placed, line.quantity, line.final_sale, stands_out,
                )
            )  # fmt: skip
    return found


def latest_orders(session: Session) -> frozenset[int]:
    """The latest order of each customer who has several."""
    return frozenset(order for order, count in session.execute(_LATEST_ORDERS) if count > 1)


_ALL_LINES = (
    select(SalesOrder.email, SalesOrder.placed_at, OrderLine.title, OrderLine.variant_title)
    .join(OrderLine, OrderLine.order_id == SalesOrder.id)
    .where(SalesOrder.placed_at > bindparam("since"))
    .order_by(OrderLine.id)
)
_LATEST_ORDERS = select(func.max(SalesOrder.id), func.count()).group_by(SalesOrder.email_norm)
_LATEST_LINES = select(func.max(OrderLine.id), func.count()).group_by(OrderLine.variant_id)
_ONE_PARCEL = (
    select(FulfilmentLine.order_line_id)
    .join(Fulfilment, Fulfilment.id == FulfilmentLine.fulfilment_id)
    .group_by(FulfilmentLine.order_line_id)
    .having(func.count() == 1)
)
_KEPT = (
    select(OrderLine, SalesOrder)
    .join(SalesOrder, SalesOrder.id == OrderLine.order_id)
    .where(
        SalesOrder.placed_at > bindparam("since"),
        SalesOrder.cancelled_at.is_(None),
        SalesOrder.fulfilment_status == "fulfilled",
        SalesOrder.id.not_in(select(ReturnRequest.order_id)),
        SalesOrder.id.not_in(select(Refund.order_id)),
        SalesOrder.id.not_in(select(Escalation.order_id).where(Escalation.order_id.is_not(None))),
        OrderLine.id.in_(_ONE_PARCEL),
        OrderLine.fulfilled == OrderLine.quantity,
    )
    .order_by(OrderLine.id)
)


# -- what is expected ---------------------------------------------------------------------------------------------


def opened(order_id: int, told: Contact, role: str, decision: Mapping[str, Any]) -> list[Effect]:
    """One open return of the order with the decision's reason and day, of which the customer is told once."""
    reason, asked = str(decision["reason"]), str(decision["asked_on"])
    return [
        Effect(
            "return",
            "return_request",
            "insert",
            where={"order_id": order_id},
            set={
                "status": "open",
                "requested_by": role,
                "reason": reason,
                "asked_on": asked,
                "exception": False,
                "fee": 0,
                "note": free_words(told.never),
            },
            bind="return",
            words=f"One return is open for the order, for the reason {reason}, asked for on {asked}",
        ),
        Effect(
            "opened-mail",
            "outbox_email",
            "insert",
            where={"order_id": order_id, "kind": "return_approved"},
            set={"to_address": told.email},
            words="The customer was told once how to send it",
        ),
    ]


def message(order_id: int, told: Contact, body: Pred, words: str) -> Effect:
    """One message of our own to the customer of the order."""
    return Effect(
        "message",
        "outbox_email",
        "insert",
        where={"order_id": order_id, "kind": "message"},
        set={"to_address": told.email, "body": body},
        words=words,
    )


# -- how it is found ----------------------------------------------------------------------------------------------


def lines_named(worker: Worker, *facts: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The order that the request speaks of, and its lines that these facts name.

    Raises:
        LookupError: when no order has them all.
    """
    said = worker.facts
    for order in orders_matching(worker, said["email"]):
        by_name = {article(line["title"], line["variant_title"]): line for line in order["lines"]}
        if placed_on(order) == said["day"] and all(said[name] in by_name for name in facts):
            return order, [by_name[said[name]] for name in facts]
    raise LookupError(f"no order of {said['email']} on {said['day']} has what the request names")


def spare_words(worker: Worker, order: dict[str, Any]) -> None:
    """Write down on the order that somebody looks after it."""
    worker.call("add_order_note", order_id=order["order_id"], text="The customer wrote; I am looking after it.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the order's page shows it: its SKU, and what the page says of it."""

    sku: str
    words: str

    @property
    def last_day(self) -> date | None:
        """The last day for a return that the page names."""
        last = re.search(r"(?:returnable until|last day for a return:) (\d+ \w{3} \d{4})", self.words)
        return datetime.strptime(last[1], "%d %b %Y").date() if last else None  # noqa: DTZ007 - a day has no zone

    @property
    def final_sale(self) -> bool:
        """Whether the page marks it as final sale."""
        return "Final sale" in self.words


def shown_lines(page: "Page", *facts: str) -> list[Shown]:
    """Open the order's page and find these lines on it."""
    names = [page.facts[name] for name in facts]
    for _ in find_orders(page, page.facts["email"], page.facts["day"]):
        found = list(_on_page(page, names))
        if len(found) == len(names):
            return found
    raise LookupError(f"no order of {page.facts['email']} on {page.facts['day']} shows what the request names")


def _on_page(page: "Page", names: list[str]) -> Iterator[Shown]:
    rows = page.rows("Lines of the order")
    for name in names:
        title, variant = name.removesuffix(")").rsplit(" (", 1)
        goods = title if variant == "Default" else f"{title} {variant}"
        for row in rows:
            match = re.match(rf"{re.escape(goods)} ([A-Z]+-[A-Z]+-\w+-\w+)", row.cells["Goods"])
            if match:
                yield Shown(match[1], f"{row.cells['Goods']} {row.cells['Units']}")
                break
