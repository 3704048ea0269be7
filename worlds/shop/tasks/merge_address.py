"""Put a second line onto an address that a colleague is changing at the same time.

What is typically got wrong: the colleague's change is overwritten with what was read before it, or given up for nothing
where both can stand; and where the two contradict each other, the own wish is put over theirs.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Happening, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import mentions
from worlds.graders.typed import enum, record
from worlds.shop.models import Escalation, SalesOrder, ShippingLabel, StaffUser, stand_in
from worlds.shop.rulings.merge_address import ruling
from worlds.shop.tasks.casework import contact, handed_over, orders_matching, spare_note
from worlds.shop.tasks.officework import find_orders

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, "hand_over")
LETTERS = "ABNPRSTV"
"""Houses of a wished line; those of colleagues' lines begin with others."""
COLLEAGUES = ("support_l1", "support_l2", "ops")
CONFLICT = 409

WORDINGS = (
    "{ticket}: the customer of {order} writes from their own address that the courier never finds the door. “{line}” "
    "has to stand on the second line of the shipping address, all else stays. Please see to it by the house rules, and "
    "report what stands there in the end (second_line).",
    "Could you complete the address of {order}? On the second line belongs “{line}”, as the account's holder has asked "
    "under {ticket}. Others are at the addresses today, too, so mind the rules. Tell me the second_line that the order "
    "has when you are through.",
    "For {order} the customer asked for “{line}” on the second line of the shipping address ({ticket}, sent from the "
    "order's own address). Nothing else is to change. Do what our page on addresses says; I need the second_line as it "
    "reads afterwards.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """An open order without a second line; `branch` says which way is right."""

    branch: str
    order_id: int
    number: str


def instance(draw: Draw) -> Instance:
    """A wish for a second line, and a colleague who works on the same address."""
    case = draw.pick(_cases, branch=draw.branch(BRANCHES))
    chance = draw.rng("line")
    line = f"Unit {chance.choice(LETTERS)}-{chance.randrange(100, 999)}"
    facts = {"order": case.number, "line": line, "ticket": f"CS-{draw.rng('ticket').randrange(10_000, 99_999)}"}
    target = {"sales_order": [case.order_id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"order {case.number} was taken for {case.branch}, but is {decision['branch']}")
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, "support_l2"),
        expectation=_expectation(draw, case, facts, decision),
        target=target,
        decision=decision,
        happenings=[_colleague(draw, case, decision)],
    )


def _cases(draw: Draw) -> list[Case]:
    """Open orders that nobody packs or looks at; the customer's newest ones are no more than half of them."""
    newest = set(draw.session.scalars(select(func.max(SalesOrder.id)).group_by(SalesOrder.email_norm)))
    kept: dict[bool, dict[str, list[Case]]] = {old: {branch: [] for branch in BRANCHES} for old in (False, True)}
    for order in draw.session.scalars(_OPEN):
        branch = SOLVABLE if order.ship_phone is None else "hand_over"
        kept[order.id not in newest][branch].append(Case(branch, order.id, order.number))
    cases = []
    for branch in BRANCHES:
        latest, others = kept[False][branch], kept[True][branch]
        random.Random(f"latest|{branch}").shuffle(latest)
        cases += [*others, *latest[: max(1, len(others))]]
    return cases


_OPEN = (
    select(SalesOrder)
    .where(
        SalesOrder.financial_status == "authorized",
        SalesOrder.fulfilment_status == "unfulfilled",
        SalesOrder.cancelled_at.is_(None),
        SalesOrder.ship_line2.is_(None),
        ~exists().where(ShippingLabel.order_id == SalesOrder.id),
        ~exists().where(Escalation.order_id == SalesOrder.id),
    )
    .order_by(SalesOrder.id)
)


def _colleague(draw: Draw, case: Case, decision: Decision) -> Happening:
    """A colleague's change of the same address, right after the agent has first looked at it."""
    actor = stand_in(draw.session, "support_l2")
    staff = select(StaffUser.name).where(StaffUser.active, StaffUser.role.in_(COLLEAGUES)).order_by(StaffUser.id)
    others = [name for name in draw.session.scalars(staff) if name != actor.name]
    given = {"line2": decision["theirs"]} if decision["theirs"] else {"phone": decision["phone"]}
    return Happening(
        name=draw.rng("colleague").choice(others),
        operation="colleague_amends_address",
        arguments={"order_id": case.order_id, **given},
        after="get_order",
        given={"order_id": case.order_id},
    )


def _expectation(draw: Draw, case: Case, facts: dict[str, str], decision: Decision) -> Expectation:
    told, line = contact(draw.session, case.order_id), facts["line"]
    stands = {"second_line": enum(decision["stands"], {decision["stands"]: decision["stands"]})}
    spare = [spare_note(case.order_id, told.never)]
    if decision["branch"] != SOLVABLE:
        lines = [record(_unit(one)) for one in (line, decision["theirs"])]
        passed_on = handed_over(case.order_id, "support_lead", "other", *lines, told=told)
        answer = Answer(("waiting", "not_done"), stands)
        return Expectation(any_of=[Bundle(required=[passed_on], allowed=spare)], answer=answer)
    changed = Effect(
        "second-line",
        "sales_order",
        "update",
        where={"id": case.order_id},
        set={"ship_line2": line},
        words=f"{line} stands on the second line of {case.number}, and all else as others have it",
    )
    mailed = Effect(
        "mail",
        "outbox_email",
        "insert",
        where={"order_id": case.order_id, "kind": "address_changed"},
        set={"to_address": told.email, "body": mentions(record(_unit(line)), record(case.number))},
        words="The customer was told once, of the new address",
    )
    return Expectation(any_of=[Bundle(required=[changed, mailed], allowed=spare)], answer=Answer("done", stands))


def _unit(line: str) -> str:
    return line.removeprefix("Unit ")


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    number = worker.facts["order"]
    return next(one for one in orders_matching(worker, number) if one["number"] == number)


def _again(worker: Worker, order: dict[str, Any]) -> dict[str, Any]:
    now: dict[str, Any] = worker.call("get_order", order_id=order["order_id"])
    return now


def _change(worker: Worker, order: dict[str, Any], **more: Any) -> FinalAnswer:
    """The address as this order shows it, with the wished line."""
    line = worker.facts["line"]
    address = {**order["shipping_address"], "line2": line}
    worker.call("edit_shipping_address", order_id=order["order_id"], address=address, **more)
    return FinalAnswer(status="done", facts={"second_line": line}, message=f"{line} stands on the address now.")


def _words(facts: Any, theirs: str) -> str:
    return (
        f"{facts['ticket']}: the customer asked for {facts['line']} on the second line, but a colleague has put "
        f"{theirs} there meanwhile. Nothing was changed; please decide which of the two holds."
    )


def _hand_over(worker: Worker, order: dict[str, Any], message: str = "") -> FinalAnswer:
    theirs = order["shipping_address"]["line2"] or "nothing"
    said = message or _words(worker.facts, theirs)
    worker.call("escalate", team="support_lead", reason="other", message=said, order_id=order["order_id"])
    return _waiting(theirs)


def _waiting(theirs: str) -> FinalAnswer:
    return FinalAnswer(
        status="waiting",
        reasons=["other"],
        facts={"second_line": theirs},
        message=f"A colleague has put {theirs} there meanwhile; the support lead decides, nothing was changed.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """Change what was read, if it is still so; else look again, and merge or hand over."""
    order = _find(worker)
    try:
        return _change(worker, order, if_version=order["version"])
    except Refused as refused:
        if refused.status != CONFLICT:
            raise
    now = _again(worker, order)
    if now["shipping_address"]["line2"]:
        return _hand_over(worker, now)
    return _change(worker, now, if_version=now["version"])


def looking_twice(worker: Worker) -> FinalAnswer:
    """Leave a note on the order first, look again, and change it only then."""
    order = _find(worker)
    text = "The customer asked for a second line on the address."
    worker.call("add_order_note", order_id=order["order_id"], text=text)
    now = _again(worker, order)
    if now["shipping_address"]["line2"]:
        return _hand_over(worker, now)
    return _change(worker, now, if_version=now["version"])


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office: what the form has not seen, it does not overwrite."""
    number, line = page.facts["order"], page.facts["line"]
    next(find_orders(page, number))
    here = page.url
    for _ in range(3):
        page.open(here)
        page.click("link", "Edit address")
        theirs = page.value("Apartment or floor (optional)")
        if theirs:
            break
        page.fill("Apartment or floor (optional)", line)
        page.click("button", "Save the address")
        if "Save the address" not in page.names("button"):
            return FinalAnswer(status="done", facts={"second_line": line})
    page.open(here)
    page.click("link", "Hand over")
    page.choose("Team", "Support lead")
    page.choose("Why you cannot do it", "Other")
    page.fill("What the team has to know", _words(page.facts, theirs))
    page.click("button", "Hand over")
    return _waiting(theirs)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def blindly(worker: Worker) -> FinalAnswer:
    """Send what was read first, whatever it has become."""
    return _change(worker, _find(worker))


def old_over_new(worker: Worker) -> FinalAnswer:
    """Look for the version alone, and send the old address with it."""
    order = _find(worker)
    return _change(worker, order, if_version=_again(worker, order)["version"])


def other_way_round(worker: Worker) -> FinalAnswer:
    """Put the wish over a colleague's line; hand over what can stand beside theirs."""
    now = _again(worker, _find(worker))
    return _change(worker, now) if now["shipping_address"]["line2"] else _hand_over(worker, now)


def both(worker: Worker) -> FinalAnswer:
    """Change it and hand it over, to be safe."""
    now = _again(worker, _find(worker))
    _change(worker, now)
    return _hand_over(worker, now)


def half_told(worker: Worker) -> FinalAnswer:
    """Tell the customer nothing, or the support lead one of the two lines."""
    now = _again(worker, _find(worker))
    if now["shipping_address"]["line2"]:
        said = f"{worker.facts['ticket']}: the customer wants {worker.facts['line']} on the address; somebody is at it."
        return _hand_over(worker, now, said)
    return _change(worker, now, notify=False)


def _elsewhere(act: Callable[[Worker, dict[str, Any]], FinalAnswer]) -> Callable[[Worker], FinalAnswer]:
    def mistake(worker: Worker) -> FinalAnswer:
        number = worker.facts["order"]
        rows = worker.call("list_orders", fulfilment_status="unfulfilled", cancelled=False, page_size=20)["items"]
        for row in rows:
            other = worker.call("get_order", order_id=row["order_id"])
            if row["number"] != number and not other["labels"]:
                return act(worker, other)
        raise LookupError("no other order is open")

    return mistake


FAMILY = Family(
    name="merge-address",
    title="Put a second line onto an address that a colleague is changing",
    point="what a colleague changes meanwhile stays: beside the own change where both fit, instead of it where not",
    role="support_l2",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"looking twice, with a note": looking_twice},
    mistakes={
        "overwritten blindly": blindly,
        "the old address with the new version": old_over_new,
        "the other way round": other_way_round,
        "both ways": both,
        "half told": half_told,
        "another order": _elsewhere(_change),
    },
    unenforced={
        "overwritten blindly": "What a colleague has changed beside your change stays: look again, keep it, and make "
        "your change on top of it.",
        "the other way round": "theirs stays, whoever asked you: they may have it from the customer since.",
        "both ways": "Do not also make half of the change yourself.",
        "half told": "and give both lines",
    },
)
