"""Shipping an order: parcels, their tracking numbers, their delivery, and the address they go to."""

from flask import url_for

from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.fulfilments import fulfil_order, mark_delivered, update_tracking
from worlds.shop.operations.orders import AddressChanged, edit_shipping_address, get_order
from worlds.shop.operations.stock import LocationView, StockLevel, list_locations, list_stock
from worlds.shop.pages.office.app import office
from worlds.shop.views import FulfilmentView, OrderDetail

LOOKED_UP = 10
"""Lines of an order for which the page says where the goods lie; of further ones the stock page says it."""


@office.page("/orders/<id:order_id>/fulfil")
def fulfil(door: Door, order_id: int) -> str:
    """What is left to ship, and where it lies."""
    shown = door.read(get_order, order_id=order_id)
    left = [line for line in shown.lines if line.unfulfilled]
    levels: dict[int, list[StockLevel]] = {
        line.variant_id: door.read(list_stock, variant_id=line.variant_id).items
        for line in left[:LOOKED_UP]
        if line.variant_id is not None
    }
    values: dict[str, object] = {f"lines.{index}.quantity": line.unfulfilled for index, line in enumerate(left)}
    label = next((one for one in shown.labels if one.status in ("bought", "scanned")), None)
    values |= {"carrier": label.carrier, "tracking_number": label.tracking_number} if label else {}
    form = door.form(fulfil_order, url_for("office.fulfilled", order_id=order_id), values)
    places = [(place.location_id, f"{place.name}, {place.city}") for place in _open_places(door)]
    return door.render(
        "office/fulfil.html", order=shown, left=left, levels=levels, form=form, places=places, label=label
    )


@office.action("/orders/<id:order_id>/fulfil", fulfil_order, shows=fulfil, rows={"lines": "quantity"})
def fulfilled(_door: Door, done: FulfilmentView | None, order_id: int) -> Done:
    """The parcel is on its way."""
    said = f"Parcel {done.number} left with {done.carrier}, tracking number {done.tracking_number}." if done else AGAIN
    return Done(said, url_for("office.order", order_id=order_id))


@office.page("/orders/<id:order_id>/parcels/<id:fulfilment_id>/tracking")
def tracking(door: Door, order_id: int, fulfilment_id: int) -> str:
    """The parcel's carrier and number, to be corrected."""
    shown = door.read(get_order, order_id=order_id)
    parcel = parcel_of(shown, fulfilment_id)
    values = {"carrier": parcel.carrier, "tracking_number": parcel.tracking_number}
    action = url_for("office.tracked", order_id=order_id, fulfilment_id=fulfilment_id)
    form = door.form(update_tracking, action, values)
    return door.render("office/tracking.html", order=shown, parcel=parcel, form=form)


@office.action("/orders/<id:order_id>/parcels/<id:fulfilment_id>/tracking", update_tracking, shows=tracking)
def tracked(_door: Door, done: FulfilmentView | None, order_id: int, fulfilment_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The number is right now."""
    said = f"Parcel {done.number} now has {done.carrier} tracking number {done.tracking_number}." if done else AGAIN
    return Done(said, url_for("office.order", order_id=order_id))


@office.page("/orders/<id:order_id>/parcels/<id:fulfilment_id>/delivered")
def delivery(door: Door, order_id: int, fulfilment_id: int) -> str:
    """Asks before a parcel is noted as delivered, since that starts the return window."""
    shown = door.read(get_order, order_id=order_id)
    form = door.form(mark_delivered, url_for("office.delivered", order_id=order_id, fulfilment_id=fulfilment_id))
    return door.render("office/delivery.html", order=shown, parcel=parcel_of(shown, fulfilment_id), form=form)


@office.action("/orders/<id:order_id>/parcels/<id:fulfilment_id>/delivered", mark_delivered, shows=delivery)
def delivered(_door: Door, done: FulfilmentView | None, order_id: int, fulfilment_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The parcel arrived."""
    said = f"Parcel {done.number} is marked as delivered." if done else AGAIN
    return Done(said, url_for("office.order", order_id=order_id))


@office.page("/orders/<id:order_id>/address")
def address(door: Door, order_id: int) -> str:
    """The shipping address, to be changed as a whole."""
    shown = door.read(get_order, order_id=order_id)
    values = {f"address.{name}": value for name, value in shown.shipping_address.model_dump().items()}
    form = door.form(edit_shipping_address, url_for("office.readdressed", order_id=order_id), values)
    return door.render("office/address.html", order=shown, form=form)


@office.action("/orders/<id:order_id>/address", edit_shipping_address, shows=address)
def readdressed(_door: Door, done: AddressChanged | None, order_id: int) -> Done:
    """The order goes elsewhere."""
    if done is None:
        said = AGAIN
    elif done.changed:
        there = done.shipping_address
        said = f"Order {done.number} now goes to {there.name}, {there.line1}, {there.postal_code} {there.city}."
    else:
        said = f"Order {done.number} already went to that address; nothing was changed."
    return Done(said, url_for("office.order", order_id=order_id))


def parcel_of(shown: OrderDetail, fulfilment_id: int) -> FulfilmentView:
    """A parcel of an order.

    Raises:
        NotFound: when it is another order's.
    """
    for parcel in shown.fulfilments:
        if parcel.fulfilment_id == fulfilment_id:
            return parcel
    raise NotFound("fulfilment_not_found", f"Order {shown.number} has no parcel {fulfilment_id}; see its page.")


def _open_places(door: Door) -> list[LocationView]:
    return [place for place in door.read(list_locations).items if place.active]
