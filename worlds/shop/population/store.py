"""Writes what was made up into the shop's tables: staff, locations, the tree, products, stock, codes, customers."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from worlds.engine.build import Build
from worlds.engine.context import Actor, Context
from worlds.engine.folding import normal_email, phone_digits, search_text
from worlds.engine.rows import insert, run
from worlds.seeds.names import name_of
from worlds.seeds.people import slug
from worlds.seeds.streams import share
from worlds.seeds.truth import Truth
from worlds.shop import stockroom
from worlds.shop.models import (
    Address,
    Category,
    Customer,
    Discount,
    InventoryLevel,
    Location,
    PaymentMethod,
    Product,
    StaffUser,
    Variant,
)
from worlds.shop.population.clientele import Record
from worlds.shop.population.shelves import Article, MadeProduct, departments, stock_shelves
from worlds.shop.population.vouchers import Voucher, category_of

_LOWER_TAX = 900
_STAFF = (
    *(("support_l1",) * 4 + ("ops",) * 3 + ("support_l2",) * 2 + ("finance",) * 2 + ("admin", "support_l1", "ops")),
    *("merch", "merch"),
)
_GONE = (12, 13)
"""Places in that list of those who have left."""
_PLACES = (
    ("Utrecht warehouse", "Utrecht", "NL", 1),
    ("Antwerp warehouse", "Antwerpen", "BE", 1),
    ("Amsterdam shop", "Amsterdam", "NL", 0),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A variant on sale, as demand and stocking see it. `pull` is its share of demand, unscaled; `price` in cents."""

    variant_id: int
    product_id: int
    short: str
    path: str
    article: Article
    price: int
    weight: int
    final_sale: bool
    pull: float


@dataclass(slots=True)
class Shop:
    """What stands in the tables before history begins. `retiring` are products that will leave the range at its end."""

    staff: dict[str, list[Actor]] = field(default_factory=dict)
    locations: list[int] = field(default_factory=list)
    categories: dict[str, int] = field(default_factory=dict)
    offered: list[Offered] = field(default_factory=list)
    vouchers: list[tuple[int, Voucher]] = field(default_factory=list)
    retiring: list[int] = field(default_factory=list)


def hire(build: Build, ctx: Context, shop: Shop) -> None:
    """The people of the back office, some of whom have left."""
    for at, role in enumerate(_STAFF):
        person = name_of(build.rng("staff", at), "NL", "nl")
        active = at not in _GONE
        email = f"{slug(person.full).replace('-', '.')}@larkfieldsupply.example"
        staff_id = insert(ctx, StaffUser, email=email, name=person.full, role=role, active=active)
        if active:
            shop.staff.setdefault(role, []).append(Actor(role, staff_id, person.full))


def open_locations(build: Build, ctx: Context, shop: Shop) -> None:
    """Warehouses, which ship, and the shop in town, which does not."""
    for at, (name, city, country, online) in enumerate(_PLACES[: build.sizes["locations"]]):
        row = insert(
            ctx, Location, name=name, city=city, country=country, active=1, fulfils_online=online, priority=at + 1
        )
        shop.locations.append(row)


def plant_tree(ctx: Context, shop: Shop) -> None:
    """Departments, groups and shelves."""
    for at, department in enumerate(departments()):
        root = _branch(ctx, shop, None, department["name"], at)
        for place, group in enumerate(department["groups"]):
            middle = _branch(ctx, shop, root, group["name"], place)
            for leaf, shelf in enumerate(group["shelves"]):
                _branch(ctx, shop, middle, shelf, leaf)


def _branch(ctx: Context, shop: Shop, parent: str | None, name: str, position: int) -> str:
    path = f"{parent}/{slug(name)}" if parent else slug(name)
    shop.categories[path] = insert(
        ctx,
        Category,
        parent_id=shop.categories.get(parent or ""),
        slug=slug(name),
        name=name,
        path=path,
        position=position,
    )
    return path


def fill_shelves(build: Build, ctx: Context, shop: Shop, truth: Truth) -> None:
    """Products and variants: on sale, a few archived or in draft, some near-identical, in no telling order."""
    count = build.sizes["products"]
    copies = max(1, round(count * build.rates["near_identical_products"]))
    made = [(one, False) for one in stock_shelves(build.rng, count - copies)]
    rng = build.rng("near-identical")
    made += [(_near_copy(rng, one), True) for one, _ in share(rng, made, copies / len(made))]
    build.rng("order of products").shuffle(made)
    handles: set[str] = set()
    skus = _Skus(build, [variant.sku for product, _ in made for variant in product.variants])
    for at, (product, copied) in enumerate(made):
        fate = build.rng("status", at).random()
        status = "draft" if fate > 0.985 else "active"
        product_id = _write_product(build, ctx, shop, product, (status, handles, truth))
        if fate < 0.035:
            shop.retiring.append(product_id)
        if copied:
            truth.dirty("near_identical_products", product_id)
        _write_variants(build, ctx, shop, product, (product_id, status), skus, truth)


def _near_copy(rng: random.Random, product: MadeProduct) -> MadeProduct:
    """The same thing entered again, spelt a little otherwise, at nearly the same price."""
    title = product.title
    spelt = [f"{title} (2025)", f"{title} - 2025", f"{title} II"]
    for wide, narrow in ((" ml", "ml"), (" L", "L"), (" cm", "cm"), (" &", " and")):
        if wide in title:
            spelt += [title.replace(wide, narrow)] * 3
    change = rng.choice((0, 0, 50, 100, -100))
    variants = tuple(
        replace(one, sku=f"{one.sku}{rng.choice(('B', 'N', '2'))}", price=max(190, one.price + change))
        for one in product.variants
    )
    return replace(product, title=rng.choice(spelt), variants=variants, popularity=product.popularity * 0.7)


def _write_product(
    build: Build, ctx: Context, shop: Shop, product: MadeProduct, where: tuple[str, set[str], Truth]
) -> int:
    status, handles, truth = where
    rng = build.rng("product row", product.title)
    blank = rng.random() < build.rates["blank_description"]
    handle = slug(product.title)
    while handle in handles:
        handle += f"-{rng.randint(2, 9)}"
    handles.add(handle)
    path = _path(shop, product.article)
    durable = product.article.tax > _LOWER_TAX  # the lower rate is for food, seeds and print
    tags = [
        tag
        for tag, chance in (("gift", 0.12), ("new", 0.08), ("repairable", 0.1 * durable), ("made-in-eu", 0.2))
        if rng.random() < chance
    ]
    skus = [one.sku for one in product.variants]
    product_id = insert(
        ctx, Product, category_id=shop.categories[path], title=product.title, handle=handle, vendor=product.vendor,
        description="" if blank else product.description, status=status, tags=json.dumps(tags),
        final_sale=product.final_sale, tax_rate_bp=product.article.tax,
        drawing=json.dumps({"motif": product.article.motif, "colour": product.colour}),
        search_text=search_text(product.title, product.vendor, product.article.shelf, product.colour, *tags, *skus),
        created_at=_shopped_in(rng, ctx.now),
    )  # fmt: skip
    if blank:
        truth.dirty("blank_description", product_id)
    return product_id


def _path(shop: Shop, article: Article) -> str:
    return next(path for path in shop.categories if path.endswith(f"/{slug(article.shelf)}"))


def _shopped_in(rng: random.Random, now: datetime) -> datetime:
    return now - timedelta(days=rng.randint(1, 900), seconds=rng.randrange(30_000))


class _Skus:
    """SKUs, of which a few are given out a second time."""

    def __init__(self, build: Build, every: Sequence[str]) -> None:
        self.rng = build.rng("reused skus")
        self.every = every
        self.count = max(1, round(len(every) * build.rates["reused_sku"]))
        self.victims = frozenset(self.rng.sample(sorted(every), self.count))

    def of(self, sku: str, truth: Truth, row: int) -> str:
        """The SKU itself or, rarely, another variant's."""
        if sku not in self.victims:
            return sku
        truth.dirty("reused_sku", row)
        return self.rng.choice([other for other in self.every if other not in self.victims])


def _write_variants(
    build: Build, ctx: Context, shop: Shop, product: MadeProduct, stored: tuple[int, str], skus: _Skus, truth: Truth
) -> None:
    product_id, status = stored
    rng = build.rng("variants", product.title)
    reduced = rng.random() < 0.12
    policy = "continue" if rng.random() < 0.04 else "deny"
    total = sum(one.share for one in product.variants)
    for at, one in enumerate(product.variants):
        row = insert(
            ctx, Variant, product_id=product_id, position=at + 1, title=one.title, sku=one.sku, barcode=_barcode(rng),
            price=one.price, compare_at=round(one.price * 1.25 / 100) * 100 - 10 if reduced else None, cost=one.cost,
            weight=one.weight, inventory_policy=policy, active=1,
        )  # fmt: skip
        sku = skus.of(one.sku, truth, row)
        if sku != one.sku:
            run(ctx, "UPDATE variant SET sku = :sku WHERE id = :id", sku=sku, id=row)
            told = "UPDATE product SET search_text = replace(search_text, lower(:old), lower(:new)) WHERE id = :id"
            run(ctx, told, old=one.sku, new=sku, id=product_id)
        retiring = product_id in shop.retiring
        pull = 0.0 if status == "draft" else product.popularity * one.share / total * (0.4 if retiring else 1.0)
        offered = Offered(
            row, product_id, product.short, _path(shop, product.article), product.article, one.price, one.weight,
            product.final_sale, pull,
        )  # fmt: skip
        shop.offered.append(offered)


def _barcode(rng: random.Random) -> str | None:
    """An EAN-13 of the range that is kept for use within a shop (prefix 2), or none."""
    if rng.random() < 0.06:
        return None
    digits = f"2{rng.randrange(10**11):011d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return f"{digits}{(10 - (odd + 3 * even) % 10) % 10}"


def stock_up(build: Build, ctx: Context, shop: Shop, orders_a_month: float) -> None:
    """First stock of every variant at every location, by how well it will sell."""
    whole = sum(one.pull for one in shop.offered)
    for one in shop.offered:
        expected = orders_a_month * 2.4 * one.pull / whole
        for at, location in enumerate(shop.locations):
            rng = build.rng("stock", one.variant_id, location)
            low = max(2, round(expected * (0.5, 0.3, 0.1)[at] * rng.uniform(0.6, 1.4)))
            insert(
                ctx, InventoryLevel, variant_id=one.variant_id, location_id=location, available=0, committed=0,
                reserved=0, damaged=0, quality_control=0, safety_stock=0, incoming=0, low_at=low,
            )  # fmt: skip
            units = low * rng.randint(2, 4) + rng.randint(0, (14, 9, 4)[at])
            stockroom.move(ctx, "initial", one.variant_id, location, units, (None, "available"), reason="Opening stock")


def print_codes(ctx: Context, shop: Shop, made: Sequence[Voucher]) -> None:
    """The discount codes."""
    for one in made:
        row = insert(
            ctx, Discount, code=one.code, title=one.title, discount_class=one.discount_class, kind=one.kind,
            value=one.value, category_id=category_of(shop.categories, one), product_id=None,
            min_subtotal=one.min_subtotal, min_quantity=one.min_quantity, usage_limit=one.usage_limit, usage_count=0,
            once_per_customer=one.once, first_order_only=one.first, combines_with_product=one.with_product,
            combines_with_order=one.with_order, combines_with_shipping=one.with_shipping, starts_at=one.starts,
            ends_at=one.ends, active=1,
        )  # fmt: skip
        shop.vouchers.append((row, one))


def enrol(ctx: Context, records: Sequence[Record], truth: Truth) -> None:
    """Customers with addresses and cards, in the order of the records."""
    for record in records:
        record.customer_id = insert(ctx, Customer, **_customer(record))
        for at, address in enumerate(record.addresses):
            row = insert(
                ctx, Address, customer_id=record.customer_id, name=record.recipient, company=record.company,
                line1=address.line1, line2=address.line2, city=address.city, province=address.province,
                postal_code=address.postal_code, country=address.country, phone=record.phone, is_default=at == 0,
                created_at=record.created + timedelta(days=at * 3),
            )  # fmt: skip
            record.address_ids.append(row)
        for at, card in enumerate(record.cards):
            row = insert(
                ctx, PaymentMethod, customer_id=record.customer_id, brand=card.brand, last4=card.last4,
                holder=record.recipient, expires_month=card.month, expires_year=card.year, is_default=at == 0,
            )  # fmt: skip
            record.card_ids.append(row)
        _reveal(record, truth)
    for record in records:
        if record.into:
            ctx.session.connection().exec_driver_sql(
                "UPDATE customer SET merged_into_id = ? WHERE id = ?", (record.into.customer_id, record.customer_id)
            )


def _customer(record: Record) -> dict[str, Any]:
    return {
        "email": record.email, "email_norm": normal_email(record.email), "first_name": record.first_name,
        "last_name": record.last_name, "phone": record.phone, "phone_digits": phone_digits(record.phone),
        "search_text": search_text(
            record.first_name, record.last_name, record.email, record.company, phone_digits(record.phone)
        ),
        "state": record.state, "locale": record.locale, "marketing_consent": record.consent,
        "tags": json.dumps(list(record.tags)), "note": record.note, "created_at": record.created,
    }  # fmt: skip


def _reveal(record: Record, truth: Truth) -> None:
    if record.pid:
        truth.record(record.pid, "customer", record.customer_id)
    for kind in sorted(record.dirt):
        truth.dirty(kind, record.customer_id)
