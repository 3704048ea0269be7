"""Shipping labels: the list, buying one for an order's next parcel, and giving one back."""

from typing import Final

from flask import url_for

from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN, Views, tabs
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.labels import buy_label, list_label_rates, list_labels, void_label
from worlds.shop.operations.orders import get_order
from worlds.shop.pages.office.app import euros, office
from worlds.shop.views import LabelView, OrderDetail

VIEWS: Final[Views] = (
    ("All", {}),
    ("Bought", {"status": "bought"}),
    ("Scanned", {"status": "scanned"}),
    ("Used", {"status": "used"}),
    ("Voided", {"status": "voided"}),
)


@office.page("/labels")
def labels(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_labels)
    return door.render("office/labels.html", listed=listed, tabs=tabs(door, VIEWS))


@office.page("/orders/<id:order_id>/labels/new")
def new_label(door: Door, order_id: int) -> str:
    """What the carriers ask, and whom to buy from."""
    shown = door.read(get_order, order_id=order_id)
    rates = door.read(list_label_rates, order_id=order_id)
    form = door.form(buy_label, url_for("office.labelled", order_id=order_id))
    prices: dict[str, dict[str, int]] = {}
    for rate in rates.rates:
        prices.setdefault(rate.carrier, {})[rate.service] = rate.price
    return door.render("office/new_label.html", order=shown, rates=rates, prices=prices, form=form)


@office.action("/orders/<id:order_id>/labels/new", buy_label, shows=new_label)
def labelled(_door: Door, done: LabelView | None, order_id: int) -> Done:
    """The carrier has charged it."""
    said = AGAIN
    if done:
        said = (
            f"Label {done.number} was bought from {done.carrier} for {euros(done.price)}, tracking number "
            f"{done.tracking_number}."
        )
    return Done(said, url_for("office.order", order_id=order_id))


@office.page("/orders/<id:order_id>/labels/<id:label_id>/void")
def voiding(door: Door, order_id: int, label_id: int) -> str:
    """What is given back, and the reason for it."""
    shown = door.read(get_order, order_id=order_id)
    form = door.form(void_label, url_for("office.given_back", order_id=order_id, label_id=label_id))
    return door.render("office/void_label.html", order=shown, label=label_of(shown, label_id), form=form)


@office.action("/orders/<id:order_id>/labels/<id:label_id>/void", void_label, shows=voiding)
def given_back(_door: Door, done: LabelView | None, order_id: int, label_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The carrier has paid it back."""
    said = f"Label {done.number} was voided; {done.carrier} pays {euros(done.price)} back." if done else AGAIN
    return Done(said, url_for("office.order", order_id=order_id))


def label_of(shown: OrderDetail, label_id: int) -> LabelView:
    """A label of an order.

    Raises:
        NotFound: when it is another order's.
    """
    for label in shown.labels:
        if label.label_id == label_id:
            return label
    raise NotFound("label_not_found", f"Order {shown.number} has no label {label_id}; see its page.")
