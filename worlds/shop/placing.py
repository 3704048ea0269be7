"""Placing an order: prices, codes, stock and the card are checked, then everything that an order is gets written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.folding import normal_email, phone_digits, search_text
from worlds.engine.rows import Query, insert
from worlds.shop import WORLD, codes, gateway, mails, stockroom
from worlds.shop.chronicle import audit, mail, timeline
from worlds.shop.codes import Discount
from worlds.shop.derived import count_codes, recompute
from worlds.shop.models import DiscountAllocation, OrderLine, SalesOrder
from worlds.shop.pricing import Item, Quote, quote
from worlds.shop.rules import RETURN_WINDOW_DAYS, SHIPPING_METHODS, SHIPPING_TAX_BP
from worlds.shop.views import AddressInput


class Goods(NamedTuple):
    """A variant as it can be bought now; `available` adds up the locations that fulfil online."""

    variant_id: int
    product_id: int
    title: str
    variant_title: str
    sku: str
    price: int
    tax_rate_bp: int
    final_sale: int
    category: str
    drawing: str | None
    on_sale: int
    policy: str
    available: int


GOODS_SQL = """SELECT v.id, p.id, p.title, v.title, v.sku, v.price, p.tax_rate_bp, p.final_sale, c.path, p.drawing,
  (p.status = 'active' AND v.active = 1), v.inventory_policy,
  (SELECT coalesce(sum(max(i.available, 0)), 0) FROM inventory_level i JOIN location w ON w.id = i.location_id
    WHERE i.variant_id = v.id AND w.active = 1 AND w.fulfils_online = 1)
FROM {source} JOIN product p ON p.id = v.product_id JOIN category c ON c.id = p.category_id"""
GOODS = Query(Goods, GOODS_SQL.format(source="json_each(:variants) j JOIN variant v ON v.id = j.value"))


@dataclass(frozen=True, slots=True)
class Card:
    """A card by brand and last four digits."""

    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An order about to be placed. `lines` are (variant id, units); without `customer_id` it is a guest's.

    `discounts` are ids of codes that were entered; `card` may be None where there is nothing to pay.
    """

    email: str
    lines: tuple[tuple[int, int], ...]
    address: AddressInput
    shipping_method: str
    card: Card | None
    customer_id: int | None = None
    discounts: tuple[int, ...] = ()
    source: str = "web"
    note: str | None = None
    notify: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """An order just placed; `payment_id` is None where there was nothing to pay."""

    order_id: int
    number: str
    total: int
    payment_id: int | None
    quote: Quote


def goods(ctx: Context, variant_ids: Sequence[int]) -> dict[int, Goods]:
    """Variants by id as they can be bought now; unknown ids are left out."""
    return {one.variant_id: one for one in GOODS.all(ctx, variants=json.dumps(list(variant_ids)))}


def item_of(one: Goods, quantity: int) -> Item:
    """A variant as an item to price."""
    return Item(quantity, one.price, one.tax_rate_bp, one.product_id, one.category)


def priced(items: Sequence[Item], discounts: Sequence[Discount], shipping_method: str) -> Quote:
    """A basket's quote with a way of shipping."""
    method = SHIPPING_METHODS[shipping_method]
    return quote(items, [discount.offer for discount in discounts], method.price, SHIPPING_TAX_BP)


def place(ctx: Context, draft: Draft) -> Placed:
    """Place an order: lines, allocated discounts, committed stock, an authorization of its total, a confirmation.

    Raises:
        Conflict, NotFound: when something is not on sale, stock is short, a code may not be used, or there is no card.
    """
    found = goods(ctx, [variant for variant, _ in draft.lines])
    _check_on_sale(draft, found)
    items = [item_of(found[variant], units) for variant, units in draft.lines]
    discounts = codes.by_ids(ctx, draft.discounts)
    codes.check(ctx, discounts, items, normal_email(draft.email))
    places = _planned(ctx, draft, found)
    totals = priced(items, discounts, draft.shipping_method)
    if totals.total and draft.card is None:
        raise NotFound(
            "payment_method_not_found",
            f"There is no card to pay {mails.euros(totals.total)} with. Save one first.",
            field="payment_method_id",
        )
    order_id, number = _write_order(ctx, draft, totals)
    _write_lines(ctx, draft, found, places, totals, order_id)
    payment_id = None
    if totals.total and draft.card:
        payment_id = gateway.authorize(ctx, order_id, totals.total, draft.card.brand, draft.card.last4)
    count_codes(ctx, order_id, 1)
    recompute(ctx, order_id)
    _tell(ctx, draft, found, totals, order_id, number)
    return Placed(order_id, number, totals.total, payment_id, totals)


def _check_on_sale(draft: Draft, found: dict[int, Goods]) -> None:
    if not draft.lines:
        raise Conflict("cart_empty", "There is nothing in the cart. Put something in before placing the order.")
    for variant, _ in draft.lines:
        if variant not in found or not found[variant].on_sale:
            name = found[variant].title if variant in found else f"Variant {variant}"
            raise Conflict("variant_not_found", f"{name} is no longer on sale. Remove it from the cart.")


def _planned(ctx: Context, draft: Draft, found: dict[int, Goods]) -> dict[int, list[tuple[int, int]]]:
    wanted: dict[int, int] = {}
    for variant, units in draft.lines:
        wanted[variant] = wanted.get(variant, 0) + units
    places, lacking = stockroom.plan(ctx, wanted)
    for variant, short in lacking.items():
        raise short_of(found[variant], wanted[variant] - short)
    return places


def short_of(one: Goods, available: int) -> Conflict:
    """The refusal for too few units of something."""
    return Conflict(
        "insufficient_stock",
        f"Only {available} of {one.title} ({one.variant_title}) can be ordered now. "
        "Lower the quantity, or take another variant.",
        field="quantity",
        details={"available": available},
    )


def _write_order(ctx: Context, draft: Draft, totals: Quote) -> tuple[int, str]:
    number = f"LK-{10_000 + ctx.number('order_number')}"
    to = draft.address
    order_id = insert(
        ctx, SalesOrder, number=number, customer_id=draft.customer_id, email=draft.email,
        email_norm=normal_email(draft.email), currency=WORLD.currency, source=draft.source, placed_at=ctx.now,
        financial_status="pending", fulfilment_status="unfulfilled", return_status="none", subtotal=totals.subtotal,
        discount_total=totals.discount_total, shipping_method=draft.shipping_method,
        shipping_total=totals.shipping_total, shipping_discount=totals.shipping_discount,
        shipping_tax_rate_bp=SHIPPING_TAX_BP, shipping_tax=totals.shipping_tax, tax_total=totals.tax_total,
        total=totals.total, refunded_total=0, return_window_days=RETURN_WINDOW_DAYS,
        customer_note=draft.note, tags="[]",
        ship_name=to.name, ship_company=to.company, ship_line1=to.line1, ship_line2=to.line2, ship_city=to.city,
        ship_province=to.province, ship_postal_code=to.postal_code, ship_country=to.country, ship_phone=to.phone,
        search_text=search_text(number, draft.email, to.name, to.company, phone_digits(to.phone)),
    )  # fmt: skip
    return order_id, number


def _write_lines(
    ctx: Context,
    draft: Draft,
    found: dict[int, Goods],
    places: dict[int, list[tuple[int, int]]],
    totals: Quote,
    order_id: int,
) -> None:
    line_ids = []
    for at, (variant, units) in enumerate(draft.lines):
        one, priced_line = found[variant], totals.lines[at]
        line_id = insert(
            ctx, OrderLine, order_id=order_id, variant_id=variant, position=at + 1, title=one.title,
            variant_title=one.variant_title, sku=one.sku, quantity=units, unit_price=one.price,
            subtotal=priced_line.subtotal, discount_total=priced_line.discount, tax_rate_bp=one.tax_rate_bp,
            tax_total=priced_line.tax, total=priced_line.total, final_sale=one.final_sale, fulfilled=0, cancelled=0,
            return_requested=0, returned=0, refunded=0,
        )  # fmt: skip
        line_ids.append(line_id)
        stockroom.commit(ctx, order_id, line_id, variant, stockroom.take(places[variant], units))
    for share in totals.shares:
        insert(
            ctx, DiscountAllocation, order_id=order_id,
            order_line_id=None if share.line is None else line_ids[share.line],
            discount_id=share.offer.discount_id, discount_class=share.offer.discount_class, code=share.offer.code,
            amount=share.amount,
        )  # fmt: skip


def _tell(ctx: Context, draft: Draft, found: dict[int, Goods], totals: Quote, order_id: int, number: str) -> None:
    timeline(ctx, order_id, "order_placed", f"Order {number} placed for {mails.euros(totals.total)}")
    audit(ctx, "place_order", "order", order_id, number=number, total=totals.total)
    if not draft.notify:
        return
    card = f"{draft.card.brand} ending {draft.card.last4}" if draft.card and totals.total else None
    listed = mails.items((units, found[variant].title, found[variant].variant_title) for variant, units in draft.lines)
    letter = mails.order_confirmation(draft.address.name, number, listed, totals.total, card)
    mail(
        ctx, "order_confirmation", f"order:{order_id}", draft.email, letter,
        order_id=order_id, customer_id=draft.customer_id,
    )  # fmt: skip
