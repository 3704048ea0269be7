"""What the desk works by and who works there: views with their tickets, service levels, groups, colleagues, fields."""

import json
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field

from worlds.desk.automation.condition_sql import source_of, written
from worlds.desk.automation.facts import groups_at_work
from worlds.desk.automation.rule_inputs import ConditionView, conditions_view
from worlds.desk.rules import LEADS, STAFF
from worlds.desk.tickets import ticket_lists
from worlds.desk.views import TicketRow
from worlds.engine.context import Context
from worlds.engine.errors import Forbidden, NotFound
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId, Result, UpTo200
from worlds.engine.listing import Conditions
from worlds.engine.operation import reads
from worlds.engine.rows import Query, number

SORTS: Final = {
    "created_at": "t.created_at, t.id",
    "-created_at": "t.created_at DESC, t.id DESC",
    "updated_at": "t.updated_at, t.id",
    "-updated_at": "t.updated_at DESC, t.id DESC",
    "priority": ticket_lists.SORTS["priority"],
    "due": ticket_lists.SORTS["due"],
}
"""Orders of a view's tickets, by what `ticket_view.sort` may hold; a minus begins with the latest."""
ViewSort = Literal["created_at", "-created_at", "updated_at", "-updated_at", "priority", "due"]


class ViewSummary(Result):
    """A view with how many tickets are in it now; `group_name` is the group that it is kept for."""

    view_id: int
    title: str
    tickets: int
    sort: str
    group_id: int | None
    group_name: str | None
    all: UpTo200[ConditionView]
    any: UpTo200[ConditionView]


class Views(Result):
    """The views that whoever asks may open, in their order."""

    views: Annotated[list[ViewSummary], Field(max_length=300)]


class _View(NamedTuple):
    id: int
    title: str
    conditions: str
    sort: str
    group_id: int | None
    group_name: str | None
    open: int


_SELECT_VIEWS = """SELECT v.id, v.title, v.conditions, v.sort, v.group_id, g.name, v.group_id IS NULL OR :lead OR EXISTS
      (SELECT 1 FROM membership x WHERE x.group_id = v.group_id AND x.user_id = :person)
    FROM ticket_view v LEFT JOIN desk_group g ON g.id = v.group_id WHERE v.active = 1"""
_VIEWS = Query(_View, f"{_SELECT_VIEWS} ORDER BY v.position, v.id")
_ONE_VIEW = Query(_View, f"{_SELECT_VIEWS} AND v.id = :view")


class _Count(NamedTuple):
    view_id: int
    tickets: int


@reads(roles=STAFF)
def list_views(ctx: Context) -> Views:
    """List the views that you may open, with how many tickets are in each of them now."""
    lead = ctx.actor.role in LEADS
    found = [one for one in _VIEWS.all(ctx, person=ctx.actor.person, lead=lead) if one.open]
    counts = _counts(ctx, found)
    return Views(views=[_view(one, counts.get(one.id, 0)) for one in found])


def _counts(ctx: Context, found: list[_View]) -> dict[int, int]:
    """How many tickets are in each view, in one statement."""
    texts: list[str] = []
    values: dict[str, Any] = {}
    for one in found:
        asked = _asked(ctx, one, f"v{one.id}_")
        texts.append(f"SELECT {one.id}, count(*) FROM {source_of(asked)}{asked.where}")  # noqa: S608 - fixed texts, and a number of ours
        values |= asked.values
    return dict(Query(_Count, " UNION ALL ".join(texts)).all(ctx, **values)) if texts else {}


def _asked(ctx: Context, view: _View, prefix: str = "c") -> Conditions:
    """What a view asks for; spam is in none that does not ask for it."""
    asked = written(ctx, view.conditions, prefix)
    if not any("t.spam" in text for text in asked.texts):
        asked.add("t.spam = 0")
    return asked


def _view(one: _View, tickets: int) -> ViewSummary:
    return ViewSummary(
        view_id=one.id, title=one.title, tickets=tickets, sort=one.sort, group_id=one.group_id,
        group_name=one.group_name, **conditions_view(one.conditions),
    )  # fmt: skip


@reads(roles=STAFF)
def list_view_tickets(
    ctx: Context, view_id: RecordId, sort: ViewSort | None = None, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[TicketRow]:
    """List the tickets of a view, in the view's own order.

    Args:
        view_id: The view.
        sort: Another order; a minus begins with the latest, `due` with the next promise that runs out.
        page: The page, from 1.
        page_size: Tickets on a page.
    """
    view = _ONE_VIEW.first(ctx, view=view_id, person=ctx.actor.person, lead=ctx.actor.role in LEADS)
    if view is None:
        raise NotFound("view_not_found", f"There is no view {view_id}; the list of views shows yours.", field="view_id")
    if not view.open:
        raise Forbidden(
            "view_restricted",
            f"The view “{view.title}” is kept for the group {view.group_name}; the list of views shows yours.",
            field="view_id",
        )
    return ticket_lists.tickets_where(ctx, _asked(ctx, view), SORTS[sort or view.sort], page, page_size)


class TargetView(Result):
    """What is promised for a metric at a priority; `hours` are hours of work (`business`) or around the clock."""

    metric: str
    priority: str
    minutes: int
    hours: str


class PolicyView(Result):
    """A service level: of those whose conditions a ticket meets, the first in order holds."""

    policy_id: int
    name: str
    position: int
    active: bool
    all: UpTo200[ConditionView]
    any: UpTo200[ConditionView]
    targets: UpTo200[TargetView]


class Policies(Result):
    """The service levels, in the order in which they are tried."""

    policies: Annotated[list[PolicyView], Field(max_length=200)]


class _Policy(NamedTuple):
    id: int
    name: str
    position: int
    conditions: str
    active: int


class _Target(NamedTuple):
    policy_id: int
    metric: str
    priority: str
    minutes: int
    hours: str


_POLICIES = Query(_Policy, "SELECT {fields} FROM sla_policy ORDER BY position, id")
_TARGETS = Query(_Target, "SELECT {fields} FROM sla_target ORDER BY policy_id, id")


@reads(roles=STAFF)
def list_sla_policies(ctx: Context) -> Policies:
    """List the service levels in the order in which they are tried, with what each promises.

    A ticket that has no priority yet counts as normal.
    """
    targets = _TARGETS.all(ctx)
    return Policies(
        policies=[
            PolicyView(
                policy_id=one.id,
                name=one.name,
                position=one.position,
                active=bool(one.active),
                **conditions_view(one.conditions),
                targets=[
                    TargetView(metric=it.metric, priority=it.priority, minutes=it.minutes, hours=it.hours)
                    for it in targets
                    if it.policy_id == one.id
                ],
            )
            for one in _POLICIES.all(ctx)
        ]
    )


class IntervalView(Result):
    """Hours of work of a weekday (0 is Monday), in minutes of the day."""

    weekday: int
    opens: int
    closes: int


class GroupView(Result):
    """A team of the desk, with its hours; `open_now` says whether it works at this moment."""

    group_id: int
    name: str
    description: str
    is_default: bool
    active: bool
    members: int
    unsolved: int
    schedule: str
    zone: str
    hours: UpTo200[IntervalView]
    holidays: UpTo200[date]
    open_now: bool


class Groups(Result):
    """The groups of the desk."""

    groups: Annotated[list[GroupView], Field(max_length=200)]


class _Group(NamedTuple):
    id: int
    name: str
    description: str
    is_default: int
    active: int
    members: int
    unsolved: int
    schedule: str
    zone: str
    intervals: str
    holidays: str


_UNSOLVED = "status IN ('new', 'open', 'pending', 'hold') AND spam = 0"
_GROUPS = Query(
    _Group,
    f"""SELECT g.id, g.name, g.description, g.is_default, g.active,
      (SELECT count(*) FROM membership m WHERE m.group_id = g.id),
      (SELECT count(*) FROM ticket WHERE group_id = g.id AND {_UNSOLVED}),
      s.name, s.zone, s.intervals,
      (SELECT json_group_array(day) FROM (SELECT day FROM holiday WHERE schedule_id = s.id ORDER BY day))
    FROM desk_group g JOIN schedule s ON s.id = g.schedule_id ORDER BY g.name, g.id""",  # noqa: S608 - fixed texts of this module
)


@reads(roles=STAFF)
def list_groups(ctx: Context) -> Groups:
    """List the groups of the desk, with their hours of work, holidays, members and unsolved tickets."""
    working, _ = groups_at_work(ctx, ctx.now)
    return Groups(groups=[_group(one, working) for one in _GROUPS.all(ctx)])


def _group(one: _Group, working: list[int]) -> GroupView:
    hours = [
        IntervalView(weekday=int(day), opens=opens, closes=closes)
        for day, spans in sorted(json.loads(one.intervals).items())
        for opens, closes in spans
    ]
    return GroupView(
        group_id=one.id, name=one.name, description=one.description, is_default=bool(one.is_default),
        active=bool(one.active), members=one.members, unsolved=one.unsolved, schedule=one.schedule, zone=one.zone,
        hours=hours, holidays=json.loads(one.holidays), open_now=one.id in working,
    )  # fmt: skip


class AgentView(Result):
    """A colleague: their groups, what they can answer, how much they have, and until when they are away."""

    user_id: int
    name: str
    role: str
    groups: UpTo200[str]
    skills: UpTo200[str]
    unsolved: int
    away_until: date | None
    suspended: bool


class _Agent(NamedTuple):
    id: int
    name: str
    role: str
    groups: str
    skills: str
    unsolved: int
    away_until: str | None
    suspended: int


_AGENTS = """desk_user u WHERE u.role IN ('light_agent', 'agent', 'team_lead', 'admin')
    AND (:group IS NULL OR EXISTS (SELECT 1 FROM membership m WHERE m.group_id = :group AND m.user_id = u.id))"""
_COUNT = f"SELECT count(*) FROM {_AGENTS}"  # noqa: S608 - fixed texts of this module
_ROWS = Query(
    _Agent,
    f"""SELECT u.id, u.name, u.role,
      (SELECT json_group_array(name) FROM (SELECT g.name FROM membership m JOIN desk_group g ON g.id = m.group_id
        WHERE m.user_id = u.id ORDER BY m.is_default DESC, g.name)),
      u.skills, (SELECT count(*) FROM ticket WHERE assignee_id = u.id AND {_UNSOLVED}), u.away_until, u.suspended
    FROM {_AGENTS} ORDER BY u.name, u.id LIMIT :size OFFSET :skip""",  # noqa: S608 - fixed texts of this module
)


@reads(roles=STAFF)
def list_agents(
    ctx: Context, group_id: RecordId | None = None, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[AgentView]:
    """List colleagues by name, with their groups and skills, how many unsolved tickets they have, who is away.

    Args:
        group_id: Only members of this group.
        page: The page, from 1.
        page_size: Colleagues on a page.
    """
    rows = _ROWS.all(ctx, group=group_id, size=page_size, skip=(page - 1) * page_size)
    total = number(ctx, _COUNT, group=group_id)
    return Page[AgentView].of([_agent(one) for one in rows], total, page, page_size)


def _agent(one: _Agent) -> AgentView:
    return AgentView(
        user_id=one.id, name=one.name, role=one.role, groups=json.loads(one.groups), skills=json.loads(one.skills),
        unsolved=one.unsolved, away_until=None if one.away_until is None else date.fromisoformat(one.away_until),
        suspended=bool(one.suspended),
    )  # fmt: skip


class TicketFieldView(Result):
    """A field of the house's own; `topics` are those whose tickets need it before they are solved (none: all)."""

    field_id: int
    name: str
    title: str
    kind: str
    options: UpTo200[str]
    topics: UpTo200[str]
    required_to_solve: bool
    active: bool


class TicketFields(Result):
    """The fields of the house's own."""

    fields: Annotated[list[TicketFieldView], Field(max_length=200)]


class _Field(NamedTuple):
    id: int
    name: str
    title: str
    kind: str
    options: str
    topics: str
    required_to_solve: int
    active: int


_FIELDS = Query(_Field, "SELECT {fields} FROM ticket_field ORDER BY active DESC, id")


@reads(roles=STAFF)
def list_ticket_fields(ctx: Context) -> TicketFields:
    """List the fields of the house's own on tickets, and which of them must be filled in before solving."""
    return TicketFields(
        fields=[
            TicketFieldView(
                field_id=one.id, name=one.name, title=one.title, kind=one.kind, options=json.loads(one.options),
                topics=json.loads(one.topics), required_to_solve=bool(one.required_to_solve), active=bool(one.active),
            )
            for one in _FIELDS.all(ctx)
        ]
    )  # fmt: skip
