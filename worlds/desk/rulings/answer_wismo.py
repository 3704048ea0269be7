"""What becomes of the question for a parcel: the page on parcels, which parcel is meant and when it is traced."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from worlds.desk import WORLD
from worlds.desk.models import FieldValue, Holiday, ShopOrder, ShopParcel, Ticket, TicketField
from worlds.engine.task import SOLVABLE, Decision, Situation

TRACE: Final = "trace"
_MISSING_AFTER: Final = 5
"""Working days since the day on which a parcel was expected, today included."""


def ruling(situation: Situation) -> Decision:
    """The late parcel of the order is told of while it is merely late, and traced once it is missing.

    `other` is the number of the parcel that has come; `today` the day in the house's zone.
    """
    session = situation.session
    ticket = session.get_one(Ticket, situation.target["ticket"][0])
    named = select(FieldValue.value).join(TicketField, TicketField.id == FieldValue.field_id)
    number = session.scalars(named.where(FieldValue.ticket_id == ticket.id, TicketField.name == "order_number")).one()
    order = session.scalars(select(ShopOrder).where(ShopOrder.number == number)).one()
    parcels = session.scalars(select(ShopParcel).where(ShopParcel.order_id == order.id).order_by(ShopParcel.id)).all()
    (late,) = [one for one in parcels if one.delivered_at is None]
    (come,) = [one for one in parcels if one.delivered_at is not None]
    today = situation.now.astimezone(ZoneInfo(WORLD.zone)).date()
    free = set(session.scalars(select(Holiday.day)))
    since = late.expected_on or late.shipped_at.date() + timedelta(days=6)
    days = [since + timedelta(days=one) for one in range(1, (today - since).days + 1)]
    worked = [day for day in days if day.weekday() < 5 and day not in free]
    return {
        "branch": TRACE if len(worked) >= _MISSING_AFTER else SOLVABLE,
        "order": number,
        "carrier": late.carrier,
        "tracking_number": late.tracking_number,
        "other": come.tracking_number,
        "expected": since.isoformat(),
        "language": ticket.language,
        "today": today.isoformat(),
        "quoted": situation.facts["reference"],
    }
