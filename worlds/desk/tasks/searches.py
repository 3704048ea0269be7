"""Searches that find many tickets: by whom, what or how, of which priority, from which day to which."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations, product
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from worlds.desk import WORLD
from worlds.desk.models import DeskGroup, DeskUser, Ticket
from worlds.engine.task import Draw

TOPICS: Final = {
    "wismo": "Where is my order", "return_exchange": "Return or exchange", "refund_status": "Refund status",
    "product_question": "Product question", "change_cancel": "Change or cancel", "damaged": "Damaged or faulty",
    "complaint": "Complaint", "invoice_b2b": "Business invoice",
}  # fmt: skip
CHANNELS: Final = {"email": "e-mail", "web": "web form", "chat": "the chat", "phone": "telephone"}
PRIORITIES: Final = {
    "high or urgent priority": ("high", "urgent"), "normal priority": ("normal",), "low priority": ("low",),
    "normal or low priority": ("normal", "low"),
}  # fmt: skip
KINDS: Final = (
    ("assignee",), ("topic",), ("channel",), ("group", "topic"), ("group", "channel"), ("topic", "channel"),
    ("assignee", "channel"), ("assignee", "topic"),
)  # fmt: skip
"""By what the tickets are sought, beside their priority and the days on which they came in."""
LEAST, MOST = 26, 60
"""Tickets that are sought, always more than a page of a list shows; half of them are closed at most."""
DAYS, WINDOWS = 28, 4
"""Days back at most; searches of a kind that differ in their days alone at most."""
LATER: Final = 8
"""Tickets of the same kind, at least, that came in after the last day."""
EARLIER: Final = 3
"""Tickets of the same kind, at least, that came in before the first day."""
CALM: Final = timedelta(hours=1)
"""What becomes due until then is done when the hour strikes next; after it, the agent has another hour."""
STRIKE: Final = timedelta(hours=1)
"""How often the rules of the house look at what is due, so that some of it is overdue when the agent begins."""
_BY_THEMSELVES: Final = {
    "new": timedelta(hours=24), "open": timedelta(hours=168), "pending": timedelta(hours=72),
    "solved": timedelta(days=4),
}  # fmt: skip
"""After which time in a state a rule of the house sets a tag or closes a ticket."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search, as the request puts it: what the tickets share, their priority, the first and the last day."""

    shared: tuple[tuple[str, str], ...]
    priority: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as searches find it; `moves` where a rule of the house will soon change it."""

    shared: dict[str, str]
    priority: str | None
    day: date
    closed: bool
    solved: bool
    moves: bool


def searches(draw: Draw) -> list[Search]:
    """Searches that find many tickets, of which some are closed and none changes by itself."""
    alike: dict[tuple[tuple[tuple[str, str], ...], str], list[Seen]] = defaultdict(list)
    for one in _seen(draw):
        for priority, kind in product(PRIORITIES, KINDS):
            if one.priority in PRIORITIES[priority] and one.shared.keys() >= set(kind):
                alike[tuple((name, one.shared[name]) for name in kind), priority].append(one)
    today, cases = draw.now.date(), []
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    for (shared, priority), tickets in sorted(alike.items()):
        spans = [(first, last) for first, last in combinations(days, 2) if _is_fit(tickets, first, last)]
        chosen = spans[:: -max(1, len(spans) // WINDOWS)][:WINDOWS]  # others came in before most of them
        cases += [Search(shared, priority, _said(first), _said(last)) for first, last in chosen]
    return cases


def _seen(draw: Draw) -> Iterator[Seen]:
    groups = dict(draw.session.execute(select(DeskGroup.id, DeskGroup.name)).tuples().all())
    agents = select(DeskUser).where(DeskUser.role == "agent", ~DeskUser.suspended)
    names = {one.id: one.name for one in draw.session.scalars(agents)}
    zone = ZoneInfo(WORLD.zone)
    for one in draw.session.scalars(select(Ticket).where(~Ticket.spam).order_by(Ticket.id)):
        shared = {
            "assignee": names.get(one.assignee_id or 0), "group": groups.get(one.group_id or 0),
            "topic": TOPICS.get(one.topic or ""), "channel": CHANNELS.get(one.channel),
        }  # fmt: skip
        known = {name: value for name, value in shared.items() if value is not None}
        day = one.created_at.astimezone(zone).date()
        yield Seen(known, one.priority, day, one.status == "closed", one.status == "solved", _moves(one, draw.now))


def _is_fit(tickets: list[Seen], first: date, last: date) -> bool:
    """Whether a search finds enough, some of it closed and some about to close in days, and others came in later."""
    found = [one for one in tickets if first <= one.day <= last]
    if not LEAST <= len(found) <= MOST or any(one.moves for one in found):
        return False
    later, earlier = sum(one.day > last for one in tickets), sum(one.day < first for one in tickets)
    closed = sum(one.closed for one in found)
    around = later >= LATER and earlier >= EARLIER
    return around and 1 <= closed <= len(found) // 2 and any(one.solved for one in found)


def _moves(ticket: Ticket, now: datetime) -> bool:
    after = _BY_THEMSELVES.get(ticket.status)
    return after is not None and now - STRIKE < ticket.state_since + after <= now + CALM


def _said(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
