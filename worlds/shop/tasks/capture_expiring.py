"""Capture by hand the authorizations that run out in a given time, as far as the payment rules let finance do it.

What is typically got wrong: orders on hold, at risk or waiting for goods are captured with the rest, above all the one
that somebody asked for; whole days are taken where hours were said; only the goods are taken and the rest is lost.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from worlds.engine.fields import format_money, parse_money
from worlds.engine.task import Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.typed import money, quantity, yes_no
from worlds.shop.days import ZONE, local_day, spoken_day, spoken_time
from worlds.shop.models import SalesOrder, stand_in
from worlds.shop.rulings.capture_expiring import LANDS, WAYS, Held, held, rule
from worlds.shop.tasks.casework import Contact, contact, spare_note
from worlds.shop.tasks.officework import money_in

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = ("solvable", "leave_out")
CLOSED = 7
"""Days from the start of episodes for which the warehouse ships nothing: five working days and a weekend."""
HOURS = (6, 8, 10, 12, 14, 16, 18, 20, 22)
LONGEST = timedelta(days=3)
FEWEST, MOST = 2, 9
"""Captures that a request comes to."""
LEFT_OUT = 9
CODES: Final = {
    "the Netherlands": "NL", "Belgium": "BE", "Germany": "DE", "Austria": "AT", "France": "FR", "Luxembourg": "LU",
    "Ireland": "IE",
}  # fmt: skip
METHODS: Final = {"Standard delivery": "standard", "Express delivery": "express", "Pickup point": "pickup_point"}
SCOPES = [scope for scope in product((*CODES, ""), (*METHODS, "")) if any(scope)]
"""Countries and ways of shipping that requests are narrowed to, one of them or both."""

WORDINGS = (
    "Stock-taking: nothing leaves the house before {opens}. Please capture by hand what would run out meanwhile: "
    "{scope}, authorizations that end between {start} and {end}, our time. Sales ask for {order} in particular. Keep "
    "to the rules on payments, and report how many payments you captured (captured), what they come to in euros "
    "(total), and whether the one of {order} is among them, yes or no (named).",
    "We ship again on {opens}. Until then someone has to save the authorizations of {scope} that the bank would let go "
    "from {start} to {end} (Amsterdam time); the customer of {order} has called about theirs. Capture what our rules "
    "let you capture. Then tell me three things: captured (a number), total (euros), named (yes or no: was {order} "
    "captured).",
    "For the finance desk – window {start} to {end}, store time; scope: {scope}. The warehouse is shut until {opens}, "
    "so take the money that would otherwise be lost, as far as the rules allow. Double-check {order}, its account "
    "manager wants it in. Answer with captured, total and named (is {order} in: yes/no).",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A span of time and the orders that it speaks of: `taken` may be captured, `left` may not.

    `latest` are those orders among them that are the last of several by their customer; one that was asked for would
    be too easy to guess among them.
    """

    start: datetime
    end: datetime
    country: str
    way: str
    taken: tuple[Held, ...]
    left: tuple[Held, ...]
    latest: frozenset[int]


def instance(draw: Draw) -> Instance:
    """A span, a country or a way of shipping, and one order of it that is asked for by number."""
    branch = draw.branch(BRANCHES)
    case = draw.pick(_cases)
    able = case.taken if branch == "solvable" else case.left
    earlier = [one for one in able if one.order_id not in case.latest]
    named = draw.rng("named").choice(earlier or able)
    facts = {"start": _said(case.start), "end": _said(case.end), "order": named.number}
    facts |= {name: said for name, said in (("country", case.country), ("shipping", case.way)) if said}
    opens = spoken_day(draw.now + timedelta(days=CLOSED))
    decision = rule(Situation(draw.session, draw.now, {"sales_order": [named.order_id]}, facts))
    if decision["branch"] != branch:
        raise LookupError(f"order {named.number} was taken for {branch}, but is {decision['branch']}")
    told = contact(draw.session, named.order_id)
    scope = {"scope": _scope(case), "opens": f"Monday, {opens}"}
    return Instance(
        instruction=draw.word(WORDINGS, facts | scope),
        facts=facts,
        actor=stand_in(draw.session, "finance"),
        expectation=_expectation(decision["amounts"], decision["total"], named, told),
        target={"sales_order": [named.order_id], "payment": [int(payment) for payment in decision["amounts"]]},
        decision=decision,
    )


def _said(moment: datetime) -> str:
    return f"{spoken_day(moment)}, {spoken_time(moment)}"


def _scope(case: Case) -> str:
    return f"orders to {case.country or 'all countries'}" + (f" ({case.way})" if case.way else "")


def _expectation(amounts: dict[str, int], total: int, named: Held, told: Contact) -> Expectation:
    """Each of the payments is captured whole, once, and no other."""
    required = []
    for payment, amount in amounts.items():
        required += [
            Effect(
                f"payment-{payment}", "payment", "update", where={"id": int(payment)},
                set={"status": "captured", "captured_amount": amount},
                words=f"Payment {payment} of {format_money(amount)} EUR is captured whole",
            ),
            Effect(
                f"gateway-{payment}", "payment_event", "insert",
                where={"payment_id": int(payment), "kind": "capture"}, set={"amount": amount},
                words=f"The bank was asked once for payment {payment}",
            ),
        ]  # fmt: skip
    captured = str(named.payment_id) in amounts
    slots = {"captured": quantity(len(amounts)), "total": money(total, "EUR"), "named": yes_no(captured)}
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(named.order_id, told.never)])],
        answer=Answer("done" if captured else ("done", "partly"), slots),
    )


# -- the draw -----------------------------------------------------------------------------------------------------


def _cases(draw: Draw) -> list[Case]:
    """Spans in which something may be captured, something is at risk, something is tagged, and the hours matter."""
    everything, latest = held(draw.session, draw.now), _latest(draw)
    today = local_day(draw.now)
    marks = [
        datetime.combine(today + timedelta(days=ahead), time(hour), ZONE)
        for ahead in range(1, CLOSED)
        for hour in HOURS
    ]
    spans = [(start, end) for start, end in combinations(marks, 2) if end - start <= LONGEST]
    cases: dict[tuple[Held, ...], Case] = {}
    for country, way in SCOPES:
        land = LANDS.get(country)
        fitting = [one for one in everything if land in (None, one.country) and one.way == WAYS.get(way, one.way)]
        for span in spans:
            if case := _case(fitting, span, (country, way), latest):
                cases.setdefault(case.taken, case)  # two requests with one answer would pay whoever copies
    return list(cases.values())


def _latest(draw: Draw) -> frozenset[int]:
    """The last order of each customer who has placed several."""
    several = (
        select(func.max(SalesOrder.id))
        .where(SalesOrder.customer_id.is_not(None))
        .group_by(SalesOrder.customer_id)
        .having(func.count() > 1)
    )
    return frozenset(draw.session.scalars(several))


def _case(
    fitting: Sequence[Held], span: tuple[datetime, datetime], scope: tuple[str, str], latest: frozenset[int]
) -> Case | None:
    start, end = span
    within = [one for one in fitting if start <= one.expires < end]
    taken = tuple(one for one in within if one.capturable)
    left = tuple(one for one in within if not one.capturable)
    days = range_of_days(start, end)
    near = any(one.capturable and local_day(one.expires) in days and one not in taken for one in fitting)
    tempting = any(one.at_risk for one in left) and any(one.tagged for one in left)
    right_size = FEWEST <= len(taken) <= MOST and len(left) <= LEFT_OUT
    late = latest & {one.order_id for one in within}
    fair = all(any(one.order_id not in late for one in some) for some in (taken, left))
    fits = right_size and tempting and near and fair
    return Case(start, end, *scope, taken, left, late) if fits else None


def range_of_days(start: datetime, end: datetime) -> list[date]:
    """Every day that a span touches, in the store's zone."""
    first, last = local_day(start), local_day(end)
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """What a request says: from when to when, and which orders."""

    start: datetime
    end: datetime
    country: str | None
    way: str | None

    def holds(self, expires: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.start <= expires < self.end


def _asked(facts: Any) -> Span:
    start, end = (datetime.strptime(facts[name], "%d %B %Y, %H:%M").replace(tzinfo=ZONE) for name in ("start", "end"))
    return Span(start, end, CODES.get(facts.get("country", "")), METHODS.get(facts.get("shipping", "")))


def _listed(worker: Worker, *, whole_days: bool = False) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The authorizations that the request speaks of, each with its order."""
    span = _asked(worker.facts)
    filters = {"country": span.country, "shipping_method": span.way}
    days = {"expires_from": span.start.date().isoformat(), "expires_to": span.end.date().isoformat()}
    chosen = {name: value for name, value in filters.items() if value} | days
    found = worker.call("list_payments", status="authorized", **chosen)
    rows = found["items"]
    while found.get("next_cursor"):  # pages first: a cursor does not wait until each order was looked at
        found = worker.call("list_payments", cursor=found["next_cursor"])
        rows += found["items"]
    for payment in rows:
        if whole_days or span.holds(datetime.fromisoformat(payment["auth_expires_at"])):
            yield payment, worker.call("get_order", order_id=payment["order_id"])


def _at_risk(order: dict[str, Any]) -> bool:
    return any(one["team"] == "risk" for one in order["escalations"])


def _may(order: dict[str, Any]) -> bool:
    """Whether the rules let finance capture an order's payment by hand."""
    return not _at_risk(order) and not {"hold", "backorder"} & set(order["tags"])


Listing = Iterator[tuple[dict[str, Any], dict[str, Any]]]


def _capture(worker: Worker, listing: Listing, may: Callable[[dict[str, Any]], bool], **more: Any) -> FinalAnswer:
    """Capture what may be captured of a list, and report it."""
    taken = []
    for payment, order in [(payment, order) for payment, order in listing if may(order)]:
        done = worker.call("capture_payment", payment_id=payment["payment_id"], **more)
        taken.append((order["number"], parse_money(done["captured"])))
    return _report(taken, worker.facts["order"])


def _report(taken: Sequence[tuple[str, int]], named: str) -> FinalAnswer:
    total = format_money(sum(amount for _, amount in taken))
    within = named in [number for number, _ in taken]
    left = "" if within else f" The rules forbid capturing {named} by hand; it was left as it is."
    return FinalAnswer(
        status="done" if within else "partly",
        facts={"captured": len(taken), "total": f"{total} EUR", "named": "yes" if within else "no"},
        message=f"{len(taken)} payments captured, {total} EUR together.{left}",
    )


def solve(worker: Worker) -> FinalAnswer:
    """List the authorizations of the span, look at each order, capture those that the rules let finance capture."""
    return _capture(worker, _listed(worker), _may)


def from_the_orders(worker: Worker) -> FinalAnswer:
    """Go through the orders instead of the payments, look at what risk was given, note it on the one that was named."""
    span = _asked(worker.facts)
    risky = {one["order_id"] for one in worker.call("list_escalations", team="risk", page_size=100)["items"]}
    rows = every_row(worker, "list_orders", financial_status="authorized", cancelled=False)
    found = [worker.call("get_order", order_id=row["order_id"]) for row in rows]
    titles = {code: title for title, code in METHODS.items()}
    pairs = [
        (payment, order)
        for order in found
        for payment in order["payments"]
        if span.holds(datetime.fromisoformat(payment["auth_expires_at"]))
        and span.country in (None, order["shipping_address"]["country"])
        and titles.get(span.way or "", order["shipping_method"]) == order["shipping_method"]
    ]
    named = next(order for _, order in pairs if order["number"] == worker.facts["order"])
    text = "Finance was asked to capture this one by hand before its authorization runs out."
    worker.call("add_order_note", order_id=named["order_id"], text=text)
    return _capture(worker, iter(pairs), lambda order: _may(order) and order["order_id"] not in risky)


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    span = _asked(page.facts)
    page.open("/office/payments?status=authorized&page_size=100")
    page.fill("Held until, from", span.start.date().isoformat())
    page.fill("Held until, to", span.end.date().isoformat())
    if span.country:
        page.fill("Goes to country", span.country)
    if span.way:
        page.choose("Way of shipping", span.way.replace("_", " ").capitalize())
    page.click("button", "Filter")
    here = page.url
    rows = [(row.cells["Payment"], row.cells["Held until"]) for row in page.rows()]
    taken = []
    for payment, until in rows:
        if span.holds(datetime.strptime(until, "%d %b %Y, %H:%M").replace(tzinfo=ZONE)):
            reference = re.findall(r"pay_\w{20}", payment)[0]
            page.open(here)
            page.click("link", next(iter(page.names("link", f"of payment {reference}"))))
            number = page.heading
            if _looks_free(page):
                page.click("link", f"Capture payment {reference}")
                page.click("button", "Capture")
                taken.append((number, parse_money(money_in(page.message))))
    return _report(taken, page.facts["order"])


def _looks_free(page: "Page") -> bool:
    tags = page.text("Tags") if 'heading "Tags"' in page.see() else ""
    teams = page.text("Hand-overs of the order") if "Hand-overs of the order" in page.see() else ""
    return not re.search(r"hold|backorder", tags) and "Risk" not in teams


# -- how it is got wrong ------------------------------------------------------------------------------------------


def everything(worker: Worker) -> FinalAnswer:
    """Capture all that runs out, without a look at the orders."""
    return _capture(worker, _listed(worker), lambda _: True)


def tags_alone(worker: Worker) -> FinalAnswer:
    """Heed the tags and overlook what was handed to risk."""
    return _capture(worker, _listed(worker), lambda order: not {"hold", "backorder"} & set(order["tags"]))


def tags_overlooked(worker: Worker) -> FinalAnswer:
    """Heed what was handed to risk and overlook the tags."""
    return _capture(worker, _listed(worker), lambda order: not _at_risk(order))


def whole_days(worker: Worker) -> FinalAnswer:
    """Take every day of the span whole."""
    return _capture(worker, _listed(worker, whole_days=True), _may)


def one_missed(worker: Worker) -> FinalAnswer:
    """Leave the last one out."""
    pairs = [(payment, order) for payment, order in _listed(worker) if _may(order)]
    return _capture(worker, iter(pairs[:-1]), _may)


def goods_alone(worker: Worker) -> FinalAnswer:
    """Take what the goods cost and leave the shipping on the card."""
    taken = []
    for payment, order in [pair for pair in _listed(worker) if _may(pair[1])]:
        goods = parse_money(order["subtotal"]) - parse_money(order["discount_total"])
        done = worker.call("capture_payment", payment_id=payment["payment_id"], amount=format_money(goods))
        taken.append((order["number"], parse_money(done["captured"])))
    return _report(taken, worker.facts["order"])


def the_rest_voided(worker: Worker) -> FinalAnswer:
    """Release what may not be captured."""
    for payment, order in list(_listed(worker)):
        if not _may(order):
            worker.call("void_payment", payment_id=payment["payment_id"])
    return solve(worker)


FAMILY = Family(
    name="capture-expiring",
    title="Capture the authorizations that are about to run out",
    point="holds, hand-overs to risk and missing goods are left alone, even the one that was asked for; hours count",
    role="finance",
    population="medium",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"through the orders, with a note": from_the_orders},
    mistakes={
        "everything captured": everything,
        "hand-overs overlooked": tags_alone,
        "tags overlooked": tags_overlooked,
        "whole days": whole_days,
        "one missed": one_missed,
        "the goods alone": goods_alone,
        "the rest voided": the_rest_voided,
    },
    unenforced={
        "everything captured": "such an order waits for goods without a date, and is not captured by hand either",
        "hand-overs overlooked": "Orders that carry the tag `hold` or an open hand-over to `risk` are not captured.",
        "tags overlooked": "Orders that carry the tag `hold` or an open hand-over to `risk` are not captured.",
        "the goods alone": "Such a capture always takes the whole authorization",
        "the rest voided": "To void a payment and leave the order standing is wrong",
    },
)
