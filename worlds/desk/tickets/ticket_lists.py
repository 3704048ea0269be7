"""Lists of tickets, as staff see them."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from worlds.desk import WORLD
from worlds.desk.automation.condition_sql import as_member
from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.views import TicketRow
from worlds.engine.context import Context
from worlds.engine.days import LocalDays
from worlds.engine.fields import Page, iso_instant
from worlds.engine.listing import Conditions, page_of
from worlds.engine.rows import Query

DAYS: Final = LocalDays(WORLD.zone)
"""Days as the desk counts them."""


class Row(NamedTuple):
    """A ticket in a list, as stored."""

    ticket_id: int
    number: int
    subject: str
    status: str
    type: str | None
    priority: str | None
    topic: str | None
    channel: str
    language: str
    requester_id: int
    requester_name: str
    requester_vip: int
    assignee_id: int | None
    assignee_name: str | None
    group_id: int | None
    group_name: str | None
    organization_id: int | None
    organization_name: str | None
    tags: str
    problem_id: int | None
    spam: int
    created_at: datetime
    updated_at: datetime
    sla_due_at: datetime | None


class _Id(NamedTuple):
    ticket_id: int


@dataclass(frozen=True, slots=True)
class TicketFilters:
    """What a list of tickets is narrowed to; None asks for nothing. `status` may be `unsolved`."""

    query: str | None = None
    status: str | None = None
    priority: str | None = None
    type: str | None = None
    topic: str | None = None
    channel: str | None = None
    group_id: int | None = None
    assignee_id: int | None = None
    unassigned: bool | None = None
    requester_id: int | None = None
    organization_id: int | None = None
    problem_id: int | None = None
    tag: str | None = None
    order_number: str | None = None
    created_from: date | None = None
    created_to: date | None = None
    spam: bool | None = False


_NEXT_DUE: Final = "(SELECT min(s.due_at) FROM sla_timer s WHERE s.ticket_id = t.id AND +s.state = 'active')"
"""The `+` keeps SQLite from walking through all clocks that run, in the order of their ends, for each ticket."""
_SELECT: Final = f"""t.id, t.number, t.subject, t.status, t.type, t.priority, t.topic, t.channel, t.language,
  t.requester_id, u.name, u.vip, t.assignee_id, a.name, t.group_id, g.name, t.organization_id, o.name, t.tags,
  t.problem_id, t.spam, t.created_at, t.updated_at,
  {_NEXT_DUE}"""
_SOURCE: Final = """ticket t JOIN desk_user u ON u.id = t.requester_id LEFT JOIN desk_user a ON a.id = t.assignee_id
  LEFT JOIN desk_group g ON g.id = t.group_id LEFT JOIN organization o ON o.id = t.organization_id"""
_WEIGHT: Final = (
    "CASE t.priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 WHEN 'low' THEN 3 ELSE 4 END"
)
SORTS: Final = {
    "newest": "t.created_at DESC, t.id DESC",
    "oldest": "t.created_at, t.id",
    "updated": "t.updated_at DESC, t.id DESC",
    "longest_untouched": "t.updated_at, t.id",
    "priority": f"{_WEIGHT}, t.created_at, t.id",
    "due": f"coalesce({_NEXT_DUE}, '9'), t.id",
}
"""Orders of a list of tickets; `due` begins with those whose next clock runs out first."""
_ROWS: Final = Query(
    Row, f"SELECT {_SELECT} FROM {_SOURCE} WHERE t.id IN (SELECT value FROM json_each(:tickets)) ORDER BY t.id"
)


def tickets(ctx: Context, filters: TicketFilters, sort: str, page: int, page_size: int) -> Page[TicketRow]:
    """One page of tickets."""
    return tickets_where(ctx, _conditions(filters), SORTS[sort], page, page_size)


def tickets_where(ctx: Context, conditions: Conditions, order: str, page: int, page_size: int) -> Page[TicketRow]:
    """One page of the tickets that meet conditions over `t`, `u`, `a`, `g` and `o`, in an order of `SORTS`' kind.

    Ids are sorted first and only those of the page are read in full, since whatever is selected is worked out for every
    row that is sorted.
    """
    found, total = page_of(ctx, _Id, "t.id", _SOURCE, conditions, order, page, page_size)
    return Page[TicketRow].of(rows_of(ctx, [one.ticket_id for one in found]), total, page, page_size)


def rows_of(ctx: Context, ticket_ids: list[int]) -> list[TicketRow]:
    """Tickets by their ids, in the order in which these stand."""
    known = {row.ticket_id: row for row in _ROWS.all(ctx, tickets=json.dumps(ticket_ids))}
    return [row_view(known[one]) for one in ticket_ids if one in known]


def row_view(row: Row) -> TicketRow:
    """A stored row as it is shown."""
    flags = {"requester_vip": bool(row.requester_vip), "spam": bool(row.spam)}
    return TicketRow(**{**row._asdict(), "tags": json.loads(row.tags), **flags})


def _conditions(filters: TicketFilters) -> Conditions:
    conditions = Conditions()
    conditions.words(filters.query, "t.search_text")
    conditions.equal(
        t__priority=filters.priority, t__type=filters.type, t__topic=filters.topic, t__channel=filters.channel,
        t__group_id=filters.group_id, t__assignee_id=filters.assignee_id, t__requester_id=filters.requester_id,
        t__organization_id=filters.organization_id, t__problem_id=filters.problem_id,
        t__spam=None if filters.spam is None else int(filters.spam),
    )  # fmt: skip
    if filters.status == "unsolved":
        conditions.add("t.status IN (SELECT value FROM json_each(:unsolved))", unsolved=json.dumps(UNSOLVED))
    else:
        conditions.equal(t__status=filters.status)
    if filters.unassigned is not None:
        conditions.add(f"t.assignee_id IS {'' if filters.unassigned else 'NOT '}NULL")
    if filters.tag is not None:
        conditions.add("instr(t.tags, :tag) > 0", tag=as_member(filters.tag))
    if filters.order_number is not None:
        conditions.add(
            """t.id IN (SELECT v.ticket_id FROM field_value v JOIN ticket_field f ON f.id = v.field_id
            WHERE f.name = 'order_number' AND upper(v.value) = upper(:order_number))""",
            order_number=filters.order_number.strip(),
        )
    if filters.created_from is not None:
        conditions.add("t.created_at >= :made_from", made_from=iso_instant(DAYS.start(filters.created_from)))
    if filters.created_to is not None:
        conditions.add("t.created_at < :made_to", made_to=iso_instant(DAYS.end(filters.created_to)))
    return conditions
