"""The shop's house rules as numbers and lists: windows, limits, shipping prices, and which role may do what.

The policy pages say the same in words; a test holds the two together.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

RETURN_WINDOW_DAYS: Final = 30
"""Calendar days in the store's zone from delivery in which goods may be sent back; stamped on each order."""
TRANSIT_BUFFER_DAYS: Final = 5
"""Days after dispatch at which a parcel without a delivery date counts as delivered."""
RESTOCKING_FEE_PERCENT: Final = 10
"""Of what was paid for units that came back used; kept once for a return."""
FEE_WAIVED: Final = frozenset({"damaged", "defective", "wrong_item", "not_as_described"})
"""Reasons of a return that are the shop's fault: no restocking fee is kept. Whoever books in decides."""
AUTHORIZATION_LIFE: Final = timedelta(days=7)
"""How long a card payment may be captured after it was authorized."""
SETTLEMENT_DAYS: Final = (5, 10)
"""Working days from a refund to the bank's report on it: at least, at most."""
APPROVAL_LIFE: Final = timedelta(days=4)
"""How long a request for approval waits for an answer before it lapses."""
LABEL_VOID_LIFE: Final = timedelta(days=14)
"""How long a carrier takes back a label that it has not scanned."""
MERCHANT_FAULT: Final = frozenset({"damaged", "defective", "wrong_item", "missing_item", "late", "not_as_described"})
"""Refund reasons that are the shop's fault: shipping may be refunded with them."""

CUSTOMER: Final = ("customer",)
STAFF: Final = ("support_l1", "support_l2", "ops", "finance", "merch", "admin")
EVERYBODY: Final = (*CUSTOMER, *STAFF)
SUPPORT: Final = ("support_l1", "support_l2", "admin")
LEADS: Final = ("support_l2", "admin")
CANCELLERS: Final = ("support_l2", "finance", "admin")
REFUNDERS: Final = ("support_l1", "support_l2", "finance", "admin")
TREASURY: Final = ("finance", "admin")
WAREHOUSE: Final = ("ops", "admin")
LABELLERS: Final = ("support_l2", "ops", "admin")
MERCHANDISERS: Final = ("merch", "admin")
CUSTOMER_EXPORTERS: Final = ("support_l2", "merch", "admin")
ORDER_EXPORTERS: Final = ("ops", "finance", "admin")

REFUND_LIMITS: Final = {"support_l1": 5_000, "support_l2": 15_000}
"""Cents that a person of the role may refund on one order, all their refunds on it together; others have no limit."""


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A way of shipping and its price in cents without tax."""

    code: str
    title: str
    price: int
    promise: str


SHIPPING_METHODS: Final = {
    method.code: method
    for method in (
        ShippingMethod("standard", "Standard delivery", 495, "2 to 4 working days"),
        ShippingMethod("express", "Express delivery", 995, "next working day"),
        ShippingMethod("pickup_point", "Pickup point", 395, "2 to 4 working days, at a parcel shop near you"),
    )
}
SHIPPING_TAX_BP: Final = 2_100
"""Tax on shipping in hundredths of a percent."""
MAX_CART_LINES: Final = 50
MAX_CART_CODES: Final = 10
MAX_ADDRESSES: Final = 50
