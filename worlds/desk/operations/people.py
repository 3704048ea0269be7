"""People and organisations: finding them, also by a phone number typed anyhow, and keeping their records right."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from worlds.desk import person_file
from worlds.desk.models import DeskUser
from worlds.desk.operations.goodwill import CREDITS
from worlds.desk.person_file import IDENTITIES, OWNERS, Identity, Person
from worlds.desk.records import CreditView, IdentityView, MembershipView, Tier, UserDetail, UserRow
from worlds.desk.rules import LEADS, STAFF, WORKERS
from worlds.desk.tickets import ticket_lists
from worlds.desk.tickets.ticket_lists import TicketFilters
from worlds.desk.views import Language
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.engine.fields import Line, Name, Page, PageNumber, PageSize, Query, RecordId, Text
from worlds.engine.folding import phone_pattern
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.engine.rows import number, run

Kind = Literal["requesters", "staff", "all"]
Sort = Literal["name", "newest", "most_tickets"]
Emptiness = Annotated[list[Literal["organization_id", "notes"]], Field(max_length=2)]
_EXTENSION = re.compile(r"\s*(?:ext\.?|x|tst\.?|dw)\s*\d{1,5}\s*\Z", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+\Z")
_TICKETS = "(SELECT count(*) FROM ticket t WHERE t.requester_id = u.id)"
_UNSOLVED = """(SELECT count(*) FROM ticket t WHERE t.requester_id = u.id
  AND t.status NOT IN ('solved', 'closed'))"""
_ADDRESS = (
    "(SELECT i.value FROM user_identity i WHERE i.user_id = u.id AND i.kind = '{}' ORDER BY i.is_primary DESC, i.id)"
)
_ROW = f"""u.id, u.name, u.role, {_ADDRESS.format("email")}, {_ADDRESS.format("phone")}, u.locale, u.organization_id,
  o.name, u.vip, u.suspended, u.merged_into_id, {_TICKETS}, {_UNSOLVED}"""
_SOURCE = "desk_user u LEFT JOIN organization o ON o.id = u.organization_id"
_SORTS = {
    "name": "u.search_text, u.id",
    "newest": "u.created_at DESC, u.id DESC",
    "most_tickets": f"{_TICKETS} DESC, u.id",
}


class _Row(NamedTuple):
    user_id: int
    name: str
    role: str
    email: str | None
    phone: str | None
    locale: str
    organization_id: int | None
    organization_name: str | None
    vip: int
    suspended: int
    merged_into_id: int | None
    tickets: int
    unsolved: int


class _Group(NamedTuple):
    group_id: int
    name: str
    is_default: int


class _Merged(NamedTuple):
    id: int


_GROUPS = Rows(
    _Group,
    """SELECT g.id, g.name, m.is_default FROM membership m JOIN desk_group g ON g.id = m.group_id
    WHERE m.user_id = :user ORDER BY m.is_default DESC, g.name""",
)
_MERGED = Rows(_Merged, "SELECT id FROM desk_user WHERE merged_into_id = :user ORDER BY id LIMIT 200")


@reads(roles=STAFF)
def list_users(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    kind: Kind = "requesters",
    organization_id: RecordId | None = None,
    tier: Tier | None = None,
    vip: bool | None = None,
    suspended: bool | None = None,
    merged: bool = False,
    sort: Sort = "name",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[UserRow]:
    """List people: those who write in, those who work here, or all.

    Args:
        query: Words that must all occur in name or e-mail addresses, in any case and with or without accents; or a
            phone number, however it is written.
        kind: Whom to list.
        organization_id: Only people of this organisation.
        tier: Only people whose organisation is of this tier.
        vip: Only people marked as VIP, or only others.
        suspended: Only people who are suspended, or only others.
        merged: Also records that were merged into others.
        sort: Order of the list.
        page: Page number from 1.
        page_size: People a page.
    """
    conditions = Conditions()
    _searched(conditions, query)
    if kind != "all":
        conditions.add("u.role = 'end_user'" if kind == "requesters" else "u.role <> 'end_user'")
    conditions.equal(u__organization_id=organization_id, o__tier=tier, u__vip=_flag(vip), u__suspended=_flag(suspended))
    if not merged:
        conditions.add("u.merged_into_id IS NULL")
    rows, total = page_of(ctx, _Row, _ROW, _SOURCE, conditions, _SORTS[sort], page, page_size)
    items = [UserRow(**{**row._asdict(), "vip": bool(row.vip), "suspended": bool(row.suspended)}) for row in rows]
    return Page[UserRow].of(items, total, page, page_size)


@reads(roles=STAFF)
def get_user(ctx: Context, user_id: RecordId) -> UserDetail:
    """Show somebody with their addresses, organisation or groups, latest tickets, and goodwill that they were given.

    Args:
        user_id: The person's id.
    """
    return _detail(ctx, user_id)


@writes(roles=WORKERS, record="user_id")
def update_user(  # noqa: PLR0913 - what of a person may be changed
    ctx: Context,
    user_id: RecordId,
    name: Name | None = None,
    locale: Language | None = None,
    organization_id: RecordId | None = None,
    vip: bool | None = None,
    org_manager: bool | None = None,
    notes: Text | None = None,
    empty: Emptiness | None = None,
) -> UserDetail:
    """Change somebody's record: what is left out stays as it is.

    Args:
        user_id: The person's id.
        name: Their name.
        locale: The language in which they are written to where nothing else is known.
        organization_id: The organisation to which they belong; tickets that there are keep theirs.
        vip: Whether they are VIP; team leads decide.
        org_manager: Whether they see all tickets of their organisation; team leads decide.
        notes: What colleagues should know; replaces what was there.
        empty: What is to be emptied.
    """
    asked: dict[str, Any] = {
        "name": name, "locale": locale, "organization_id": organization_id, "notes": notes,
        "vip": _flag(vip), "org_manager": _flag(org_manager),
    }  # fmt: skip
    changes = _changes(ctx, person_file.requester(ctx, user_id), asked, empty or ())
    if changes:
        columns = ", ".join(f"{column} = :{column}" for column in changes)
        run(ctx, f"UPDATE desk_user SET {columns} WHERE id = :user_id", user_id=user_id, **changes)
    if "name" in changes:
        person_file.index(ctx, user_id)
    return _detail(ctx, user_id)


@writes(roles=WORKERS, record="user_id")
def add_identity(
    ctx: Context, user_id: RecordId, kind: Literal["email", "phone"], value: Line, primary: bool = False
) -> UserDetail:
    """Add an e-mail address or a phone number to somebody's record.

    Args:
        user_id: The person's id.
        kind: What it is.
        value: The address or number; a number in any format.
        primary: Whether mails go there from now on; the old primary address stays as another one.
    """
    found = person_file.requester(ctx, user_id)
    norm = person_file.norm_of(kind, value)
    if (kind == "email" and not _EMAIL.match(norm)) or (kind == "phone" and len(norm) < 6):
        raise Invalid("address_malformed", f"{value!r} is no {kind} that anybody could be reached by.", field="value")
    owners = OWNERS.all(ctx, kind=kind, norm=norm)
    if any(one.user_id == user_id for one in owners):
        raise Conflict("identity_known", f"{found.name} is known by {value} already.", field="value")
    if kind == "email" and owners:
        raise Conflict(
            "identity_taken",
            f"{value} belongs to user {owners[0].user_id}; one address belongs to one record.",
            field="value",
        )
    person_file.add_address(ctx, user_id, kind, value.strip(), primary=primary)
    person_file.index(ctx, user_id)
    return _detail(ctx, user_id)


@writes(roles=LEADS, record="user_id")
def merge_users(ctx: Context, user_id: RecordId, merged_user_id: RecordId) -> UserDetail:
    """Merge a second record of a person into the one that stays. It cannot be undone.

    Its addresses, tickets and copies go over; who merges makes sure that both are the same person.

    Args:
        user_id: The record that stays.
        merged_user_id: The record that goes.
    """
    if user_id == merged_user_id:
        raise Invalid("same_user", f"User {user_id} cannot be merged into itself.", field="merged_user_id")
    stays = person_file.requester(ctx, user_id)
    goes = person_file.requester(ctx, merged_user_id, "merged_user_id")
    person_file.take_over(ctx, stays, goes)
    return _detail(ctx, user_id)


@writes(roles=LEADS, record="user_id")
def suspend_user(ctx: Context, user_id: RecordId, suspended: bool = True) -> UserDetail:
    """Suspend somebody, whose mails are then kept out, or let them write again.

    Args:
        user_id: The person's id.
        suspended: Whether they are suspended from now on.
    """
    person_file.requester(ctx, user_id)
    run(ctx, "UPDATE desk_user SET suspended = :to WHERE id = :user", to=int(suspended), user=user_id)
    return _detail(ctx, user_id)


def check_organization(ctx: Context, organization_id: int) -> None:
    """Make sure that there is an organisation of that id."""
    if not number(ctx, "SELECT count(*) FROM organization WHERE id = :id", id=organization_id):
        raise NotFound(
            "organization_not_found",
            f"There is no organisation {organization_id}; the list of organisations shows those there are.",
            field="organization_id",
        )


def _changes(ctx: Context, before: Person, asked: Mapping[str, Any], empty: Sequence[str]) -> dict[str, Any]:
    """The columns that change, after a look at whether whoever acts may change them."""
    wanted = {column: value for column, value in asked.items() if value is not None} | dict.fromkeys(empty)
    changes = {column: value for column, value in wanted.items() if value != getattr(before, column)}
    if changes.keys() & {"vip", "org_manager"} and ctx.actor.role not in LEADS:
        raise Forbidden(
            "lead_needed",
            "Only team leads say who is VIP and who sees an organisation's tickets; ask one.",
            field="vip",
        )
    if changes.get("organization_id") is not None:
        check_organization(ctx, changes["organization_id"])
    return changes


def _flag(said: bool | None) -> int | None:
    return None if said is None else int(said)


def _searched(conditions: Conditions, query: str | None) -> None:
    if query is None:
        return
    phone = phone_pattern(_EXTENSION.sub("", query))
    if phone is None:
        conditions.words(query, "u.search_text")
    else:
        conditions.add(
            "EXISTS (SELECT 1 FROM user_identity i WHERE i.user_id = u.id AND i.kind = 'phone' AND i.norm LIKE :phone)",
            phone=phone,
        )


def _detail(ctx: Context, user_id: int) -> UserDetail:
    one = person_file.person(ctx, user_id)
    flags = {"org_manager": bool(one.org_manager), "vip": bool(one.vip), "suspended": bool(one.suspended)}
    recent = ticket_lists.tickets(ctx, TicketFilters(requester_id=user_id, spam=None), "newest", 1, 20)
    return UserDetail(
        **{**one._asdict(), **flags, "skills": json.loads(one.skills)[:200]},
        version=ctx.version(DeskUser, user_id),
        merged=[row.id for row in _MERGED.all(ctx, user=user_id)],
        identities=[_identity(row) for row in IDENTITIES.all(ctx, user=user_id)[:200]],
        groups=[
            MembershipView(group_id=row.group_id, name=row.name, is_default=bool(row.is_default))
            for row in _GROUPS.all(ctx, user=user_id)[:200]
        ],
        credits=[CreditView(**row._asdict()) for row in CREDITS.all(ctx, user=user_id)],
        recent_tickets=recent.items,
    )


def _identity(row: Identity) -> IdentityView:
    return IdentityView(
        identity_id=row.identity_id, kind="email" if row.kind == "email" else "phone", value=row.value,
        is_primary=bool(row.is_primary), verified=bool(row.verified),
    )  # fmt: skip
