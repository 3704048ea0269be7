"""What is known around a ticket: who asks and how much they matter, whose it is, and when those work."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from worlds.desk.automation.conditions import Facts
from worlds.desk.tickets.ticket_file import Head
from worlds.engine.context import Context
from worlds.engine.hours import Calendar, calendar
from worlds.engine.rows import Query

_SCHEDULES = "SELECT s.id FROM desk_group d JOIN schedule s ON s.id = d.schedule_id"
_SCHEDULE = f"""coalesce(({_SCHEDULES} WHERE d.id = :group),
      ({_SCHEDULES} ORDER BY d.is_default DESC, d.id LIMIT 1))"""
_HOLIDAYS = "(SELECT json_group_array(h.day) FROM holiday h WHERE h.schedule_id = s.id)"


class _Around(NamedTuple):
    tier: str | None
    vip: int
    group_name: str | None
    zone: str | None
    intervals: str | None
    holidays: str | None


_AROUND = Query(
    _Around,
    f"""SELECT o.tier, u.vip, g.name, s.zone, s.intervals, {_HOLIDAYS} FROM desk_user u
    LEFT JOIN organization o ON o.id = :organization LEFT JOIN desk_group g ON g.id = :group
    LEFT JOIN schedule s ON s.id = {_SCHEDULE} WHERE u.id = :requester""",  # noqa: S608 - fixed texts of this module
)


class _Hours(NamedTuple):
    zone: str
    intervals: str
    holidays: str


_HOURS = Query(_Hours, f"SELECT s.zone, s.intervals, {_HOLIDAYS} FROM schedule s WHERE s.id = {_SCHEDULE}")  # noqa: S608 - fixed texts of this module


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of other records bears on a ticket; `calendar` is that of its group, or of the default group."""

    tier: str | None
    vip: bool
    group: str | None
    calendar: Calendar | None


def surroundings(ctx: Context, ticket: Head) -> Surroundings:
    """Read what bears on a ticket, in one statement."""
    around = _AROUND.first(
        ctx, organization=ticket.organization_id, group=ticket.group_id, requester=ticket.requester_id
    )
    if around is None:
        return Surroundings(None, vip=False, group=None, calendar=calendar_of(ctx, ticket.group_id))
    return Surroundings(around.tier, bool(around.vip), around.group_name, _calendar(around))


def calendar_of(ctx: Context, group_id: int | None) -> Calendar | None:
    """The hours of a group, or of the default group; None where the desk has no groups."""
    found = _HOURS.first(ctx, group=group_id)
    return None if found is None else _calendar(found)


class _GroupHours(NamedTuple):
    id: int
    zone: str
    intervals: str
    holidays: str


_ALL_HOURS = Query(
    _GroupHours,
    f"""SELECT d.id, s.zone, s.intervals, {_HOLIDAYS} FROM desk_group d JOIN schedule s ON s.id = d.schedule_id
    ORDER BY d.is_default DESC, d.id""",  # noqa: S608 - fixed texts of this module
)


def groups_at_work(ctx: Context, at: datetime) -> tuple[list[int], bool]:
    """The groups that work at a moment, and whether the default group does, in one statement."""
    groups = _ALL_HOURS.all(ctx)
    working = [one.id for one in groups if calendar(one.zone, one.intervals, one.holidays).is_open(at)]
    return sorted(working), not groups or groups[0].id in working


def _calendar(row: _Around | _Hours) -> Calendar | None:
    if row.zone is None or row.intervals is None:
        return None
    return calendar(row.zone, row.intervals, row.holidays or "[]")


def facts(
    ticket: Head,
    around: Surroundings,
    now: datetime,
    said: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
) -> Facts:
    """What conditions can look at of a ticket as it stands, of what was `said` and of the columns `before` that."""
    values = {
        **columns(ticket),
        **(said or {}),
        "status_since": ticket.state_since,
        "updated_since": ticket.updated_at,
        "requester_tier": around.tier,
        "requester_vip": around.vip,
        "group": around.group,
        "in_hours": around.calendar is None or around.calendar.is_open(now),
    }
    return Facts(now, values, before or {})


def columns(ticket: Head) -> dict[str, Any]:
    """A ticket's own columns as conditions see them."""
    return {**ticket._asdict(), "tags": _tags(ticket.tags), "spam": bool(ticket.spam)}


@lru_cache(maxsize=512)
def _tags(stored: str) -> list[str]:
    """Tags, which conditions read and nobody changes: the same few stand on most tickets."""
    tags: list[str] = json.loads(stored)
    return tags
