"""Access to records beside owners and those above: asking for it and who decides, shares, and teams of accounts."""

# ruff: noqa: S608 - the statements are put together from fixed texts of this module

from datetime import datetime
from typing import Any, Final, NamedTuple

from worlds.crm.models import AccessRequest, AccountTeam, RecordShare
from worlds.crm.records import access, fieldlog, heads
from worlds.crm.records.heads import SPOKEN
from worlds.crm.records.laws import User, colleague
from worlds.crm.rules import KEEPERS
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, NotFound
from worlds.engine.rows import Query, insert, number, run


class Request(NamedTuple):
    """A request for access; see `worlds.crm.models.AccessRequest`."""

    id: int
    kind: str
    record_id: int
    user_id: int
    approver_id: int | None
    level: str
    reason: str
    state: str
    answer: str | None
    asked_at: datetime
    decided_at: datetime | None


_REQUEST: Final = Query(Request, "SELECT {fields} FROM access_request WHERE id = :key")
_PENDING: Final = """SELECT count(*) FROM access_request WHERE kind = :kind AND record_id = :key AND user_id = :user
  AND level = :level AND state = 'pending'"""
_ABOVE: Final = """WITH RECURSIVE above(id) AS (SELECT :owner UNION
  SELECT u.manager_id FROM crm_user u JOIN above b ON b.id = u.id WHERE u.manager_id IS NOT NULL)
  SELECT count(*) FROM above WHERE id = :me"""


class _Shared(NamedTuple):
    level: str


class _Place(NamedTuple):
    id: int
    part: str
    level: str


_SHARED: Final = "kind = :kind AND record_id = :key AND user_id = :user"
_LEVEL: Final = Query(_Shared, f"SELECT {{fields}} FROM record_share WHERE {_SHARED}")
_PLACE: Final = Query(_Place, "SELECT {fields} FROM account_team WHERE account_id = :account AND user_id = :user")


class _Owner(NamedTuple):
    id: int
    active: int
    manager_id: int | None


_OWNER: Final = Query(_Owner, "SELECT {fields} FROM crm_user WHERE id = :key")


def ask(ctx: Context, kind: str, key: int, level: str, reason: str) -> int:
    """Ask a record's owner for access to it; answers the request's id.

    Raises:
        Conflict: when the acting person has that access, or has asked for it.
        NotFound: when there is no such record in use.
    """
    found: Any = heads.stored(ctx, kind, key)
    if found is None or found.is_deleted:
        raise NotFound(f"{kind}_not_found", f"There is no {SPOKEN[kind]} with id {key} in use.", field="record_id")
    has = access.may_open if level == "read" else access.may_edit
    if ctx.actor.person is None or has(ctx, kind, key):
        raise Conflict(
            "access_not_needed",
            f"You may {'open' if level == 'read' else 'change'} that {SPOKEN[kind]} as it is.",
            field="record_id",
        )
    if number(ctx, _PENDING, kind=kind, key=key, user=ctx.actor.person, level=level):
        raise Conflict(
            "access_pending",
            f"You asked for that {SPOKEN[kind]} before and nobody has decided yet; see your requests.",
            field="record_id",
        )
    return insert(
        ctx, AccessRequest, kind=kind, record_id=key, user_id=ctx.actor.person, approver_id=_approver(ctx, found),
        level=level, reason=reason, state="pending", asked_at=ctx.now,
    )  # fmt: skip


def _approver(ctx: Context, record: Any) -> int | None:
    """Who is asked: the owner, or the one above an owner who has left; nobody where a queue owns it."""
    owner = _OWNER.first(ctx, key=record.owner_id) if record.owner_id else None
    while owner is not None and not owner.active:
        owner = _OWNER.first(ctx, key=owner.manager_id) if owner.manager_id else None
    return owner.id if owner else None


def request(ctx: Context, key: int) -> Request:
    """A request for access.

    Raises:
        NotFound: when there is none of that id.
    """
    found = _REQUEST.first(ctx, key=key)
    if found is None:
        raise NotFound(
            "access_request_not_found",
            f"There is no request for access with id {key}; see the list of yours and those you decide.",
            field="request_id",
        )
    return found


def may_decide(ctx: Context, asked: Request) -> bool:
    """Whether the acting person decides a request: who was asked, those above them, and who keeps records."""
    if ctx.actor.role in (*KEEPERS, "system"):
        return True
    owner = asked.approver_id
    return owner is not None and bool(number(ctx, _ABOVE, owner=owner, **access.me(ctx)))


def decide(ctx: Context, key: int, decision: str, answer: str | None) -> Request:
    """Grant or refuse a request; what is granted is shared with whoever asked.

    Raises:
        Conflict: when it was decided before.
        Forbidden: when somebody else decides it.
        NotFound: when there is none of that id.
    """
    asked = request(ctx, key)
    if not may_decide(ctx, asked) or asked.user_id == ctx.actor.person:
        raise Forbidden(
            "not_your_decision",
            f"Request {key} is decided by the record's owner, those above, or sales operations.",
            field="request_id",
        )
    if asked.state != "pending":
        raise Conflict("access_decided", f"Request {key} was {asked.state} before.", field="request_id")
    run(
        ctx, "UPDATE access_request SET state = :state, answer = :answer, decided_at = :now WHERE id = :key",
        state=decision, answer=answer, now=ctx.now, key=key,
    )  # fmt: skip
    if decision == "granted":
        _grant(ctx, asked)
    return request(ctx, key)


def share(ctx: Context, kind: str, key: int, who: User, level: str, reason: str | None) -> None:
    """Share a record with a colleague, at that level from now on."""
    before = _LEVEL.first(ctx, kind=kind, key=key, user=who.id)
    if before is None:
        insert(
            ctx, RecordShare, kind=kind, record_id=key, user_id=who.id, level=level, reason=reason, created_at=ctx.now
        )
    else:
        run(
            ctx, f"UPDATE record_share SET level = :level, reason = :reason WHERE {_SHARED}",
            level=level, reason=reason, kind=kind, key=key, user=who.id,
        )  # fmt: skip
    if before is None or before.level != level:
        fieldlog.entry(ctx, kind, key, f"share.{who.id}", before.level if before else None, level)


def unshare(ctx: Context, kind: str, key: int, user_id: int) -> None:
    """Take back that a record is shared with a colleague."""
    before = _LEVEL.first(ctx, kind=kind, key=key, user=user_id)
    if before is not None:
        run(ctx, f"DELETE FROM record_share WHERE {_SHARED}", kind=kind, key=key, user=user_id)
        fieldlog.entry(ctx, kind, key, f"share.{user_id}", before.level, None)


def join_team(ctx: Context, account_id: int, who: User, part: str, level: str) -> None:
    """Take a colleague into an account's team, or change what they do there."""
    before = _PLACE.first(ctx, account=account_id, user=who.id)
    if before is None:
        insert(ctx, AccountTeam, account_id=account_id, user_id=who.id, part=part, level=level)
    else:
        run(
            ctx,
            "UPDATE account_team SET part = :part, level = :level WHERE id = :id",
            part=part,
            level=level,
            id=before.id,
        )
    said = None if before is None else f"{before.part} ({before.level})"
    if said != f"{part} ({level})":
        fieldlog.entry(ctx, "account", account_id, f"team.{who.id}", said, f"{part} ({level})")


def leave_team(ctx: Context, account_id: int, user_id: int) -> None:
    """Take a colleague out of an account's team."""
    before = _PLACE.first(ctx, account=account_id, user=user_id)
    if before is not None:
        run(ctx, "DELETE FROM account_team WHERE id = :id", id=before.id)
        fieldlog.entry(ctx, "account", account_id, f"team.{user_id}", f"{before.part} ({before.level})", None)


def _grant(ctx: Context, asked: Request) -> None:
    """Share a record with whoever asked; who may change it already keeps that."""
    known = _LEVEL.first(ctx, kind=asked.kind, key=asked.record_id, user=asked.user_id)
    if known is None or known.level == "read":
        who = colleague(ctx, asked.user_id, "request_id")
        share(ctx, asked.kind, asked.record_id, who, asked.level, asked.reason)
