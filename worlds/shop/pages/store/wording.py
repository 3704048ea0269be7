"""How the storefront words goods, stock and states for customers."""

from collections.abc import Callable, Mapping
from typing import Any

from worlds.engine.surfaces import labels
from worlds.engine.surfaces.forms import Form
from worlds.shop.views import CustomerOrder, OrderRow

_REASONS = {
    "size_too_small": "It is too small",
    "size_too_large": "It is too large",
    "changed_mind": "I changed my mind",
    "not_as_described": "It is not as described",
    "wrong_item": "It is not what I ordered",
    "damaged": "It arrived damaged",
    "defective": "It does not work",
    "other": "Another reason",
}
_PAYMENTS = {
    "pending": "Payment pending",
    "authorized": "Reserved on your card",
    "expired": "Payment expired",
    "voided": "Nothing was charged",
    "partially_paid": "Partly paid",
    "paid": "Paid",
    "partially_refunded": "Partly refunded",
    "refunded": "Refunded",
}
_PARCELS = {"unfulfilled": "Being prepared", "partially_fulfilled": "Partly shipped", "fulfilled": "Shipped"}
_RETURNS = {
    "requested": "Requested, waiting for our answer",
    "open": "Approved, waiting for your parcel",
    "declined": "Declined",
    "closed": "Closed",
}
_ONLY = frozenset({"", "default", "default title"})
FEW = 5
"""Units from which on downwards a product page says how many are left."""


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 unit, 3 units."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def goods_title(title: str, variant_title: str) -> str:
    """Goods by title and variant: `Trail Mug, 350 ml / Moss`."""
    return title if variant_title.strip().casefold() in _ONLY else f"{title}, {variant_title}"


def stock_words(available: int, *, in_stock: bool) -> str:
    """What a shopper needs to know of stock."""
    if not in_stock:
        return "Sold out"
    if 0 < available <= FEW:
        return f"Only {available} left"
    return "In stock" if available > 0 else "Available to order"


def return_reason(code: str) -> str:
    """A reason for a return in the customer's own words."""
    return _REASONS.get(code, code.replace("_", " ").capitalize())


def payment_words(code: str) -> str:
    """An order's financial status for its customer."""
    return _PAYMENTS.get(code, code.replace("_", " ").capitalize())


def return_words(code: str) -> str:
    """A return's status for its customer."""
    return _RETURNS.get(code, code.replace("_", " ").capitalize())


def order_words(order: OrderRow | CustomerOrder) -> str:
    """In one phrase, where an order stands."""
    cancelled = order.cancelled if isinstance(order, OrderRow) else order.cancelled_at is not None
    if cancelled:
        return "Cancelled"
    return _PARCELS.get(order.fulfilment_status, order.fulfilment_status.replace("_", " ").capitalize())


_LABELS = {
    "address.name": "Full name",
    "address.line1": "Street and house number",
    "address.line2": "Apartment, floor or the like",
    "address.city": "Town",
    "lines": "What comes back",
    "reason": "Why",
    "note": "Note",
    "email": "E-mail address",
    "code": "Discount code",
    "price_min": "Lowest price",
    "price_max": "Highest price",
}


def labelled(form: Form) -> Form:
    """A form whose problems name fields as the storefront's pages label them."""
    return labels.labelled(form, _LABELS)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "stock_words": stock_words,
    "return_reason": return_reason,
    "payment_words": payment_words,
    "return_words": return_words,
    "order_words": order_words,
}
