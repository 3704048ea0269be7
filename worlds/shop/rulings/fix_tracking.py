"""The written rules for a parcel under way that is booked under a wrong number: which is right, and who hears of it."""

from typing import Final

from worlds.engine.task import Decision, Situation
from worlds.shop.models import Fulfilment, SalesOrder

PREFIXES: Final = {"PostNL": "3SLK", "DHL": "JVGL", "DPD": "0534", "GLS": "ZNL", "UPS": "1ZLK", "FedEx": "7712"}
"""What each carrier's numbers begin with (policy: tracking)."""


def rule(situation: Situation) -> Decision:
    """The `number` of the order, and of its parcel `carrier`, `tracking_number` and whether the customer is `notified`.

    A list leaves the carrier's prefix out; our records have it. The wrong number is in the customer's mailbox, so they
    are told. A parcel keeps its carrier unless it went with another one, which nobody says here.

    Raises:
        ValueError: when the parcel is not under way, so that it keeps its number.
    """
    parcel = situation.session.get_one(Fulfilment, situation.target["fulfilment"][0])
    if parcel.status != "shipped":
        raise ValueError(f"Parcel {parcel.number} is {parcel.status}; it keeps its number.")
    return {
        "number": situation.session.get_one(SalesOrder, parcel.order_id).number,
        "carrier": parcel.carrier,
        "tracking_number": PREFIXES[parcel.carrier] + situation.facts["number"],
        "notified": True,
    }
