"""Promises, rules and fresh tickets for the tiny desk, and what its clocks show."""

import json
from datetime import datetime
from typing import Any

from tiny_desk import ANNA, FRONTLINE, RETURNS, SAM, Desk

from worlds.desk import models
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.updating import Author, File, Said, update
from worlds.engine.fields import iso_instant

STANDARD, FOR_VIPS = 1, 2
MINUTES = {"first_reply": 120, "next_reply": 120, "requester_wait": 480, "agent_work": 240, "resolution": 960}
AMONG_ANNA = Author(ANNA, "Anna de Vries", "end_user")
BY_SAM = Author(SAM, "Sam Okafor", "agent")


def promise(desk: Desk, *, conditions: str = "{}", at: int = STANDARD, share: int = 1, hours: str = "business") -> None:
    """Promise every metric: `MINUTES` at low and normal priority, half of them when it is high, a quarter when urgent.

    All of them divided by `share`; urgent ones are counted around the clock.
    """
    desk.add(models.SlaPolicy(id=at, name=f"Policy {at}", position=at, conditions=conditions, active=True))
    for number, (metric, minutes) in enumerate(sorted(MINUTES.items())):
        for place, (priority, part) in enumerate((("low", 1), ("normal", 1), ("high", 2), ("urgent", 4))):
            counted = "calendar" if priority == "urgent" else hours
            desk.add(
                models.SlaTarget(
                    id=at * 100 + number * 4 + place, policy_id=at, metric=metric, priority=priority,
                    minutes=minutes // part // share, hours=counted,
                )
            )  # fmt: skip


def night_shift(desk: Desk) -> None:
    """Let Returns & Refunds work from two in the afternoon to ten in the evening, Sundays too."""
    week = json.dumps({str(day): [[840, 1320]] for day in range(7)})
    desk.add(models.Schedule(id=2, name="Evening", zone="Europe/Amsterdam", intervals=week))
    desk.db.execute("UPDATE desk_group SET schedule_id = 2 WHERE id = ?", (RETURNS,))


def rule(desk: Desk, at: int, title: str, conditions: Any, actions: Any, *, hourly: bool = False) -> None:
    """Add a trigger, or an automation."""
    model = models.Automation if hourly else models.Trigger
    desk.add(
        model(
            id=at, title=title, position=at, conditions=json.dumps(conditions), actions=json.dumps(actions), active=True
        )
    )


def brought(desk: Desk, at: int = 20, said: str = "My parcel is late", **columns: Any) -> Head:
    """A ticket that somebody writes now: Anna, to Frontline, unless told otherwise."""
    by = columns.pop("by", AMONG_ANNA)
    fields: dict[str, Any] = {
        "number": 50_000 + at, "subject": "Parcel late", "status": "new", "channel": "email", "language": "en",
        "requester_id": ANNA, "submitter_id": ANNA, "group_id": FRONTLINE, "tags": "[]", "spam": False, "reopens": 0,
        "reassigned": 0, "search_text": "", "created_at": desk.now, "updated_at": desk.now, "state_since": desk.now,
    }  # fmt: skip
    desk.add(models.Ticket(id=at, **fields | columns))
    ctx = desk.as_("requester")
    return update(ctx, head(desk.as_("admin"), at), {}, Said(said, public=True), by=by, fresh=True).ticket


def writes(desk: Desk, ticket_id: int, body: str = "Any news?", *, files: tuple[File, ...] = ()) -> None:
    """Let Anna write on a ticket."""
    ctx = desk.as_("requester")
    update(ctx, head(desk.as_("admin"), ticket_id), {}, Said(body, public=True, files=files), by=AMONG_ANNA)


def works(desk: Desk, ticket_id: int, reply: str | None = None, note: str | None = None, **changes: Any) -> None:
    """Let Sam change a ticket and say something on it."""
    ctx = desk.as_("agent")
    text = reply or note
    said = None if text is None else Said(text, public=reply is not None)
    update(ctx, head(ctx, ticket_id), changes, said, by=BY_SAM)


def clock(desk: Desk, ticket_id: int, metric: str) -> tuple[str, int, str | None, str | None]:
    """The latest clock of a metric: its state, seconds counted, when it is due, when it was breached."""
    found: tuple[str, int, str | None, str | None] = desk.one(
        "SELECT state, used_seconds, due_at, breached_at FROM sla_timer WHERE ticket_id = ? AND metric = ? "
        "ORDER BY id DESC LIMIT 1",
        ticket_id,
        metric,
    )
    return found


def states(desk: Desk, ticket_id: int) -> dict[str, str]:
    """The state of the latest clock of each metric."""
    rows = desk.rows("SELECT metric, state FROM sla_timer WHERE ticket_id = ? ORDER BY id", ticket_id)
    return {str(metric): str(state) for metric, state in rows}


def due(desk: Desk, ticket_id: int, metric: str) -> str | None:
    """When the latest clock of a metric is due."""
    return clock(desk, ticket_id, metric)[2]


def text_of(moment: datetime) -> str:
    """A moment as it is stored."""
    return iso_instant(moment)
