"""Which of some tickets have to be rescued, in which order and how: the page on service levels."""

from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk import WORLD
from worlds.desk.models import (
    FieldValue,
    ShopOrder,
    ShopParcel,
    SideConversation,
    SlaTimer,
    Ticket,
    TicketField,
)
from worlds.engine.task import SOLVABLE, Decision, Situation

HAND_UP: Final = "hand_up"


def ruling(situation: Situation) -> Decision:
    """Tickets whose reply clock runs out within the hours asked for, the one that is due first at the head.

    What waits for somebody outside cannot be answered in time and is handed up; `party` is then who has not answered.
    """
    session, facts = situation.session, situation.facts
    until = situation.now + timedelta(hours=int(facts["hours"].split()[0]))
    running = session.scalars(
        select(SlaTimer)
        .where(SlaTimer.ticket_id.in_(situation.target["ticket"]), SlaTimer.state == "active")
        .where(SlaTimer.metric.in_(("first_reply", "next_reply")), SlaTimer.breached_at.is_(None))
        .where(SlaTimer.due_at <= until)
        .order_by(SlaTimer.due_at)
    )
    work = [_done_with(session, session.get_one(Ticket, one.ticket_id)) for one in running]
    return {
        "branch": HAND_UP if any(one["party"] for one in work) else SOLVABLE,
        "work": work,
        "today": situation.now.astimezone(ZoneInfo(WORLD.zone)).date().isoformat(),
        "quoted": facts["reference"],
    }


def _done_with(session: Session, ticket: Ticket) -> dict[str, Any]:
    """What is right on a ticket: `party` is empty where its parcel can be told of."""
    named = select(FieldValue.value).join(TicketField, TicketField.id == FieldValue.field_id)
    number = session.scalars(named.where(FieldValue.ticket_id == ticket.id, TicketField.name == "order_number")).one()
    found: dict[str, Any] = {"ticket_id": ticket.id, "number": f"#{ticket.number}", "order": number, "party": ""}
    asked = select(SideConversation.party).where(
        SideConversation.ticket_id == ticket.id, SideConversation.state == "waiting"
    )
    if ticket.status == "hold":
        return found | {"party": session.scalars(asked).one()}
    order = session.scalars(select(ShopOrder.id).where(ShopOrder.number == number)).one()
    parcels = session.scalars(select(ShopParcel).where(ShopParcel.order_id == order))
    (late,) = [one for one in parcels if one.delivered_at is None]
    return found | {
        "language": ticket.language,
        "carrier": late.carrier,
        "tracking_number": late.tracking_number,
        "expected": None if late.expected_on is None else late.expected_on.isoformat(),
    }
