"""Correct the tracking number of the right one of two nearly equal orders.

What is typically got wrong: the other order of the same customer and day, the number as the warehouse wrote it (without
the carrier's prefix), the customer who is left with the wrong number in the mailbox.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from worlds.engine.task import Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import mentions, unchanged
from worlds.graders.typed import Typed, enum, record
from worlds.shop.days import spoken_day, spoken_time
from worlds.shop.models import Fulfilment, SalesOrder, stand_in
from worlds.shop.rulings.fix_tracking import rule
from worlds.shop.tasks.casework import Contact, contact, orders_matching, placed_on, spare_note
from worlds.shop.tasks.officework import find_orders

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

DIGITS = {"PostNL": 9, "DHL": 10, "DPD": 10, "GLS": 8, "UPS": 10, "FedEx": 8}
"""How many digits each carrier's numbers have after their prefix."""
CARRIERS = {name: name for name in DIGITS}

WORDINGS = (
    "{name} ordered twice on {day}, and for the order of {time} we typed a wrong tracking number. According to the "
    "{carrier} list it should be {number}. Please put that right and send me the order number (order) and the full "
    "tracking number (tracking_number).",
    "The {carrier} driver complains: the parcel for {name} ({day}, the order placed at {time}) is booked with us "
    "under a number "
    "that they don't know. On their slip it says {number}. Fix it and tell me which order it was (order) and what "
    "number is in there now (tracking_number).",
    "Wrong label data again. Customer {name}, order of {day}, {time} o'clock, shipped with {carrier}; the list says "
    "{number}. "
    "Correct the parcel and answer with order and tracking_number as they stand in the system afterwards.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A parcel under way whose order has a near twin of the same customer and day, under way too."""

    order_id: int
    fulfilment_id: int
    carrier: str
    name: str
    day: str
    time: str


def instance(draw: Draw) -> Instance:
    """One of two twins, and a number that a list says without its prefix."""
    case = draw.pick(_cases)
    digits = "".join(draw.rng("number").choices("0123456789", k=DIGITS[case.carrier]))
    facts = {
        "name": case.name,
        "day": case.day,
        "time": case.time,
        "carrier": case.carrier,
        "number": digits,
    }
    target = {"sales_order": [case.order_id], "fulfilment": [case.fulfilment_id]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, "ops"),
        expectation=_expectation(case, decision, contact(draw.session, case.order_id)),
        target=target,
        decision=decision,
    )


def _expectation(case: Case, decision: Mapping[str, Any], told: Contact) -> Expectation:
    tracking, carrier = decision["tracking_number"], decision["carrier"]
    right = mentions(record(tracking), enum(carrier, CARRIERS))
    return Expectation(
        any_of=[
            Bundle(
                required=[
                    Effect(
                        "number",
                        "fulfilment",
                        "update",
                        where={"id": case.fulfilment_id},
                        set={"tracking_number": tracking, "carrier": unchanged()},
                        words=f"The parcel of order {decision['number']} has the number {tracking}",
                    ),
                    Effect(
                        "mail",
                        "outbox_email",
                        "insert",
                        where={"order_id": case.order_id, "kind": "tracking_updated"},
                        set={"to_address": told.email, "body": right},
                        words=f"The customer was told once, of {carrier} and {tracking}",
                    ),
                ],
                allowed=[spare_note(case.order_id, told.never)],
            )
        ],
        answer=Answer(
            "done",
            {
                "order": Typed("record", decision["number"], {"prefix": "LK-"}),
                "tracking_number": Typed("record", tracking),
            },
        ),
    )


def _cases(draw: Draw) -> list[Case]:
    under_way: dict[tuple[int, str], list[tuple[SalesOrder, Fulfilment]]] = {}
    for order, parcel in draw.session.execute(_UNDER_WAY).all():
        under_way.setdefault((order.customer_id, spoken_day(order.placed_at)), []).append((order, parcel))
    cases = []
    for (_, day), orders in sorted(under_way.items()):
        times = [spoken_time(order.placed_at) for order, _ in orders]
        if len({order.id for order, _ in orders}) < 2 or len(set(times)) < len(times):
            continue
        for order, parcel in orders:
            cases.append(
                Case(
                    order.id,
                    parcel.id,
                    parcel.carrier,
                    order.ship_name.strip(),
                    day,
                    spoken_time(order.placed_at),
                )
            )
    return cases


_UNDER_WAY = (
    select(SalesOrder, Fulfilment)
    .join(Fulfilment, Fulfilment.order_id == SalesOrder.id)
    .where(Fulfilment.status == "shipped", SalesOrder.customer_id.is_not(None))
    .order_by(SalesOrder.id, Fulfilment.id)
)


# -- how it is solved ---------------------------------------------------------------------------------------------


def _twins(worker: Worker) -> tuple[dict[str, Any], dict[str, Any]]:
    """The order that is meant, and the one that looks like it."""
    facts = worker.facts
    meant, other = None, None
    for order in orders_matching(worker, facts["name"]):
        if placed_on(order) == facts["day"] and order["fulfilments"]:
            at = spoken_time(datetime.fromisoformat(order["placed_at"]))
            meant, other = (order, other) if at == facts["time"] else (meant, order)
    if meant is None or other is None:
        raise LookupError(f"no pair of orders of {facts['name']} on {facts['day']}")
    return meant, other


def full_number(worker: Worker) -> str:
    """The number with the prefix that the policy page names for its carrier."""
    page = worker.call("get_policy", slug="tracking")["text"]
    prefix = re.search(rf"^\| {worker.facts['carrier']} \| `(\w+)`", page, re.MULTILINE)
    if prefix is None:
        raise LookupError(f"the policy names no prefix for {worker.facts['carrier']}")
    return prefix[1] + worker.facts["number"]


def _correct(worker: Worker, order: dict[str, Any], number: str, **changes: Any) -> FinalAnswer:
    parcel = order["fulfilments"][0]
    arguments = {
        "fulfilment_id": parcel["fulfilment_id"],
        "carrier": parcel["carrier"],
        "tracking_number": number,
        "notify": True,
    } | changes
    worker.call("update_tracking", **arguments)
    return FinalAnswer(
        status="done",
        facts={"order": order["number"], "tracking_number": number},
        message=f"Order {order['number']} now carries {number}; the customer has been told.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """Tell the twins apart by their time, complete the number, correct it and tell the customer."""
    order, _ = _twins(worker)
    return _correct(worker, order, full_number(worker))


def note_first(worker: Worker) -> FinalAnswer:
    """Write down what was wrong before it is put right."""
    order, _ = _twins(worker)
    text = f"Typed wrongly when packing; the {worker.facts['carrier']} list says {worker.facts['number']}."
    worker.call("add_order_note", order_id=order["order_id"], text=text)
    return solve(worker)


def silently_first(worker: Worker) -> FinalAnswer:
    """Save the number as the list has it without a word, see that its prefix is missing, then tell the customer."""
    order, _ = _twins(worker)
    _correct(worker, order, worker.facts["number"], notify=False)
    return _correct(worker, order, full_number(worker))


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office: the rule first, then the order of that time."""
    page.open("/office/rules/tracking")
    prefix = page.row(page.facts["carrier"]).cells["Number begins with"]
    number = prefix + page.facts["number"]
    for order, time in find_orders(page, page.facts["name"], page.facts["day"]):
        if time == page.facts["time"]:
            page.click("link", _edit_link(page))
            page.fill("Tracking number", number)
            page.click("button", "Save tracking")
            return FinalAnswer(status="done", facts={"order": order, "tracking_number": number})
    raise LookupError(f"no order of {page.facts['name']} was placed at {page.facts['time']}")


def _edit_link(page: "Page") -> str:
    parcel = re.search(r"Edit tracking of parcel ([\w-]+)", page.see())
    if parcel is None:
        raise LookupError(f"{page.heading} has no parcel under way")
    return parcel[0]


# -- how it is got wrong ------------------------------------------------------------------------------------------


def the_twin(worker: Worker) -> FinalAnswer:
    """Correct the other order."""
    _, other = _twins(worker)
    return _correct(worker, other, full_number(worker))


def both(worker: Worker) -> FinalAnswer:
    """Correct both, to be safe."""
    order, other = _twins(worker)
    _correct(worker, other, full_number(worker))
    return _correct(worker, order, full_number(worker))


def bare_number(worker: Worker) -> FinalAnswer:
    """Write the number as the list says it."""
    order, _ = _twins(worker)
    return _correct(worker, order, worker.facts["number"])


def silent(worker: Worker) -> FinalAnswer:
    """Leave the customer with the wrong number."""
    order, _ = _twins(worker)
    return _correct(worker, order, full_number(worker), notify=False)


def other_carrier(worker: Worker) -> FinalAnswer:
    """Change the carrier, too."""
    order, _ = _twins(worker)
    carrier = "FedEx" if order["fulfilments"][0]["carrier"] != "FedEx" else "UPS"
    return _correct(worker, order, full_number(worker), carrier=carrier)


FAMILY = Family(
    name="fix-tracking",
    title="Correct the tracking number of one of two look-alike orders",
    point="two orders of one customer on one day; the prefix and the mail stand in the policy only",
    role="ops",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"note first": note_first, "in two steps": silently_first},
    mistakes={
        "the twin": the_twin,
        "both orders": both,
        "without the prefix": bare_number,
        "customer not told": silent,
        "another carrier": other_carrier,
    },
    unenforced={
        "the twin": "Correct the one that was named and leave the other alone.",
        "without the prefix": "Write the number with its carrier's prefix, without spaces.",
        "customer not told": "Always notify the customer of a correction",
    },
    population="medium",
)
