"""Handing a matter to somebody who may decide it, and what was handed over."""

from datetime import datetime
from typing import Literal, NamedTuple

from worlds.crm.models import HandOver
from worlds.crm.records import access, heads, laws
from worlds.crm.rules import EVERYBODY, WRITERS
from worlds.crm.texts import Notes
from worlds.engine.context import Context
from worlds.engine.errors import Invalid, NotFound
from worlds.engine.fields import Instant, Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert, number

HandedKind = Literal["account", "contact", "lead", "opportunity", "quote", "contract", "campaign", "import_job"]
HandedRole = Literal["sales_manager", "vp", "sales_ops", "marketing", "cs_manager", "finance", "admin"]
HandedReason = Literal[
    "no_access", "outside_policy", "different_legal_entities", "unclear_identity", "legal_hold", "privacy",
    "suspected_fraud", "planted_instructions", "system_problem", "needs_decision", "other",
]  # fmt: skip
_BY_ACCESS = ("account", "contact", "lead", "opportunity", "quote", "contract")
"""Kinds of which a hand-over is seen by whoever may open the record.

Campaigns are open to all, and imports only to those who see every record.
"""


class HandOverView(Result):
    """A matter that was handed over: about which record, to whom or to which role, and why."""

    hand_over_id: int
    number: str
    kind: HandedKind
    record_id: int
    to_user_id: int | None
    to_user_name: str | None
    to_role: str | None
    reason: HandedReason
    message: str
    author_name: str | None
    created_at: Instant


class _Row(NamedTuple):
    hand_over_id: int
    number: str
    kind: HandedKind
    record_id: int
    to_user_id: int | None
    to_user_name: str | None
    to_role: str | None
    reason: HandedReason
    message: str
    author_name: str | None
    created_at: datetime


_SELECTED = """h.id, h.number, h.kind, h.record_id, h.to_user_id, t.name, h.to_role, h.reason, h.message, a.name,
  h.created_at"""
_SOURCE = (
    f"{HandOver.__tablename__} h LEFT JOIN crm_user t ON t.id = h.to_user_id LEFT JOIN crm_user a ON a.id = h.author_id"
)


@writes(roles=(*WRITERS, "finance"))
def hand_over(
    ctx: Context,
    kind: HandedKind,
    record_id: RecordId,
    reason: HandedReason,
    message: Notes,
    to_user_id: RecordId | None = None,
    to_role: HandedRole | None = None,
) -> HandOverView:
    """Hand a matter to a colleague or to all of a role, where you may not or should not decide it yourself.

    The record itself does not change. Whoever gets it finds it by list_hand_overs.

    Args:
        kind: What the record is that it is about.
        record_id: That record's id.
        reason: Why you do not decide it.
        message: What they have to know, and what you ask of them.
        to_user_id: The colleague who gets it; leave out where a role does.
        to_role: The role that gets it; leave out where a colleague does.
    """
    if (to_user_id is None) == (to_role is None):
        raise Invalid("one_recipient", "Hand it to one colleague or to one role; name one of them.", field="to_role")
    if to_user_id is not None:
        laws.colleague(ctx, to_user_id, "to_user_id")
    if not number(ctx, f"SELECT count(*) FROM {kind} WHERE id = :key", key=record_id):  # noqa: S608 - one of our own tables
        spoken = heads.SPOKEN.get(kind, kind.replace("_", " "))
        raise NotFound("record_not_found", f"There is no {spoken} with id {record_id}.", field="record_id")
    made = f"HO-{100 + ctx.number('hand_over_number')}"
    key = insert(
        ctx, HandOver, number=made, kind=kind, record_id=record_id, to_user_id=to_user_id, to_role=to_role,
        reason=reason, message=message, author_id=ctx.actor.person, created_at=ctx.now,
    )  # fmt: skip
    return _view(Query(_Row, f"SELECT {_SELECTED} FROM {_SOURCE} WHERE h.id = :key").all(ctx, key=key)[0])  # noqa: S608 - texts of this module


@reads(roles=EVERYBODY)
def list_hand_overs(
    ctx: Context,
    kind: HandedKind | None = None,
    record_id: RecordId | None = None,
    mine: bool = False,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[HandOverView]:
    """List matters that were handed over, the last first: those of records that you may open, by you or to you.

    Args:
        kind: Only those about records of this kind.
        record_id: Only those about this record.
        mine: Only those to you or to your role.
        page: Page number from 1.
        page_size: Hand-overs a page.
    """
    conditions = Conditions()
    conditions.equal(h__kind=kind, h__record_id=record_id)
    to_me = "(h.to_user_id = :me OR h.to_role = :role)"
    conditions.add(f"({to_me} OR h.author_id = :me OR {_seen(ctx)})", **access.me(ctx), role=ctx.actor.role)
    if mine:
        conditions.add(to_me)
    rows, total = page_of(ctx, _Row, _SELECTED, _SOURCE, conditions, "h.id DESC", page, page_size)
    return Page[HandOverView].of([_view(row) for row in rows], total, page, page_size)


def _seen(ctx: Context) -> str:
    """The condition that the record of a hand-over may be opened by whoever asks."""
    conditions = {kind: access.opens(ctx, kind, "r") for kind in _BY_ACCESS}
    if set(conditions.values()) == {"1"}:
        return "1"
    seen = [
        f"(h.kind = '{kind}' AND EXISTS (SELECT 1 FROM {kind} r WHERE r.id = h.record_id AND {condition}))"  # noqa: S608 - texts of our own
        for kind, condition in conditions.items()
    ]
    return "(" + " OR ".join([*seen, "h.kind = 'campaign'"]) + ")"


def _view(row: _Row) -> HandOverView:
    return HandOverView(**row._asdict())
