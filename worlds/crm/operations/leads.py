"""Leads: finding them, writing them down once, working them off, and giving them to somebody."""

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from worlds.crm.contact_views import ConsentView
from worlds.crm.lead_views import LeadDetail
from worlds.crm.matching import norms, sets
from worlds.crm.models import Lead as LeadModel
from worlds.crm.records import access, addresses, assigning, changing, consenting, heads, laws, lists, withheld
from worlds.crm.records.asked import settled
from worlds.crm.records.heads import Lead
from worlds.crm.rules import EVERYBODY, WRITERS
from worlds.crm.texts import Called, City, Country, LanguageCode, Notes, PostalCode, Street, Title, Website
from worlds.crm.views import Headcount, Industry, LeadRow, LeadStatus, Rating, Source
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.fields import Day, Email, Page, PageNumber, PageSize, Phone, Query, RecordId
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows

Sort = Literal["name", "newest", "oldest", "updated", "waiting"]
SettableStatus = Literal["working", "qualified", "recycled", "dead"]
"""States that somebody can give a lead: it is assigned by assign_lead, and converted by convert_lead."""
Emptiable = Literal[
    "salutation", "first_name", "title", "email", "phone", "website", "industry", "street", "postal_code", "city",
    "country", "employees", "campaign_id", "rating", "notes",
]  # fmt: skip
Emptiness = Annotated[list[Emptiable], Field(max_length=15)]
_OPEN = "r.status IN ('new', 'assigned', 'working', 'qualified')"


class _Beside(NamedTuple):
    owner_name: str | None
    queue_name: str | None
    campaign_name: str | None


_BESIDE = Rows(
    _Beside,
    """SELECT u.name, q.name, c.name FROM lead r LEFT JOIN crm_user u ON u.id = r.owner_id
    LEFT JOIN queue q ON q.id = r.queue_id LEFT JOIN campaign c ON c.id = r.campaign_id WHERE r.id = :lead""",
)


@reads(roles=EVERYBODY)
def list_leads(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    status: LeadStatus | Literal["open"] | None = None,
    source: Source | None = None,
    rating: Rating | None = None,
    country: Country | None = None,
    email: Email | None = None,
    owner_id: RecordId | None = None,
    queue_id: RecordId | None = None,
    campaign_id: RecordId | None = None,
    untouched: bool | None = None,
    created_from: Day | None = None,
    created_to: Day | None = None,
    sort: Sort = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[LeadRow]:
    """List leads that you may open.

    Args:
        query: Words that must all occur in name, company, e-mail or town, in any case and with or without accents; or
            a phone number, however it is written.
        status: Only leads in this state; open means new, assigned, working or qualified.
        source: Only leads from there.
        rating: Only leads rated so.
        country: Only leads in this country, two letters.
        email: Only leads with this very e-mail address, in any case.
        owner_id: Only leads of this colleague.
        queue_id: Only leads that wait in this queue.
        campaign_id: Only leads of this campaign.
        untouched: Only leads that nobody has turned to yet, or only others.
        created_from: Only leads made on this day or later.
        created_to: Only leads made on this day or earlier.
        sort: Order of the list; waiting begins with those that have waited longest for somebody to turn to them.
        page: Page number from 1.
        page_size: Leads a page.
    """
    conditions = lists.of_kind(ctx, "lead")
    lists.found_by(conditions, "lead", query)
    if status == "open":
        conditions.add(_OPEN)
    else:
        conditions.equal(r__status=status)
    conditions.equal(
        r__source=source, r__rating=rating, r__country=country, r__owner_id=owner_id, r__queue_id=queue_id,
        r__campaign_id=campaign_id, r__email_norm=norms.email_norm(email) if email else None,
    )  # fmt: skip
    if untouched is not None:
        conditions.add(f"r.first_touch_at IS {'' if untouched else 'NOT '}NULL")
    lists.between(conditions, "created_at", created_from, created_to)
    return lists.leads(ctx, conditions, sort, page, page_size)


@reads(roles=EVERYBODY)
def get_lead(ctx: Context, lead_id: RecordId) -> LeadDetail:
    """Show a lead with what they agreed to. One that was merged or deleted is shown as it was last.

    Args:
        lead_id: The lead's id.
    """
    return detail(ctx, heads.lead(ctx, lead_id, gone=True))


@writes(roles=WRITERS, duplicates=True)
def create_lead(  # noqa: PLR0913 - what of a lead can be given
    ctx: Context,
    last_name: Called,
    company: Called,
    first_name: Called | None = None,
    title: Title | None = None,
    email: Email | None = None,
    phone: Phone | None = None,
    website: Website | None = None,
    industry: Industry | None = None,
    street: Street | None = None,
    postal_code: PostalCode | None = None,
    city: City | None = None,
    country: Country | None = None,
    employees: Headcount | None = None,
    language: LanguageCode = "en",
    source: Source = "other",
    campaign_id: RecordId | None = None,
    rating: Rating | None = None,
    owner_id: RecordId | None = None,
    queue_id: RecordId | None = None,
    notes: Notes | None = None,
    allow_save: bool = False,
) -> LeadDetail:
    """Make a lead. Rules on duplicates are asked first; what they find is told and nothing is made.

    Args:
        last_name: Last name, or the only one.
        company: The firm or body, as it was given.
        first_name: First name.
        title: What they are there.
        email: Their e-mail address.
        phone: Their phone number in any format.
        website: The firm's website.
        industry: The firm's industry.
        street: Street and number.
        postal_code: Postal code.
        city: Town.
        country: Two letters, such as NL.
        employees: How many people work there.
        language: The language in which they are written to, two letters.
        source: How they came about.
        campaign_id: The campaign by which they came about.
        rating: How likely they are to buy.
        owner_id: Whose lead it is. Where neither owner nor queue is named, the assignment rules decide.
        queue_id: The queue in which it waits.
        notes: What colleagues should know.
        allow_save: Make it although it is like another record. Say so only once you have looked at what was found.
    """
    values: dict[str, Any] = {
        "last_name": last_name.strip(), "company": company.strip(), "first_name": first_name and first_name.strip(),
        "title": title, "email": email and email.strip(), "phone": phone, "website": website, "industry": industry,
        "street": street, "postal_code": postal_code, "city": city, "country": country, "employees": employees,
        "language": language, "source": source, "campaign_id": campaign_id, "rating": rating, "owner_id": owner_id,
        "queue_id": queue_id, "notes": notes, "status": "new",
    }  # fmt: skip
    _check(ctx, values)
    likes = sets.looked_at(ctx, "lead", values, allow_save=allow_save)
    if owner_id is None and queue_id is None:
        values |= assigning.decided(ctx, values)
    if owner_id is not None or values.get("owner_id") is not None:
        values["status"] = "assigned"
    key = changing.create(ctx, "lead", values)
    sets.report(ctx, "lead", key, likes)
    made: Any = heads.stored(ctx, "lead", key)
    return detail(ctx, made)


def _check(ctx: Context, values: dict[str, Any]) -> None:
    """Refuse an address that reaches nobody, and a campaign that is not there."""
    if values.get("email") and not norms.is_email(values["email"]):
        raise Invalid(
            "address_malformed",
            f"{values['email']!r} is no e-mail address that anybody could be reached by.",
            field="email",
        )
    if values.get("phone"):
        addresses.check_phone(values["phone"], values.get("country"))
    campaign = values.get("campaign_id")
    if campaign:
        laws.check_campaign(ctx, campaign)


@writes(roles=WRITERS, record="lead_id", columns={"empty": ("*",)}, duplicates=True)
def update_lead(  # noqa: PLR0913 - what of a lead can be changed
    ctx: Context,
    lead_id: RecordId,
    status: SettableStatus | None = None,
    rating: Rating | None = None,
    last_name: Called | None = None,
    first_name: Called | None = None,
    salutation: Title | None = None,
    company: Called | None = None,
    title: Title | None = None,
    email: Email | None = None,
    phone: Phone | None = None,
    website: Website | None = None,
    industry: Industry | None = None,
    street: Street | None = None,
    postal_code: PostalCode | None = None,
    city: City | None = None,
    country: Country | None = None,
    employees: Headcount | None = None,
    language: LanguageCode | None = None,
    source: Source | None = None,
    campaign_id: RecordId | None = None,
    notes: Notes | None = None,
    empty: Emptiness | None = None,
    allow_save: bool = False,
) -> LeadDetail:
    """Change a lead: what is left out stays as it is. A converted one is read only.

    Owners change by assign_lead and take_lead, consent by set_consent.

    Args:
        lead_id: The lead's id.
        status: The state it is to be in; converted leads come from convert_lead.
        rating: How likely they are to buy.
        last_name: Last name.
        first_name: First name.
        salutation: How they are addressed.
        company: The firm or body.
        title: What they are there.
        email: Their e-mail address.
        phone: Their phone number in any format.
        website: The firm's website.
        industry: The firm's industry.
        street: Street and number.
        postal_code: Postal code.
        city: Town.
        country: Two letters, such as NL.
        employees: How many people work there.
        language: The language in which they are written to, two letters.
        source: How they came about.
        campaign_id: The campaign by which they came about.
        notes: What colleagues should know; replaces what was there.
        empty: What is to be emptied.
        allow_save: Change it although it is then like another record, where a rule asks about changes.
    """
    asked: dict[str, Any] = {
        "status": status, "rating": rating, "last_name": last_name and last_name.strip(),
        "first_name": first_name and first_name.strip(), "salutation": salutation,
        "company": company and company.strip(), "title": title, "email": email and email.strip(), "phone": phone,
        "website": website, "industry": industry, "street": street, "postal_code": postal_code, "city": city,
        "country": country, "employees": employees, "language": language, "source": source,
        "campaign_id": campaign_id, "notes": notes,
    }  # fmt: skip
    changes = settled(asked, empty or ())
    lead = heads.lead(ctx, lead_id)
    _check(ctx, {"country": lead.country, **changes})
    likes = sets.looked_at_again(ctx, "lead", lead, changes, allow_save=allow_save)
    after = changing.change(ctx, "lead", lead, changes)
    sets.report(ctx, "lead", lead.id, likes)
    return detail(ctx, after)


@writes(roles=WRITERS, record="lead_id", columns={"lead_id": ("owner_id", "queue_id")})
def assign_lead(
    ctx: Context, lead_id: RecordId, owner_id: RecordId | None = None, queue_id: RecordId | None = None
) -> LeadDetail:
    """Give a lead to a colleague, or back into a queue.

    Whoever gets it turns to it within four hours of work from now; after that it goes to the next one in turn.

    Args:
        lead_id: The lead's id.
        owner_id: The colleague who gets it.
        queue_id: The queue in which it waits.
    """
    if (owner_id is None) == (queue_id is None):
        raise Invalid("owner_or_queue", "Name either the colleague or the queue that gets the lead.", field="owner_id")
    lead = heads.lead(ctx, lead_id)
    given = {"owner_id": owner_id} if owner_id is not None else {"queue_id": queue_id}
    return detail(ctx, changing.change(ctx, "lead", lead, given))


@writes(roles=WRITERS, record="lead_id", columns={"lead_id": ("owner_id", "queue_id")})
def take_lead(ctx: Context, lead_id: RecordId) -> LeadDetail:
    """Take a lead out of a queue of yours. Turn to it within four hours of work, or it goes to the next one in turn.

    Args:
        lead_id: The lead's id.
    """
    lead = heads.lead(ctx, lead_id)
    if lead.queue_id is None:
        owner = _BESIDE.all(ctx, lead=lead_id)[0].owner_name
        raise Conflict(
            "not_in_queue", f"Lead {lead_id} waits in no queue: it is {owner}'s, who may give it to somebody else."
        )
    if ctx.actor.person is None:
        raise Invalid(
            "owner_required", "Nobody is signed in who could take it; give it to somebody by name.", field="lead_id"
        )
    return detail(ctx, changing.change(ctx, "lead", lead, {"owner_id": ctx.actor.person}))


def detail(ctx: Context, lead: Lead) -> LeadDetail:
    """A lead as it is shown."""
    shown = {name: value for name, value in lead._asdict().items() if not name.endswith("_norm")}
    flags = {name: bool(shown.pop(name)) for name in ("do_not_call", "is_deleted")}
    said = consenting.OF.all(ctx, kind="lead", key=lead.id)
    return LeadDetail(
        lead_id=shown.pop("id"),
        name=f"{lead.first_name or ''} {lead.last_name}".strip(),
        **shown,
        **flags,
        **_BESIDE.all(ctx, lead=lead.id)[0]._asdict(),
        version=ctx.version(LeadModel, lead.id),
        editable=lead.status != "converted" and access.may_edit(ctx, "lead", lead.id),
        withheld=withheld.names(ctx, "lead"),
        consents=[
            ConsentView(channel=one.channel, state=one.state, source=one.source, note=one.note, at=one.at)
            for one in said
        ],
    )
