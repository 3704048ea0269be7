"""A customer's account: signing in and out, orders with tracking and returns, and the address book."""

from flask import url_for

from worlds.engine.surfaces.guests import onward
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.accounts import (
    AddressEntry,
    SessionView,
    add_my_address,
    get_my_account,
    get_my_order,
    list_my_orders,
    request_my_return,
    sign_in,
    sign_out,
)
from worlds.shop.pages.store.countries import COUNTRIES
from worlds.shop.pages.store.front import members, show, store
from worlds.shop.pages.store.wording import labelled, return_reason
from worlds.shop.views import ReturnView


@store.page("/sign-in")
def sign_in_page(door: Door) -> str:
    """A form to sign in; its address says where to go afterwards."""
    if not door.may(sign_in):
        return show(door, "sign_in.html", form=None)
    form = door.form(sign_in, url_for("store.signed_in"), name="sign-in", onward=onward())
    return show(door, "sign_in.html", form=labelled(form))


@store.action("/sign-in", sign_in, shows=sign_in_page, signs_in=True)
def signed_in(door: Door, done: SessionView | None) -> Done:  # noqa: ARG001 - the framework's shape
    """A greeting."""
    return Done(f"Welcome back, {done.name}." if done else "You are signed in.", url_for("store.account"))


@store.page("/account")
@members
def account(door: Door) -> str:
    """The account at a glance."""
    found = door.read(get_my_account)
    return show(door, "account.html", account=found, orders=door.read(list_my_orders, page_size=3))


@store.action("/sign-out", sign_out, shows=account)
def signed_out(door: Door, done: SessionView | None) -> Done:  # noqa: ARG001 - the framework's shape
    """A goodbye."""
    return Done("You are signed out.", url_for("store.home"))


@store.page("/account/orders")
@members
def orders(door: Door) -> str:
    """All orders, newest first."""
    listing = door.listing(list_my_orders)
    return show(door, "orders.html", form=listing.form, found=listing.found)


@store.page("/account/orders/<id:order_id>")
@members
def order(door: Door, order_id: int) -> str:
    """An order with parcels, refunds and returns."""
    return show(door, "order.html", order=door.read(get_my_order, order_id=order_id))


@store.page("/account/orders/<id:order_id>/return")
@members
def return_page(door: Door, order_id: int) -> str:
    """A form to ask for a return."""
    found = door.read(get_my_order, order_id=order_id)
    lines = [line for line in found.lines if line.returnable]
    form = labelled(door.form(request_my_return, url_for("store.return_requested", order_id=order_id), name="return"))
    reasons = [(code, return_reason(code)) for code, _ in form["reason"].options]
    return show(door, "return.html", order=found, lines=lines, form=form, reasons=reasons)


@store.action("/account/orders/<id:order_id>/return", request_my_return, shows=return_page, rows={"lines": "quantity"})
@members
def return_requested(door: Door, done: ReturnView | None, order_id: int) -> Done:  # noqa: ARG001 - the framework's shape
    """The return's number."""
    here = url_for("store.order", order_id=order_id)
    if done is None:
        return Done("This return was asked for before; you see it here.", here)
    return Done(f"Return {done.number} is requested. We answer within one working day.", here)


@store.page("/account/addresses")
@members
def addresses(door: Door) -> str:
    """The address book."""
    return show(door, "addresses.html", account=door.read(get_my_account))


@store.page("/account/addresses/new")
@members
def new_address(door: Door) -> str:
    """A form for another address."""
    found = door.read(get_my_account)
    values = {"address.name": " ".join(filter(None, (found.first_name, found.last_name))), "address.country": "NL"}
    form = door.form(add_my_address, url_for("store.address_added"), values, name="address")
    return show(door, "new_address.html", form=labelled(form), countries=COUNTRIES)


@store.action("/account/addresses/new", add_my_address, shows=new_address)
@members
def address_added(door: Door, done: AddressEntry | None) -> Done:  # noqa: ARG001 - the framework's shape
    """The new entry."""
    what = f"The address of {done.name} in {done.city}" if done else "The address"
    return Done(f"{what} was added to your address book.", url_for("store.addresses"))
