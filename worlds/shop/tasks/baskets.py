"""Which baskets `buy-with-code` asks for: who buys, two articles in stock, and codes of which not the first is best."""

import random
from dataclasses import dataclass

from sqlalchemy import func, select

from worlds.engine.task import Draw
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
from worlds.shop.pricing import Item
from worlds.shop.rulings.buy_with_code import Code, legal
from worlds.shop.tasks.buying import ADDRESS

IN_STOCK = 12
"""Units that an article must have in stock to be asked for."""
TRIES = 400


@dataclass(frozen=True, slots=True)
class Article:
    """A variant with what it costs in cents without tax; `said` is how people name it."""

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
class Buyer:
    """A customer, the parts of their default address by name, and their usual card."""

    customer_id: int
    name: str
    email: str
    email_norm: str
    address: tuple[tuple[str, str | None], ...]
    brand: str
    last4: str

    @property
    def street(self) -> str:
        """The first line of the address."""
        return str(dict(self.address)["line1"])


@dataclass(frozen=True, slots=True)
class Basket:
    """Two articles, how many units of each, and the codes that the customer has."""

    articles: tuple[Article, Article]
    units: tuple[int, int]
    codes: tuple[str, ...]


def buyers(draw: Draw) -> list[Buyer]:
    """Customers with their default address and card."""
    return [
        Buyer(
            customer.id,
            f"{customer.first_name or ''} {customer.last_name or ''}".strip(),
            customer.email,
            customer.email_norm,
            tuple((part, getattr(address, part)) for part in ADDRESS),
            card.brand,
            card.last4,
        )
        for customer, address, card in draw.session.execute(_CUSTOMERS).all()
    ]


def basket(draw: Draw, rng: random.Random, buyer: Buyer) -> Basket:
    """A basket that codes make cheaper, though neither the first one alone nor all of them together do so best.

    Raises:
        LookupError: when none is found.
    """
    articles = _articles(draw)
    codes = _codes(draw, buyer)
    for _ in range(TRIES):
        one, other = rng.sample(articles, 2)
        units = (rng.randrange(1, 4), rng.randrange(1, 4))
        chosen = rng.sample(codes, min(3, len(codes)))
        totals = dict(legal(chosen, [one.item(units[0]), other.item(units[1])]))
        best = min(totals.values())
        by_one = totals.get((chosen[0].text,), totals[()])
        different = one.product_id != other.product_id
        if different and best < totals[()] and best < by_one and len(totals) < 2 ** len(chosen):
            return Basket((one, other), units, tuple(code.text for code in chosen))
    raise LookupError("no basket found whose cheapest codes are not the first ones")


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


def _codes(draw: Draw, buyer: Buyer) -> list[Code]:
    """Codes that run for days yet, have uses left, and were not used by this customer if they may be once."""
    used = select(SalesOrder.id).where(SalesOrder.email_norm == buyer.email_norm)
    bought_before = draw.session.execute(used.limit(1)).first() is not None
    return [
        Code(discount, path)
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
