"""The acting customer's cart: reading it with today's prices, and changing it."""

from dataclasses import dataclass
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.rows import Query, insert, number, run
from worlds.shop import account_file, codes, placing
from worlds.shop.codes import Discount
from worlds.shop.models import Cart, CartCode, CartLine
from worlds.shop.placing import Goods
from worlds.shop.pricing import Item, Quote
from worlds.shop.rules import MAX_CART_CODES, MAX_CART_LINES
from worlds.shop.views import CodeUsed


class _Line(NamedTuple):
    id: int
    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A line of the cart with what it holds."""

    line_id: int
    goods: Goods
    quantity: int


@dataclass(frozen=True, slots=True)
class Basket:
    """A customer's cart; `cart_id` is 0 where nothing was ever put in."""

    cart_id: int
    email: str
    lines: tuple[BasketLine, ...]
    codes: tuple[Discount, ...]

    @property
    def items(self) -> list[Item]:
        """Its lines as items to price."""
        return [placing.item_of(line.goods, line.quantity) for line in self.lines]


_LINES = Query(_Line, "SELECT id, variant_id, quantity FROM cart_line WHERE cart_id = :cart ORDER BY id")


def load(ctx: Context) -> Basket:
    """The acting customer's cart."""
    me = account_file.account(ctx)
    cart = number(ctx, "SELECT id FROM cart WHERE customer_id = :me", me=me.id)
    lines = _LINES.all(ctx, cart=cart) if cart else []
    found = placing.goods(ctx, [line.variant_id for line in lines]) if lines else {}
    return Basket(
        cart_id=cart,
        email=me.email_norm,
        lines=tuple(BasketLine(line.id, found[line.variant_id], line.quantity) for line in lines),
        codes=tuple(codes.OF_CART.all(ctx, cart=cart)) if cart else (),
    )


def units(ctx: Context) -> int:
    """How many units the acting customer's cart holds."""
    return number(
        ctx,
        "SELECT sum(k.quantity) FROM cart c JOIN cart_line k ON k.cart_id = c.id WHERE c.customer_id = :me",
        me=ctx.actor.person,
    )


def fitting_codes(ctx: Context, held: Basket) -> tuple[list[Discount], list[str]]:
    """The entered codes that may be used as the cart is now, and a sentence for each one that may not."""
    fit: list[Discount] = []
    problems: list[str] = []
    for one in held.codes:
        refusal = codes.problem(ctx, one, held.items, fit, held.email)
        if refusal:
            problems.append(refusal.message)
        else:
            fit.append(one)
    return fit, problems


def codes_used(fit: list[Discount], totals: Quote) -> list[CodeUsed]:
    """What each code takes off."""
    return [
        CodeUsed(code=one.code, discount_class=one.discount_class, amount=totals.taken_off_by(one.id)) for one in fit
    ]


def add(ctx: Context, variant_id: int, quantity: int) -> None:
    """Put units of a variant into the cart."""
    held = load(ctx)
    here = next((line for line in held.lines if line.goods.variant_id == variant_id), None)
    wanted = quantity + (here.quantity if here else 0)
    _check_orderable(ctx, variant_id, wanted)
    if here:
        run(ctx, "UPDATE cart_line SET quantity = :units WHERE id = :line", units=wanted, line=here.line_id)
        return
    if len(held.lines) >= MAX_CART_LINES:
        raise Conflict("cart_full", f"Your cart holds {MAX_CART_LINES} different things; remove one first.")
    cart = held.cart_id or insert(ctx, Cart, customer_id=ctx.actor.person)
    insert(ctx, CartLine, cart_id=cart, variant_id=variant_id, quantity=quantity)


def change(ctx: Context, line_id: int, quantity: int) -> None:
    """Set the units of a line; 0 removes it."""
    held = load(ctx)
    line = next((one for one in held.lines if one.line_id == line_id), None)
    if line is None:
        raise NotFound(
            "cart_line_not_found", f"Your cart has no line {line_id}; look at it for those it has.", field="line_id"
        )
    if quantity == 0:
        run(ctx, "DELETE FROM cart_line WHERE id = :line", line=line_id)
        return
    if quantity > line.quantity:
        _check_orderable(ctx, line.goods.variant_id, quantity)
    run(ctx, "UPDATE cart_line SET quantity = :units WHERE id = :line", units=quantity, line=line_id)


def enter(ctx: Context, code: str) -> None:
    """Enter a discount code; entering it again changes nothing."""
    held = load(ctx)
    one = codes.BY_CODE.first(ctx, code=code.strip())
    if one is None:
        raise NotFound("discount_not_found", f"There is no discount code {code!r}. Check its spelling.", field="code")
    if any(other.id == one.id for other in held.codes):
        return
    if refusal := codes.problem(ctx, one, held.items, held.codes, held.email):
        raise refusal
    if len(held.codes) >= MAX_CART_CODES:
        raise Conflict("discounts_full", f"Your cart holds {MAX_CART_CODES} codes; remove one first.", field="code")
    insert(ctx, CartCode, cart_id=held.cart_id, discount_id=one.id)


def take_off(ctx: Context, code: str) -> None:
    """Take a discount code off the cart."""
    held = load(ctx)
    one = next((other for other in held.codes if other.code == code.strip().upper()), None)
    if one is None:
        raise NotFound("discount_not_found", f"The code {code!r} is not entered for your cart.", field="code")
    run(ctx, "DELETE FROM cart_code WHERE cart_id = :cart AND discount_id = :code", cart=held.cart_id, code=one.id)


def empty(ctx: Context, held: Basket) -> None:
    """Take everything out of the cart."""
    run(ctx, "DELETE FROM cart_line WHERE cart_id = :cart", cart=held.cart_id)
    run(ctx, "DELETE FROM cart_code WHERE cart_id = :cart", cart=held.cart_id)


def _check_orderable(ctx: Context, variant_id: int, units: int) -> None:
    one = placing.goods(ctx, [variant_id]).get(variant_id)
    if one is None or not one.on_sale:
        raise NotFound(
            "variant_not_found",
            f"There is no variant {variant_id} on sale; look at the product for its variants.",
            field="variant_id",
        )
    if one.policy == "deny" and units > one.available:
        raise placing.short_of(one, one.available)
