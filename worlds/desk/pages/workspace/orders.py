"""The shop's orders, as the desk may see them: found by what a customer names, with parcels and where they are."""

from typing import Any

from flask import request

from worlds.desk.operations.orders import find_orders, get_order
from worlds.desk.pages.workspace.app import workspace
from worlds.engine.surfaces.pages import Door

ASKED = ("query", "number", "email", "tracking_number")
"""By what orders are found; they are looked up for a case, so nothing is listed without one."""


@workspace.page("/orders")
def orders(door: Door) -> str:
    """The search, with its words in the URL."""
    listed: Any = None
    if any(request.args.get(name) for name in ASKED):
        listed = door.listing(find_orders)
    return door.render("workspace/orders.html", listed=listed, asked=request.args)


@workspace.page("/orders/<id:order_id>")
def order(door: Door, order_id: int) -> str:
    """One order with what lies in which parcel."""
    shown = door.read(get_order, order_id=order_id)
    titles = {one.parcel_id: at for at, one in enumerate(shown.parcels, 1)}
    return door.render("workspace/order.html", order=shown, parcel_numbers=titles)
