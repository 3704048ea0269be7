"""A customer buys two articles with whichever of her codes together make it cheapest.

What is typically got wrong: the first code that works, two codes that exclude each other, the wrong variant or address,
a dearer way of shipping than the one that was asked for.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from worlds.engine.context import Actor
from worlds.engine.fields import format_money
from worlds.engine.task import Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer, FromRow
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import any_value, one_of, ref
from worlds.graders.typed import money
from worlds.shop.rulings.buy_with_code import rule
from worlds.shop.tasks import buying, storefront
from worlds.shop.tasks.baskets import Article, Basket, Buyer, basket, buyers

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

WORDINGS = (
    "I need {first_units} × {first} and {second_units} × {second}, by standard delivery to {street}. I have collected "
    "a few "
    "codes: {codes}. Use whichever of them together make it cheapest, and don't spend more than {budget} EUR with "
    "shipping "
    "and tax. Pay with my usual card. What is the order number (order), and the total (total)?",
    "Please order for me: {first_units} of {first}, {second_units} of {second}. Standard delivery, to {street}. These "
    "codes "
    "should still work: {codes} – not all of them together, I suppose, so pick what saves most. Limit is {budget} EUR "
    "all in. "
    "Tell me the order number (order) and the total (total) afterwards.",
    "Shopping for the weekend! {first_units} × {first} plus {second_units} × {second}. Send it to {street} (standard "
    "is fine), "
    "take my usual card. Codes I found: {codes}. I want the lowest price that they legally give, it must stay within "
    "{budget} EUR. Answer with the number of the order (order) and the total (total).",
)


def instance(draw: Draw) -> Instance:
    """A customer with an address and a card, two articles in stock and three codes."""
    buyer = draw.pick(buyers)
    wish = basket(draw, draw.rng("basket"), buyer)
    facts = {
        "first": wish.articles[0].said,
        "second": wish.articles[1].said,
        "first_units": str(wish.units[0]),
        "second_units": str(wish.units[1]),
        "street": buyer.street,
        "codes": ", ".join(wish.codes),
    }
    target = {"customer": [buyer.customer_id], "variant": [article.variant_id for article in wish.articles]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    facts["budget"] = format_money(-(-decision["total"] // 500) * 500)
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=Actor("customer", buyer.customer_id, buyer.name),
        expectation=_expectation(wish, decision, buyer),
        target=target,
        decision=decision,
    )


def _expectation(wish: Basket, decision: Mapping[str, Any], buyer: Buyer) -> Expectation:
    total = decision["total"]
    of_order = {"order_id": ref("order")}
    required = [
        Effect(
            "order",
            "sales_order",
            "insert",
            where={"customer_id": buyer.customer_id},
            set={
                "total": total,
                "shipping_method": "standard",
                "email": buyer.email,
                "source": "web",
                "customer_note": None,
                **{f"ship_{part}": value for part, value in buyer.address},
            },
            bind="order",
            words=f"One order of {format_money(total)} EUR by standard delivery to {buyer.street}, nothing noted",
        ),
        Effect(
            "payment",
            "payment",
            "insert",
            where=of_order,
            set={"amount": total, "brand": buyer.brand, "last4": buyer.last4, "status": "authorized"},
            bind="payment",
            words="The total is reserved on the usual card",
        ),
        Effect(
            "gateway",
            "payment_event",
            "insert",
            where={**of_order, "kind": "authorization"},
            set={"payment_id": ref("payment"), "amount": total},
            words="The bank was asked once",
        ),
        Effect(
            "mail",
            "outbox_email",
            "insert",
            where={**of_order, "kind": "order_confirmation"},
            set={"to_address": buyer.email},
            words="The order was confirmed once",
        ),
    ]
    allowed = [
        Effect(
            "codes", "discount_allocation", "insert", of_order, {"code": one_of(*wish.codes)}, (0, 12),
            words="What the codes took off",
        )
    ]  # fmt: skip
    for article, units in zip(wish.articles, wish.units, strict=True):
        required += _goods(article, units)
        allowed.append(
            Effect(
                f"waiting-{article.variant_id}",
                "allocation",
                "insert",
                where={"variant_id": article.variant_id},
                count=(0, 3),
                words="Units wait at a place of the shop's choice",
            )
        )
    return Expectation(
        any_of=[Bundle(required=required, allowed=allowed)],
        answer=Answer(
            "done",
            {"order": FromRow("record", "order", "number", {"prefix": "LK-"}), "total": money(total, "EUR")},
        ),
    )


def _goods(article: Article, units: int) -> list[Effect]:
    where = any_value("which place the units come from is the shop's choice")
    return [
        Effect(
            f"line-{article.variant_id}",
            "order_line",
            "insert",
            where={"variant_id": article.variant_id, "order_id": ref("order")},
            set={"quantity": units},
            words=f"{units} × {article.said}",
        ),
        Effect(
            f"stock-{article.variant_id}",
            "inventory_level",
            "update",
            where={"variant_id": article.variant_id},
            set={"available": where},
            total=("committed", units),
            count=(1, 3),
            words=f"{units} units of it are committed",
        ),
    ]


# -- how it is solved, and how it is got wrong --------------------------------------------------------------------


def solve(worker: Worker) -> FinalAnswer:
    """Fill the cart, try which codes go together and save most, buy."""
    buying.fill(worker)
    buying.use(worker, buying.cheapest(worker))
    return buying.place(worker)


def piecemeal(worker: Worker) -> FinalAnswer:
    """The second article first, a unit of each and then the rest, the codes in another order."""
    for name in ("second", "first"):
        variant, units = buying.variant_named(worker, worker.facts[name]), int(worker.facts[f"{name}_units"])
        cart = worker.call("add_to_cart", variant_id=variant, quantity=1)
        line = next(one for one in cart["lines"] if one["variant_id"] == variant)
        if units > 1:
            worker.call("change_cart_line", line_id=line["line_id"], quantity=units)
    buying.use(worker, tuple(reversed(buying.cheapest(worker))))
    return buying.place(worker)


def browse(page: "Page") -> FinalAnswer:
    """The same in the storefront."""
    storefront.put_into_cart(page, page.facts["first"], page.facts["first_units"])
    storefront.put_into_cart(page, page.facts["second"], page.facts["second_units"])
    storefront.use_codes(page, storefront.cheapest(page, page.facts["codes"].split(", ")))
    number, total = storefront.check_out(page, page.facts["street"])
    return FinalAnswer(
        status="done",
        facts={"order": number, "total": f"{total} EUR"},
        message=f"Ordered as {number} for {total} EUR.",
    )


def no_code(worker: Worker) -> FinalAnswer:
    """Forget the codes."""
    buying.fill(worker)
    return buying.place(worker)


def first_code(worker: Worker) -> FinalAnswer:
    """Take the first code and look no further."""
    buying.fill(worker)
    buying.use(worker, tuple(buying.codes_of(worker)[:1]))
    return buying.place(worker)


def express(worker: Worker) -> FinalAnswer:
    """Have it sent by express."""
    buying.fill(worker)
    buying.use(worker, buying.cheapest(worker))
    return buying.place(worker, shipping_method="express")


def one_more(worker: Worker) -> FinalAnswer:
    """Buy one unit more than was asked for."""
    buying.fill(worker, first=1)
    buying.use(worker, buying.cheapest(worker))
    return buying.place(worker)


def twice(worker: Worker) -> FinalAnswer:
    """Buy it twice."""
    buying.fill(worker)
    buying.use(worker, buying.cheapest(worker))
    buying.place(worker)
    return solve(worker)


FAMILY = Family(
    name="buy-with-code",
    title="Buy two articles with the cheapest legal codes",
    point="codes exclude each other; the first that works is not the best",
    role="customer",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"bit by bit": piecemeal},
    mistakes={
        "no code": no_code,
        "the first code": first_code,
        "express delivery": express,
        "one unit too many": one_more,
        "ordered twice": twice,
    },
)
