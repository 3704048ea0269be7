"""Organisations: firms, clubs and schools whose people write in."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from datetime import datetime
from typing import Literal, NamedTuple

from worlds.desk.records import MemberView, OrganizationDetail, OrganizationRow, Tier
from worlds.desk.rules import STAFF
from worlds.desk.tickets import ticket_lists
from worlds.desk.tickets.ticket_lists import TicketFilters
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Page, PageNumber, PageSize, Query, RecordId
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads
from worlds.engine.rows import Query as Rows


class _Row(NamedTuple):
    organization_id: int
    name: str
    domains: str
    tier: Tier
    people: int
    tickets: int
    unsolved: int


class _Organization(NamedTuple):
    organization_id: int
    name: str
    domains: str
    tier: Tier
    people: int
    tickets: int
    unsolved: int
    shared_tickets: int
    notes: str | None
    created_at: datetime


class _Member(NamedTuple):
    user_id: int
    name: str
    email: str | None
    org_manager: int
    vip: int


_PEOPLE = "(SELECT count(*) FROM desk_user u WHERE u.organization_id = o.id AND u.merged_into_id IS NULL)"
_TICKETS = "(SELECT count(*) FROM ticket t WHERE t.organization_id = o.id)"
_UNSOLVED = """(SELECT count(*) FROM ticket t WHERE t.organization_id = o.id
  AND t.status NOT IN ('solved', 'closed'))"""
_ROW = f"o.id, o.name, o.domains, o.tier, {_PEOPLE}, {_TICKETS}, {_UNSOLVED}"
_SORTS = {"name": "o.search_text, o.id", "most_tickets": f"{_TICKETS} DESC, o.id"}
_ORGANIZATION = Rows(
    _Organization,
    f"SELECT {_ROW}, o.shared_tickets, o.notes, o.created_at FROM organization o WHERE o.id = :organization",
)
_MEMBERS = Rows(
    _Member,
    """SELECT u.id, u.name, i.value, u.org_manager, u.vip FROM desk_user u
    LEFT JOIN user_identity i ON i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1
    WHERE u.organization_id = :organization AND u.merged_into_id IS NULL
    ORDER BY u.org_manager DESC, u.search_text, u.id LIMIT 200""",
)


@reads(roles=STAFF)
def list_organizations(
    ctx: Context,
    query: Query | None = None,
    tier: Tier | None = None,
    sort: Literal["name", "most_tickets"] = "name",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[OrganizationRow]:
    """List organisations.

    Args:
        query: Words that must all occur in the name or the domains of its e-mail addresses.
        tier: Only organisations of this tier.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Organisations a page.
    """
    conditions = Conditions()
    conditions.words(query, "o.search_text")
    conditions.equal(o__tier=tier)
    rows, total = page_of(ctx, _Row, _ROW, "organization o", conditions, _SORTS[sort], page, page_size)
    items = [OrganizationRow(**{**row._asdict(), "domains": json.loads(row.domains)}) for row in rows]
    return Page[OrganizationRow].of(items, total, page, page_size)


@reads(roles=STAFF)
def get_organization(ctx: Context, organization_id: RecordId) -> OrganizationDetail:
    """Show an organisation with its people, managers first, and its latest tickets.

    Args:
        organization_id: The organisation's id.
    """
    one = _ORGANIZATION.first(ctx, organization=organization_id)
    if one is None:
        raise NotFound(
            "organization_not_found",
            f"There is no organisation {organization_id}; the list of organisations shows those there are.",
            field="organization_id",
        )
    recent = ticket_lists.tickets(ctx, TicketFilters(organization_id=organization_id, spam=None), "newest", 1, 20)
    return OrganizationDetail(
        **{**one._asdict(), "domains": json.loads(one.domains), "shared_tickets": bool(one.shared_tickets)},
        members=[
            MemberView(**{**row._asdict(), "org_manager": bool(row.org_manager), "vip": bool(row.vip)})
            for row in _MEMBERS.all(ctx, organization=organization_id)
        ],
        recent_tickets=recent.items,
    )
