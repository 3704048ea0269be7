"""Who else is at work on the shop's records: colleagues who edit, count and take steps, and quicker shoppers."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from worlds.engine.faults.colleagues import Amended, Colleagues, first_row
from worlds.engine.faults.fault import Called
from worlds.engine.faults.layers.concurrency import Deed
from worlds.engine.fields import format_money
from worlds.seeds.phones import phone_of
from worlds.shop.rules import LEADS, MERCHANDISERS, SUPPORT, TREASURY, WAREHOUSE

_MONEY = frozenset({"price", "compare_at", "cost", "unit_price", "subtotal", "discount_total", "tax_total", "total"})
_FLAGS = frozenset({"active", "final_sale", "is_default", "marketing_consent"})
_INSIDE = frozenset({"drawing", "category_id", "position", "handle"})
"""Columns that no view of the back office shows."""


def told(table: str, column: str, value: Any) -> tuple[str, Any] | None:
    """How a conflict shows a column's value: under the name and in the form that the operations have for it."""
    if column in _INSIDE:
        return None
    if value is not None and column in _MONEY:
        return column, format_money(value)
    if value is not None and column in _FLAGS:
        return column, bool(value)
    if table == "sales_order" and column.startswith("ship_"):
        return f"address.{column.removeprefix('ship_')}", value
    return column, value


def sale(call: Called, rng: random.Random) -> Deed | None:
    """A difference on the shelf that a colleague books just before a count of the same units.

    Moves are left alone: whether so many units may be moved, and how many are left then, hangs on each single one.
    """
    if call.operation.name != "set_stock":
        return None
    there = {name: call.values[name] for name in ("variant_id", "location_id")}
    level = first_row(
        call.driver,
        "SELECT available FROM inventory_level WHERE variant_id = :variant_id AND location_id = :location_id",
        there,
    )
    who = COLLEAGUES.somebody_else(call, WAREHOUSE, rng)
    if level is None or not who or call.values["expected"] != level[0]:  # it compares nothing, or is refused anyway
        return None
    return Deed(who, "colleague_counts", {**there, "change": 1 + rng.randrange(2)})


def rival(call: Called, rng: random.Random, minutes: int) -> Deed | None:
    """A shopper who buys all that is there of something in the cart, and cancels after so many minutes (0: never)."""
    if call.operation.name != "place_order":
        return None
    wanted = call.driver.execute(_WANTED, {"customer": call.actor.person}).fetchall()
    if not wanted:
        return None
    variant, units, before = wanted[rng.randrange(len(wanted))]
    arguments = {"order_id": before, "variant_id": variant, "quantity": units, "cancel_after": minutes or None}
    return Deed("shopper", "order_again", arguments)


_STEPS: Mapping[str, tuple[str, Sequence[str]]] = {
    "approve_return": ("return_id", SUPPORT),
    "close_return": ("return_id", SUPPORT),
    "capture_payment": ("payment_id", TREASURY),
    "mark_delivered": ("fulfilment_id", WAREHOUSE),
    "void_label": ("label_id", WAREHOUSE),
}
_WANTED = """SELECT v.id,
  (SELECT sum(max(i.available, 0)) FROM inventory_level i JOIN location w ON w.id = i.location_id
    WHERE i.variant_id = v.id AND w.active = 1 AND w.fulfils_online = 1) AS there,
  (SELECT max(l.order_id) FROM order_line l JOIN sales_order o ON o.id = l.order_id JOIN payment p ON p.order_id = o.id
    WHERE l.variant_id = v.id AND o.customer_id IS NOT :customer) AS before
FROM cart c JOIN cart_line k ON k.cart_id = c.id JOIN variant v ON v.id = k.variant_id
WHERE c.customer_id = :customer AND v.inventory_policy = 'deny' AND there BETWEEN 1 AND 10000 AND before IS NOT NULL
ORDER BY there, v.id LIMIT 3"""


def _address(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:
    row = first_row(
        call.driver,
        "SELECT ship_line1, ship_country FROM sales_order WHERE id = :key AND cancelled_at IS NULL"
        " AND fulfilment_status = 'unfulfilled' AND NOT EXISTS (SELECT 1 FROM shipping_label l"
        " WHERE l.order_id = sales_order.id AND l.status IN ('bought', 'scanned'))",
        {"key": key},
    )
    if row is None:
        return "", {}
    phone = phone_of(row[1], rng.randrange(5_000)).e164
    changed = {"line1": f"{row[0]}, rear house"} if same else {"phone": phone}
    return "colleague_amends_address", {"order_id": key, **changed}


def _product(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:
    row = first_row(call.driver, "SELECT title, description, vendor FROM product WHERE id = :key", {"key": key})
    if row is None:
        return "", {}
    if same:
        return "colleague_amends_product", {"product_id": key, "title": f"{row[0]} {rng.choice(_LINES)}"}
    if call.values.get("description") is not None:
        return "colleague_amends_product", {"product_id": key, "vendor": f"{row[2]} {rng.choice(_FIRMS)}"}
    told_of = f"{row[1]}\n\n{rng.choice(_CARE)}"
    return "colleague_amends_product", {"product_id": key, "description": told_of}


def _variant(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:
    row = first_row(call.driver, "SELECT price, compare_at, weight FROM variant WHERE id = :key", {"key": key})
    if row is None:
        return "", {}
    price, before, weight = row
    if same and (before is None or price + 50 < before):
        return "colleague_amends_variant", {"variant_id": key, "price": format_money(price + 50)}
    if call.values.get("weight") is not None:
        return "colleague_amends_variant", {"variant_id": key, "barcode": f"87{rng.randrange(10**11):011d}"}
    return "colleague_amends_variant", {"variant_id": key, "weight": weight + rng.randrange(5, 50, 5)}


def _parcel(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:  # noqa: ARG001 - as `edit`
    row = first_row(
        call.driver,
        "SELECT carrier, tracking_number FROM fulfilment WHERE id = :key AND status = 'shipped'",
        {"key": key},
    )
    if row is None:
        return "", {}
    carrier, number = row
    changed = {"carrier": carrier, "tracking_number": f"{number[:-2]}{rng.randrange(100):02d}"}
    return "colleague_amends_tracking", {"fulfilment_id": key, **changed}


_LINES = ("Classic", "Nature", "Plus")
_FIRMS = ("Studio", "& Co.", "Living")
_CARE = ("Wipe clean with a damp cloth.", "Keep away from direct sunlight.", "Made to last; spare parts on request.")
_EDITS: Mapping[str, tuple[Sequence[str], Amended]] = {
    "sales_order": (LEADS, _address),
    "product": (MERCHANDISERS, _product),
    "variant": (MERCHANDISERS, _variant),
    "fulfilment": (WAREHOUSE, _parcel),
}
COLLEAGUES = Colleagues("staff_user WHERE active = 1", _EDITS, _STEPS)
edit, step = COLLEAGUES.edit, COLLEAGUES.step
"""Colleagues amend orders' addresses, words and prices of goods, tracking numbers; and take steps of their trade."""
