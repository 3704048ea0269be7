"""The laws of records of each kind: what the system itself does with a change that is asked for, and what it refuses.

A law takes the record as it is (None for a new one) and the columns that are asked for, and answers the columns that
are stored. Deals have theirs in `worlds.crm.selling.laws`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from worlds.crm.records import heads, placing
from worlds.crm.records.heads import Account, Contact, Lead
from worlds.crm.rules import PAST_ACCOUNT_LOCK
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.engine.rows import Query, number


class User(NamedTuple):
    """A colleague as laws look at them."""

    id: int
    name: str
    role: str
    active: int


class _Queue(NamedTuple):
    id: int
    name: str
    active: int


_USER = Query(User, "SELECT {fields} FROM crm_user WHERE id = :key")
_QUEUE = Query(_Queue, "SELECT {fields} FROM queue WHERE id = :key")
_ABOVE = """WITH RECURSIVE above(id) AS (SELECT :parent UNION
  SELECT a.parent_id FROM account a JOIN above b ON a.id = b.id WHERE a.parent_id IS NOT NULL)
  SELECT count(*) FROM above WHERE id = :account"""


def colleague(ctx: Context, user_id: int, field: str = "owner_id") -> User:
    """A colleague who can be given something.

    Raises:
        Invalid: when they have left.
        NotFound: when there is nobody of that id.
    """
    found = _USER.first(ctx, key=user_id)
    if found is None:
        raise NotFound(
            "user_not_found", f"There is no colleague with id {user_id}; see the list of colleagues.", field=field
        )
    if not found.active:
        raise Invalid("owner_inactive", f"{found.name} has left; choose somebody who is active.", field=field)
    return found


def check_queue(ctx: Context, queue_id: int, field: str = "queue_id") -> None:
    """Refuse a queue that is not there or not in use.

    Raises:
        NotFound: then.
    """
    found = _QUEUE.first(ctx, key=queue_id)
    if found is None or not found.active:
        raise NotFound(
            "queue_not_found", f"There is no open queue with id {queue_id}; see the list of queues.", field=field
        )


def check_campaign(ctx: Context, campaign_id: int, field: str = "campaign_id") -> None:
    """Refuse a campaign that is not there.

    Raises:
        NotFound: then.
    """
    if not number(ctx, "SELECT count(*) FROM campaign WHERE id = :key", key=campaign_id):
        raise NotFound(
            "campaign_not_found", f"There is no campaign with id {campaign_id}; see the list of campaigns.", field=field
        )


def account(ctx: Context, before: Account | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The laws of accounts: an owner who is here, a parent without a cycle, and nobody changes a locked one.

    A new one gets the territory that the rules find for it, where none is named.

    Raises:
        Conflict, Forbidden, Invalid, NotFound: where a law forbids it.
    """
    if before is not None and before.locked and ctx.actor.role not in PAST_ACCOUNT_LOCK:
        raise Conflict(
            "account_locked",
            f"{before.name} is under lock and changed by administrators only; hand the wish over to one.",
            field="account_id",
        )
    if asked.get("locked", before.locked if before else 0) != (before.locked if before else 0):
        _check_may_lock(ctx)
    if asked.get("owner_id") is not None:
        colleague(ctx, asked["owner_id"])
    parent = asked.get("parent_id")
    if parent is not None:
        above = heads.account(ctx, parent, "parent_id")
        if before is not None and number(ctx, _ABOVE, parent=parent, account=before.id):
            raise Invalid(
                "parent_cycle",
                f"{above.name} is {before.name} itself or stands below it; an account cannot be above itself.",
                field="parent_id",
            )
    wanted = dict(asked)
    if before is None and asked.get("territory_id") is None and not asked.get("territory_override"):
        fits = placing.territory_of(ctx, asked)
        wanted["territory_id"] = fits.id if fits else None
    return wanted


def _check_may_lock(ctx: Context) -> None:
    if ctx.actor.role not in PAST_ACCOUNT_LOCK:
        raise Forbidden("lock_not_permitted", "Only administrators lock and unlock accounts.", field="locked")


def contact(ctx: Context, before: Contact | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The laws of contacts: an owner who is here, an account and a superior who can be opened.

    Raises:
        Conflict, Invalid, NotFound: where a law forbids it.
    """
    if asked.get("owner_id") is not None:
        colleague(ctx, asked["owner_id"])
    if asked.get("account_id") is not None:
        heads.account(ctx, asked["account_id"])
    superior = asked.get("reports_to_id")
    if superior is not None:
        heads.contact(ctx, superior, "reports_to_id")
        if before is not None and superior == before.id:
            raise Invalid("parent_cycle", f"{before.label} cannot report to themselves.", field="reports_to_id")
    return dict(asked)


def lead(ctx: Context, before: Lead | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The laws of leads: converted ones are read only; an owner or a queue, and the moments that go with them.

    Raises:
        Conflict, Invalid, NotFound: where a law forbids it.
    """
    if before is not None and before.status == "converted":
        raise Conflict(
            "lead_converted",
            f"Lead {before.id} ({before.label}) was converted and is read only; change contact "
            f"{before.converted_contact_id} or account {before.converted_account_id} instead.",
            field="lead_id",
        )
    wanted = dict(asked)
    if wanted.get("owner_id") is not None and wanted.get("queue_id") is not None:
        raise Invalid("owner_and_queue", "A lead belongs to a user or to a queue; name one of them.", field="queue_id")
    if wanted.get("owner_id") is not None:
        colleague(ctx, wanted["owner_id"])
        wanted |= {"queue_id": None, "assigned_at": ctx.now}
        if "status" not in wanted and (before is None or before.status in ("new", "recycled")):
            wanted["status"] = "assigned"
    elif wanted.get("queue_id") is not None:
        check_queue(ctx, wanted["queue_id"])
        wanted |= {"owner_id": None, "assigned_at": None}
        if "status" not in wanted and before is not None and before.status == "assigned":
            wanted["status"] = "new"
    held = {name: wanted.get(name, getattr(before, name, None)) for name in ("owner_id", "queue_id")}
    if held["owner_id"] is None and held["queue_id"] is None:
        raise Invalid("owner_and_queue", "A lead belongs to a user or to a queue; name one of them.", field="owner_id")
    touched = wanted.get("status") in ("working", "qualified")
    if touched and (before is None or before.first_touch_at is None):
        wanted["first_touch_at"] = ctx.now
    return wanted
