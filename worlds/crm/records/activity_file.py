"""Activities as rows: who may see them, who may change them, and what writing one down brings with it.

A call, meeting or e-mail that took place is the last thing that somebody had to do with its account, contact and deal,
and the first touch of a lead (rule CR9).
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from worlds.crm.activity_views import ActivityDetail, ActivityRow
from worlds.crm.days import local_day
from worlds.crm.models import Activity
from worlds.crm.records import access, changing, consenting, heads
from worlds.crm.views import RecordRef
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.engine.folding import search_text
from worlds.engine.listing import Conditions, page_of
from worlds.engine.rows import Query, insert, number, run


class Row(NamedTuple):
    """An activity's columns, with its owner's name."""

    activity_id: int
    kind: str
    subject: str
    status: str
    priority: str
    direction: str | None
    outcome: str | None
    due_at: datetime | None
    starts_at: datetime | None
    duration: int | None
    zone: str
    done_at: datetime | None
    owner_id: int
    owner_name: str
    account_id: int | None
    contact_id: int | None
    lead_id: int | None
    opportunity_id: int | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    body: str | None
    is_deleted: int


class _Id(NamedTuple):
    id: int


class About(NamedTuple):
    """The records that an activity is about; at least one, and the account that goes with them."""

    account_id: int | None
    contact_id: int | None
    lead_id: int | None
    opportunity_id: int | None
    zone: str | None

    @property
    def columns(self) -> dict[str, int | None]:
        """The columns that name them."""
        return {
            "account_id": self.account_id, "contact_id": self.contact_id, "lead_id": self.lead_id,
            "opportunity_id": self.opportunity_id,
        }  # fmt: skip


class _Zone(NamedTuple):
    zone: str


SELECTED: Final = """v.id, v.kind, v.subject, v.status, v.priority, v.direction, v.outcome, v.due_at, v.starts_at,
  v.duration, v.zone, v.done_at, v.owner_id, u.name, v.account_id, v.contact_id, v.lead_id, v.opportunity_id,
  v.created_by, v.created_at, v.updated_at, v.body, v.is_deleted"""
SOURCE: Final = "activity v JOIN crm_user u ON u.id = v.owner_id"
_PAGE = Query(Row, f"SELECT {SELECTED} FROM {SOURCE} WHERE v.id IN (SELECT value FROM json_each(:keys))")
_ONE = Query(Row, f"SELECT {SELECTED} FROM {SOURCE} WHERE v.id = :activity")
_ZONE = Query(_Zone, "SELECT {fields} FROM crm_user WHERE id = :user")
_SEEN = "SELECT count(*) FROM activity v WHERE v.id = :activity AND {}"
_KINDS: Final = ("account", "contact", "lead", "opportunity")


def activity(ctx: Context, activity_id: int) -> Row:
    """An activity that the acting person may see: of their own, or about a record that they may open.

    Raises:
        NotFound: when there is none.
    """
    found = _ONE.first(ctx, activity=activity_id)
    if found is None or found.is_deleted or not _holds(ctx, activity_id, access.opens_each(ctx, "activity", "v")):
        raise NotFound(
            "activity_not_found",
            f"There is no activity with id {activity_id} that you may see; see the list of activities.",
            field="activity_id",
        )
    return found


def page(ctx: Context, conditions: Conditions, order: str, at: int, size: int) -> tuple[list[Row], int]:
    """One page of activities that meet conditions over `v`, and how many there are: only those of it are read whole."""
    found, total = page_of(ctx, _Id, "v.id", "activity v", conditions, order, at, size)
    known = {row.activity_id: row for row in _PAGE.all(ctx, keys=json.dumps([one.id for one in found]))}
    return [known[one.id] for one in found], total


def all_seen(ctx: Context, owner_id: int | None, about: Mapping[str, int | None]) -> bool:
    """Whether the acting person may see all activities of an owner, or about a record, so that none need be asked for.

    Whoever may open a record sees what is about it, and everybody their own.
    """
    if owner_id is not None and owner_id == ctx.actor.person:
        return True
    return any(key is not None and access.may_open(ctx, kind, key) for kind, key in about.items())


def editable(ctx: Context, activity_id: int) -> Row:
    """An activity that is still open and that the acting person may change: their own, or of somebody below them.

    Raises:
        Conflict: when it is done or cancelled.
        Forbidden: when it is somebody else's.
        NotFound: when there is none.
    """
    found = activity(ctx, activity_id)
    if not _holds(ctx, activity_id, access.deletes(ctx, "v")):
        raise Forbidden(
            "not_your_activity",
            f"That {found.kind} belongs to {found.owner_name}, who changes it, or somebody above them.",
            field="activity_id",
        )
    if found.status != "open":
        raise Conflict(
            "activity_closed", f"That {found.kind} is {found.status}; write down a new one.", field="activity_id"
        )
    return found


def about(
    ctx: Context,
    *,
    contact_id: int | None = None,
    lead_id: int | None = None,
    opportunity_id: int | None = None,
    account_id: int | None = None,
    needed: bool = True,
) -> About:
    """The records that an activity is to be about, which the acting person may open; the account follows from them.

    Raises:
        Conflict, Invalid, NotFound: when there are none, or one is not there.
    """
    contact = None if contact_id is None else heads.contact(ctx, contact_id)
    deal = None if opportunity_id is None else heads.opportunity(ctx, opportunity_id)
    if lead_id is not None:
        heads.lead(ctx, lead_id)
    if account_id is not None:
        heads.account(ctx, account_id)
    elif deal is not None:
        account_id = deal.account_id
    elif contact is not None:
        account_id = contact.account_id
    if needed and account_id is None and contact_id is None and lead_id is None:
        raise Invalid(
            "record_required", "Say what it is about: a contact, a lead, a deal or an account.", field="contact_id"
        )
    zone = None if contact is None else contact.zone
    return About(account_id, contact_id, lead_id, opportunity_id, zone)


def check_reachable(ctx: Context, on: About, channel: str) -> None:
    """Refuse to call or to write to somebody who does not want it (rule CR10).

    Raises:
        Conflict: naming them and the channel.
    """
    for kind, key in (("contact", on.contact_id), ("lead", on.lead_id)):
        if key is None or not consenting.objected(ctx, kind, key, channel):
            continue
        record = heads.stored(ctx, kind, key)
        name = "" if record is None else record.label
        if channel == "phone":
            raise Conflict(
                "do_not_call",
                f"{name} does not want to be called; write to them, or put what there was into a note.",
                field=f"{kind}_id",
            )
        raise Conflict(
            "opted_out",
            f"{name} does not want e-mails from us; call them, or put what there was into a note.",
            field=f"{kind}_id",
        )


def write(ctx: Context, kind: str, on: About, *, touches: bool = True, **columns: Any) -> int:
    """Write an activity down, with what it brings with it; answers its id.

    `touches` says whether one that took place was the house having to do with somebody: what they write is not.
    """
    own = None if ctx.actor.person is None else _ZONE.first(ctx, user=ctx.actor.person)
    given = {
        "body": None, "due_at": None, "starts_at": None, "duration": None, "status": "open", "priority": "normal",
        "direction": None, "outcome": None, "done_at": None, "owner_id": ctx.actor.person,
        "zone": on.zone or (own.zone if own else "Europe/Amsterdam"),
    } | columns  # fmt: skip
    if given["owner_id"] is None:
        raise Invalid(
            "owner_required", "Nobody is signed in whose activity it could be; name an owner.", field="owner_id"
        )
    key = insert(
        ctx, Activity, kind=kind, **on.columns, **given, created_by=ctx.actor.name or ctx.actor.role, is_deleted=0,
        search_text=search_text(given["subject"], given["body"]), created_at=ctx.now, updated_at=ctx.now,
    )  # fmt: skip
    if touches and given["status"] == "done":
        touch(ctx, kind, on.columns, given["starts_at"] or ctx.now)
    return key


def change(ctx: Context, found: Row, **columns: Any) -> None:
    """Give columns of an activity values."""
    changed = {**columns, "updated_at": ctx.now}
    changed["search_text"] = search_text(columns.get("subject", found.subject), columns.get("body", found.body))
    sql = ", ".join(f"{name} = :{name}" for name in changed)
    run(ctx, f"UPDATE activity SET {sql} WHERE id = :activity_key", activity_key=found.activity_id, **changed)
    if columns.get("status") == "done" and columns.get("outcome") != "no_show":
        touch(ctx, found.kind, found._asdict(), found.starts_at or ctx.now)


def touch(ctx: Context, kind: str, on: dict[str, Any], at: datetime) -> None:
    """Note that somebody had to do with records, by an activity that took place at a moment; notes do not count."""
    if kind == "note":
        return
    day = local_day(min(at, ctx.now)).isoformat()
    for name in ("account", "contact", "opportunity"):
        key = on.get(f"{name}_id")
        record: Any = None if key is None else heads.stored(ctx, name, key)
        if record is not None and (record.last_activity_on or "") < day:
            changing.change(ctx, name, record, {"last_activity_on": day}, via="activity", asked=False)
    lead: Any = None if on.get("lead_id") is None else heads.stored(ctx, "lead", on["lead_id"])
    if lead is not None and kind != "task" and lead.first_touch_at is None and lead.status != "converted":
        changing.change(ctx, "lead", lead, {"first_touch_at": min(at, ctx.now)}, via="activity", asked=False)


def row_view(row: Row) -> ActivityRow:
    """An activity as lists show it."""
    return ActivityRow.model_validate(_shown(row))


def detail(ctx: Context, activity_id: int) -> ActivityDetail:
    """An activity as it is shown by itself."""
    row = activity(ctx, activity_id)
    return ActivityDetail.model_validate(
        {**_shown(row), "version": ctx.version(Activity, activity_id), "body": row.body, "about": _about(ctx, row)}
    )


def _shown(row: Row) -> dict[str, Any]:
    at = row.due_at or row.starts_at
    local = None if at is None else f"{at.astimezone(ZoneInfo(row.zone)):%Y-%m-%d %H:%M}"
    values = {**row._asdict(), "local_time": local}
    return {name: values[name] for name in ActivityRow.model_fields}


def _about(ctx: Context, row: Row) -> list[RecordRef]:
    found = []
    values = row._asdict()
    for kind in _KINDS:
        key = values[f"{kind}_id"]
        record = None if key is None else heads.stored(ctx, kind, key)
        if record is not None and access.may_open(ctx, kind, record.id):
            found.append(RecordRef(kind=kind, record_id=record.id, title=record.label))
    return found


def _holds(ctx: Context, activity_id: int, condition: str) -> bool:
    if condition == "1":
        return True
    return bool(number(ctx, _SEEN.format(condition), activity=activity_id, **access.me(ctx)))
