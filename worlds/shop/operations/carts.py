"""A shopper's cart: what is in it, and the discount codes entered for it."""

from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.fields import Money, Quantity, RecordId, Result, UpTo20, UpTo200
from worlds.engine.operation import reads, writes
from worlds.shop import WORLD, basket, placing
from worlds.shop.rules import CUSTOMER
from worlds.shop.texts import Code
from worlds.shop.views import CodeUsed


class CartLineView(Result):
    """A line of the cart at today's price; `discount` is what codes take off it, `available` what can be ordered."""

    line_id: int
    variant_id: int
    product_id: int
    title: str
    variant_title: str
    sku: str
    quantity: int
    unit_price: Money
    subtotal: Money
    discount: Money
    available: int
    final_sale: bool
    drawing: str | None


class CartView(Result):
    """The cart. Amounts without tax and shipping; goods_total = subtotal - discount_total.

    A shipping code takes off the standard price here. `problems` says which entered codes do not fit the cart.
    """

    lines: UpTo200[CartLineView]
    codes: UpTo20[CodeUsed]
    problems: UpTo200[str]
    units: int
    subtotal: Money
    discount_total: Money
    goods_total: Money
    currency: str


@reads(roles=CUSTOMER)
def get_cart(ctx: Context) -> CartView:
    """Show your cart."""
    return _view(ctx)


@writes(roles=CUSTOMER)
def add_to_cart(ctx: Context, variant_id: RecordId, quantity: Quantity = 1) -> CartView:
    """Put units of a variant into your cart, added to what is there.

    Args:
        variant_id: The variant's id, as get_product lists it.
        quantity: How many units to add.
    """
    basket.add(ctx, variant_id, quantity)
    return _view(ctx)


@writes(roles=CUSTOMER, last_write_wins=True)
def change_cart_line(ctx: Context, line_id: RecordId, quantity: Annotated[int, Field(ge=0, le=10_000)]) -> CartView:
    """Set how many units of a cart line you want; 0 removes the line.

    Args:
        line_id: The cart line's id.
        quantity: The new number of units.
    """
    basket.change(ctx, line_id, quantity)
    return _view(ctx)


@writes(roles=CUSTOMER)
def apply_discount_code(ctx: Context, code: Code) -> CartView:
    """Enter a discount code for your cart.

    Args:
        code: The code, in any case.
    """
    basket.enter(ctx, code)
    return _view(ctx)


@writes(roles=CUSTOMER)
def remove_discount_code(ctx: Context, code: Code) -> CartView:
    """Take a discount code off your cart.

    Args:
        code: The code, in any case.
    """
    basket.take_off(ctx, code)
    return _view(ctx)


def _view(ctx: Context) -> CartView:
    held = basket.load(ctx)
    fit, problems = basket.fitting_codes(ctx, held)
    totals = placing.priced(held.items, fit, "standard")
    return CartView(
        lines=[
            CartLineView(
                line_id=line.line_id, variant_id=line.goods.variant_id, product_id=line.goods.product_id,
                title=line.goods.title, variant_title=line.goods.variant_title, sku=line.goods.sku,
                quantity=line.quantity, unit_price=line.goods.price, subtotal=priced.subtotal,
                discount=priced.discount, available=line.goods.available, final_sale=bool(line.goods.final_sale),
                drawing=line.goods.drawing,
            )
            for line, priced in zip(held.lines, totals.lines, strict=True)
        ],
        codes=basket.codes_used(fit, totals), problems=problems, units=sum(line.quantity for line in held.lines),
        subtotal=totals.subtotal, discount_total=totals.discount_total,
        goods_total=totals.subtotal - totals.discount_total, currency=WORLD.currency,
    )  # fmt: skip
