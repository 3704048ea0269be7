"""Lower the price of one of several articles that look alike.

What is typically got wrong: the look-alike, one variant of several, the price before and the final sale mark that the
page on prices asks for, and a price so low that finance has to approve it first.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import select

from worlds.engine.fields import format_money, parse_money
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import any_value, mentions
from worlds.graders.typed import money
from worlds.shop.models import Product, Variant, stand_in
from worlds.shop.rulings.reprice_product import ruling
from worlds.shop.tasks.officework import money_in
from worlds.shop.tasks.twins import BRANCHES, Reprice, reprices

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

WORDINGS = (
    "Spring sale list: “{title}” by {maker} is to cost {price} EUR without tax. Please see to it, and send me what it "
    "cost before (price_before) and what it costs now (price_now).",
    "Could you take the next line of my list? {maker}, “{title}”, exactly as it is spelt here: wished price {price} "
    "EUR without tax. By the house rules, please. I need price_before and price_now for the minutes.",
    "A competitor sells the same thing for less, so we want {price} EUR (without tax) for “{title}” of {maker}. Mind "
    "that there are articles with nearly the same name. Report price_before and price_now, as the system has them.",
    "From the buying meeting: “{title}” ({maker}), {price} EUR net. Handle it, then tell me the price that stood there "
    "(price_before) and the one that stands there when you are through (price_now).",
)


def instance(draw: Draw) -> Instance:
    """A wished price for an article with a look-alike; whether it is too close to its cost is what decides."""
    case = draw.pick(_wishes, branch=draw.branch(BRANCHES))
    facts = {"title": case.title, "maker": case.maker, "price": format_money(case.price)}
    target = {"product": [case.product_id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, "merch"),
        expectation=_expectation(draw, case, decision),
        target=target,
        decision=decision,
    )


def _wishes(draw: Draw) -> list[Reprice]:
    return reprices(draw.session)


def _expectation(draw: Draw, case: Reprice, decision: Decision) -> Expectation:
    slots = {"price_before": money(decision["before"], "EUR"), "price_now": money(decision["price"], "EUR")}
    if decision["branch"] != SOLVABLE:
        return Expectation(
            any_of=[Bundle(required=[_handed_over(case, decision)])],
            answer=Answer(("waiting", "not_done"), slots),
        )
    return Expectation(any_of=[Bundle(required=list(_priced(draw, case, decision)))], answer=Answer("done", slots))


def _handed_over(case: Reprice, decision: Decision) -> Effect:
    asked, cost = decision["asked"], decision["cost"]
    return Effect(
        "hand-over",
        "escalation",
        "insert",
        where={"product_id": case.product_id, "team": "finance"},
        set={
            "reason": "approval_needed",
            "variant_id": None,
            "order_id": None,
            "customer_id": None,
            "author_role": "merch",
            "message": mentions(money(asked, "EUR"), money(cost, "EUR")),
        },
        words=f"Finance was asked to approve {format_money(asked)} EUR at a cost of {format_money(cost)} EUR",
    )


def _priced(draw: Draw, case: Reprice, decision: Decision) -> Iterator[Effect]:
    variants = select(Variant).where(Variant.product_id == case.product_id, Variant.active).order_by(Variant.id)
    for variant in draw.session.scalars(variants):
        after = {"price": decision["price"], "compare_at": decision["compare_at"]}
        shown = variant.compare_at != decision["compare_at"]
        yield Effect(
            f"variant-{variant.id}",
            "variant",
            "update",
            where={"id": variant.id},
            set=after if shown else {"price": decision["price"]},
            words=f"{variant.sku} costs {format_money(decision['price'])} and shows the price before",
        )
    if decision["final_sale"] != draw.session.get_one(Product, case.product_id).final_sale:
        yield Effect(
            "mark",
            "product",
            "update",
            where={"id": case.product_id},
            set={"final_sale": any_value("a mark that is off can only be turned on")},
            words=f"“{case.title}” is marked as final sale",
        )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of the page on prices, in percent: of the cost, and of the price until now."""

    above_cost: int
    approved: int
    marked: int

    def need_approval(self, price: int, before: int, cost: int) -> bool:
        """Whether finance has to approve a price; all in cents."""
        return price * 100 < cost * (100 + self.above_cost) or (before - price) * 100 > before * self.approved

    def mark(self, price: int, before: int) -> bool:
        """Whether the article becomes final sale."""
        return (before - price) * 100 >= before * self.marked


def read_rules(page: str) -> Rules:
    """The numbers that the page on prices says."""
    numbers = []
    for words in (
        r"below the cost plus (\d+)",
        r"reduction of more than (\d+) percent, is for",
        r"(\d+) percent or more",
    ):
        said = re.search(words, " ".join(page.replace("*", "").split()))
        if said is None:
            raise LookupError(f"the page on prices does not say {words}")
        numbers.append(int(said[1]))
    return Rules(*numbers)


def _rules(worker: Worker) -> Rules:
    return read_rules(worker.call("get_policy", slug="pricing")["text"])


def _alike(worker: Worker) -> list[dict[str, Any]]:
    """Every product on sale, with the one that the request names first."""
    rows = list(every_row(worker, "list_products", status="active"))
    meant = [row for row in rows if row["title"] == worker.facts["title"] and row["vendor"] == worker.facts["maker"]]
    if len(meant) != 1:
        raise LookupError(f"{len(meant)} products are called {worker.facts['title']}")
    return [*meant, *(row for row in rows if row["product_id"] != meant[0]["product_id"])]


def _meant(worker: Worker) -> dict[str, Any]:
    """The product that the request names, as the back office keeps it."""
    found = worker.call("list_products", query=worker.facts["title"], page_size=100)["items"]
    meant = next(row for row in found if row["title"] == worker.facts["title"])
    kept: dict[str, Any] = worker.call("get_product_record", product_id=meant["product_id"])
    return kept


def _shelf(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [variant for variant in record["variants"] if variant["active"]]


def _needs_approval(worker: Worker, rules: Rules, record: dict[str, Any]) -> bool:
    one = _shelf(record)[0]
    asked = parse_money(worker.facts["price"])
    return rules.need_approval(asked, parse_money(one["price"]), parse_money(one["cost"]))


def _marked(worker: Worker, rules: Rules, record: dict[str, Any]) -> bool:
    return rules.mark(parse_money(worker.facts["price"]), parse_money(_shelf(record)[0]["price"]))


def _hand_over(worker: Worker, record: dict[str, Any]) -> FinalAnswer:
    one = _shelf(record)[0]
    worker.call(
        "escalate",
        team="finance",
        reason="approval_needed",
        message=f"{record['title']} is wished for {worker.facts['price']} EUR net; it costs us {one['cost']} EUR.",
        product_id=record["product_id"],
    )
    return FinalAnswer(
        status="waiting",
        reasons=["approval_needed"],
        facts={"price_before": f"{one['price']} EUR", "price_now": f"{one['price']} EUR"},
        message="Finance has to approve this price; nothing was changed.",
    )


def _price(worker: Worker, record: dict[str, Any], **changes: Any) -> FinalAnswer:
    before, price = _shelf(record)[0]["price"], worker.facts["price"]
    arguments = {"product_id": record["product_id"], "price": price, "compare_at": before} | changes
    worker.call("price_product", **arguments)
    return _report(worker, record)


def _report(worker: Worker, record: dict[str, Any]) -> FinalAnswer:
    before = _shelf(record)[0]["price"]
    return FinalAnswer(
        status="done",
        facts={"price_before": f"{before} EUR", "price_now": f"{worker.facts['price']} EUR"},
        message=f"{record['title']} costs {worker.facts['price']} now.",
    )


def _mark(worker: Worker, record: dict[str, Any], *, final_sale: bool = True) -> None:
    worker.call("update_product", product_id=record["product_id"], final_sale=final_sale)


def solve(worker: Worker) -> FinalAnswer:
    """Find the one that is named, look what it costs the shop, then price and mark it or ask finance."""
    rules, record = _rules(worker), _meant(worker)
    if _needs_approval(worker, rules, record):
        return _hand_over(worker, record)
    answer = _price(worker, record)
    if _marked(worker, rules, record):
        _mark(worker, record)
    return answer


def variant_by_variant(worker: Worker) -> FinalAnswer:
    """Mark first, then price each variant for itself; found in the whole list."""
    rules = _rules(worker)
    record = worker.call("get_product_record", product_id=_alike(worker)[0]["product_id"])
    if _needs_approval(worker, rules, record):
        return _hand_over(worker, record)
    if _marked(worker, rules, record):
        _mark(worker, record)
    for variant in _shelf(record):
        worker.call(
            "update_variant",
            variant_id=variant["variant_id"],
            price=worker.facts["price"],
            compare_at=variant["price"],
        )
    return _report(worker, record)


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    facts = page.facts
    page.open("/office/rules/pricing")
    rules = read_rules(page.text("Prices and articles"))
    page.open(f"/office/products?{urlencode({'query': facts['title'], 'page_size': 100})}")
    page.click("link", facts["title"])
    cells = page.rows()[0].cells
    before, cost = money_in(cells["Price without tax"]), money_in(cells["Cost"])
    asked = parse_money(facts["price"])
    if rules.need_approval(asked, parse_money(before), parse_money(cost)):
        page.click("link", "Hand over")
        page.choose("Team", "Finance")
        page.choose("Why you cannot do it", "Approval needed")
        page.fill("What the team has to know", f"Wished price {facts['price']} EUR; it costs us {cost} EUR.")
        page.click("button", "Hand over")
        answer = {"price_before": f"{before} EUR", "price_now": f"{before} EUR"}
        return FinalAnswer(status="waiting", reasons=["approval_needed"], facts=answer)
    page.click("link", "Set the price")
    page.fill("Price without tax", facts["price"])
    page.fill("Price before (optional)", before)
    page.click("button", "Set the price")
    if rules.mark(asked, parse_money(before)):
        page.click("link", "Edit words and marks")
        page.check("Final sale")
        page.click("button", "Save product")
    now = money_in(page.rows()[0].cells["Price without tax"])
    return FinalAnswer(status="done", facts={"price_before": f"{before} EUR", "price_now": f"{now} EUR"})


# -- how it is got wrong ------------------------------------------------------------------------------------------


def wrong_way_round(worker: Worker) -> FinalAnswer:
    """Set what needs approval, or hand over what does not."""
    rules, record = _rules(worker), _meant(worker)
    if not _needs_approval(worker, rules, record):
        return _hand_over(worker, record)
    if _marked(worker, rules, record):
        _mark(worker, record)
    return _price(worker, record)


def _twin(worker: Worker) -> dict[str, Any]:
    """The product whose title shares most with the one that is named, dearer than the wished price."""
    meant, *others = _alike(worker)
    words, wished = set(meant["title"].split()), parse_money(worker.facts["price"])
    dearer = [row for row in others if parse_money(row["price_from"]) > wished]
    nearest = max(dearer, key=lambda row: len(words & set(row["title"].split())))
    twin: dict[str, Any] = worker.call("get_product_record", product_id=nearest["product_id"])
    return twin


def look_alike(worker: Worker) -> FinalAnswer:
    """Price the article beside it."""
    return _price(worker, _twin(worker))


def both(worker: Worker) -> FinalAnswer:
    """Price both, to be safe."""
    _price(worker, _twin(worker))
    return solve(worker)


def one_variant(worker: Worker) -> FinalAnswer:
    """Price the first variant alone."""
    record = _meant(worker)
    first = _shelf(record)[0]
    worker.call(
        "update_variant", variant_id=first["variant_id"], price=worker.facts["price"], compare_at=first["price"]
    )
    return _report(worker, record)


def _without(**changes: Any) -> Callable[[Worker], FinalAnswer]:
    def mistake(worker: Worker) -> FinalAnswer:
        rules, record = _rules(worker), _meant(worker)
        if _marked(worker, rules, record):
            _mark(worker, record)
        return _price(worker, record, **changes)

    return mistake


def wrong_mark(worker: Worker) -> FinalAnswer:
    """Mark what is reduced by little, and leave unmarked what is reduced by much."""
    rules, record = _rules(worker), _meant(worker)
    if not _marked(worker, rules, record):
        _mark(worker, record)
    return _price(worker, record)


FAMILY = Family(
    name="reprice-product",
    title="Lower the price of one of several articles that look alike",
    point="which of the look-alikes is meant, and the four rules on reductions that only the policy page holds",
    role="merch",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=ruling,
    alternatives={"variant by variant": variant_by_variant},
    mistakes={
        "approval the wrong way round": wrong_way_round,
        "the look-alike": look_alike,
        "both": both,
        "one variant only": one_variant,
        "without the price before": _without(compare_at=None, drop_compare_at=True),
        "the mark the wrong way round": wrong_mark,
    },
    unenforced={
        "approval the wrong way round": "A price below the cost plus 30 percent",
        "one variant only": "A new price holds for every variant of the article that is on the shelf",
        "without the price before": "A reduction of more than 10 percent shows the price before",
        "the mark the wrong way round": "An article reduced by 35 percent or more is marked as final sale",
    },
    population="medium",
)
