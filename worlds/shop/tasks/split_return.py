"""A customer wants to send back two articles of an order; what was sold as final sale stays with them.

What is typically got wrong: the whole wish declined for the sake of one article, the customer left without a word on
what stays, a reason that is not the customer's.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

from worlds.engine.task import Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import mentions, ref
from worlds.graders.typed import enum, quantity, record
from worlds.shop.models import stand_in
from worlds.shop.rulings.sending_back import last_days, store_day
from worlds.shop.rulings.split_return import rule
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

ROLE = "support_l1"
RULES = {"final_sale": "final sale"}
RECENTLY = timedelta(days=60)
"""Orders of longer ago need not be looked at: no return period is open so long after."""
PERIOD = timedelta(days=30)
PILE = range(1, 7)
"""Days that a mail may have waited when somebody gets to it."""
A_FEW = 3
"""So many pairs are taken of an order at most, lest one with many lines stand out."""

CHANGED = (
    "I have changed my mind about them",
    "I simply do not need them any more",
    "we bought far too much that week",
    "somebody gave me the same things for my birthday",
)
LOOKS = (
    "they look quite different from the pictures on your website",
    "the colours have little to do with the photographs",
)

WORDINGS = (
    "{email} wrote on {asked}: “I would like to send back {first_units} × {first} and {second_units} × {second} from "
    "my order of {day}; {why}.” Nothing of it is damaged. Deal with it by the house rules. I need to know how many "
    "units come back (units_back) and how many stay with the customer (units_kept). Report done if all of it may come "
    "back, partly if some of it, not_done if nothing.",
    "Still unanswered, a mail of {asked} from {email}: order of {day}, wants to return {first_units} × {first} and "
    "{second_units} × {second}. Reason in their words: “{why}”. Goods are fine and unused. Please do whatever our "
    "rules ask for and tell me units_back and units_kept. Status: done, partly or not_done, as far as the goods come "
    "back.",
    "Can you take this one? A customer, {email}, asked on {asked} whether {first_units} × {first} and {second_units} × "
    "{second} (ordered on {day}, all in perfect order) can go back: “{why}”. See to it. Then two numbers, please: "
    "units_back and units_kept. Answer done when everything comes back, partly when a part does, not_done when "
    "nothing does.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """Two lines of an order, at least one of them no final sale, how many of each, why, and when the customer asked."""

    first: Kept
    second: Kept
    units: tuple[int, int]
    why: str
    asked: date


def instance(draw: Draw) -> Instance:
    """Two articles of an order, how many of each, and why, in the customer's words."""
    case = draw.pick(_cases)
    lines = (case.first, case.second)
    units = {line.line_id: count for line, count in zip(lines, case.units, strict=True)}
    facts = {
        "email": case.first.email,
        "day": case.first.day,
        "first": case.first.article,
        "first_units": str(units[case.first.line_id]),
        "second": case.second.article,
        "second_units": str(units[case.second.line_id]),
        "why": case.why,
        "asked": long_day(case.asked),
    }
    target = {"sales_order": [case.first.order_id], "order_line": [line.line_id for line in lines]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(case, decision, units, contact(draw.session, case.first.order_id)),
        target=target,
        decision=decision,
    )


def _expectation(case: Case, decision: Mapping[str, Any], units: Mapping[int, int], told: Contact) -> Expectation:
    order_id, skus = case.first.order_id, {line.line_id: line.sku for line in (case.first, case.second)}
    accepted, refused = decision["accepted"], decision["refused"]
    required = opened(order_id, told, ROLE, decision)
    required += [
        Effect(
            f"line-{line}",
            "return_line",
            "insert",
            where={"order_line_id": line, "return_id": ref("return")},
            set={"quantity": units[line], "received": 0, "damaged": 0},
            words=f"It covers {units[line]} of {skus[line]}",
        )
        for line in accepted
    ]
    if refused:
        never = (*told.never, *(record(skus[line]) for line in accepted))
        body = mentions(*(record(skus[line]) for line in refused), enum("final_sale", RULES), must_not=never)
        stays = " and ".join(skus[line] for line in refused)
        required.append(message(order_id, told, body, f"The customer was told once that {stays} stays as final sale"))
    slots = {
        "units_back": quantity(sum(units[line] for line in accepted)),
        "units_kept": quantity(sum(units[line] for line in refused)),
    }
    status = "partly" if refused else "done"
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(order_id, told.never)])], answer=Answer(status, slots)
    )


def _cases(draw: Draw) -> list[Case]:
    """Pairs of lines in time on the day of asking: most with one article of final sale, some with none.

    No two of them differ in words alone: each has its own pair, day or reason.
    """
    today = store_day(draw.now)
    recent = [line for line in kept_lines(draw.session, draw.now - RECENTLY) if not line.stands_out]
    until = last_days(draw.session, [line.line_id for line in recent])
    by_order: dict[int, list[Kept]] = {}
    for line in recent:
        by_order.setdefault(line.order_id, []).append(line)
    found: dict[int, list[Case]] = {0: [], 1: [], 2: []}
    for order_id, lines in sorted(by_order.items()):
        pairs = list(combinations(lines, 2))
        random.Random(f"pairs of {order_id}").shuffle(pairs)
        for first, second in pairs[:A_FEW]:
            for asked in (today - timedelta(days=waited) for waited in PILE):
                days = [until[line.line_id] for line in (first, second)]
                if all(day - PERIOD < asked <= day for day in days):
                    found[first.final_sale + second.final_sale] += _wishes(first, second, asked)
    return [*found[1], *random.Random("whole").sample(found[0], min(len(found[0]), len(found[1]) // 3))]


def _wishes(first: Kept, second: Kept, asked: date) -> Iterator[Case]:
    """One for each reason, with a number of units, an order of naming and words of chance."""
    for reasons in (CHANGED, LOOKS):
        chance = random.Random(f"wish for {first.line_id} and {second.line_id} on {asked}: {reasons[0]}")
        one, other = chance.sample((first, second), 2)
        units = (chance.randint(1, one.quantity), chance.randint(1, other.quantity))
        yield Case(one, other, units, chance.choice(reasons), asked)


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """The customer's wish as the order answers it: (line, units) that may come back, and those that stay."""

    order: dict[str, Any]
    back: list[tuple[dict[str, Any], int]]
    kept: list[tuple[dict[str, Any], int]]


def _read(worker: Worker) -> Wish:
    """Read the rules, find the order, and see which of its lines are final sale."""
    worker.call("get_policy", slug="return-handling")
    worker.call("get_policy", slug="notes-and-mails")
    order, lines = lines_named(worker, "first", "second")
    asked = list(zip(lines, (int(worker.facts["first_units"]), int(worker.facts["second_units"])), strict=True))
    back = [(line, units) for line, units in asked if not line["final_sale"]]
    return Wish(order, back, [(line, units) for line, units in asked if line["final_sale"]])


def _reason(why: str) -> str:
    return "not_as_described" if "pictures" in why or "photographs" in why else "changed_mind"


def _open(worker: Worker, wish: Wish, **changes: Any) -> None:
    arguments = {
        "order_id": wish.order["order_id"],
        "lines": [{"line_id": line["line_id"], "quantity": units} for line, units in wish.back],
        "reason": _reason(worker.facts["why"]),
        "asked_on": day_said(worker.facts["asked"]).isoformat(),
    }
    worker.call("open_return", **arguments | changes)


def _write(worker: Worker, wish: Wish, words: str) -> None:
    worker.call("mail_customer", order_id=wish.order["order_id"], message=words)


def _tell(worker: Worker, wish: Wish) -> None:
    if wish.kept:
        _write(worker, wish, _words(line["sku"] for line, _ in wish.kept))


def _words(skus: Iterable[str]) -> str:
    return f"We cannot take back {' and '.join(skus)}: it was sold as final sale. It stays with you."


def _report(wish: Wish) -> FinalAnswer:
    return _answer(sum(units for _, units in wish.back), sum(units for _, units in wish.kept))


def _answer(back: int, kept: int) -> FinalAnswer:
    facts = {"units_back": str(back), "units_kept": str(kept)}
    said = f"{back} units come back, {kept} stay with the customer."
    return FinalAnswer(status="partly" if kept else "done", facts=facts, message=said)


def solve(worker: Worker) -> FinalAnswer:
    """Open a return for what may come back, then tell the customer what may not."""
    wish = _read(worker)
    _open(worker, wish)
    _tell(worker, wish)
    return _report(wish)


def told_first(worker: Worker) -> FinalAnswer:
    """Tell the customer what stays before anything is opened."""
    wish = _read(worker)
    _tell(worker, wish)
    _open(worker, wish)
    return _report(wish)


def noted(worker: Worker) -> FinalAnswer:
    """Leave a note for colleagues, too."""
    wish = _read(worker)
    spare_words(worker, wish.order)
    _open(worker, wish)
    _tell(worker, wish)
    return _report(wish)


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    lines = shown_lines(page, "first", "second")
    here = page.url
    asked = list(zip(lines, (page.facts["first_units"], page.facts["second_units"]), strict=True))
    back = [(line.sku, units) for line, units in asked if not line.final_sale]
    kept = [(line.sku, units) for line, units in asked if line.final_sale]
    page.open(f"{here}/return")
    for sku, units in back:
        page.row(sku).fill(None, units)
    page.choose("Reason", _reason(page.facts["why"]).replace("_", " ").capitalize())
    page.fill("Asked on (optional)", day_said(page.facts["asked"]).isoformat())
    page.click("button", "Open the return")
    if kept:
        page.open(here)
        page.click("link", "Write to the customer")
        page.fill("Message", _words(sku for sku, _ in kept))
        page.click("button", "Send the message")
    return _answer(sum(int(units) for _, units in back), sum(int(units) for _, units in kept))


# -- how it is got wrong ------------------------------------------------------------------------------------------


def declined_whole(worker: Worker) -> FinalAnswer:
    """Open nothing, and call both final sale."""
    wish = _read(worker)
    _write(worker, wish, _words(line["sku"] for line, _ in (*wish.back, *wish.kept)))
    return _report(wish)


def nobody_told(worker: Worker) -> FinalAnswer:
    """Open what may come back and say nothing of the rest; where there is none, nothing at all."""
    wish = _read(worker)
    _open(worker, wish, notify=bool(wish.kept))
    return _report(wish)


def told_twice(worker: Worker) -> FinalAnswer:
    """Write to the customer about what comes back, too."""
    wish = _read(worker)
    _open(worker, wish)
    _tell(worker, wish)
    _write(worker, wish, f"{wish.back[0][0]['sku']} may come back.")
    return _report(wish)


def reason_for_form(worker: Worker) -> FinalAnswer:
    """Put down a reason that the customer did not give."""
    wish = _read(worker)
    _open(worker, wish, reason="other")
    _tell(worker, wish)
    return _report(wish)


def day_of_work(worker: Worker) -> FinalAnswer:
    """Open it with another day than that of the mail."""
    wish = _read(worker)
    asked = day_said(worker.facts["asked"]) - timedelta(days=1)
    _open(worker, wish, asked_on=asked.isoformat())
    _tell(worker, wish)
    return _report(wish)


def handed_over(worker: Worker) -> FinalAnswer:
    """Let the lead decide what the rules decide."""
    wish = _read(worker)
    text = f"The customer of {wish.order['number']} wants to send two articles back."
    worker.call("escalate", team="support_lead", reason="outside_policy", message=text, order_id=wish.order["order_id"])
    return FinalAnswer(status="waiting", reasons=["outside_policy"], message="Handed over.")


def miscounted(worker: Worker) -> FinalAnswer:
    """Do it rightly, and report everything as coming back, or nothing where everything does."""
    wish = _read(worker)
    _open(worker, wish)
    _tell(worker, wish)
    total = sum(units for _, units in (*wish.back, *wish.kept))
    return _answer(total, 0) if wish.kept else _answer(0, total)


FAMILY = Family(
    name="split-return",
    title="Take back what may come back of two articles",
    point="final sale stays with the customer, who is told what and why; the rest is not declined for its sake",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"the customer told first": told_first, "a note first": noted},
    mistakes={
        "declined as a whole": declined_whole,
        "nobody told": nobody_told,
        "told twice": told_twice,
        "a reason for the form": reason_for_form,
        "another day": day_of_work,
        "handed over": handed_over,
        "miscounted": miscounted,
    },
    unenforced={
        "declined as a whole": "A request for several articles of which only some may come back is not declined as a "
        "whole.",
        "nobody told": "tell the customer which ones may not, and why",
        "told twice": "Articles that come back are not announced a second time.",
        "another day": "we open it with the day on which the customer asked",
        "a reason for the form": "Take the reason from what the customer wrote.",
    },
    population="medium",
)
