"""What several families need: finding records by what a person says, and what a note or a mail may say."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.engine.fields import parse_money
from worlds.engine.task import Worker, every_row
from worlds.graders.effects import Effect
from worlds.graders.predicates import Pred, any_value, mentions, one_of
from worlds.graders.typed import Typed, phone, record
from worlds.shop.days import spoken_day
from worlds.shop.models import Payment, SalesOrder

CALLING_CODES = {"NL": "31", "BE": "32", "DE": "49", "FR": "33", "LU": "352", "AT": "43", "IE": "353"}
YEARS = ("19", "20")
"""What four digits begin with that a note may hold as a year."""


def orders_matching(worker: Worker, query: str) -> Iterator[dict[str, Any]]:
    """Every order that the list finds for a query, page by page, each shown whole."""
    for row in every_row(worker, "list_orders", query=query):
        yield worker.call("get_order", order_id=row["order_id"])


def placed_on(order: dict[str, Any]) -> str:
    """The day an order was placed, as people write it."""
    return spoken_day(datetime.fromisoformat(order["placed_at"]))


def noted_above(worker: Worker) -> int:
    """Cents above which the house rules ask for a note on the order of a refund."""
    rule_page = worker.call("get_policy", slug="refunds")["text"]
    found = re.search(r"\*\*each refund above (\d+\.\d{2})\*\*", rule_page)
    if found is None:
        raise LookupError("the rule for refunds says nothing of notes")
    return parse_money(found[1])


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the shop writes to about an order, and what no note on it may hold (policy: notes-and-mails)."""

    email: str
    never: tuple[Typed, ...]
    customer_id: int | None = None


def contact(session: Session, order_id: int) -> Contact:
    """The contact of an order: its e-mail address; the digits of its cards and its phone are never noted."""
    order = session.get_one(SalesOrder, order_id)
    cards = session.scalars(select(Payment.last4).where(Payment.order_id == order_id).order_by(Payment.id))
    facts = [record(last4) for last4 in cards if not last4.startswith(YEARS)]
    with suppress(ValueError):  # where it is written so that it could be two numbers, nothing can be told from it
        facts += [phone(order.ship_phone, CALLING_CODES[order.ship_country])] if order.ship_phone else []
    return Contact(order.email, tuple(facts), order.customer_id)


def free_words(never: tuple[Typed, ...]) -> Pred:
    """Any words to colleagues of a sensible length, or none, without these facts."""
    return mentions(must_not=never) if never else any_value("a note to colleagues may say what was done")


def spare_note(order_id: int, never: tuple[Typed, ...]) -> Effect:
    """One internal note on the order: never asked for, never wrong unless it tells what no note may."""
    return Effect(
        "a-note",
        "order_note",
        "insert",
        where={"order_id": order_id},
        set={"text": free_words(never)},
        count=(0, 1),
        words="An internal note on the order",
    )


def handed_over(
    order_id: int, team: str, reason: str, *facts: Typed, told: Contact, variant_id: int | None = None
) -> Effect:
    """The one hand-over of an order to a team for a reason; its message states these facts and nothing private.

    It may name the order's own customer too, and the variant that the matter is about.
    """
    named = {"customer_id": told.customer_id, "product_id": None, "variant_id": variant_id}
    subjects = {name: one_of(*dict.fromkeys((None, value))) for name, value in named.items()}
    return Effect(
        "hand-over",
        "escalation",
        "insert",
        where={"order_id": order_id},
        set={
            "team": team,
            "reason": reason,
            **subjects,
            "message": mentions(*facts, must_not=told.never),
        },
        words=f"The order is handed over once to {team}, reason {reason}, with {', '.join(map(str, facts))}",
    )
