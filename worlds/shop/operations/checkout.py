"""From cart to order: the totals before buying, and buying."""

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Money, RecordId, Result, UpTo20, UpTo200, Words, format_money
from worlds.engine.operation import reads, writes
from worlds.shop import WORLD, account_file, basket, placing
from worlds.shop.account_file import AddressRow, CardRow
from worlds.shop.basket import Basket
from worlds.shop.days import local_day
from worlds.shop.order_file import percent
from worlds.shop.pricing import Quote
from worlds.shop.rules import CUSTOMER, SHIPPING_METHODS
from worlds.shop.views import AddressInput, AddressView, CodeUsed, ShippingMethodCode


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

    lines: UpTo200[CheckoutLine]
    codes: UpTo20[CodeUsed]
    shipping_options: UpTo20[ShippingOption]
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
    problems: UpTo200[str]


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
    held = basket.load(ctx)
    fit, problems = basket.fitting_codes(ctx, held)
    totals = placing.priced(held.items, fit, shipping_method)
    address = account_file.address(ctx, address_id)
    card = account_file.card(ctx, None)
    problems = [*_problems(ctx, held, address, card, totals), *problems]
    return CheckoutPreview(
        lines=_lines(held, totals), codes=basket.codes_used(fit, totals),
        shipping_options=[
            ShippingOption(
                code=way.code, title=way.title, promise=way.promise, price=way.price, chosen=way.code == shipping_method
            )
            for way in SHIPPING_METHODS.values()
        ],
        subtotal=totals.subtotal, discount_total=totals.discount_total, shipping_total=totals.shipping_total,
        shipping_discount=totals.shipping_discount, tax_total=totals.tax_total, total=totals.total,
        currency=WORLD.currency, address_id=address.address_id if address else None,
        address=address.view if address else None, payment_method_id=card.payment_method_id if card else None,
        payment_method=card.title if card else None, problems=problems,
    )  # fmt: skip


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
    held = basket.load(ctx)
    address = account_file.address(ctx, address_id)
    card = account_file.card(ctx, payment_method_id)
    if address is None:
        raise NotFound(
            "address_not_found", f"You have no address {address_id}; your account lists them.", field="address_id"
        )
    account = account_file.account(ctx)
    paid_with = _usable(ctx, card, payment_method_id)
    placed = placing.place(
        ctx,
        placing.Draft(
            email=account.email, lines=tuple((line.goods.variant_id, line.quantity) for line in held.lines),
            address=AddressInput.model_construct(**address.view.model_dump()), shipping_method=shipping_method,
            card=paid_with, customer_id=account.id, discounts=tuple(one.id for one in held.codes), note=note,
        ),
    )  # fmt: skip
    basket.empty(ctx, held)
    return OrderPlaced(
        order_id=placed.order_id, number=placed.number, email=account.email, total=placed.total,
        currency=WORLD.currency, payment_status="authorized" if placed.payment_id else "nothing to pay",
    )  # fmt: skip


def _lines(held: Basket, totals: Quote) -> list[CheckoutLine]:
    return [
        CheckoutLine(
            variant_id=line.goods.variant_id, title=line.goods.title, variant_title=line.goods.variant_title,
            sku=line.goods.sku, quantity=line.quantity, unit_price=line.goods.price, subtotal=priced.subtotal,
            discount=priced.discount, tax_rate=percent(line.goods.tax_rate_bp), tax=priced.tax, total=priced.total,
        )
        for line, priced in zip(held.lines, totals.lines, strict=True)
    ]  # fmt: skip


def _problems(ctx: Context, held: Basket, address: AddressRow | None, card: CardRow | None, totals: Quote) -> list[str]:
    found = [] if held.lines else ["Your cart is empty."]
    for line in held.lines:
        one = line.goods
        if not one.on_sale:
            found.append(f"{one.title} is no longer on sale; remove it.")
        elif one.policy == "deny" and one.available < line.quantity:
            found.append(f"Only {one.available} of {one.title} ({one.variant_title}) can be ordered now.")
    if address is None:
        found.append("There is no address to ship to; add one.")
    if totals.total and card is None:
        found.append(f"There is no saved card to pay {format_money(totals.total)} EUR with.")
    elif card is not None and card.expired_on(local_day(ctx.now)):
        found.append(f"Your {card.title} has expired; choose another card.")
    return found


def _usable(ctx: Context, card: CardRow | None, wanted: int | None) -> placing.Card | None:
    if card is None and wanted is not None:
        raise NotFound(
            "payment_method_not_found",
            f"You have no saved card {wanted}; your account lists your cards.",
            field="payment_method_id",
        )
    if card is not None and card.expired_on(local_day(ctx.now)):
        raise Conflict(
            "card_expired", f"Your {card.title} has expired. Choose another card.", field="payment_method_id"
        )
    return placing.Card(card.brand, card.last4) if card else None
