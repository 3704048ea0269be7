"""A customer buys two articles with whichever of her codes together make it cheapest.

What is typically got wrong: the first code that works, two codes that exclude each other, the wrong variant or address,
a dearer way of shipping than the one that was asked for.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from worlds.engine.context import Actor
from worlds.engine.fields import format_money
from worlds.engine.task import Draw, Family, Instance, Worker
from worlds.graders.answers import Answer, FinalAnswer, FromRow
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import any_value, one_of, ref
from worlds.graders.typed import money
from worlds.shop.models import (
    Address,
    Category,
    Customer,
    Discount,
    InventoryLevel,
    PaymentMethod,
    Product,
    SalesOrder,
    Variant,
)
from worlds.shop.pricing import Item, Offer, quote
from worlds.shop.rules import SHIPPING_METHODS, SHIPPING_TAX_BP
from worlds.shop.tasks import buying, storefront

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

IN_STOCK = 12
"""Units that an article must have in stock to be asked for."""
TRIES = 400

WORDINGS = (
    "I need {first_units} × {first} and {second_units} × {second}, by standard delivery to {street}. I have collected "
    "a few "
    "codes: {codes}. Use whichever of them together make it cheapest, and don't spend more than {budget} EUR with "
    "shipping "
    "and tax. Pay with my usual card. What is the order number, and the total?",
    "Please order for me: {first_units} of {first}, {second_units} of {second}. Standard delivery, to {street}. These "
    "codes "
    "should still work: {codes} – not all of them together, I suppose, so pick what saves most. Limit is {budget} EUR "
    "all in. "
    "Tell me order number and total afterwards.",
    "Shopping for the weekend! {first_units} × {first} plus {second_units} × {second}. Send it to {street} (standard "
    "is fine), "
    "take my usual card. Codes I found: {codes}. I want the lowest price that they legally give, it must stay within "
    "{budget} EUR. Answer with the number of the order and the total.",
)


@dataclass(frozen=True, slots=True)
class Article:
    """A variant with what it costs; `said` is how people name it."""

    variant_id: int
    said: str
    price: int
    tax_rate_bp: int
    product_id: int
    category: str

    def item(self, units: int) -> Item:
        """So many units as a basket's item."""
        return Item(units, self.price, self.tax_rate_bp, self.product_id, self.category)


@dataclass(frozen=True, slots=True)
class Case:
    """A basket with codes of which some subset is the cheapest that is legal. Money in cents."""

    articles: tuple[Article, Article]
    units: tuple[int, int]
    codes: tuple[str, ...]
    total: int


def instance(draw: Draw) -> Instance:
    """A customer with an address and a card, two articles in stock and three codes."""
    customer, address, card = draw.pick(_customers)
    case = _case(draw, draw.rng("basket"), customer)
    facts = {
        "first": case.articles[0].said,
        "second": case.articles[1].said,
        "first_units": str(case.units[0]),
        "second_units": str(case.units[1]),
        "street": address.line1,
        "codes": ", ".join(case.codes),
        "budget": format_money(-(-case.total // 500) * 500),
    }
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=Actor("customer", customer.id, f"{customer.first_name or ''} {customer.last_name or ''}".strip()),
        expectation=_expectation(case, customer, address, card),
        target={"customer": [customer.id], "variant": [article.variant_id for article in case.articles]},
    )


def _customers(draw: Draw) -> list[Any]:
    return list(draw.session.execute(_CUSTOMERS).all())


def _expectation(case: Case, customer: Customer, address: Address, card: PaymentMethod) -> Expectation:
    of_order = {"order_id": ref("order")}
    required = [
        Effect(
            "order",
            "sales_order",
            "insert",
            where={"customer_id": customer.id},
            set={
                "total": case.total,
                "shipping_method": "standard",
                "email": customer.email,
                "source": "web",
                "customer_note": None,
                **{f"ship_{part}": getattr(address, part) for part in buying.ADDRESS},
            },
            bind="order",
            words=f"One order of {format_money(case.total)} EUR by standard delivery to {address.line1}, nothing noted",
        ),
        Effect(
            "payment",
            "payment",
            "insert",
            where=of_order,
            set={"amount": case.total, "brand": card.brand, "last4": card.last4, "status": "authorized"},
            bind="payment",
            words="The total is reserved on the usual card",
        ),
        Effect(
            "gateway",
            "payment_event",
            "insert",
            where={**of_order, "kind": "authorization"},
            set={"payment_id": ref("payment"), "amount": case.total},
            words="The bank was asked once",
        ),
        Effect(
            "mail",
            "outbox_email",
            "insert",
            where={**of_order, "kind": "order_confirmation"},
            set={"to_address": customer.email},
            words="The order was confirmed once",
        ),
    ]
    allowed = [
        Effect(
            "codes", "discount_allocation", "insert", of_order, {"code": one_of(*case.codes)}, (0, 12),
            words="What the codes took off",
        )
    ]  # fmt: skip
    for article, units in zip(case.articles, case.units, strict=True):
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
            {"order": FromRow("record", "order", "number", {"prefix": "LK-"}), "total": money(case.total, "EUR")},
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


# -- the draw -----------------------------------------------------------------------------------------------------


def _case(draw: Draw, rng: random.Random, customer: Customer) -> Case:
    articles = _articles(draw)
    codes = _codes(draw, customer)
    for _ in range(TRIES):
        pair = tuple(rng.sample(articles, 2))
        units = (rng.randrange(1, 4), rng.randrange(1, 4))
        chosen = rng.sample(codes, min(3, len(codes)))
        items = [article.item(count) for article, count in zip(pair, units, strict=True)]
        totals = {tuple(one.code for one, _ in subset): total for subset, total in _legal(chosen, items)}
        best = min(totals.values())
        by_one = totals.get((chosen[0][0].code,), totals[()])
        different = pair[0].product_id != pair[1].product_id
        if different and best < totals[()] and best < by_one and len(totals) < 2 ** len(chosen):
            return Case((pair[0], pair[1]), units, tuple(one.code for one, _ in chosen), best)
    raise LookupError("no basket found whose cheapest codes are not the first ones")


Coded = tuple[Discount, str | None]
"""A code with the path of the category that it is narrowed to."""


def _legal(codes: Sequence[Coded], items: Sequence[Item]) -> Iterator[tuple[tuple[Coded, ...], int]]:
    """Every subset of codes that the discount policy allows for a basket, with the total that it comes to."""
    method = SHIPPING_METHODS["standard"]
    for size in range(len(codes) + 1):
        for subset in combinations(codes, size):
            if _go_together([one for one, _ in subset]) and all(_reaches(code, items) for code in subset):
                offers = [_offer(code) for code in subset]
                yield subset, quote(items, offers, method.price, SHIPPING_TAX_BP).total


def _go_together(codes: Sequence[Discount]) -> bool:
    return all(
        getattr(one, f"combines_with_{other.discount_class}") and getattr(other, f"combines_with_{one.discount_class}")
        for one, other in combinations(codes, 2)
    )


def _reaches(code: Coded, items: Sequence[Item]) -> bool:
    """Whether the goods that a code covers reach its minimum."""
    discount, offer = code[0], _offer(code)
    covered = [item for item in items if discount.discount_class != "product" or offer.covers(item)]
    worth = sum(item.quantity * item.unit_price for item in covered)
    units = sum(item.quantity for item in covered)
    return bool(covered) and worth >= discount.min_subtotal and units >= discount.min_quantity


def _offer(code: Coded) -> Offer:
    one, category = code
    return Offer(one.id, one.code, one.discount_class, one.kind, one.value, category, one.product_id)


def _articles(draw: Draw) -> list[Article]:
    rows = draw.session.execute(_GOODS).all()
    named: dict[str, int] = {}
    for variant, product, *_ in rows:
        named[f"{product.title} ({variant.title})"] = named.get(f"{product.title} ({variant.title})", 0) + 1
    return [
        Article(variant.id, said, variant.price, product.tax_rate_bp, product.id, path)
        for variant, product, path, there in rows
        if there >= IN_STOCK and named[said := f"{product.title} ({variant.title})"] == 1
    ]


def _codes(draw: Draw, customer: Customer) -> list[Coded]:
    """Codes that run for days yet, have uses left, and were not used by this customer if they may be once."""
    used = select(SalesOrder.id).where(SalesOrder.email_norm == customer.email_norm)
    bought_before = draw.session.execute(used.limit(1)).first() is not None
    return [
        (discount, path)
        for discount, path in draw.session.execute(_DISCOUNTS).all()
        if discount.starts_at <= draw.now
        and (discount.ends_at is None or (discount.ends_at - draw.now).days > 2)
        and (discount.usage_limit is None or discount.usage_limit - discount.usage_count > 5)
        and not (discount.once_per_customer and bought_before)
        and not discount.code.startswith("WELCOME")
    ]


_CUSTOMERS = (
    select(Customer, Address, PaymentMethod)
    .join(Address, Address.customer_id == Customer.id)
    .join(PaymentMethod, PaymentMethod.customer_id == Customer.id)
    .where(
        Customer.state == "enabled",
        Customer.merged_into_id.is_(None),
        Address.is_default,
        PaymentMethod.is_default,
        PaymentMethod.expires_year > 2026,
        func.trim(Address.line1) == Address.line1,
    )
    .order_by(Customer.id)
)
_THERE = (
    select(func.sum(InventoryLevel.available))
    .where(InventoryLevel.variant_id == Variant.id)
    .correlate(Variant)
    .scalar_subquery()
)
_GOODS = (
    select(Variant, Product, Category.path, _THERE)
    .join(Product, Product.id == Variant.product_id)
    .join(Category, Category.id == Product.category_id)
    .where(Product.status == "active", Variant.active, Product.final_sale.is_(False))
    .order_by(Variant.id)
)
_DISCOUNTS = (
    select(Discount, Category.path)
    .outerjoin(Category, Category.id == Discount.category_id)
    .where(Discount.active)
    .order_by(Discount.id)
)


# -- how it is solved, and how it is got wrong --------------------------------------------------------------------


def solve(worker: Worker) -> FinalAnswer:
    """Fill the cart, try which codes go together and save most, buy."""
    buying.fill(worker)
    buying.use(worker, buying.cheapest(worker))
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
    ruling=lambda _: {},
    only_way="one operation corrects a parcel",
    mistakes={
        "no code": no_code,
        "the first code": first_code,
        "express delivery": express,
        "one unit too many": one_more,
        "ordered twice": twice,
    },
)
