"""Send an order elsewhere after its shipping label was bought: void the label, change the address, buy a new one.

What is typically got wrong: the cheapest carrier or the old label's, a wrong reason code, parts of the address that get
lost, no new label; and a label that the carrier has scanned already, where nothing may be changed at all.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from worlds.engine.task import Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import FinalAnswer
from worlds.shop.models import SalesOrder, stand_in
from worlds.shop.rulings.relabel_parcel import rule
from worlds.shop.tasks import labelled
from worlds.shop.tasks.casework import contact, orders_matching, placed_on
from worlds.shop.tasks.officework import find_orders

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = ("solvable", "hand_over")
FIRMS = ("Studio Kompass", "Atelier Polaris", "Optik Lindner", "Meridian Reizen", "Garage Delvaux", "Tandem Architects")
AT_WORK = 0.35
"""Share of the requests that name a firm to deliver to."""
NUMBER: Final = re.compile(r"\b(?:3SLK|JVGL|0534|ZNL|1ZLK|7712)\w+\b")
COUNTRIES: Final = {
    "the Netherlands": "NL", "Belgium": "BE", "Germany": "DE", "Austria": "AT", "France": "FR", "Luxembourg": "LU",
    "Ireland": "IE",
}  # fmt: skip

WORDINGS = (
    "“Hello, I have only just seen that my order of {day} still goes to my old address. Please send it to {place}. "
    "Everything else stays as it is. Many thanks! {email}” – Please deal with this as the rules say, and tell me the "
    "tracking number that the parcel travels under (tracking_number).",
    "{email} wrote from their own address: what they ordered on {day} has to go to {place} instead, name and the rest "
    "unchanged. A label was bought for it already. Sort it out and report the tracking_number that the parcel has in "
    "the end.",
    "Address change from {email} for the order of {day}, new address: {place}. Nothing else changes. The label is "
    "printed already. Handle it by the house rules; I need the tracking_number under which the parcel goes.",
)


def instance(draw: Draw) -> Instance:
    """A labelled order of somebody, and an address in another province that they want it sent to."""
    branch = draw.branch(BRANCHES)
    case = draw.pick(labelled.cases, branch=branch)
    order = draw.session.get_one(SalesOrder, case.order_id)
    there = labelled.elsewhere(draw.rng("address"), order)
    firm = draw.rng("firm").choice(FIRMS) if draw.rng("at work").random() < AT_WORK else None
    facts = {"email": case.email, "day": case.day, "street": there.line1, "postal": there.postal_code}
    facts |= {"town": there.city, "province": there.province} | ({"company": firm} if firm else {})
    facts |= {"apartment": there.line2} if there.line2 else {}
    line = ", ".join(
        filter(None, (firm, there.line1, there.line2, f"{there.postal_code} {there.city} ({there.province})"))
    )
    target = {"sales_order": [case.order_id], "shipping_label": [case.label_id]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != branch:
        raise LookupError(f"order {case.order_id} was taken for {branch}, but is {decision['branch']}")
    told = contact(draw.session, case.order_id)
    if branch == "solvable":
        expected = labelled.moved(case, facts, decision, told)
    else:
        expected = labelled.handed_over(case, facts, decision, told, order.customer_id)
    return Instance(
        instruction=draw.word(WORDINGS, facts | {"place": line}),
        facts=facts,
        actor=stand_in(draw.session, "support_l2"),
        expectation=expected,
        target=target,
        decision=decision,
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """The order that a request speaks of, and its live label, as tools show them."""

    order: dict[str, Any]
    label: dict[str, Any]

    @property
    def gone(self) -> bool:
        """Whether the carrier has the parcel."""
        return bool(self.label["status"] == "scanned")


def _live(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (label for label in order["labels"] if label["status"] in ("bought", "scanned"))


def _find(worker: Worker) -> Found:
    for order in orders_matching(worker, worker.facts["email"]):
        if placed_on(order) == worker.facts["day"]:
            for label in _live(order):
                return Found(order, label)
    raise LookupError(f"no labelled order of {worker.facts['email']} on {worker.facts['day']}")


def address_asked(facts: Mapping[str, str], now: Mapping[str, Any]) -> dict[str, Any]:
    """The whole address that a request asks for: what it says, and the rest as it stands."""
    said = {"line1": facts["street"], "line2": facts.get("apartment"), "postal_code": facts["postal"]}
    said |= {"city": facts["town"], "province": facts["province"]}
    return {**now, **said, "company": facts.get("company", now["company"])}


def carrier_of(rows: list[tuple[str, str]], kilos: float, address: Mapping[str, Any], *, express: bool) -> str:
    """The carrier of the first row (parcel in words, carrier) of the rules' table that fits a parcel."""
    for parcel, carrier in rows:
        lands = [code for name, code in COUNTRIES.items() if name in parcel]
        heavier = re.search(r"more than (\d+) kg", parcel)
        fits = (
            (heavier is not None and kilos > int(heavier[1]))
            or ("company" in parcel and bool(address["company"]))
            or ("express" in parcel and express)
            or address["country"] in lands
        )
        if fits:
            return carrier
    raise LookupError("the table of carriers has no row for the parcel")


def _carrier(worker: Worker, found: Found, address: Mapping[str, Any]) -> str:
    text = worker.call("get_policy", slug="labels")["text"]
    rows = re.findall(r"^\| ((?:weighs|goes)[^|]+) \| (\w+) \|$", text, re.MULTILINE)
    rates = worker.call("list_label_rates", order_id=found.order["order_id"])
    return carrier_of(rows, rates["weight_grams"] / 1000, address, express=found.label["service"] == "express")


def _move(worker: Worker, found: Found, *, reason: str = "address_changed", notify: bool = True, **lost: Any) -> None:
    """Void the label and change the address."""
    worker.call("void_label", label_id=found.label["label_id"], reason=reason)
    address = address_asked(worker.facts, found.order["shipping_address"]) | lost
    worker.call("edit_shipping_address", order_id=found.order["order_id"], address=address, notify=notify)


def _buy(worker: Worker, found: Found, carrier: str | None = None) -> FinalAnswer:
    address = address_asked(worker.facts, found.order["shipping_address"])
    carrier = carrier or _carrier(worker, found, address)
    bought = worker.call("buy_label", order_id=found.order["order_id"], carrier=carrier, service=found.label["service"])
    return _done(bought["tracking_number"])


def _done(number: str) -> FinalAnswer:
    message = f"The old label is voided; the parcel goes to the new address under {number}."
    return FinalAnswer(status="done", facts={"tracking_number": number}, message=message)


def _waiting(number: str) -> FinalAnswer:
    return FinalAnswer(
        status="waiting",
        reasons=["carrier_claim"],
        facts={"tracking_number": number},
        message=f"The carrier has scanned parcel {number} already. Operations has the address; nothing was changed.",
    )


def _words(facts: Mapping[str, str], number: str) -> str:
    """What operations has to know."""
    extra = ", ".join(facts[name] for name in ("company", "street", "apartment") if name in facts)
    return (
        f"The parcel with tracking number {number} was scanned by its carrier, and the customer wants it at another "
        f"address: {extra}, {facts['postal']} {facts['town']}. Nothing was changed or promised."
    )


def _hand_over(worker: Worker, found: Found, **changes: Any) -> FinalAnswer:
    number = found.label["tracking_number"]
    arguments = {
        "team": "operations",
        "reason": "carrier_claim",
        "message": _words(worker.facts, number),
        "order_id": found.order["order_id"],
    } | changes
    worker.call("escalate", **arguments)
    return _waiting(number)


def solve(worker: Worker) -> FinalAnswer:
    """See what became of the label; renew it for the new address, or hand over what has left."""
    found = _find(worker)
    if found.gone:
        return _hand_over(worker, found)
    _move(worker, found)
    return _buy(worker, found)


def from_the_labels(worker: Worker) -> FinalAnswer:
    """Start from the list of labels, and leave a note on the order."""
    for status in ("scanned", "bought"):
        for label in worker.call("list_labels", status=status, page_size=100)["items"]:
            order = worker.call("get_order", order_id=label["order_id"])
            if order["email"].strip() == worker.facts["email"] and placed_on(order) == worker.facts["day"]:
                found = Found(order, label)
                text = "The customer asked by mail to have the parcel sent to another address."
                worker.call("add_order_note", order_id=order["order_id"], text=text)
                if found.gone:
                    return _hand_over(worker, found)
                _move(worker, found)
                return _buy(worker, found)
    raise LookupError("no label is the one")


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    page.open("/office/rules/labels")
    rows = re.findall(r'cell "((?:weighs|goes) [^"]+)".*\n\s*- cell "(\w+)"', page.see())
    next(find_orders(page, page.facts["email"], page.facts["day"]))
    tracking = NUMBER.findall(page.text("Labels of the order"))[-1]
    if not (void := page.names("link", "Void label")):
        page.click("link", "Hand over")
        page.choose("Team", "Operations")
        page.choose("Why you cannot do it", "Carrier claim")
        page.fill("What the team has to know", _words(page.facts, tracking))
        page.click("button", "Hand over")
        return _waiting(tracking)
    page.click("link", void[0])
    page.choose("Reason", "Address changed")
    page.click("button", "Void the label")
    _fill_in_address(page)
    page.click("link", "Buy label")
    kilos = float(page.value("Weight").removesuffix(" kg"))
    paid_for = page.value("Customer paid for").removesuffix(" delivery")
    address = {"company": page.facts.get("company"), "country": page.value("Country")}
    page.choose("Carrier", carrier_of(rows, kilos, address, express=paid_for == "Express"))
    page.choose("Service", paid_for)
    page.click("button", "Buy the label")
    return _done(NUMBER.findall(page.message)[-1])


def _fill_in_address(page: "Page") -> None:
    page.click("link", "Edit address")
    facts = page.facts
    page.fill("Street and house number", facts["street"])
    page.fill("Apartment or floor (optional)", facts.get("apartment", ""))
    page.fill("Postal code", facts["postal"])
    page.fill("Town", facts["town"])
    page.fill("Province or state (optional)", facts["province"])
    if "company" in facts:
        page.fill("Company (optional)", facts["company"])
    page.click("button", "Save the address")


# -- how it is got wrong ------------------------------------------------------------------------------------------


def cheapest(worker: Worker) -> FinalAnswer:
    """Buy from whoever asks least; hand a parcel that has left to the wrong team."""
    found = _find(worker)
    if found.gone:
        return _hand_over(worker, found, team="support_lead")
    _move(worker, found)
    rates = worker.call("list_label_rates", order_id=found.order["order_id"])["rates"]
    fitting = [rate for rate in rates if rate["service"] == found.label["service"]]
    return _buy(worker, found, min(fitting, key=lambda rate: float(rate["price"]))["carrier"])


def other_reason(worker: Worker) -> FinalAnswer:
    """Take a reason code that does not fit."""
    found = _find(worker)
    if found.gone:
        return _hand_over(worker, found, reason="customer_complaint")
    _move(worker, found, reason="other")
    return _buy(worker, found)


def silent(worker: Worker) -> FinalAnswer:
    """Leave the mail out; hand over without the new address."""
    found = _find(worker)
    if found.gone:
        number = found.label["tracking_number"]
        return _hand_over(worker, found, message=f"Please stop parcel {number} and send it elsewhere.")
    _move(worker, found, notify=False)
    return _buy(worker, found)


def something_lost(worker: Worker) -> FinalAnswer:
    """Give only what the request names; hand over without the tracking number."""
    found = _find(worker)
    if found.gone:
        facts = worker.facts
        return _hand_over(worker, found, message=f"Send it to {facts['street']}, {facts['postal']} {facts['town']}.")
    _move(worker, found, province=None, phone=None)
    return _buy(worker, found)


def left_unlabelled(worker: Worker) -> FinalAnswer:
    """Forget the new label; or write a note where a team has to act."""
    found = _find(worker)
    number = found.label["tracking_number"]
    if found.gone:
        worker.call("add_order_note", order_id=found.order["order_id"], text=_words(worker.facts, number))
        return _waiting(number)
    _move(worker, found)
    return _done(number)


def passed_on(worker: Worker) -> FinalAnswer:
    """Hand over what senior support may do itself; hand over twice what has left."""
    found = _find(worker)
    if found.gone:
        _hand_over(worker, found)
    return _hand_over(worker, found)


FAMILY = Family(
    name="relabel-parcel",
    title="Send an order elsewhere after its label was bought",
    point="the label is voided first and bought anew by the table; one that the carrier has scanned is handed over",
    role="support_l2",
    population="medium",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"from the list of labels, with a note": from_the_labels},
    mistakes={
        "the cheapest carrier": cheapest,
        "another reason code": other_reason,
        "customer not told": silent,
        "something lost": something_lost,
        "no new label": left_unlabelled,
        "passed on": passed_on,
    },
    unenforced={
        "the cheapest carrier": "The price decides nothing.",
        "another reason code": "Void the label, with the reason code of the table below.",
        "customer not told": "A change that the customer asked for is confirmed by mail.",
        "something lost": "What you leave out is lost, the telephone number too; keep what the customer did not ask to",
    },
)
