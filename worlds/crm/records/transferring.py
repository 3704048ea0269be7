"""Records that change hands, and what goes with them: contacts, open deals and open activities of the owner before.

What is closed stays with whom it was: closed deals, done activities, notes, converted leads.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from worlds.crm.records import changing, fieldlog, heads
from worlds.crm.records.one_by_one import attempt
from worlds.engine.context import Context
from worlds.engine.errors import Refusal
from worlds.engine.rows import Query, number, run


@dataclass(slots=True)
class Moved:
    """How much went with a record, and how much was kept back: closed deals, and what was refused."""

    contacts: int = 0
    deals: int = 0
    activities: int = 0
    closed_deals: int = 0
    refused: int = 0


class _Key(NamedTuple):
    id: int


_CONTACTS = Query(
    _Key, "SELECT id FROM contact WHERE account_id = :account AND owner_id = :owner AND is_deleted = 0 ORDER BY id"
)
_DEALS = Query(
    _Key,
    """SELECT o.id FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id
    WHERE o.account_id = :account AND o.owner_id = :owner AND o.is_deleted = 0 AND s.kind = 'open' ORDER BY o.id""",
)
_CLOSED = """SELECT count(*) FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id
  WHERE o.account_id = :account AND o.owner_id = :owner AND o.is_deleted = 0 AND s.kind <> 'open'"""
_ACTIVITIES = {
    kind: Query(
        _Key,
        f"""SELECT id FROM activity WHERE {kind}_id = :record AND owner_id = :owner AND status = 'open'
        AND kind <> 'note' AND is_deleted = 0 ORDER BY id""",  # noqa: S608 - names of our own columns
    )
    for kind in heads.RECORDS
}


def move_with(
    ctx: Context, account: heads.Account, to_user: int, *, contacts: bool, deals: bool, activities: bool, via: str
) -> Moved:
    """Hand on what an account's owner before has at it; `account` is as it was then."""
    moved = Moved(closed_deals=number(ctx, _CLOSED, account=account.id, owner=account.owner_id))
    given = {"account": account.id, "owner": account.owner_id}
    for kind, wanted, found in (("contact", contacts, _CONTACTS), ("opportunity", deals, _DEALS)):
        for one in found.all(ctx, **given) if wanted else ():
            done = attempt(ctx, partial(_hand_on, ctx, kind, one.id, to_user, via))
            if isinstance(done, Refusal):
                moved.refused += 1
            elif kind == "contact":
                moved.contacts += 1
            else:
                moved.deals += 1
            if activities and not isinstance(done, Refusal):
                moved.activities += move_activities(ctx, kind, one.id, account.owner_id, to_user)
    if activities:
        moved.activities += move_activities(ctx, "account", account.id, account.owner_id, to_user)
    return moved


def move_activities(ctx: Context, kind: str, key: int, from_user: int | None, to_user: int) -> int:
    """Hand on open tasks, calls, meetings and e-mails about a record; answers how many."""
    found = _ACTIVITIES[kind].all(ctx, record=key, owner=from_user)
    for one in found:
        run(
            ctx, "UPDATE activity SET owner_id = :user, updated_at = :now WHERE id = :key",
            user=to_user, now=ctx.now, key=one.id,
        )  # fmt: skip
        fieldlog.entry(ctx, "activity", one.id, "owner_id", from_user, to_user, "transfer")
    return len(found)


def _hand_on(ctx: Context, kind: str, key: int, to_user: int, via: str) -> bool:
    row: Any = heads.record(ctx, kind, key)
    changing.change(ctx, kind, row, {"owner_id": to_user}, via=via)
    return True
