"""Who owns records: handing many of them to a colleague, each told for itself."""

from functools import partial
from typing import Annotated, Any, Final

from pydantic import Field

from worlds.crm.records import changing, heads, laws
from worlds.crm.records.one_by_one import RecordIds, check_once, one_of_many
from worlds.crm.records.transferring import Moved, move_activities, move_with
from worlds.crm.rules import MAX_BULK, WRITERS
from worlds.crm.views import RecordKind
from worlds.engine.context import Context
from worlds.engine.errors import Invalid, Refusal
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import writes

VIA: Final = "transfer"


class TransferItem(Result):
    """What became of one record: `moved`, `unchanged` where it was theirs already, or `failed` with a code.

    Of an account that moved: how many contacts, open deals and open activities went with it, how many closed deals
    stayed, and how many contacts and deals were refused, such as locked ones.
    """

    index: int
    record_id: int
    title: str | None
    success: bool
    outcome: str
    from_owner_id: int | None = None
    contacts_moved: int = 0
    deals_moved: int = 0
    activities_moved: int = 0
    closed_deals_kept: int = 0
    children_refused: int = 0
    error: str | None = None
    message: str | None = None


class Transfer(Result):
    """What became of records that were to change hands."""

    kind: str
    to_user_id: int
    to_user_name: str
    total: int
    succeeded: int
    failed: int
    items: Annotated[list[TransferItem], Field(max_length=MAX_BULK)]


@writes(roles=WRITERS)
def transfer_records(
    ctx: Context,
    kind: RecordKind,
    record_ids: RecordIds,
    to_user_id: RecordId,
    with_contacts: bool = False,
    with_open_deals: bool = False,
    with_open_activities: bool = False,
) -> Transfer:
    """Hand records to a colleague: your own, or those of colleagues below you; sales operations any.

    A record that is refused does not stop the others; each is told for itself.

    Closed deals stay with whoever closed them, and converted leads with whoever converted them. What goes along with an
    account is only what the owner before has at it.

    Args:
        kind: What the records are.
        record_ids: Their ids, each once.
        to_user_id: The colleague who gets them, who must be active.
        with_contacts: With accounts: also their contacts.
        with_open_deals: With accounts: also their open deals.
        with_open_activities: Also open tasks, calls, meetings and e-mails about what is handed on.
    """
    check_once(record_ids)
    to = laws.colleague(ctx, to_user_id, "to_user_id")
    if kind != "account" and (with_contacts or with_open_deals):
        given = "with_contacts" if with_contacts else "with_open_deals"
        raise Invalid("accounts_only", f"{given} goes with accounts; hand these records on by themselves.", field=given)
    along = (with_contacts, with_open_deals, with_open_activities)
    items = []
    for index, key in enumerate(record_ids):
        done = one_of_many(ctx, partial(_transfer, ctx, kind, index, key, to.id, along))
        items.append(_failed(index, key, done) if isinstance(done, Refusal) else done)
    good = sum(one.success for one in items)
    return Transfer(
        kind=kind, to_user_id=to.id, to_user_name=to.name, total=len(items), succeeded=good,
        failed=len(items) - good, items=items,
    )  # fmt: skip


def _transfer(
    ctx: Context, kind: RecordKind, index: int, key: int, to: int, along: tuple[bool, bool, bool]
) -> TransferItem:
    row: Any = heads.record(ctx, kind, key, f"record_ids.{index}")
    before = row.owner_id
    told = TransferItem(
        index=index, record_id=key, title=row.label, success=True, outcome="unchanged", from_owner_id=before
    )
    if before == to:
        return told
    changing.change(ctx, kind, row, {"owner_id": to}, via=VIA)
    contacts, deals, activities = along
    moved = Moved()
    if isinstance(row, heads.Account):
        moved = move_with(ctx, row, to, contacts=contacts, deals=deals, activities=activities, via=VIA)
    elif activities:
        moved.activities = move_activities(ctx, kind, key, before, to)
    more = {
        "outcome": "moved", "contacts_moved": moved.contacts, "deals_moved": moved.deals,
        "activities_moved": moved.activities, "closed_deals_kept": moved.closed_deals,
        "children_refused": moved.refused,
    }  # fmt: skip
    return told.model_copy(update=more)


def _failed(index: int, key: int, refusal: Refusal) -> TransferItem:
    return TransferItem(
        index=index, record_id=key, title=None, success=False, outcome="failed", error=refusal.code.upper(),
        message=refusal.message,
    )  # fmt: skip
