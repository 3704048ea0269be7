"""A tiny shop built by hand, and a person at work in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tiny import Tiny, image_of, session_on

from worlds.engine.folding import normal_email, phone_digits, search_text
from worlds.shop import models, placing
from worlds.shop.account_file import password_digest
from worlds.shop.invariants import INVARIANTS
from worlds.shop.views import AddressInput

START = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
AMSTERDAM, UTRECHT = 1, 2
MUG, MUG_BLUE, TENT, SOCKS, LAMP = 1, 2, 3, 4, 5
ANNA, BEN = 1, 2
HOME = AddressInput(
    name="Anna de Vries", line1="Prinsengracht 12", city="Amsterdam", postal_code="1015 DX", country="NL"
)
STAFF = {"support_l1": 1, "support_l2": 2, "ops": 3, "finance": 4, "admin": 5, "merch": 6}


@dataclass
class Shop(Tiny):
    """The shop under test."""

    people = STAFF
    now: datetime = START

    def called(self, role: str, who: int | None) -> str:  # noqa: ARG002 - customers and staff are called alike
        """The name of who acts in a role."""
        return f"{role} person"

    def _schedule(self, due: datetime, operation: str, arguments: Any, who: str) -> None:
        """Keep it; whatever happens later in the shop happens by itself."""
        assert who == "system"
        super()._schedule(due, operation, arguments, who)

    def level(self, variant: int, location: int = AMSTERDAM) -> tuple[int, int, int]:
        """Available, committed and damaged units."""
        sql = "SELECT available, committed, damaged FROM inventory_level WHERE variant_id = ? AND location_id = ?"
        found: tuple[int, int, int] = self.one(sql, variant, location)
        return found

    def order(
        self, *lines: tuple[int, int], codes: tuple[int, ...] = (), customer: int | None = ANNA, **more: Any
    ) -> placing.Placed:
        """Place an order of (variant, units) and answer it."""
        email = {ANNA: "anna@example.com", BEN: "ben@example.com", None: "guest@example.com"}[customer]
        draft = placing.Draft(
            email=email, lines=lines, address=HOME, shipping_method="standard", card=placing.Card("Visa", "4242"),
            customer_id=customer, discounts=codes, **more,
        )  # fmt: skip
        return placing.place(self.as_("customer", customer), draft)

    def line_ids(self, order_id: int) -> list[int]:
        return [row[0] for row in self.rows("SELECT id FROM order_line WHERE order_id = ? ORDER BY position", order_id)]

    def broken_laws(self) -> list[str]:
        """Laws that some row breaks now, over all rows."""
        broken = []
        for law in INVARIANTS:
            keys = [row[0] for row in self.rows(f"SELECT id FROM {law.table}")]  # noqa: S608 - a table of the world's own
            if self.db.execute(law.sql, {"keys": json.dumps(keys)}).fetchall():
                broken.append(law.name)
        return broken


def stock_catalogue(shop: Shop) -> None:
    add = shop.add
    add(models.Category(id=1, parent_id=None, slug="home", name="Home", path="home", position=1))
    add(models.Category(id=2, parent_id=1, slug="kitchen", name="Kitchen", path="home/kitchen", position=1))
    add(models.Category(id=3, parent_id=None, slug="outdoor", name="Outdoor", path="outdoor", position=2))
    products = (
        (1, 2, "Harbour Enamel Mug", "mug", False, 2100), (2, 3, "Ridgeline Tent 2P", "tent", False, 2100),
        (3, 3, "Merino Socks (last season)", "socks", True, 2100), (4, 1, "Beeswax Candle", "candle", False, 900),
    )  # fmt: skip
    for at, category, title, handle, final_sale, tax in products:
        add(
            models.Product(
                id=at, category_id=category, title=title, handle=handle, vendor="Larkfield", description=title,
                status="active", tags="[]", final_sale=final_sale, tax_rate_bp=tax,
                search_text=search_text(title, "Larkfield"), created_at=START - timedelta(days=at),
            )
        )  # fmt: skip
    variants = (
        (MUG, 1, "Red", 1999, "deny"), (MUG_BLUE, 1, "Blue", 1999, "deny"), (TENT, 2, "Moss", 18900, "continue"),
        (SOCKS, 3, "M", 1450, "deny"), (LAMP, 4, "Default", 333, "deny"),
    )  # fmt: skip
    for at, product, title, price, policy in variants:
        add(
            models.Variant(
                id=at, product_id=product, position=at, title=title, sku=f"LF-{at:04d}", price=price, weight=300,
                inventory_policy=policy, active=True,
            )
        )  # fmt: skip


def stock_shelves(shop: Shop) -> None:
    for at, name, city in ((AMSTERDAM, "Amsterdam DC", "Amsterdam"), (UTRECHT, "Utrecht store", "Utrecht")):
        place = models.Location(
            id=at, name=name, city=city, country="NL", active=True, fulfils_online=True, priority=at
        )
        shop.add(place)
    levels = ((MUG, 1, 10), (MUG, 2, 5), (MUG_BLUE, 1, 3), (MUG_BLUE, 2, 2), (TENT, 1, 1), (SOCKS, 1, 8), (LAMP, 1, 90))
    ctx = shop.as_("admin")
    for variant, location, units in levels:
        shop.add(
            models.InventoryLevel(
                id=ctx.new_id(models.InventoryLevel), variant_id=variant, location_id=location, available=units,
                committed=0, reserved=0, damaged=0, quality_control=0, safety_stock=0, incoming=0, low_at=2,
            )
        )  # fmt: skip
        shop.add(
            models.StockMovement(
                id=ctx.new_id(models.StockMovement), variant_id=variant, location_id=location, kind="initial",
                quantity=units, to_state="available", actor_role="admin", at=START,
            )
        )  # fmt: skip


def invite_people(shop: Shop) -> None:
    for name, at in STAFF.items():
        shop.add(models.StaffUser(id=at, email=f"{name}@larkfield.example", name=name.title(), role=name, active=True))
    people = (
        (ANNA, "Anna", "de Vries", "anna@example.com", "+31 6 1234 5678"),
        (BEN, "Ben", "Müller", "ben@example.com", None),
    )
    for at, first, last, email, phone in people:
        shop.add(
            models.Customer(
                id=at, email=email, email_norm=normal_email(email), first_name=first, last_name=last, phone=phone,
                phone_digits=phone_digits(phone), search_text=search_text(first, last, email), state="enabled",
                locale="nl", marketing_consent=False, tags="[]", password_digest=password_digest(at, f"secret {first}"),
                created_at=START,
            )
        )  # fmt: skip
        shop.add(models.Address(id=at, customer_id=at, **HOME.model_dump(), is_default=True, created_at=START))
        shop.add(
            models.PaymentMethod(
                id=at, customer_id=at, brand="Visa", last4="4242", holder=f"{first} {last}", expires_month=3,
                expires_year=2026, is_default=True,
            )
        )  # fmt: skip


def code(shop: Shop, at: int, name: str, **more: Any) -> int:
    """Add a discount code: 15 % off the order unless told otherwise."""
    fields: dict[str, Any] = {
        "discount_class": "order", "kind": "percent", "value": 1500, "min_subtotal": 0, "min_quantity": 0,
        "usage_count": 0, "once_per_customer": False, "combines_with_product": False, "combines_with_order": False,
        "combines_with_shipping": False, "first_order_only": False, "starts_at": START - timedelta(days=30),
        "active": True,
    }  # fmt: skip
    shop.add(models.Discount(id=at, code=name, title=name, **fields | more))
    return at


def furnish(shop: Shop) -> None:
    """Goods, shelves and people, in the order in which they need each other."""
    stock_catalogue(shop)
    stock_shelves(shop)
    invite_people(shop)


@cache
def _image() -> bytes:
    return image_of(models.Model.metadata, START, lambda session: furnish(Shop(session)))


@contextmanager
def opened_shop() -> Iterator[Shop]:
    """A shop with a few goods, two locations and two customers, in memory."""
    with session_on(_image()) as session:
        yield Shop(session)
