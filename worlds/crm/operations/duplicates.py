"""Duplicates: what is like a record, sets of likes that were written down, and that they are none."""

import json
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from worlds.crm.lead_views import LikeView
from worlds.crm.matching import sets
from worlds.crm.matching.likes import likes_of
from worlds.crm.records import access, heads
from worlds.crm.rules import EVERYBODY, MERGERS
from worlds.crm.texts import Why
from worlds.crm.views import UpTo50
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Instant, Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, run

MatchedKind = Literal["account", "contact", "lead"]
SetState = Literal["open", "dismissed", "merged"]
Likes = Annotated[list[LikeView], Field(max_length=50)]


class LikesFound(Result):
    """What is like a record, of all kinds that it can be like; each with the rules that say so."""

    kind: str
    record_id: int
    title: str
    items: Likes


class SetMember(Result):
    """A record in a set of likes; one that you cannot open tells only whose it is."""

    kind: str
    record_id: int
    openable: bool
    title: str | None
    owner_id: int | None
    owner_name: str | None
    created_at: Instant | None


class DuplicateSetRow(Result):
    """Records that may be one. `rule` is the rule that found them, None for what somebody put together."""

    set_id: int
    state: str
    rule: str | None
    reason: str | None
    decided_by: str | None
    created_at: Instant
    members: UpTo50[SetMember]


class _Set(NamedTuple):
    set_id: int
    state: str
    rule: str | None
    reason: str | None
    decided_by: str | None
    created_at: str


class _Item(NamedTuple):
    set_id: int
    kind: str
    record_id: int


_ITEMS = Query(
    _Item,
    """SELECT set_id, kind, record_id FROM duplicate_item WHERE set_id IN (SELECT value FROM json_each(:sets))
    ORDER BY set_id, kind, record_id""",
)
_SELECT = "s.id, s.state, r.name, s.reason, s.decided_by, s.created_at"
_SOURCE = "duplicate_set s LEFT JOIN duplicate_rule r ON r.id = s.rule_id"


@reads(roles=EVERYBODY)
def find_duplicates(ctx: Context, kind: MatchedKind, record_id: RecordId) -> LikesFound:
    """Find records that may be the same as one: by e-mail, phone number, or a like name at one domain.

    Args:
        kind: What the record is. Accounts are compared with accounts and leads' companies, contacts with contacts and
            leads, leads with contacts, accounts and other leads.
        record_id: Its id.
    """
    record = heads.record(ctx, kind, record_id, "record_id")
    return LikesFound(
        kind=kind, record_id=record_id, title=record.label, items=likes_of(ctx, kind, record._asdict(), record_id)
    )


@reads(roles=EVERYBODY)
def list_duplicate_sets(
    ctx: Context,
    state: SetState | None = "open",
    kind: MatchedKind | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[DuplicateSetRow]:
    """List sets of records that may be one, of which you may open at least one, the newest first.

    Args:
        state: Only sets in this state.
        kind: Only sets with a record of this kind.
        page: Page number from 1.
        page_size: Sets a page.
    """
    conditions = Conditions()
    conditions.equal(s__state=state)
    if kind is not None:
        conditions.add(
            "s.id IN (SELECT i.set_id FROM duplicate_item i WHERE i.kind = :kind)",
            kind=kind,
        )
    seen = " OR ".join(
        f"""(i.kind = '{one}' AND EXISTS (SELECT 1 FROM {one} x WHERE x.id = i.record_id
          AND {access.opens_each(ctx, one, "x")}))"""  # noqa: S608 - texts of ours
        for one in ("account", "contact", "lead")
    )
    shown = f"SELECT i.set_id FROM duplicate_item i WHERE {seen}"  # noqa: S608 - texts of ours
    conditions.add(f"s.id IN ({shown})", **access.me(ctx))
    rows, total = page_of(ctx, _Set, _SELECT, _SOURCE, conditions, "s.created_at DESC, s.id DESC", page, page_size)
    return Page[DuplicateSetRow].of(_shown(ctx, rows), total, page, page_size)


@writes(roles=MERGERS, record="set_id", conflicts="record")
def dismiss_duplicate_set(ctx: Context, set_id: RecordId, reason: Why) -> DuplicateSetRow:
    """Say that the records of a set are not one; the set is closed for good and the records stay as they are.

    Args:
        set_id: The set's id.
        reason: Why they are different.
    """
    rows = _one(ctx, set_id)
    members = _shown(ctx, rows)[0].members if rows else []
    if not any(one.openable for one in members):
        raise NotFound(
            "set_not_found", f"There is no set of duplicates with id {set_id} that you may open.", field="set_id"
        )
    if rows[0].state != "open":
        raise Conflict(
            "set_decided", f"Set {set_id} was {rows[0].state} by {rows[0].decided_by or 'a rule'}.", field="set_id"
        )
    run(
        ctx,
        """UPDATE duplicate_set SET state = 'dismissed', reason = :reason, decided_by = :by, decided_at = :now
        WHERE id = :key""",
        reason=reason, by=ctx.actor.name or ctx.actor.role, now=ctx.now, key=set_id,
    )  # fmt: skip
    return _shown(ctx, _one(ctx, set_id))[0]


def _one(ctx: Context, set_id: int) -> list[_Set]:
    conditions = Conditions()
    conditions.equal(s__id=set_id)
    return page_of(ctx, _Set, _SELECT, _SOURCE, conditions, "s.id", 1, 1)[0]


def _shown(ctx: Context, rows: list[_Set]) -> list[DuplicateSetRow]:
    items = _ITEMS.all(ctx, sets=json.dumps([row.set_id for row in rows]))
    told = {
        (one.kind, one.record_id): one
        for kind in ("account", "contact", "lead")
        for one in sets.told(ctx, kind, {item.record_id for item in items if item.kind == kind})
    }
    return [
        DuplicateSetRow(
            **row._asdict(),
            members=[
                SetMember(
                    openable=told[item.kind, item.record_id].openable, **told[item.kind, item.record_id]._asdict()
                )
                for item in items
                if item.set_id == row.set_id and (item.kind, item.record_id) in told
            ][:50],
        )
        for row in rows
    ]
