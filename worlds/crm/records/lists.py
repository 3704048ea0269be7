"""Lists of accounts, contacts and leads: their rows, and the conditions that narrow them.

Every list holds what the acting person may open and what is in use.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeVar

from worlds.crm.days import day_end, day_start
from worlds.crm.records import access
from worlds.crm.views import AccountRow, ContactRow, LeadRow
from worlds.engine.context import Context
from worlds.engine.fields import Page, Result, iso_instant
from worlds.engine.listing import Conditions, page_of
from worlds.engine.rows import Query

Shown = TypeVar("Shown", bound=Result)


class _Id(NamedTuple):
    id: int


class Account(NamedTuple):
    """An account in a list, as stored."""

    account_id: int
    name: str
    kind: str
    industry: str
    segment: str
    tier: str
    country: str
    city: str | None
    website: str | None
    phone: str | None
    currency: str
    owner_id: int
    owner_name: str
    territory_id: int | None
    territory_name: str | None
    parent_id: int | None
    parent_name: str | None
    locked: int
    last_activity_on: str | None
    created_at: datetime
    updated_at: datetime


class Contact(NamedTuple):
    """A contact in a list, as stored."""

    contact_id: int
    name: str
    title: str | None
    account_id: int | None
    account_name: str | None
    email: str | None
    phone: str | None
    do_not_call: int
    email_opted_out: int
    language: str
    owner_id: int
    owner_name: str
    last_activity_on: str | None
    created_at: datetime
    updated_at: datetime


class Lead(NamedTuple):
    """A lead in a list, as stored."""

    lead_id: int
    name: str
    company: str
    title: str | None
    email: str | None
    phone: str | None
    country: str | None
    source: str
    rating: str | None
    status: str
    owner_id: int | None
    owner_name: str | None
    queue_id: int | None
    queue_name: str | None
    assigned_at: datetime | None
    first_touch_at: datetime | None
    created_at: datetime
    updated_at: datetime


PERSON: Final = "trim(coalesce({a}.first_name, '') || ' ' || {a}.last_name)"
"""A person's name, under an alias."""
_SELECTS: Final = {
    "account": """r.id, r.name, r.kind, r.industry, r.segment, r.tier, r.country, r.billing_city, r.website, r.phone,
      r.currency, r.owner_id, u.name, r.territory_id, t.name, r.parent_id, p.name, r.locked, r.last_activity_on,
      r.created_at, r.updated_at""",
    "contact": f"""r.id, {PERSON.format(a="r")}, r.title, r.account_id, a.name,
      (SELECT e.value FROM email_address e WHERE e.contact_id = r.id ORDER BY e.is_primary DESC, e.id LIMIT 1),
      (SELECT f.value FROM phone_number f WHERE f.contact_id = r.id ORDER BY f.is_primary DESC, f.id LIMIT 1),
      r.do_not_call, EXISTS (SELECT 1 FROM consent s WHERE s.kind = 'contact' AND s.record_id = r.id
        AND s.channel = 'email' AND s.state = 'out'),
      r.language, r.owner_id, u.name, r.last_activity_on, r.created_at, r.updated_at""",
    "lead": f"""r.id, {PERSON.format(a="r")}, r.company, r.title, r.email, r.phone, r.country, r.source, r.rating,
      r.status, r.owner_id, u.name, r.queue_id, q.name, r.assigned_at, r.first_touch_at, r.created_at, r.updated_at""",
}
_SOURCES: Final = {
    "account": """account r JOIN crm_user u ON u.id = r.owner_id LEFT JOIN territory t ON t.id = r.territory_id
      LEFT JOIN account p ON p.id = r.parent_id""",
    "contact": "contact r JOIN crm_user u ON u.id = r.owner_id LEFT JOIN account a ON a.id = r.account_id",
    "lead": "lead r LEFT JOIN crm_user u ON u.id = r.owner_id LEFT JOIN queue q ON q.id = r.queue_id",
}
_RECORDS: Final[dict[str, type[Account | Contact | Lead]]] = {"account": Account, "contact": Contact, "lead": Lead}
_ROWS: Final[dict[str, Query[Any]]] = {
    kind: Query(
        _RECORDS[kind],
        f"SELECT {_SELECTS[kind]} FROM {_SOURCES[kind]} WHERE r.id IN (SELECT value FROM json_each(:keys))",
    )
    for kind in _SELECTS
}
_FLAGS: Final = frozenset({"locked", "do_not_call", "email_opted_out"})
SORTS: Final = {
    "account": {
        "name": "r.name_norm, r.id", "newest": "r.created_at DESC, r.id DESC",
        "updated": "r.updated_at DESC, r.id DESC", "longest_untouched": "coalesce(r.last_activity_on, ''), r.id",
    },
    "contact": {
        "name": "r.name_norm, r.id", "newest": "r.created_at DESC, r.id DESC",
        "updated": "r.updated_at DESC, r.id DESC", "longest_untouched": "coalesce(r.last_activity_on, ''), r.id",
    },
    "lead": {
        "name": "r.name_norm, r.id", "newest": "r.created_at DESC, r.id DESC", "oldest": "r.created_at, r.id",
        "updated": "r.updated_at DESC, r.id DESC",
        "waiting": "r.first_touch_at IS NOT NULL, coalesce(r.assigned_at, r.created_at), r.id",
    },
}  # fmt: skip
"""Orders of lists; `waiting` begins with leads that nobody has turned to, the longest waiting first."""


def of_kind(ctx: Context, kind: str) -> Conditions:
    """The conditions with which a list of a kind begins: what the acting person may open, and what is in use."""
    conditions = Conditions()
    conditions.add("r.is_deleted = 0")
    seen = access.opens(ctx, kind, "r")
    if seen != "1":
        conditions.add(seen, **access.me(ctx))
    return conditions


def found_by(conditions: Conditions, kind: str, query: str | None) -> None:
    """Ask for the words of a query, or for a phone number."""
    conditions.words(query, "r.search_text", "r.search_text" if kind == "contact" else "r.phone_norm")


def between(conditions: Conditions, column: str, first: date | None, last: date | None) -> None:
    """Ask for a moment within days of the house, both included."""
    if first is not None:
        conditions.add(f"r.{column} >= :{column}_from", **{f"{column}_from": iso_instant(day_start(first))})
    if last is not None:
        conditions.add(f"r.{column} < :{column}_to", **{f"{column}_to": iso_instant(day_end(last))})


def _page(
    ctx: Context, kind: str, conditions: Conditions, sort: str, page: int, page_size: int, show: Callable[[Any], Shown]
) -> tuple[list[Shown], int]:
    """Ids are sorted first and only those of the page are read in full."""
    order = SORTS[kind][sort]
    found, total = page_of(ctx, _Id, "r.id", _SOURCES[kind], conditions, order, page, page_size)
    return _in_order(ctx, kind, [one.id for one in found], show), total


def _in_order(ctx: Context, kind: str, keys: list[int], show: Callable[[Any], Shown]) -> list[Shown]:
    known = {row[0]: row for row in _ROWS[kind].all(ctx, keys=json.dumps(keys))}
    return [show(known[key]) for key in keys if key in known]


def _values(row: Any) -> dict[str, Any]:
    return {name: bool(value) if name in _FLAGS else value for name, value in row._asdict().items()}


def _account(row: Account) -> AccountRow:
    return AccountRow(**_values(row))


def _contact(row: Contact) -> ContactRow:
    return ContactRow(**_values(row))


def _lead(row: Lead) -> LeadRow:
    return LeadRow(**_values(row))


def accounts(ctx: Context, conditions: Conditions, sort: str, page: int, page_size: int) -> Page[AccountRow]:
    """One page of accounts that meet conditions over `r`, `u`, `t` and `p`."""
    items, total = _page(ctx, "account", conditions, sort, page, page_size, _account)
    return Page[AccountRow].of(items, total, page, page_size)


def contacts(ctx: Context, conditions: Conditions, sort: str, page: int, page_size: int) -> Page[ContactRow]:
    """One page of contacts that meet conditions over `r`, `u` and `a`."""
    items, total = _page(ctx, "contact", conditions, sort, page, page_size, _contact)
    return Page[ContactRow].of(items, total, page, page_size)


def leads(ctx: Context, conditions: Conditions, sort: str, page: int, page_size: int) -> Page[LeadRow]:
    """One page of leads that meet conditions over `r`, `u` and `q`."""
    items, total = _page(ctx, "lead", conditions, sort, page, page_size, _lead)
    return Page[LeadRow].of(items, total, page, page_size)


def contact_rows(ctx: Context, keys: list[int]) -> list[ContactRow]:
    """Contacts by their ids, in the order in which these stand."""
    return _in_order(ctx, "contact", keys, _contact)
