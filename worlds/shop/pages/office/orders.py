"""The orders list, and one order with all that belongs to it."""

from typing import Final

from flask import url_for

from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act, tabs
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.emails import mail_customer
from worlds.shop.operations.escalations import escalate
from worlds.shop.operations.fulfilments import fulfil_order
from worlds.shop.operations.labels import buy_label
from worlds.shop.operations.orders import add_order_note, cancel_order, edit_shipping_address, get_order, list_orders
from worlds.shop.operations.refunds import refund_order
from worlds.shop.operations.returns import open_return
from worlds.shop.pages.office.app import office
from worlds.shop.views import EmailView, NoteView, OrderDetail, OrderLineView

VIEWS: Final[Views] = (
    ("All", {}),
    ("To ship", {"fulfilment_status": "unfulfilled", "cancelled": "false"}),
    ("Partly shipped", {"fulfilment_status": "partially_fulfilled", "cancelled": "false"}),
    ("Authorized", {"financial_status": "authorized", "cancelled": "false"}),
    ("Expired", {"financial_status": "expired"}),
    ("Partly refunded", {"financial_status": "partially_refunded"}),
    ("Returns requested", {"return_status": "requested"}),
    ("Returns under way", {"return_status": "in_progress"}),
    ("Cancelled", {"cancelled": "true"}),
)


@office.page("/orders")
def orders(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_orders)
    return door.render("office/orders.html", listed=listed, tabs=tabs(door, VIEWS))


@office.page("/orders/<id:order_id>")
def order(door: Door, order_id: int) -> str:
    """One order."""
    shown = door.read(get_order, order_id=order_id)
    note = door.form(add_order_note, url_for("office.noted", order_id=order_id), name="note")
    return door.render("office/order.html", order=shown, acts=acts(door, shown), note=note)


@office.action("/orders/<id:order_id>/notes", add_order_note, shows=order)
def noted(_door: Door, done: NoteView | None, order_id: int) -> Done:
    """The note stands on the order."""
    return Done("The note was added to the order." if done else AGAIN, url_for("office.order", order_id=order_id))


@office.page("/orders/<id:order_id>/message")
def message(door: Door, order_id: int) -> str:
    """Words of one's own to the customer."""
    form = door.form(mail_customer, url_for("office.messaged", order_id=order_id))
    return door.render("office/message.html", order=door.read(get_order, order_id=order_id), form=form)


@office.action("/orders/<id:order_id>/message", mail_customer, shows=message)
def messaged(_door: Door, done: EmailView | None, order_id: int) -> Done:
    """The message is out."""
    said = f"The message to {done.to} was sent." if done else AGAIN
    return Done(said, url_for("office.order", order_id=order_id))


def acts(door: Door, shown: OrderDetail) -> list[Act]:
    """What may be done with an order, and why what may not, may not."""
    shipped = any(line.fulfilled for line in shown.lines)
    gone = shown.cancelled_at is not None
    cancelled = (gone, "the order is cancelled")
    left = (shipped, "something has been shipped")

    def url(page: str) -> str:
        return url_for(f"office.{page}", order_id=shown.order_id)

    nothing_to_ship = (not any(line.unfulfilled for line in shown.lines), "nothing is left to ship")
    labelled = (any(one.status in ("bought", "scanned") for one in shown.labels), "it has a live label")
    nothing_back = (not any(_could_return(line) for line in shown.lines), "no shipped units can be returned")
    return [
        act(door, "Fulfil", url("fulfil"), fulfil_order, cancelled, nothing_to_ship),
        act(door, "Refund", url("refund"), refund_order, (not shown.refundable, "no captured money is left to refund")),
        act(door, "Open return", url("new_return"), open_return, nothing_back),
        act(door, "Buy label", url("new_label"), buy_label, cancelled, nothing_to_ship, labelled),
        act(door, "Edit address", url("address"), edit_shipping_address, cancelled, left, labelled),
        act(door, "Cancel order", url("cancel"), cancel_order, cancelled, left),
        act(door, "Write to the customer", url("message"), mail_customer),
        act(door, "Hand over", url("hand_over_order"), escalate),
    ]


def _could_return(line: OrderLineView) -> bool:
    """Whether units of a line could come back, in time or as an exception: a return may count to an earlier day."""
    return bool(line.return_by and line.refundable and line.fulfilled > line.return_requested + line.returned)
