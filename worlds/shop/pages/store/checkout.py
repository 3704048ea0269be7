"""Buying in three steps, address, shipping, review; what was chosen so far stands in the address of the page."""

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from worlds.engine.errors import Refusal
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.accounts import AddressEntry, add_my_address, get_my_account, get_my_order
from worlds.shop.operations.checkout import CheckoutPreview, OrderPlaced, place_order, preview_checkout
from worlds.shop.pages.store.countries import COUNTRIES
from worlds.shop.pages.store.front import members, show, store
from worlds.shop.pages.store.wording import labelled


@store.page("/checkout")
@members
def checkout(door: Door) -> str | Response:
    """Step 1: where it goes."""
    preview = door.read(preview_checkout)
    if not preview.lines:
        return redirect(url_for("store.cart"), 303)
    account = door.read(get_my_account)
    if not account.addresses:
        return redirect(url_for("store.checkout_address"), 303)
    chosen = request.args.get("address_id") or str(preview.address_id or account.addresses[0].address_id)
    return show(door, "checkout_address.html", preview=preview, account=account, chosen=chosen, step=1)


@store.page("/checkout/new-address")
@members
def checkout_address(door: Door) -> str:
    """Step 1 with an address that is not in the book yet."""
    account = door.read(get_my_account)
    values = {"address.name": " ".join(filter(None, (account.first_name, account.last_name))), "address.country": "NL"}
    form = door.form(add_my_address, url_for("store.checkout_address_added"), values, name="address")
    return show(door, "checkout_new_address.html", form=labelled(form), account=account, step=1, countries=COUNTRIES)


@store.action("/checkout/new-address", add_my_address, shows=checkout_address)
@members
def checkout_address_added(door: Door, done: AddressEntry | None) -> Done:  # noqa: ARG001 - the framework's shape
    """On with the new address."""
    if done is None:
        return Done("This address was added before; choose it here.", url_for("store.checkout"))
    return Done(
        f"The address of {done.name} in {done.city} was added to your address book.",
        url_for("store.checkout_shipping", address_id=done.address_id),
    )


@store.page("/checkout/shipping")
@members
def checkout_shipping(door: Door) -> str | Response:
    """Step 2: how it is shipped."""
    preview = _preview(door)
    if isinstance(preview, Response):
        return preview
    return show(door, "checkout_shipping.html", preview=preview, step=2)


@store.page("/checkout/review")
@members
def checkout_review(door: Door) -> str | Response:
    """Step 3: everything in figures, the card, and the button that buys."""
    preview = _preview(door)
    if isinstance(preview, Response):
        return preview
    account = door.read(get_my_account)
    method = next((option for option in preview.shipping_options if option.chosen), None)
    values: dict[str, Any] = {
        "address_id": preview.address_id,
        "shipping_method": method.code if method else "standard",
        "payment_method_id": preview.payment_method_id or "",
    }
    form = door.form(place_order, url_for("store.placed"), values, name="order")
    return show(door, "checkout_review.html", preview=preview, account=account, method=method, form=form, step=3)


def _preview(door: Door) -> CheckoutPreview | Response:
    """The totals of what was chosen so far, or the way back to the step that is missing."""
    chosen = {name: request.values[name] for name in ("address_id", "shipping_method") if request.values.get(name)}
    if "address_id" not in chosen:
        return redirect(url_for("store.checkout"), 303)
    try:
        preview = door.read(preview_checkout, **chosen)
    except Refusal:
        if door.sent is None:
            raise
        preview = door.read(preview_checkout)  # the form that came back says what is wrong with the choice
    if not preview.lines:
        return redirect(url_for("store.cart"), 303)
    return preview


@store.action("/checkout/review", place_order, shows=checkout_review)
@members
def placed(door: Door, done: OrderPlaced | None) -> Done:  # noqa: ARG001 - the framework's shape
    """The order's confirmation."""
    if done is None:
        return Done("This order was placed before; you find it here.", url_for("store.orders"))
    return Done(f"Order {done.number} was placed.", url_for("store.confirmation", order_id=done.order_id))


@store.page("/account/orders/<id:order_id>/confirmation")
@members
def confirmation(door: Door, order_id: int) -> str:
    """Thanks, and what happens next."""
    return show(door, "confirmation.html", order=door.read(get_my_order, order_id=order_id))
