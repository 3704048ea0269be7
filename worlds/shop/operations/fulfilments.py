"""Shipping: sending parcels, their tracking numbers, and their delivery."""

from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.fields import RecordId
from worlds.engine.operation import writes
from worlds.shop.rules import WAREHOUSE
from worlds.shop.texts import Tracking
from worlds.shop.views import Carrier, FulfilmentView, LineQuantity


@writes(roles=WAREHOUSE)
def fulfil_order(  # noqa: PLR0913 - an operation's arguments are its schema
    ctx: Context,
    order_id: RecordId,
    location_id: RecordId,
    carrier: Carrier,
    tracking_number: Tracking,
    lines: Annotated[list[LineQuantity], Field(min_length=1, max_length=100)] | None = None,
    notify: bool = True,
) -> FulfilmentView:
    """Ship units of an order from a location as one parcel; the first parcel captures the payment.

    Args:
        order_id: The order's id.
        location_id: The location that it leaves from; it must have the units.
        carrier: Who carries it.
        tracking_number: The carrier's number for the parcel.
        lines: What is in the parcel; everything not shipped yet if left out.
        notify: Mail the customer the tracking number.
    """
    raise NotImplementedError


@writes(roles=WAREHOUSE)
def update_tracking(
    ctx: Context, fulfilment_id: RecordId, carrier: Carrier, tracking_number: Tracking, notify: bool = True
) -> FulfilmentView:
    """Correct the carrier and tracking number of a parcel that is under way.

    Args:
        fulfilment_id: The parcel's id, as get_order lists it.
        carrier: Who carries it.
        tracking_number: The right number.
        notify: Mail the customer the right number.
    """
    raise NotImplementedError


@writes(roles=WAREHOUSE)
def mark_delivered(ctx: Context, fulfilment_id: RecordId) -> FulfilmentView:
    """Note that a parcel was delivered now.

    Args:
        fulfilment_id: The parcel's id.
    """
    raise NotImplementedError
