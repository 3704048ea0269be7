"""Access to records of others: asking for it instead of making a second record, and deciding."""

from datetime import datetime
from typing import Literal, NamedTuple

from worlds.crm.records import access, granting
from worlds.crm.rules import EVERYBODY, KEEPERS, WRITERS
from worlds.crm.texts import Notes, Why
from worlds.crm.views import RecordKind
from worlds.engine.context import Context
from worlds.engine.fields import Instant, Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes

Level = Literal["read", "edit"]
AccessState = Literal["pending", "granted", "refused", "withdrawn"]
Decision = Literal["granted", "refused"]


class AccessRequestRow(Result):
    """A request for access to a record. `approver_name` is whom it waits for, None where sales operations decides."""

    request_id: int
    kind: str
    record_id: int
    user_id: int
    user_name: str
    approver_id: int | None
    approver_name: str | None
    level: str
    reason: str
    state: str
    answer: str | None
    asked_at: Instant
    decided_at: Instant | None


class _Row(NamedTuple):
    request_id: int
    kind: str
    record_id: int
    user_id: int
    user_name: str
    approver_id: int | None
    approver_name: str | None
    level: str
    reason: str
    state: str
    answer: str | None
    asked_at: datetime
    decided_at: datetime | None


_SELECT = """q.id, q.kind, q.record_id, q.user_id, u.name, q.approver_id, a.name, q.level, q.reason, q.state, q.answer,
  q.asked_at, q.decided_at"""
_SOURCE = """access_request q JOIN crm_user u ON u.id = q.user_id LEFT JOIN crm_user a ON a.id = q.approver_id"""


@writes(roles=WRITERS)
def request_access(
    ctx: Context, kind: RecordKind, record_id: RecordId, reason: Why, level: Level = "read"
) -> AccessRequestRow:
    """Ask the owner of a record for access that you do not have.

    They decide in their own time, and list_access_requests tells what; nothing can be done with the record before.

    Args:
        kind: What the record is.
        record_id: Its id, as a refusal or find_duplicates has told it.
        reason: Why you need it; the owner reads it.
        level: Whether you need to read it or also to change it.
    """
    return _shown(ctx, granting.ask(ctx, kind, record_id, level, reason))


@reads(roles=EVERYBODY)
def list_access_requests(
    ctx: Context,
    state: AccessState | None = None,
    kind: RecordKind | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[AccessRequestRow]:
    """List requests for access: yours, and those that you decide; the latest first.

    Args:
        state: Only requests in this state.
        kind: Only requests about records of this kind.
        page: Page number from 1.
        page_size: Requests a page.
    """
    conditions = Conditions()
    conditions.equal(q__state=state, q__kind=kind)
    if ctx.actor.role not in KEEPERS:
        conditions.add(f"(q.user_id = :me OR q.approver_id IN {access.BELOW})", **access.me(ctx))
    rows, total = page_of(ctx, _Row, _SELECT, _SOURCE, conditions, "q.asked_at DESC, q.id DESC", page, page_size)
    return Page[AccessRequestRow].of([AccessRequestRow(**row._asdict()) for row in rows], total, page, page_size)


@writes(roles=WRITERS, record="request_id", conflicts="record")
def decide_access_request(
    ctx: Context, request_id: RecordId, decision: Decision, answer: Notes | None = None
) -> AccessRequestRow:
    """Grant or refuse a request for access to a record of yours, or of somebody below you.

    Args:
        request_id: The request's id.
        decision: What you decide; what is granted is shared with whoever asked.
        answer: What you tell them.
    """
    granting.decide(ctx, request_id, decision, answer)
    return _shown(ctx, request_id)


def _shown(ctx: Context, request_id: int) -> AccessRequestRow:
    conditions = Conditions()
    conditions.equal(q__id=request_id)
    rows, _ = page_of(ctx, _Row, _SELECT, _SOURCE, conditions, "q.id", 1, 1)
    return AccessRequestRow(**rows[0]._asdict())
