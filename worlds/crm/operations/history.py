"""What happened to records: their fields' history, and the recycle bin."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own tables

import json
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, get_args

from worlds.crm.days import day_end, day_start
from worlds.crm.records import access, heads, recycling, withheld
from worlds.crm.rules import EVERYBODY, SEES_ALL, WRITERS
from worlds.crm.texts import ColumnName
from worlds.crm.views import RecordKind
from worlds.engine.context import Context
from worlds.engine.fields import Day, Instant, Page, PageNumber, PageSize, RecordId, Result, iso_instant
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes

BinKind = Literal["account", "contact", "lead", "opportunity", "activity"]
BinState = Literal["in_bin", "restored", "purged"]
SetupKind = Literal["validation_rule", "assignment_rule", "workflow_rule"]
OVERSEERS = ("vp", "sales_ops", "admin")
"""Who sees what was changed in the rules of the house."""


class FieldChange(Result):
    """That a field of a record changed; `via` says by what, such as `user`, `import`, `bulk` or `merge`."""

    history_id: int
    kind: str
    record_id: int
    field: str
    before: str | None
    after: str | None
    actor_id: int | None
    actor_name: str
    via: str
    at: Instant


class DeletedRow(Result):
    """A record in the recycle bin, which purges it at `purge_at`."""

    deleted_id: int
    kind: str
    record_id: int
    title: str
    state: str
    deleted_by: str
    deleted_at: Instant
    purge_at: Instant


class _Change(NamedTuple):
    history_id: int
    kind: str
    record_id: int
    field: str
    before: str | None
    after: str | None
    actor_id: int | None
    actor_name: str
    via: str
    at: datetime


class _Deleted(NamedTuple):
    deleted_id: int
    kind: str
    record_id: int
    title: str
    state: str
    deleted_by: str
    deleted_at: datetime
    purge_at: datetime


_CHANGE = "h.id, h.kind, h.record_id, h.field, h.before, h.after, h.actor_id, h.actor_name, h.via, h.at"
_DELETED = "d.id, d.kind, d.record_id, d.title, d.state, d.deleted_by, d.deleted_at, d.purge_at"


@reads(roles=EVERYBODY)
def list_field_history(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    kind: RecordKind,
    record_id: RecordId | None = None,
    field: ColumnName | None = None,
    actor_id: RecordId | None = None,
    changed_from: Day | None = None,
    changed_to: Day | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[FieldChange]:
    """List what changed on records that you may open, the latest first.

    Args:
        kind: What the records are.
        record_id: Only changes of this record, also of one that was merged or deleted.
        field: Only changes of this field, such as owner_id.
        actor_id: Only changes by this colleague.
        changed_from: Only changes of this day or later.
        changed_to: Only changes of this day or earlier.
        page: Page number from 1.
        page_size: Changes a page.
    """
    conditions = Conditions()
    conditions.equal(h__kind=kind, h__record_id=record_id, h__field=field, h__actor_id=actor_id)
    if record_id is not None:
        heads.record(ctx, kind, record_id, "record_id", gone=True)
    elif ctx.actor.role not in SEES_ALL:
        seen = f"SELECT x.id FROM {kind} x WHERE {access.opens(ctx, kind, 'x')}"
        conditions.add(f"h.record_id IN ({seen})", **access.me(ctx))
    kept = withheld.names(ctx, kind)
    if kept:
        conditions.add("h.field NOT IN (SELECT value FROM json_each(:kept))", kept=json.dumps(kept))
    _between(conditions, changed_from, changed_to)
    rows, total = page_of(ctx, _Change, _CHANGE, "field_history h", conditions, "h.at DESC, h.id DESC", page, page_size)
    return Page[FieldChange].of([FieldChange(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=OVERSEERS)
def list_setup_history(
    ctx: Context,
    kind: SetupKind | None = None,
    changed_from: Day | None = None,
    changed_to: Day | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[FieldChange]:
    """List what changed in the rules of the house, by whom, the latest first; `record_id` is the rule's id.

    Args:
        kind: Only changes of rules of this kind.
        changed_from: Only changes of this day or later.
        changed_to: Only changes of this day or earlier.
        page: Page number from 1.
        page_size: Changes a page.
    """
    conditions = Conditions()
    conditions.equal(h__kind=kind)
    conditions.add("h.kind IN (SELECT value FROM json_each(:setup))", setup=json.dumps(get_args(SetupKind)))
    _between(conditions, changed_from, changed_to)
    rows, total = page_of(ctx, _Change, _CHANGE, "field_history h", conditions, "h.at DESC, h.id DESC", page, page_size)
    return Page[FieldChange].of([FieldChange(**row._asdict()) for row in rows], total, page, page_size)


def _between(conditions: Conditions, first: date | None, last: date | None) -> None:
    if first is not None:
        conditions.add("h.at >= :first", first=iso_instant(day_start(first)))
    if last is not None:
        conditions.add("h.at < :last", last=iso_instant(day_end(last)))


@writes(roles=WRITERS)
def delete_record(ctx: Context, kind: BinKind, record_id: RecordId) -> DeletedRow:
    """Put a record into the recycle bin, from which it can be restored for 15 days.

    Records that something belongs to are not deleted.

    Args:
        kind: What it is.
        record_id: Its id.
    """
    return _row(ctx, recycling.delete(ctx, kind, record_id))


@reads(roles=EVERYBODY)
def list_deleted(
    ctx: Context,
    kind: BinKind | None = None,
    state: BinState | None = "in_bin",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[DeletedRow]:
    """List what lies in the recycle bin, the latest first: what you have deleted, or everything if you see everything.

    Args:
        kind: Only records of this kind.
        state: Only what is in this state.
        page: Page number from 1.
        page_size: Records a page.
    """
    conditions = Conditions()
    conditions.equal(d__kind=kind, d__state=state)
    if ctx.actor.role not in SEES_ALL:
        conditions.add("d.deleted_by_id = :me", **access.me(ctx))
    order = "d.deleted_at DESC, d.id DESC"
    rows, total = page_of(ctx, _Deleted, _DELETED, "deleted_record d", conditions, order, page, page_size)
    return Page[DeletedRow].of([DeletedRow(**row._asdict()) for row in rows], total, page, page_size)


@writes(roles=WRITERS)
def restore_record(ctx: Context, deleted_id: RecordId) -> DeletedRow:
    """Bring a record back out of the recycle bin, as it was.

    Args:
        deleted_id: The id of its place in the bin, which list_deleted shows.
    """
    recycling.restore(ctx, deleted_id)
    return _row(ctx, deleted_id)


def _row(ctx: Context, deleted_id: int) -> DeletedRow:
    conditions = Conditions()
    conditions.equal(d__id=deleted_id)
    found: Any = page_of(ctx, _Deleted, _DELETED, "deleted_record d", conditions, "d.id", 1, 1)[0][0]
    return DeletedRow(**found._asdict())
