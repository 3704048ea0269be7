"""Who works with the CRM and how it is set up: colleagues, queues, pipelines with their stages."""

import json
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from worlds.crm.models import CrmUser
from worlds.crm.rules import EVERYBODY
from worlds.crm.views import UpTo50, UpTo500, UserRef
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Day, Instant, Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.fields import Query as Words
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads
from worlds.engine.rows import Query

RoleName = Literal[
    "rep", "sdr", "sales_manager", "vp", "sales_ops", "marketing", "cs_manager", "finance", "integration", "admin"
]


class UserRow(Result):
    """A colleague. One who is not `active` has left, and may still own records; `away_until` is their last day away."""

    user_id: int
    name: str
    email: str
    job_title: str
    role: str
    team_id: int | None
    team_name: str | None
    manager_id: int | None
    manager_name: str | None
    zone: str
    language: str
    active: bool
    away_until: Day | None


class UserDetail(UserRow):
    """A colleague with what they own that is in use, where they sell, and who stands below them."""

    phone: str | None
    accounts: int
    contacts: int
    open_leads: int
    open_deals: int
    closed_deals: int
    open_activities: int
    territories: UpTo50[str]
    queues: UpTo50[str]
    reports: UpTo50[UserRef]
    created_at: Instant
    version: int


class QueueView(Result):
    """A queue with its members, how many leads wait in it and since when the longest does."""

    queue_id: int
    name: str
    description: str
    active: bool
    waiting: int
    waiting_since: Instant | None
    members: UpTo50[UserRef]


class Queues(Result):
    """The queues."""

    queues: UpTo500[QueueView]


class StageView(Result):
    """A stage: `probability` in whole per cent, the fields a deal must have filled and the rules it must keep to."""

    stage_id: int
    name: str
    position: int
    probability: int
    kind: str
    forecast_category: str
    required_fields: UpTo50[str]
    rules: UpTo50[str]
    description: str


class PipelineView(Result):
    """A pipeline with its stages in order."""

    pipeline_id: int
    name: str
    is_default: bool
    active: bool
    stages: UpTo50[StageView]


class Pipelines(Result):
    """The pipelines."""

    pipelines: UpTo50[PipelineView]


class _User(NamedTuple):
    user_id: int
    name: str
    email: str
    job_title: str
    role: str
    team_id: int | None
    team_name: str | None
    manager_id: int | None
    manager_name: str | None
    zone: str
    language: str
    active: int
    away_until: str | None


class _Detail(NamedTuple):
    phone: str | None
    created_at: datetime
    accounts: int
    contacts: int
    open_leads: int
    open_deals: int
    closed_deals: int
    open_activities: int
    territories: str
    queues: str


class _Ref(NamedTuple):
    user_id: int
    name: str


class _Queue(NamedTuple):
    id: int
    name: str
    description: str
    active: int
    waiting: int
    waiting_since: datetime | None


class _Member(NamedTuple):
    queue_id: int
    user_id: int
    name: str


class _Pipeline(NamedTuple):
    id: int
    name: str
    is_default: int
    active: int


class _Stage(NamedTuple):
    id: int
    pipeline_id: int
    name: str
    position: int
    probability: int
    kind: str
    forecast_category: str
    required_fields: str
    exit_rules: str
    description: str


_SELECTED = """u.id, u.name, u.email, u.job_title, u.role, u.team_id, t.name, u.manager_id, m.name, u.zone, u.language,
  u.active, u.away_until"""
_SOURCE = "crm_user u LEFT JOIN team t ON t.id = u.team_id LEFT JOIN crm_user m ON m.id = u.manager_id"
_USER = Query(_User, f"SELECT {_SELECTED} FROM {_SOURCE} WHERE u.id = :user")  # noqa: S608 - texts of this module
_OWNED = "(SELECT count(*) FROM {0} r WHERE r.owner_id = u.id AND r.is_deleted = 0{1})"
_DEALS = " AND r.stage_id {0} (SELECT s.id FROM pipeline_stage s WHERE s.kind = 'open')"
_DETAIL = Query(
    _Detail,
    f"""SELECT u.phone, u.created_at, {_OWNED.format("account", "")}, {_OWNED.format("contact", "")},
      {_OWNED.format("lead", " AND r.status IN ('new', 'assigned', 'working', 'qualified')")},
      {_OWNED.format("opportunity", _DEALS.format("IN"))}, {_OWNED.format("opportunity", _DEALS.format("NOT IN"))},
      {_OWNED.format("activity", " AND r.status = 'open' AND r.kind <> 'note'")},
      (SELECT json_group_array(name) FROM (SELECT x.name FROM territory_member y JOIN territory x
        ON x.id = y.territory_id WHERE y.user_id = u.id ORDER BY x.priority, x.id LIMIT 50)),
      (SELECT json_group_array(name) FROM (SELECT x.name FROM queue_member y JOIN queue x
        ON x.id = y.queue_id WHERE y.user_id = u.id ORDER BY x.name LIMIT 50))
    FROM crm_user u WHERE u.id = :user""",  # noqa: S608 - texts of this module
)
_REPORTS = Query(
    _Ref, "SELECT id, name FROM crm_user WHERE manager_id = :user AND active = 1 ORDER BY name, id LIMIT 50"
)
_QUEUES = Query(
    _Queue,
    """SELECT q.id, q.name, q.description, q.active, count(l.id), min(l.created_at) FROM queue q
    LEFT JOIN lead l ON l.queue_id = q.id AND l.is_deleted = 0 AND l.status IN ('new', 'assigned', 'working')
    GROUP BY q.id ORDER BY q.active DESC, q.name, q.id""",
)
_MEMBERS = Query(
    _Member,
    """SELECT m.queue_id, m.user_id, u.name FROM queue_member m JOIN crm_user u ON u.id = m.user_id
    WHERE u.active = 1 ORDER BY m.queue_id, u.name, u.id""",
)
_PIPELINES = Query(_Pipeline, "SELECT {fields} FROM pipeline ORDER BY is_default DESC, id LIMIT 50")
_STAGES = Query(_Stage, "SELECT {fields} FROM pipeline_stage ORDER BY pipeline_id, position, id")


@reads(roles=EVERYBODY)
def list_users(
    ctx: Context,
    query: Words | None = None,
    role: RoleName | None = None,
    team_id: RecordId | None = None,
    active: bool | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[UserRow]:
    """List colleagues by name, those who have left among them.

    Args:
        query: Words that must all occur in name or e-mail address, in any case and with or without accents.
        role: Only those in this role.
        team_id: Only those of this team.
        active: Only those who are active, or only those who have left.
        page: Page number from 1.
        page_size: Colleagues a page.
    """
    conditions = Conditions()
    conditions.words(query, "u.search_text")
    conditions.equal(u__role=role, u__team_id=team_id, u__active=None if active is None else int(active))
    rows, total = page_of(ctx, _User, _SELECTED, _SOURCE, conditions, "u.name, u.id", page, page_size)
    return Page[UserRow].of([UserRow(**_values(row)) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def get_user(ctx: Context, user_id: RecordId) -> UserDetail:
    """Show a colleague with how much they own, their territories and queues, and who reports to them.

    Args:
        user_id: The colleague's id.
    """
    found, more = _USER.first(ctx, user=user_id), _DETAIL.first(ctx, user=user_id)
    if found is None or more is None:
        raise NotFound(
            "user_not_found", f"There is no colleague with id {user_id}; see the list of colleagues.", field="user_id"
        )
    values = {**more._asdict(), "territories": json.loads(more.territories), "queues": json.loads(more.queues)}
    reports = [UserRef(user_id=one.user_id, name=one.name) for one in _REPORTS.all(ctx, user=user_id)]
    return UserDetail(**_values(found), **values, reports=reports, version=ctx.version(CrmUser, user_id))


@reads(roles=EVERYBODY)
def list_queues(ctx: Context) -> Queues:
    """List the queues in which leads wait, with their members and how many leads wait."""
    members = _MEMBERS.all(ctx)
    return Queues(
        queues=[
            QueueView(
                queue_id=one.id, name=one.name, description=one.description, active=bool(one.active),
                waiting=one.waiting, waiting_since=one.waiting_since,
                members=[UserRef(user_id=it.user_id, name=it.name) for it in members if it.queue_id == one.id][:50],
            )
            for one in _QUEUES.all(ctx)
        ]
    )  # fmt: skip


@reads(roles=EVERYBODY)
def list_stages(ctx: Context) -> Pipelines:
    """List the pipelines with their stages in order, and what a deal must have before it enters each."""
    stages = _STAGES.all(ctx)
    return Pipelines(
        pipelines=[
            PipelineView(
                pipeline_id=one.id, name=one.name, is_default=bool(one.is_default), active=bool(one.active),
                stages=[_stage(it) for it in stages if it.pipeline_id == one.id][:50],
            )
            for one in _PIPELINES.all(ctx)
        ]
    )  # fmt: skip


def _stage(one: _Stage) -> StageView:
    return StageView(
        stage_id=one.id, name=one.name, position=one.position, probability=one.probability, kind=one.kind,
        forecast_category=one.forecast_category, required_fields=json.loads(one.required_fields),
        rules=json.loads(one.exit_rules), description=one.description,
    )  # fmt: skip


def _values(row: _User) -> dict[str, Any]:
    away = None if row.away_until is None else date.fromisoformat(row.away_until)
    return {**row._asdict(), "active": bool(row.active), "away_until": away}
