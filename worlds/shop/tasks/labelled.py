"""Labelled orders that somebody wants sent elsewhere: which there are, and what a request about one asks for."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from worlds.engine.folding import fold
from worlds.engine.task import Draw
from worlds.graders.answers import Answer, FromRow
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import mentions, one_of, ref
from worlds.graders.typed import Typed, enum, record
from worlds.seeds.addresses import Postal, Town, gazetteer, postal_address
from worlds.shop.days import local_day, spoken_day
from worlds.shop.models import Escalation, SalesOrder, ShippingLabel
from worlds.shop.rulings.relabel_parcel import SUSPICIOUS
from worlds.shop.tasks.casework import Contact, spare_note


@dataclass(frozen=True, slots=True)
class Case:
    """An order that has a live label; `branch` says what the carrier has made of it."""

    branch: str
    order_id: int
    label_id: int
    email: str
    day: str


def moved(case: Case, facts: Mapping[str, str], decision: Mapping[str, Any], told: Contact) -> Expectation:
    """The old label is given back, the address is the new one, a new label is bought, the customer knows."""
    new: dict[str, str | None] = {
        "ship_line1": facts["street"],
        "ship_postal_code": facts["postal"],
        "ship_city": facts["town"],
    }
    new |= {"ship_province": facts["province"], "ship_line2": facts.get("apartment")} | (
        {"ship_company": facts["company"]} if "company" in facts else {}
    )
    return Expectation(
        any_of=[
            Bundle(
                required=[
                    Effect(
                        "void", "shipping_label", "update", where={"id": decision["label"]},
                        set={"status": "voided", "void_reason": decision["reason"]},
                        words=f"The label {decision['tracking']} is voided, as the address changed",
                    ),
                    Effect(
                        "given-back", "carrier_event", "insert", where={"label_id": decision["label"], "kind": "void"},
                        words="Its carrier was asked once to take it back",
                    ),
                    Effect(
                        "address", "sales_order", "update", where={"id": case.order_id}, set=new,
                        words=f"The order goes to {facts['street']}, {facts['postal']} {facts['town']}",
                    ),
                    Effect(
                        "mail", "outbox_email", "insert", where={"order_id": case.order_id, "kind": "address_changed"},
                        set={"to_address": told.email, "body": mentions(*_said(new))},
                        words="The customer was told once, of the new address",
                    ),
                    Effect(
                        "label", "shipping_label", "insert", where={"order_id": case.order_id},
                        set={"carrier": decision["carrier"], "service": decision["service"], "status": "bought"},
                        bind="label", words=f"One {decision['service']} label of {decision['carrier']} is bought",
                    ),
                    Effect(
                        "charged", "carrier_event", "insert", where={"label_id": ref("label"), "kind": "purchase"},
                        words="That carrier charged it once",
                    ),
                ],
                allowed=[spare_note(case.order_id, told.never)],
            )
        ],
        answer=Answer("done", {"tracking_number": FromRow("record", "label", "tracking_number")}),
    )  # fmt: skip


def _said(parts: Mapping[str, str | None]) -> list[Typed]:
    """Parts of an address as facts that a letter states word for word."""
    return [enum(part, {part: part}) for part in parts.values() if part]


def handed_over(
    case: Case, facts: Mapping[str, str], decision: Mapping[str, Any], told: Contact, customer_id: int | None
) -> Expectation:
    """The parcel has left: operations knows its number and the new address, and nothing else was touched."""
    where = _said({name: facts[name] for name in ("street", "postal")})
    return Expectation(
        any_of=[
            Bundle(
                required=[
                    Effect(
                        "hand-over", "escalation", "insert", where={"order_id": case.order_id},
                        set={
                            "team": decision["team"],
                            "reason": decision["reason"],
                            "message": mentions(record(decision["tracking"]), *where),
                            "customer_id": one_of(None, customer_id) if customer_id else None,
                            "product_id": None,
                            "variant_id": None,
                        },
                        words=f"One hand-over to {decision['team']} that names {decision['tracking']} and the address",
                    )
                ],
                allowed=[spare_note(case.order_id, told.never)],
            )
        ],
        answer=Answer(("waiting", "not_done"), {"tracking_number": Typed("record", decision["tracking"])}),
    )  # fmt: skip


def cases(draw: Draw) -> list[Case]:
    """Labelled orders that no team looks at, each the only one of its mail address and day.

    No more of them are their customer's latest order than are not, so that the latest is no good guess.
    """
    days: Counter[tuple[str, str]] = Counter()
    latest: dict[str, datetime] = {}
    for email, placed in draw.session.execute(select(SalesOrder.email_norm, SalesOrder.placed_at)):
        days[email, spoken_day(placed)] += 1
        latest[email] = max(placed, latest.get(email, placed))
    last: dict[str, list[Case]] = {"hand_over": [], "solvable": []}
    others: dict[str, list[Case]] = {"hand_over": [], "solvable": []}
    for order, label in draw.session.execute(_LABELLED).all():
        suspicious = order.total > SUSPICIOUS and local_day(order.placed_at) == local_day(draw.now)
        day = spoken_day(order.placed_at)
        if days[order.email_norm, day] == 1 and not suspicious and _towns(order):
            branch = "hand_over" if label.status == "scanned" else "solvable"
            kept = last if order.placed_at == latest[order.email_norm] else others
            kept[branch].append(Case(branch, order.id, label.id, order.email.strip(), day))
    for branch, found in last.items():
        random.Random(f"latest|{branch}").shuffle(found)
        others[branch] += found[: max(1, len(others[branch]))]
    return [*others["hand_over"], *others["solvable"]]


def _towns(order: SalesOrder) -> list[Town]:
    """Towns of other provinces of the order's country."""
    towns = gazetteer().towns[order.ship_country].items
    here = {fold(order.ship_city), fold(order.ship_province or "")}
    return [town for town in towns if not here & {fold(town.city), fold(town.province)}]


def elsewhere(rng: random.Random, order: SalesOrder) -> Postal:
    """An address in another province of an order's country."""
    return postal_address(rng, rng.choice(_towns(order)))


_LABELLED = (
    select(SalesOrder, ShippingLabel)
    .join(ShippingLabel, ShippingLabel.order_id == SalesOrder.id)
    .where(
        ShippingLabel.status.in_(("bought", "scanned")),
        SalesOrder.fulfilment_status == "unfulfilled",
        SalesOrder.cancelled_at.is_(None),
        SalesOrder.ship_company.is_(None),
        SalesOrder.id.not_in(select(Escalation.order_id).where(Escalation.order_id.is_not(None))),
    )
    .order_by(SalesOrder.id)
)
