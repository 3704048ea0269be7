"""The parcel of a return has arrived, and not everything in it is as it left: book in what is really there.

What is typically got wrong: broken units put back on the shelf, a restocking fee taken for our own fault or forgotten,
the wrong location, a mail on the day on which the refund is mailed anyway.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from worlds.engine.fields import format_money
from worlds.engine.task import Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import changed_by
from worlds.graders.typed import money, quantity
from worlds.shop.models import InventoryLevel, Location, OrderLine, ReturnLine, ReturnRequest, stand_in
from worlds.shop.rulings.book_in_return import rule
from worlds.shop.tasks.casework import Contact, contact, spare_note
from worlds.shop.tasks.goods_back import article, latest_orders, spare_words
from worlds.shop.tasks.officework import money_in

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

VARIETY = 12
"""So many parcels of an open return are taken at most, no two of which are booked in alike."""
TURNS = 10 * VARIETY
"""So often a parcel is thought of before a return is taken to have no others."""
MISSING = 0.3
"""Share of the articles that are not in the parcel with the damaged one."""
FLAWS = ("dirty", "broken", "worn", "incomplete")
TODAY = "Support refunds it later today"
LATER = "Support will refund it in a few days"

WORDINGS = (
    "On the bench in the {place} lies the parcel of return {number}: {contents}. {refund}. Please book it in by the "
    "house rules, and tell me the restocking fee that we keep (fee, 0.00 if none) and how many units are available "
    "again (restocked).",
    "Parcel for {number} is here, at the {place}. I counted: {contents}. Book it in properly. {refund}. For my list I "
    "need fee (what we keep for restocking, 0.00 where nothing) and restocked (units that can be sold again).",
    "Return {number} came in today ({place}), and in the box were: {contents}. {refund}. Take care of the booking, "
    "please. What restocking fee is kept for it (fee; 0.00 if there is none), and how many units went back on the "
    "shelf (restocked)?",
)


@dataclass(frozen=True, slots=True)
class Case:
    """An open return, and a parcel with some of its goods: where it came, what was counted, who refunds when."""

    return_id: int
    number: str
    order_id: int
    place: str
    contents: str
    sound: int
    refund: str


def instance(draw: Draw) -> Instance:
    """A return by its number, and what somebody counted in its parcel."""
    case = draw.pick(_cases)
    facts = {"number": case.number, "place": case.place, "contents": case.contents, "refund": case.refund}
    target = {"return_request": [case.return_id], "sales_order": [case.order_id]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    before = draw.session.get_one(ReturnRequest, case.return_id)
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, "ops"),
        expectation=_expectation(case, decision, before, contact(draw.session, case.order_id)),
        target=target,
        decision=decision,
    )


def _expectation(case: Case, decision: Mapping[str, Any], before: ReturnRequest, told: Contact) -> Expectation:
    required = [
        Effect(
            f"line-{line}",
            "return_line",
            "update",
            where={"id": int(line)},
            set=units,
            words=f"{units['received']} units of the line are in, {units['damaged']} of them damaged",
        )
        for line, units in decision["lines"].items()
    ]
    required += [
        Effect(
            f"stock-{level}",
            "inventory_level",
            "update",
            where={"id": int(level)},
            set={state: changed_by(units) for state, units in moved.items() if units},
            words=f"At the {case.place}, {moved['available']} units are available again, {moved['damaged']} set apart",
        )
        for level, moved in decision["levels"].items()
    ]
    changed: dict[str, Any] = {"fee": decision["fee"]} if decision["fee"] != before.fee else {}
    changed |= {"status": "closed"} if decision["closed"] else {}
    if changed:
        kept = f"with a fee of {format_money(decision['fee'])} EUR" if decision["fee"] else "without a fee"
        state = "closed" if decision["closed"] else "still open"
        words = f"Return {case.number} is {state}, {kept}"
        required.append(
            Effect("return", "return_request", "update", where={"id": case.return_id}, set=changed, words=words)
        )
    if decision["mail"]:
        required.append(
            Effect(
                "mail",
                "outbox_email",
                "insert",
                where={"order_id": case.order_id, "kind": "return_arrived"},
                set={"to_address": told.email},
                words="The customer was told once that it arrived",
            )
        )
    slots = {"fee": money(decision["fee"], "EUR"), "restocked": quantity(case.sound)}
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(case.order_id, told.never)])],
        answer=Answer("done", slots),
    )


def _cases(draw: Draw) -> list[Case]:
    """Parcels for every open return of which no fee was kept: with a damaged unit, at places that keep the goods.

    No two are booked in alike, and there are fewer for a customer's latest order, which would stand out.
    """
    latest = latest_orders(draw.session)
    rows = draw.session.execute(_WAITING).all()
    places = list(draw.session.execute(select(Location.id, Location.name).order_by(Location.id)))
    kept = {(level.variant_id, level.location_id) for level in draw.session.scalars(select(InventoryLevel))}
    by_return: dict[int, list[tuple[ReturnRequest, ReturnLine, OrderLine]]] = {}
    for one, line, sold in rows:
        by_return.setdefault(one.id, []).append((one, line, sold))
    cases: list[Case] = []
    for lines in by_return.values():
        names = {article(sold.title, sold.variant_title) for _, _, sold in lines}
        there = [name for at, name in places if all((sold.variant_id, at) in kept for _, _, sold in lines)]
        if len(names) == len(lines) and len(there) > 1:
            cases += _parcels(lines, there, VARIETY // 3 if lines[0][0].order_id in latest else VARIETY)
    return cases


def _parcels(lines: list[tuple[ReturnRequest, ReturnLine, OrderLine]], places: list[str], most: int) -> list[Case]:
    """The first parcels thought of that differ in counts, place or day of the refund; other words make no other one."""
    found: dict[tuple[frozenset[Counted], str, str], Case] = {}
    for turn in range(TURNS):
        case = _parcel(lines, places, turn)
        found.setdefault((frozenset(counted(case.contents)), case.place, case.refund), case)
    return list(found.values())[:most]


def _parcel(lines: list[tuple[ReturnRequest, ReturnLine, OrderLine]], places: list[str], turn: int) -> Case:
    """What could be in a return's parcel: mostly everything, of which one unit or more is damaged."""
    one = lines[0][0]
    rng = random.Random(f"parcel {one.number} {turn}")
    broken = rng.randrange(len(lines))
    items, sound = [], 0
    for at, (_, line, sold) in enumerate(lines):
        if at != broken and rng.random() < MISSING:
            continue
        waiting = line.quantity - line.received
        came = waiting if rng.random() < 0.7 else rng.randint(1, waiting)
        damaged = rng.randint(1, came) if at == broken else rng.choice((0, 0, rng.randint(0, came)))
        flaw = f" – {damaged} of them {rng.choice(FLAWS)}" if damaged else ""
        items.append(f"{came} × {article(sold.title, sold.variant_title)}{flaw}")
        sound += came - damaged
    contents = "; ".join(items)
    return Case(one.id, one.number, one.order_id, rng.choice(places), contents, sound, rng.choice((TODAY, LATER)))


_WAITING = (
    select(ReturnRequest, ReturnLine, OrderLine)
    .join(ReturnLine, ReturnLine.return_id == ReturnRequest.id)
    .join(OrderLine, OrderLine.id == ReturnLine.order_line_id)
    .where(
        ReturnRequest.status == "open",
        ReturnRequest.fee == 0,
        ReturnLine.received < ReturnLine.quantity,
        OrderLine.variant_id.is_not(None),
    )
    .order_by(ReturnRequest.id, ReturnLine.id)
)


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """So many units of an article, of which some are damaged."""

    article: str
    received: int
    damaged: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be booked in: the return, its lines with the counts, where, with a fee or not, with a mail or not."""

    back: dict[str, Any]
    lines: list[dict[str, int]]
    location_id: int
    fee: bool
    mail: bool

    @property
    def sound(self) -> int:
        """Units that can be sold again."""
        return sum(line["received"] - line["damaged"] for line in self.lines)


def counted(contents: str) -> list[Counted]:
    """What somebody counted, item by item."""
    found = []
    for item in contents.split("; "):
        goods, _, flaw = item.partition(" – ")
        units, _, name = goods.partition(" × ")
        found.append(Counted(name, int(units), int(flaw.split()[0]) if flaw else 0))
    return found


def waived(rule_text: str) -> set[str]:
    """The reasons for which the page of rules waives the restocking fee."""
    words = re.search(r"The fee is waived where (.*?)\.\s", rule_text, re.DOTALL)
    if words is None:
        raise LookupError("the rule for returns says nothing of a fee")
    return set(re.findall(r"`(\w+)`", words[1]))


def _look(worker: Worker) -> Parcel:
    facts = worker.facts
    free = waived(worker.call("get_policy", slug="return-handling")["text"])
    found = worker.call("list_returns", query=facts["number"])["items"]
    back = next(one for one in found if one["number"] == facts["number"])
    ids = {article(line["title"], line["variant_title"]): line["line_id"] for line in back["lines"]}
    lines = [
        {"line_id": ids[one.article], "received": one.received, "damaged": one.damaged}
        for one in counted(facts["contents"])
    ]
    places = {one["name"]: one["location_id"] for one in worker.call("list_locations")["items"]}
    return Parcel(back, lines, places[facts["place"]], back["reason"] not in free, "today" not in facts["refund"])


def _book(worker: Worker, parcel: Parcel, **changes: Any) -> dict[str, Any]:
    arguments = {
        "return_id": parcel.back["return_id"],
        "lines": parcel.lines,
        "location_id": parcel.location_id,
        "restocking_fee": parcel.fee,
        "notify": parcel.mail,
    }
    booked: dict[str, Any] = worker.call("receive_return", **arguments | changes)
    return booked


def _report(fee: str, restocked: int) -> FinalAnswer:
    facts = {"fee": f"{fee} EUR", "restocked": str(restocked)}
    return FinalAnswer(status="done", facts=facts, message=f"{restocked} units are available again; fee {fee} EUR.")


def solve(worker: Worker) -> FinalAnswer:
    """Read when the fee is waived, then book in what was counted where it lies."""
    parcel = _look(worker)
    return _report(_book(worker, parcel)["fee"], parcel.sound)


def sound_first(worker: Worker) -> FinalAnswer:
    """Put the sound units on the shelf before the damaged ones are booked."""
    parcel = _look(worker)
    sound = [
        {"line_id": line["line_id"], "received": line["received"] - line["damaged"], "damaged": 0}
        for line in parcel.lines
        if line["received"] > line["damaged"]
    ]
    damaged = [line | {"received": line["damaged"]} for line in parcel.lines if line["damaged"]]
    if sound:
        _book(worker, parcel, lines=sound, restocking_fee=False, notify=False)
    return _report(_book(worker, parcel, lines=damaged)["fee"], parcel.sound)


def noted(worker: Worker) -> FinalAnswer:
    """Leave a note on the order, too."""
    parcel = _look(worker)
    booked = _book(worker, parcel)
    spare_words(worker, parcel.back)
    return _report(booked["fee"], parcel.sound)


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    page.open("/office/rules/return-handling")
    words = page.see().partition("The fee is waived")[2].partition("Returns are booked in")[0]
    page.open("/office/returns")
    page.fill("Search", page.facts["number"])
    page.click("button", "Filter")
    page.click("link", page.facts["number"])
    reason = page.value("Reason").lower().replace(" ", "_")
    page.click("link", "Receive goods")
    for one in counted(page.facts["contents"]):
        title, variant = one.article.removesuffix(")").rsplit(" (", 1)
        row = page.row(title if variant == "Default" else f"{title} {variant}")
        at = re.search(r"Received of line (\d+)", " ".join(page.names("spinbutton", title)))
        row.fill(f"Received of line {at[1] if at else 1}, {title}", str(one.received))
        row = page.row(title if variant == "Default" else f"{title} {variant}")
        row.fill(f"Damaged of line {at[1] if at else 1}, {title}", str(one.damaged))
    page.choose("Where it arrived (optional)", page.facts["place"])
    page.check("Keep the restocking fee", on=reason not in words)
    page.check("Mail the customer that it arrived", on="today" not in page.facts["refund"])
    page.click("button", "Book it in")
    fee = money_in(page.value("Restocking fee")) if page.shows("Restocking fee") else "0.00"
    sound = sum(one.received - one.damaged for one in counted(page.facts["contents"]))
    return _report(fee, sound)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def fee_turned_round(worker: Worker) -> FinalAnswer:
    """Take the fee for our own fault, and leave it out where the customer owes it."""
    parcel = _look(worker)
    return _report(_book(worker, parcel, restocking_fee=not parcel.fee)["fee"], parcel.sound)


def all_on_the_shelf(worker: Worker) -> FinalAnswer:
    """Put everything back into available stock."""
    parcel = _look(worker)
    lines = [line | {"damaged": 0} for line in parcel.lines]
    booked = _book(worker, parcel, lines=lines, restocking_fee=False)
    return _report(booked["fee"], sum(line["received"] for line in lines))


def mail_turned_round(worker: Worker) -> FinalAnswer:
    """Mail the customer on the day of the refund, and leave the mail out otherwise."""
    parcel = _look(worker)
    return _report(_book(worker, parcel, notify=not parcel.mail)["fee"], parcel.sound)


def elsewhere(worker: Worker) -> FinalAnswer:
    """Book it in at another location than that at which it lies."""
    parcel = _look(worker)
    places = [one["location_id"] for one in worker.call("list_locations")["items"]]
    other = next(at for at in places if at != parcel.location_id)
    return _report(_book(worker, parcel, location_id=other)["fee"], parcel.sound)


FAMILY = Family(
    name="book-in-return",
    title="Book in a return of which some units are damaged",
    point="damaged units never become available; who pays for them, and whether a mail goes out, only the pages say",
    role="ops",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"the sound ones first": sound_first, "a note afterwards": noted},
    mistakes={
        "the fee turned round": fee_turned_round,
        "all on the shelf": all_on_the_shelf,
        "the mail turned round": mail_turned_round,
        "another location": elsewhere,
    },
    unenforced={
        "the fee turned round": "The fee is waived where the return's reason is our fault",
        "all on the shelf": "It never goes back to available stock.",
        "the mail turned round": "the mail that goods arrived is left out when the refund is made on the same day",
        "another location": "Returns are booked in at the location that the goods were shipped from unless they arrive "
        "elsewhere.",
    },
    population="medium",
)
