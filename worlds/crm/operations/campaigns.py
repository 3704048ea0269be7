"""Campaigns and who is addressed by them."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from worlds.crm.models import Campaign, CampaignMember
from worlds.crm.records import access, consenting, heads
from worlds.crm.records.one_by_one import BulkResult, RecordIds, Told, check_once, each
from worlds.crm.rules import EVERYBODY
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Day, Instant, Page, PageNumber, PageSize, Query, RecordId, Result
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.engine.rows import insert, number, run

CampaignKind = Literal["email", "trade_show", "webinar", "event", "mailing", "referral"]
CampaignState = Literal["planned", "running", "finished", "cancelled"]
MemberStatus = Literal["planned", "sent", "responded", "registered", "attended", "no_show", "unsubscribed"]
CAMPAIGNERS = ("rep", "sdr", "sales_manager", "vp", "sales_ops", "marketing", "cs_manager", "admin")
CHANNELS = {"email": "email", "mailing": "post"}
"""By which channel a kind of campaign writes to many; who objected to it is not among them (rule CR10)."""
STATUSES = ("planned", "sent", "responded", "registered", "attended", "no_show", "unsubscribed")


class CampaignRow(Result):
    """A campaign in a list; `members` counts those that are addressed by it."""

    campaign_id: int
    name: str
    kind: str
    state: str
    starts: Day | None
    ends: Day | None
    owner_id: int | None
    owner_name: str | None
    members: int
    created_at: Instant


class StatusCount(Result):
    """How many members of a campaign are in a status."""

    status: str
    members: int


class CampaignDetail(CampaignRow):
    """A campaign, with how far it went with how many."""

    version: int
    description: str | None
    statuses: Annotated[list[StatusCount], Field(max_length=len(STATUSES))]


class MemberView(Result):
    """A contact or a lead that is addressed by a campaign."""

    member_id: int
    campaign_id: int
    kind: str
    record_id: int
    name: str
    company: str | None
    email: str | None
    opted_out: bool
    status: str
    added_at: Instant


class _Row(NamedTuple):
    campaign_id: int
    name: str
    kind: str
    state: str
    starts: str | None
    ends: str | None
    owner_id: int | None
    owner_name: str | None
    members: int
    created_at: datetime
    description: str | None


class _Member(NamedTuple):
    member_id: int
    campaign_id: int
    kind: str
    record_id: int
    name: str
    company: str | None
    email: str | None
    opted_out: int
    status: str
    added_at: datetime


class _Count(NamedTuple):
    status: str
    members: int


_SELECTED = """k.id, k.name, k.kind, k.state, k.starts, k.ends, k.owner_id, u.name,
  (SELECT count(*) FROM campaign_member m WHERE m.campaign_id = k.id), k.created_at, k.description"""
_SOURCE = "campaign k LEFT JOIN crm_user u ON u.id = k.owner_id"
_ONE = Rows(_Row, f"SELECT {_SELECTED} FROM {_SOURCE} WHERE k.id = :campaign")
_COUNTS = Rows(
    _Count, "SELECT status, count(*) FROM campaign_member WHERE campaign_id = :campaign GROUP BY status ORDER BY status"
)
_MEMBERS = """m.id, m.campaign_id, CASE WHEN m.lead_id IS NULL THEN 'contact' ELSE 'lead' END,
  coalesce(m.contact_id, m.lead_id),
  CASE WHEN m.lead_id IS NULL THEN trim(coalesce(c.first_name, '') || ' ' || c.last_name)
    ELSE trim(coalesce(l.first_name, '') || ' ' || l.last_name) END, coalesce(a.name, l.company),
  coalesce((SELECT e.value FROM email_address e WHERE e.contact_id = c.id ORDER BY e.is_primary DESC, e.id LIMIT 1),
    l.email),
  EXISTS (SELECT 1 FROM consent s WHERE s.channel = 'email' AND s.state = 'out'
    AND ((s.kind = 'contact' AND s.record_id = m.contact_id) OR (s.kind = 'lead' AND s.record_id = m.lead_id))),
  m.status, m.added_at"""
_OF_CAMPAIGN = """campaign_member m LEFT JOIN contact c ON c.id = m.contact_id
  LEFT JOIN account a ON a.id = c.account_id LEFT JOIN lead l ON l.id = m.lead_id"""


@reads(roles=EVERYBODY)
def list_campaigns(
    ctx: Context,
    query: Query | None = None,
    kind: CampaignKind | None = None,
    state: CampaignState | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[CampaignRow]:
    """List campaigns, newest first.

    Args:
        query: Words that must all occur in the campaign's name.
        kind: Only campaigns of this kind.
        state: Only campaigns in this state.
        page: Page number from 1.
        page_size: Campaigns a page.
    """
    conditions = Conditions()
    conditions.words(query, "lower(k.name)")
    conditions.equal(k__kind=kind, k__state=state)
    rows, total = page_of(ctx, _Row, _SELECTED, _SOURCE, conditions, "k.id DESC", page, page_size)
    return Page[CampaignRow].of([_row(row) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def get_campaign(ctx: Context, campaign_id: RecordId) -> CampaignDetail:
    """Show a campaign, with how many of its members are in which status.

    Args:
        campaign_id: The campaign's id.
    """
    row = _campaign(ctx, campaign_id)
    counts = [StatusCount(**one._asdict()) for one in _COUNTS.all(ctx, campaign=campaign_id)]
    version = ctx.version(Campaign, campaign_id)
    return CampaignDetail(**_row(row).model_dump(), version=version, description=row.description, statuses=counts)


@reads(roles=EVERYBODY)
def list_campaign_members(
    ctx: Context,
    campaign_id: RecordId,
    status: MemberStatus | None = None,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> Page[MemberView]:
    """List the contacts and leads that a campaign addresses and that you may open.

    Args:
        campaign_id: The campaign's id.
        status: Only members in this status.
        contact_id: Only this contact.
        lead_id: Only this lead.
        page: Page number from 1.
        page_size: Members a page.
    """
    _campaign(ctx, campaign_id)
    conditions = _seen(ctx, campaign_id)
    conditions.equal(m__status=status, m__contact_id=contact_id, m__lead_id=lead_id)
    rows, total = page_of(ctx, _Member, _MEMBERS, _OF_CAMPAIGN, conditions, "m.id", page, page_size)
    return Page[MemberView].of([MemberView.model_validate(row._asdict()) for row in rows], total, page, page_size)


@writes(roles=CAMPAIGNERS)
def add_members(
    ctx: Context,
    campaign_id: RecordId,
    kind: Literal["contact", "lead"],
    record_ids: RecordIds,
    status: MemberStatus = "planned",
) -> BulkResult:
    """Add contacts or leads to a campaign, each for itself. Who objected to its channel is not added to a mailing.

    Args:
        campaign_id: The campaign's id.
        kind: Whether they are contacts or leads.
        record_ids: Whom to add.
        status: How far the campaign has gone with them.
    """
    row = _campaign(ctx, campaign_id)
    if row.state in ("finished", "cancelled") and status in ("planned", "sent"):
        raise Conflict(
            "campaign_over",
            f"{row.name} is {row.state}, so nobody is planned for it any more; add who attended or responded.",
            field="status",
        )
    check_once(record_ids)
    return each(ctx, kind, record_ids, lambda key: _add(ctx, row, kind, key, status))


@writes(roles=CAMPAIGNERS)
def set_member_status(ctx: Context, campaign_id: RecordId, member_ids: RecordIds, status: MemberStatus) -> BulkResult:
    """Say how far a campaign has gone with some of its members, each for itself. Who has unsubscribed stays so.

    Args:
        campaign_id: The campaign's id.
        member_ids: The members, as list_campaign_members gives them.
        status: Their status.
    """
    _campaign(ctx, campaign_id)
    check_once(member_ids, "member_ids")

    def one(key: int) -> Told:
        member = _member(ctx, campaign_id, key)
        if status != "unsubscribed":
            _check_subscribed(member, "member_ids")
        run(ctx, "UPDATE campaign_member SET status = :status WHERE id = :member", status=status, member=key)
        return Told(member.name, member.status != status)

    return each(ctx, "campaign_member", member_ids, one)


@writes(roles=CAMPAIGNERS)
def remove_member(ctx: Context, campaign_id: RecordId, member_id: RecordId) -> CampaignDetail:
    """Take somebody out of a campaign who does not belong there; who has unsubscribed stays, so that they stay out.

    Args:
        campaign_id: The campaign's id.
        member_id: The member, as list_campaign_members gives it.
    """
    _campaign(ctx, campaign_id)
    _check_subscribed(_member(ctx, campaign_id, member_id), "member_id")
    run(ctx, "DELETE FROM campaign_member WHERE id = :member", member=member_id)
    return get_campaign(ctx, campaign_id)


def _add(ctx: Context, campaign: _Row, kind: str, key: int, status: str) -> Told:
    record = heads.record(ctx, kind, key, "record_ids")
    there = f"SELECT count(*) FROM campaign_member WHERE campaign_id = :campaign AND {kind}_id = :key"
    if number(ctx, there, campaign=campaign.campaign_id, key=key):
        raise Conflict(
            "already_member",
            f"{record.label} is in {campaign.name} already; their status says how far it went with them.",
            field="record_ids",
        )
    channel = CHANNELS.get(campaign.kind)
    if channel is not None and consenting.objected(ctx, kind, key, channel):
        raise Conflict(
            "opted_out",
            f"{record.label} objected to {channel}, so {campaign.name} leaves them out.",
            field="record_ids",
        )
    refers = {"contact_id": None, "lead_id": None, f"{kind}_id": key}
    insert(ctx, CampaignMember, campaign_id=campaign.campaign_id, **refers, status=status, added_at=ctx.now)
    return Told(record.label, changed=True)


def _check_subscribed(member: _Member, field: str) -> None:
    if member.status == "unsubscribed":
        raise Conflict("member_unsubscribed", f"{member.name} has unsubscribed, and stays so.", field=field)


def _seen(ctx: Context, campaign_id: int) -> Conditions:
    """The conditions on a campaign's members that the acting person may open them."""
    conditions = Conditions()
    conditions.equal(m__campaign_id=campaign_id)
    contact, lead = access.opens(ctx, "contact", "c"), access.opens(ctx, "lead", "l")
    conditions.add(
        f"((m.contact_id IS NOT NULL AND {contact}) OR (m.lead_id IS NOT NULL AND {lead}))", **access.me(ctx)
    )
    return conditions


def _member(ctx: Context, campaign_id: int, member_id: int) -> _Member:
    conditions = _seen(ctx, campaign_id)
    conditions.equal(m__id=member_id)
    found, _ = page_of(ctx, _Member, _MEMBERS, _OF_CAMPAIGN, conditions, "m.id", 1, 1)
    if not found:
        raise NotFound(
            "member_not_found",
            f"The campaign has no member with id {member_id} that you may open; see the list of its members.",
            field="member_id",
        )
    return found[0]


def _campaign(ctx: Context, campaign_id: int) -> _Row:
    found = _ONE.first(ctx, campaign=campaign_id)
    if found is None:
        raise NotFound(
            "campaign_not_found",
            f"There is no campaign with id {campaign_id}; see the list of campaigns.",
            field="campaign_id",
        )
    return found


def _row(row: _Row) -> CampaignRow:
    return CampaignRow.model_validate({name: value for name, value in row._asdict().items() if name != "description"})
