"""Customers, and handing a matter over to another team."""

from typing import Final

from flask import url_for

from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act, tabs
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.customers import get_customer, list_customers
from worlds.shop.operations.escalations import escalate, list_escalations
from worlds.shop.operations.orders import get_order
from worlds.shop.pages.office.app import office
from worlds.shop.views import EscalationView

CUSTOMERS: Final[Views] = (
    ("All", {}),
    ("With an account", {"state": "enabled"}),
    ("Invited", {"state": "invited"}),
    ("Disabled", {"state": "disabled"}),
)


@office.page("/customers")
def customers(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_customers)
    return door.render("office/customers.html", listed=listed, tabs=tabs(door, CUSTOMERS))


@office.page("/customers/<id:customer_id>")
def customer(door: Door, customer_id: int) -> str:
    """One customer with what they bought."""
    shown = door.read(get_customer, customer_id=customer_id)
    acts: list[Act] = [act(door, "Hand over", url_for("office.hand_over_customer", customer_id=customer_id), escalate)]
    return door.render("office/customer.html", customer=shown, acts=acts)


@office.page("/orders/<id:order_id>/hand-over")
def hand_over_order(door: Door, order_id: int) -> str:
    """Hands an order over."""
    shown = door.read(get_order, order_id=order_id)
    form = door.form(escalate, url_for("office.order_handed_over", order_id=order_id))
    here = url_for("office.order", order_id=order_id)
    steps = [("Orders", url_for("office.orders")), (shown.number, here)]
    return door.render("office/hand_over.html", about=f"order {shown.number}", steps=steps, back=here, form=form)


@office.action("/orders/<id:order_id>/hand-over", escalate, shows=hand_over_order)
def order_handed_over(_door: Door, done: EscalationView | None, order_id: int) -> Done:
    """The team has it."""
    return Done(handed_over(done), url_for("office.order", order_id=order_id))


@office.page("/customers/<id:customer_id>/hand-over")
def hand_over_customer(door: Door, customer_id: int) -> str:
    """Hands a customer's matter over."""
    shown = door.read(get_customer, customer_id=customer_id)
    form = door.form(escalate, url_for("office.customer_handed_over", customer_id=customer_id))
    here, about = url_for("office.customer", customer_id=customer_id), shown.name or shown.email
    steps = [("Customers", url_for("office.customers")), (about, here)]
    return door.render("office/hand_over.html", about=about, steps=steps, back=here, form=form)


@office.action("/customers/<id:customer_id>/hand-over", escalate, shows=hand_over_customer)
def customer_handed_over(_door: Door, done: EscalationView | None, customer_id: int) -> Done:
    """The team has it."""
    return Done(handed_over(done), url_for("office.customer", customer_id=customer_id))


def handed_over(done: EscalationView | None) -> str:
    """What is said after a hand-over."""
    return f"Hand-over {done.number} went to {done.team.replace('_', ' ')}." if done else AGAIN


@office.page("/handovers")
def handovers(door: Door) -> str:
    """What was handed over, newest first."""
    listed = door.listing(list_escalations)
    return door.render("office/handovers.html", listed=listed)
