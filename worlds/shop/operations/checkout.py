"""From cart to order: the totals before buying, and buying."""

from worlds.engine.context import Context
from worlds.engine.fields import Money, RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.shop.rules import CUSTOMER
from worlds.shop.texts import Words
from worlds.shop.views import AddressView, CodeUsed, ShippingMethodCode


class CheckoutLine(Result):
    """A line as it would be bought: total = subtotal - discount + tax."""

    variant_id: int
    title: str
    variant_title: str
    sku: str
    quantity: int
    unit_price: Money
    subtotal: Money
    discount: Money
    tax_rate: str
    tax: Money
    total: Money


class ShippingOption(Result):
    """A way of shipping with its price without tax; `chosen` marks the one that the totals hold."""

    code: str
    title: str
    promise: str
    price: Money
    chosen: bool


class CheckoutPreview(Result):
    """What the cart would cost: total = subtotal - discount_total + shipping_total + tax_total.

    `problems` says in sentences what stands in the way of buying; empty when nothing does.
    """

    lines: list[CheckoutLine]
    codes: list[CodeUsed]
    shipping_options: list[ShippingOption]
    subtotal: Money
    discount_total: Money
    shipping_total: Money
    shipping_discount: Money
    tax_total: Money
    total: Money
    currency: str
    address_id: int | None
    address: AddressView | None
    payment_method_id: int | None
    payment_method: str | None
    problems: list[str]


class OrderPlaced(Result):
    """The order just placed. `total` is authorized on the card and taken when the first parcel leaves."""

    order_id: int
    number: str
    email: str
    total: Money
    currency: str
    payment_status: str


@reads(roles=CUSTOMER)
def preview_checkout(
    ctx: Context, address_id: RecordId | None = None, shipping_method: ShippingMethodCode = "standard"
) -> CheckoutPreview:
    """Work out what your cart costs with shipping and tax, without buying it.

    Args:
        address_id: One of your addresses; your default one if left out.
        shipping_method: How it is to be shipped.
    """
    raise NotImplementedError


@writes(roles=CUSTOMER)
def place_order(
    ctx: Context,
    address_id: RecordId,
    shipping_method: ShippingMethodCode = "standard",
    payment_method_id: RecordId | None = None,
    note: Words | None = None,
) -> OrderPlaced:
    """Buy what is in your cart: the total is authorized on your card and a confirmation is mailed to you.

    Args:
        address_id: The address that it goes to, one of yours.
        shipping_method: How it is to be shipped.
        payment_method_id: One of your saved cards; your default one if left out.
        note: A note for the shop.
    """
    raise NotImplementedError
