"""The cart: its lines, discount codes, and what it comes to."""

from flask import url_for

from worlds.engine.errors import Refusal
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.pages import Done, Door
from worlds.engine.surfaces.wording import money
from worlds.shop.operations.carts import (
    CartLineView,
    CartView,
    apply_discount_code,
    change_cart_line,
    get_cart,
    remove_discount_code,
)
from worlds.shop.operations.checkout import CheckoutPreview, preview_checkout
from worlds.shop.pages.store.front import members, show, store
from worlds.shop.pages.store.wording import counted, goods_title, labelled


@store.page("/cart")
@members
def cart(door: Door) -> str:
    """What is in the cart, with a form a line."""
    found = door.read(get_cart)
    lines = [(line, _change(door, line), _removal(door, line)) for line in found.lines]
    codes = [
        (used, door.form(remove_discount_code, url_for("store.code_removed"), name=f"code-{at}"))
        for at, used in enumerate(found.codes)
    ]
    code = labelled(door.form(apply_discount_code, url_for("store.code_applied"), name="apply"))
    forms = [code, *(change for _, change, _ in lines), *(gone for _, _, gone in lines), *(form for _, form in codes)]
    problems = [form for form in forms if form.problems]
    return show(
        door, "cart.html", cart=found, lines=lines, codes=codes, code=code, problems=problems[:1],
        preview=_estimate(door, found),
    )  # fmt: skip


def _change(door: Door, line: CartLineView) -> Form:
    action = url_for("store.line_changed", line_id=line.line_id)
    return door.form(change_cart_line, action, {"quantity": line.quantity}, name=f"line-{line.line_id}")


def _removal(door: Door, line: CartLineView) -> Form:
    action = url_for("store.line_removed", line_id=line.line_id)
    return door.form(change_cart_line, action, name=f"off-{line.line_id}")


def _estimate(door: Door, found: CartView) -> CheckoutPreview | None:
    """The totals with standard delivery, where they can be told already."""
    if not found.lines:
        return None
    try:
        return door.read(preview_checkout)
    except Refusal:
        return None


@store.action("/cart/lines/<id:line_id>", change_cart_line, shows=cart)
@members
def line_changed(door: Door, done: CartView | None, line_id: int) -> Done:  # noqa: ARG001 - the framework's shape
    """The new quantity of a line."""
    line = next((line for line in done.lines if line.line_id == line_id), None) if done else None
    if line is None:
        return Done("Your cart was changed.", url_for("store.cart"))
    name = goods_title(line.title, line.variant_title)
    return Done(f"Your cart now holds {counted(line.quantity, 'unit')} of {name}.", url_for("store.cart"))


@store.action("/cart/lines/<id:line_id>/remove", change_cart_line, shows=cart)
@members
def line_removed(door: Door, done: CartView | None, line_id: int) -> Done:  # noqa: ARG001 - the framework's shape
    """A line is gone."""
    left = f"; {counted(done.units, 'unit')} left in it" if done else ""
    return Done(f"Removed from your cart{left}.", url_for("store.cart"))


@store.action("/cart/codes", apply_discount_code, shows=cart)
@members
def code_applied(door: Door, done: CartView | None) -> Done:
    """What a code takes off."""
    here = url_for("store.cart")
    typed = str(door.sent.typed.arguments.get("code", "")).strip().upper() if door.sent else ""
    used = next((one for one in done.codes if one.code.upper() == typed), None) if done else None
    if used is None:
        return Done(f"The code {typed} is on your cart.", here)
    if used.discount_class == "shipping":
        return Done(f"The code {used.code} is on your cart: shipping is free.", here)
    return Done(f"The code {used.code} is on your cart and takes off {money(used.amount)} before VAT.", here)


@store.action("/cart/codes/remove", remove_discount_code, shows=cart)
@members
def code_removed(door: Door, done: CartView | None) -> Done:  # noqa: ARG001 - the framework's shape
    """A code is gone."""
    typed = str(door.sent.typed.arguments.get("code", "")).strip().upper() if door.sent else ""
    return Done(f"The code {typed} was taken off your cart.", url_for("store.cart"))
