"""Which tickets get a tag: exactly those that were asked for, and of them those that can still be changed."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from worlds.desk import WORLD
from worlds.desk.models import DeskGroup, DeskUser, Ticket
from worlds.desk.rules import CLOSE_AFTER
from worlds.engine.task import SOLVABLE, Decision, Situation

TOPICS: Final = {
    "Where is my order": "wismo", "Return or exchange": "return_exchange", "Refund status": "refund_status",
    "Product question": "product_question", "Change or cancel": "change_cancel", "Damaged or faulty": "damaged",
    "Complaint": "complaint", "Business invoice": "invoice_b2b",
}  # fmt: skip
CHANNELS: Final = {"e-mail": "email", "web form": "web", "the chat": "chat", "telephone": "phone"}
_ZONE: Final = ZoneInfo(WORLD.zone)


def ruling(situation: Situation) -> Decision:
    """The tickets that the request describes; closed ones cannot be changed and are reported by number.

    Days are days in the desk's zone, both included. Spam counts nowhere.
    """
    session, facts = situation.session, situation.facts
    since, until = _midnight(facts["first"]), _midnight(facts["last"], later=1)
    sought = [~Ticket.spam, Ticket.created_at >= since, Ticket.created_at < until]
    sought.append(Ticket.priority.in_(facts["priority"].removesuffix(" priority").split(" or ")))
    if "topic" in facts:
        sought.append(Ticket.topic == TOPICS[facts["topic"]])
    if "channel" in facts:
        sought.append(Ticket.channel == CHANNELS[facts["channel"]])
    if "group" in facts:
        sought.append(Ticket.group_id.in_(select(DeskGroup.id).where(DeskGroup.name == facts["group"])))
    if "assignee" in facts:
        named = select(DeskUser.id).where(DeskUser.role == "agent", DeskUser.name == facts["assignee"])
        sought.append(Ticket.assignee_id.in_(named))
    found = session.scalars(select(Ticket).where(*sought).order_by(Ticket.id)).all()
    return {
        "branch": SOLVABLE,
        "changed": [one.id for one in found if not _is_closed(one, situation.now)],
        "closed": [f"#{one.number}" for one in found if _is_closed(one, situation.now)],
        "tag": facts["tag"],
    }


def _is_closed(ticket: Ticket, now: datetime) -> bool:
    """Closed, or solved for so long that it closes by itself."""
    return ticket.status == "closed" or (ticket.status == "solved" and ticket.state_since + CLOSE_AFTER <= now)


def _midnight(day: str, later: int = 0) -> datetime:
    """The beginning of a day such as `5 March 2026`, or of one so many days later."""
    said: date = datetime.strptime(day, "%d %B %Y").date()  # noqa: DTZ007 - a day, not a moment
    return datetime.combine(said + timedelta(days=later), time(), _ZONE).astimezone(UTC)
