"""The recycle bin: deleting a record, and bringing it back within 15 days.

A deleted record is no longer found and cannot be changed; what refers to it still does, so that it comes back whole.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own tables

from typing import Any, Final, NamedTuple

from worlds.crm.models import DeletedRecord
from worlds.crm.records import access, addresses, changing, fieldlog, heads
from worlds.crm.records.heads import SPOKEN
from worlds.crm.rules import BIN_LIFE
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, NotFound
from worlds.engine.rows import Query, insert, number, run


class InBin(NamedTuple):
    """A record in the recycle bin."""

    id: int
    kind: str
    record_id: int
    title: str
    state: str
    deleted_by_id: int | None


class Activity(NamedTuple):
    """An activity, as far as deleting it goes."""

    id: int
    subject: str
    owner_id: int
    is_deleted: int


_IN_BIN: Final = Query(InBin, "SELECT {fields} FROM deleted_record WHERE id = :key")
_ACTIVITY: Final = Query(Activity, "SELECT {fields} FROM activity WHERE id = :key")
_BELOW: Final = f"SELECT :owner IN {access.BELOW}"
_HELD_BY: Final = {
    "account": (
        ("contacts", "contact WHERE account_id = :key AND is_deleted = 0"),
        ("deals", "opportunity WHERE account_id = :key AND is_deleted = 0"),
        ("contracts", "contract WHERE account_id = :key"),
        ("accounts below it", "account WHERE parent_id = :key AND is_deleted = 0"),
    ),
    "contact": (("deals as their primary contact", "opportunity WHERE primary_contact_id = :key AND is_deleted = 0"),),
    "lead": (),
    "opportunity": (
        ("contracts", "contract WHERE opportunity_id = :key AND state IN ('sent', 'signed')"),
        ("quotes before the customer", "quote WHERE opportunity_id = :key AND status IN ('presented', 'accepted')"),
        ("contracts that it renews", "contract WHERE renewal_opportunity_id = :key AND state = 'signed'"),
    ),
}
"""What keeps a record from being deleted: it would belong to nothing."""
_INSTEAD: Final = {"account": "merge it", "contact": "merge it", "opportunity": "close it as lost"}


def delete(ctx: Context, kind: str, key: int) -> int:
    """Put a record into the bin; answers the id of its place there.

    Raises:
        Conflict: when it is locked, closed for good, or something belongs to it.
        Forbidden: when the acting person may not delete it.
        NotFound: when there is none of that id that they may open.
    """
    title = _put_away_activity(ctx, key) if kind == "activity" else _put_away(ctx, kind, key)
    return insert(
        ctx, DeletedRecord, kind=kind, record_id=key, title=title, deleted_by=ctx.actor.name or ctx.actor.role,
        deleted_by_id=ctx.actor.person, state="in_bin", deleted_at=ctx.now, purge_at=ctx.now + BIN_LIFE,
    )  # fmt: skip


def _put_away(ctx: Context, kind: str, key: int) -> str:
    record: Any = heads.record(ctx, kind, key, "record_id")
    title: str = record.label
    if not access.may_delete(ctx, kind, key):
        raise Forbidden(
            "delete_not_permitted",
            f"The {SPOKEN[kind]} {title} is deleted by its owner and those above; hand the wish over to them.",
            field="record_id",
        )
    for what, source in _HELD_BY[kind]:
        held = number(ctx, f"SELECT count(*) FROM {source}", key=key)
        if held:
            raise Conflict(
                "record_needed",
                f"The {SPOKEN[kind]} {title} still has {held} {what}; settle those first, or {_INSTEAD[kind]}.",
                field="record_id",
                details={"what": what, "count": held},
            )
    access.check_free(ctx, kind, key, f"the {SPOKEN[kind]} {title}", "record_id")
    changing.LAWS[kind](ctx, record, {})  # what is locked or read only is not deleted either
    changing.change(ctx, kind, record, {"is_deleted": 1}, via="delete", asked=False)
    return title


def _put_away_activity(ctx: Context, key: int) -> str:
    found = _ACTIVITY.first(ctx, key=key)
    if found is None or found.is_deleted or not access.may_open(ctx, "activity", key):
        raise NotFound(
            "activity_not_found",
            f"There is no activity with id {key} that you may open; see the list of activities.",
            field="record_id",
        )
    _check_below(ctx, found.owner_id, f"The activity {found.subject!r}")
    run(ctx, "UPDATE activity SET is_deleted = 1, updated_at = :now WHERE id = :key", now=ctx.now, key=key)
    fieldlog.entry(ctx, "activity", key, "is_deleted", 0, 1, "delete")
    return found.subject


def _check_below(ctx: Context, owner: int, what: str) -> None:
    if access.deletes(ctx, "x") != "1" and not number(ctx, _BELOW, owner=owner, **access.me(ctx)):
        raise Forbidden("delete_not_permitted", f"{what} is deleted by its owner and those above.", field="record_id")


def restore(ctx: Context, deleted_id: int) -> InBin:
    """Bring a record back out of the bin; answers its place there.

    Raises:
        Conflict: when it was restored or purged before, somebody else has its e-mail address by now, or its account
            lies in the bin itself.
        Forbidden: when the acting person may not.
        NotFound: when there is nothing of that id in the bin.
    """
    found = _IN_BIN.first(ctx, key=deleted_id)
    if found is None:
        raise NotFound(
            "deleted_record_not_found",
            f"Nothing with id {deleted_id} lies in the recycle bin; look there for what does.",
            field="deleted_id",
        )
    if found.state != "in_bin":
        raise Conflict(
            "not_in_bin", f"{found.title} was {found.state} and lies in the bin no more.", field="deleted_id"
        )
    if found.deleted_by_id != ctx.actor.person and access.deletes(ctx, "x") != "1":
        raise Forbidden(
            "restore_not_permitted",
            f"{found.title} is restored by whoever deleted it, or by sales operations.",
            field="deleted_id",
        )
    if found.kind == "activity":
        run(
            ctx,
            "UPDATE activity SET is_deleted = 0, updated_at = :now WHERE id = :key",
            now=ctx.now,
            key=found.record_id,
        )
        fieldlog.entry(ctx, "activity", found.record_id, "is_deleted", 1, 0, "restore")
    else:
        _bring_back(ctx, found)
    run(ctx, "UPDATE deleted_record SET state = 'restored' WHERE id = :key", key=deleted_id)
    return found._replace(state="restored")


def _bring_back(ctx: Context, found: InBin) -> None:
    record: Any = heads.stored(ctx, found.kind, found.record_id)
    if found.kind == "contact":
        for one in addresses.EMAILS.all(ctx, contact=found.record_id):
            addresses.check_email(ctx, one.value, found.record_id, "deleted_id")
    if getattr(record, "account_id", None) is not None:
        firm: Any = heads.stored(ctx, "account", record.account_id)
        heads.check_in_use("account", firm, "deleted_id")
    changing.change(ctx, found.kind, record, {"is_deleted": 0}, via="restore", asked=False)
