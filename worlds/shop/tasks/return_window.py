"""A customer asks for a return more than a month after the order; the period runs from delivery.

What is typically got wrong: the days counted from the order, a mail judged by the day on which somebody gets to it, the
days of grace forgotten or given twice, an exception made by somebody who may not decide it.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.engine.task import Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import mentions, ref
from worlds.graders.typed import date as day_of
from worlds.graders.typed import record
from worlds.shop.models import SalesOrder, stand_in
from worlds.shop.rulings.return_window import rule
from worlds.shop.rulings.sending_back import exceptions, last_days, names_let_off, store_day, way_for, year_before
from worlds.shop.tasks.casework import Contact, contact, spare_note
from worlds.shop.tasks.goods_back import (
    Kept,
    day_said,
    kept_lines,
    lines_named,
    long_day,
    message,
    opened,
    shown_lines,
    spare_words,
)

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "support_l2"
STATUSES = {"solvable": "done", "hand_over": "waiting", "decline": "not_done"}
MONTH = 30
RECENTLY = timedelta(days=120)
"""Orders of longer ago need not be looked at: their last days are long over."""
PILE = range(1, 13)
"""Days that a mail may have waited when somebody gets to it."""
LATE = 7
"""Days beyond the last one up to which wishes are drawn: later ones would stand out."""
NEAR = timedelta(days=5)
"""An exception so near to a year before the wish is left alone, lest its day be read in two ways."""

WORDINGS = (
    "From the pile, a mail of {asked}: “Dear Larkfield, from my order of {day} I would like to send back {units} × "
    "{article}. I have changed my mind; it is unused. {email}” Please settle it by the house rules and tell me the "
    "last day on which that article could be sent back (last_day). Status done if it comes back, waiting if somebody "
    "else has to decide, not_done if it stays with the customer.",
    "{email} wrote on {asked} and nobody has answered yet: order of {day}, {units} × {article}, unused, the customer "
    "has changed their mind. Find out whether it may still come back and do what follows. I want to know the article's "
    "last_day. Report done (it comes back), waiting (another team decides) or not_done (it does not).",
    "One from our backlog. The customer with the address {email} changed their mind about {units} × {article}, ordered "
    "on {day}; the mail is dated {asked}, the goods are as new. Do with it what our pages say. Name the last_day for "
    "returning the article, and answer done, waiting or not_done, as it comes back, is for others to decide, or "
    "stays.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A line, how many of it, the day on which its customer asked, and whether its return may simply be opened."""

    line: Kept
    units: int
    asked: date
    branch: str


def instance(draw: Draw) -> Instance:
    """An article of an order of more than a month ago, and the day of the customer's mail."""
    case = draw.pick(_cases, branch=draw.branch(("solvable", "refused")))
    facts = {
        "email": case.line.email,
        "day": case.line.day,
        "article": case.line.article,
        "units": str(case.units),
        "asked": long_day(case.asked),
    }
    target = {"sales_order": [case.line.order_id], "order_line": [case.line.line_id]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(case.line, decision, case.units, contact(draw.session, case.line.order_id)),
        target=target,
        decision=decision,
    )


def _expectation(line: Kept, decision: Mapping[str, Any], units: int, told: Contact) -> Expectation:
    until = date.fromisoformat(decision["last_day"])
    facts = (record(line.sku), day_of(until.isoformat()))
    required: list[Effect]
    if decision["branch"] == "solvable":
        covered = Effect(
            "line",
            "return_line",
            "insert",
            where={"order_line_id": line.line_id, "return_id": ref("return")},
            set={"quantity": units, "received": 0, "damaged": 0},
            words=f"It covers {units} of {line.sku}",
        )
        required = [*opened(line.order_id, told, ROLE, decision), covered]
    elif decision["branch"] == "hand_over":
        handed = Effect(
            "hand-over",
            "escalation",
            "insert",
            where={"order_id": line.order_id},
            set={
                "team": "support_lead",
                "reason": "outside_policy",
                "customer_id": None,
                "product_id": None,
                "variant_id": None,
                "message": mentions(*facts, must_not=told.never),
            },
            words=f"The support lead has it as outside policy, with {line.sku} and the last day, {long_day(until)}",
        )
        required = [handed]
    else:
        body = mentions(*facts, must_not=told.never)
        words = f"The customer was told once that the last day for {line.sku} was {long_day(until)}"
        required = [message(line.order_id, told, body, words)]
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(line.order_id, told.never)])],
        answer=Answer(STATUSES[decision["branch"]], {"last_day": day_of(until.isoformat())}),
    )


def _cases(draw: Draw) -> list[Case]:
    """Lines that were ordered more than a month before the wish, with wishes around their last day."""
    today = store_day(draw.now)
    known = kept_lines(draw.session, draw.now - RECENTLY)
    lines = [line for line in known if line.customer_id and not line.final_sale]
    until = last_days(draw.session, [line.line_id for line in lines])
    names, shipped = names_let_off(draw.session), _names(draw.session)
    ways: dict[str, list[Case]] = {"solvable": [], "hand_over": [], "decline": [], "again": []}
    for line in lines:
        if abs((today - until[line.line_id]).days) > LATE + PILE.stop:
            continue
        had = exceptions(draw.session, line.customer_id or 0)
        for asked in (today - timedelta(days=days) for days in PILE):
            late = (asked - until[line.line_id]).days
            far = all(abs(year_before(asked) - day) > NEAR for day in had)
            clear = far and (had or shipped[line.order_id] not in names)
            if (asked - line.placed).days > MONTH and -LATE <= late <= LATE and clear:
                way = way_for(asked, until[line.line_id], had)
                again = way == "decline" and way_for(asked, until[line.line_id], ()) == "hand_over"
                if again or not line.stands_out:
                    ways["again" if again else way].append(_wish(line, asked, way))
    return [*ways["solvable"], *_mixed(ways["hand_over"], ways["decline"], ways["again"])]


def _wish(line: Kept, asked: date, way: str) -> Case:
    units = random.Random(f"units of {line.line_id} on {asked}").randint(1, line.quantity)
    return Case(line, units, asked, "solvable" if way == "solvable" else "refused")


def _mixed(handed: list[Case], late: list[Case], again: list[Case]) -> list[Case]:
    """Half of them to be handed over, half to be declined: for being too late, or for an exception too many.

    What is said of a late wish is the same whenever and for however many it came, so every line is declined or handed
    over once.
    """
    over = _one_a_line(handed)
    too_many = _one_a_line(again)
    too_late = {line: case for line, case in _one_a_line(late).items() if line not in too_many}
    half = min(len(over), len(too_late) + len(too_many))
    chance = random.Random("refused")
    few = chance.sample(list(too_many.values()), min(len(too_many), max(half // 3, half - len(too_late))))
    rest = chance.sample(list(too_late.values()), half - len(few))
    return [*chance.sample(list(over.values()), half), *rest, *few]


def _one_a_line(cases: list[Case]) -> dict[int, Case]:
    """One of the wishes about each line, by the line."""
    by_line: dict[int, list[Case]] = {}
    for case in cases:
        by_line.setdefault(case.line.line_id, []).append(case)
    return {line: random.Random(f"day of {line}").choice(wishes) for line, wishes in by_line.items()}


def _names(session: Session) -> dict[int, str]:
    """The names to which orders go, as they are compared, by the order."""
    rows = session.execute(select(SalesOrder.id, SalesOrder.ship_name)).all()
    return {order_id: name.strip().casefold() for order_id, name in rows}


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What the records say of the wish: its order and line, the day of the mail, the last day, which way is right."""

    order: dict[str, Any]
    line: dict[str, Any]
    asked: date
    until: date
    way: str


def _way(page: str, asked: date, until: date, let_off: list[date]) -> str:
    """What the page of rules says of a wish of that day."""
    grace = re.search(r"Up to (\d+) days after the last day", page)
    if grace is None:
        raise LookupError("the rule for returns knows no days of grace")
    if asked <= until:
        return "solvable"
    a_year = asked - timedelta(days=365)
    first = not any(a_year <= day <= asked for day in let_off)
    return "hand_over" if first and (asked - until).days <= int(grace[1]) else "decline"


def _look(worker: Worker) -> Found:
    """Read the rule, find the line and its last day, and see what the customer was let off before."""
    page = worker.call("get_policy", slug="return-handling")["text"]
    order, (line,) = lines_named(worker, "article")
    returns = worker.call("get_customer", customer_id=order["customer_id"])["returns"]
    let_off = [date.fromisoformat(one["asked_on"]) for one in returns if one["exception"]]
    asked, until = day_said(worker.facts["asked"]), date.fromisoformat(line["return_by"])
    return Found(order, line, asked, until, _way(page, asked, until, let_off))


def _open(worker: Worker, found: Found, **changes: Any) -> None:
    arguments = {
        "order_id": found.order["order_id"],
        "lines": [{"line_id": found.line["line_id"], "quantity": int(worker.facts["units"])}],
        "reason": "changed_mind",
        "asked_on": found.asked.isoformat(),
    }
    worker.call("open_return", **arguments | changes)


def _hand_over(worker: Worker, found: Found, **changes: Any) -> None:
    arguments = {
        "team": "support_lead",
        "reason": "outside_policy",
        "message": _handing(found.line["sku"], found.until, worker.facts["asked"]),
        "order_id": found.order["order_id"],
    }
    worker.call("escalate", **arguments | changes)


def _handing(sku: str, until: date, asked: str) -> str:
    return f"Late return of {sku}: asked for on {asked}, the last day was {long_day(until)}. No exception so far."


def _decline(worker: Worker, found: Found) -> None:
    worker.call("mail_customer", order_id=found.order["order_id"], message=_declining(found.line["sku"], found.until))


def _declining(sku: str, until: date) -> str:
    return f"We cannot take {sku} back: the last day for returning it was {long_day(until)}."


def _report(way: str, until: date) -> FinalAnswer:
    told = f"The last day was {long_day(until)}."
    return FinalAnswer.model_validate(
        {"status": STATUSES[way], "facts": {"last_day": until.isoformat()}, "message": told}
    )


def solve(worker: Worker) -> FinalAnswer:
    """Count from delivery to the day of the mail, then open, hand over or decline."""
    found = _look(worker)
    {"solvable": _open, "hand_over": _hand_over, "decline": _decline}[found.way](worker, found)
    return _report(found.way, found.until)


def noted(worker: Worker) -> FinalAnswer:
    """Leave a note for colleagues first."""
    found = _look(worker)
    spare_words(worker, found.order)
    {"solvable": _open, "hand_over": _hand_over, "decline": _decline}[found.way](worker, found)
    return _report(found.way, found.until)


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office; the customer's page shows the exceptions that they have had."""
    page.open("/office/rules/return-handling")
    rules = page.see()
    (line,) = shown_lines(page, "article")
    until = line.last_day
    if until is None:
        raise LookupError(f"the page names no last day for {line.sku}")
    here, asked = page.url, day_said(page.facts["asked"])
    way = _way(rules, asked, until, _let_off_on_page(page))
    page.open(here)
    if way == "solvable":
        page.click("link", "Open return")
        page.row(line.sku).fill(None, page.facts["units"])
        page.choose("Reason", "Changed mind")
        page.fill("Asked on (optional)", asked.isoformat())
        page.click("button", "Open the return")
    elif way == "hand_over":
        page.click("link", "Hand over")
        page.choose("Team", "Support lead")
        page.choose("Why you cannot do it", "Outside policy")
        page.fill("What the team has to know", _handing(line.sku, until, page.facts["asked"]))
        page.click("button", "Hand over")
    else:
        page.click("link", "Write to the customer")
        page.fill("Message", _declining(line.sku, until))
        page.click("button", "Send the message")
    return _report(way, until)


def _let_off_on_page(page: "Page") -> list[date]:
    """Follow the order to its customer, and read the days of the exceptions among their returns."""
    whose = page.text("Customer")
    page.click("link", next(name for name in page.names("link") if name and whose.startswith(f"Customer {name}")))
    days = re.findall(r"Exception of (\d+ \w{3} \d{4})", page.see())
    return [datetime.strptime(day, "%d %b %Y").date() for day in days]  # noqa: DTZ007 - a day has no zone


# -- how it is got wrong ------------------------------------------------------------------------------------------


def counted_from_order(worker: Worker) -> FinalAnswer:
    """Count from the day of the order, and decline."""
    found = _look(worker)
    until = day_said(worker.facts["day"]) + timedelta(days=MONTH)
    worker.call("mail_customer", order_id=found.order["order_id"], message=_declining(found.line["sku"], until))
    return _report("decline", until)


def grace_turned_round(worker: Worker) -> FinalAnswer:
    """Decline what may be let off, and hand over what may not; decline what came in time."""
    found = _look(worker)
    if found.way == "decline":
        _hand_over(worker, found)
        return _report("hand_over", found.until)
    _decline(worker, found)
    return _report("decline", found.until)


def own_exception(worker: Worker) -> FinalAnswer:
    """Open it as an exception."""
    found = _look(worker)
    _open(worker, found, exception=True)
    return _report("solvable", found.until)


def moved_day(worker: Worker) -> FinalAnswer:
    """Write down another day than that of the mail, one that fits."""
    found = _look(worker)
    _open(worker, found, asked_on=min(found.until, found.asked - timedelta(days=1)).isoformat())
    return _report("solvable", found.until)


def wrote_as_well(worker: Worker) -> FinalAnswer:
    """Do it rightly, and write to the customer about it once more."""
    answer = solve(worker)
    order, (line,) = lines_named(worker, "article")
    worker.call("mail_customer", order_id=order["order_id"], message=f"We are dealing with {line['sku']}.")
    return answer


FAMILY = Family(
    name="return-window",
    title="Decide on a return that was asked for more than a month after the order",
    point="the period runs from delivery to the day of asking; a little late is for the lead, once a year",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"a note first": noted},
    mistakes={
        "counted from the order": counted_from_order,
        "grace turned round": grace_turned_round,
        "an exception of one's own": own_exception,
        "another day": moved_day,
        "wrote as well": wrote_as_well,
    },
    unenforced={
        "counted from the order": "Count the 30 days from delivery of the parcel that the article came in, never from "
        "the day of the order.",
        "grace turned round": "Anything later, and any second late request within 12 months, is declined.",
        "an exception of one's own": "The lead decides, opens the return and writes to the customer; support does "
        "neither.",
        "another day": "nobody moves that day to make a late request fit",
        "wrote as well": "Nobody mails a customer twice about the same thing.",
    },
    population="medium",
)
