"""Converting a lead into an account, a contact and perhaps a deal; it cannot be undone."""

from typing import Any

from worlds.crm.days import local_day
from worlds.crm.lead_views import Conversion, ConversionPreview
from worlds.crm.matching import sets
from worlds.crm.matching.likes import likes_of
from worlds.crm.models import Lead as LeadModel
from worlds.crm.records import access, addresses, changing, consenting, conversion, heads
from worlds.crm.records.contact_file import made as make_contact
from worlds.crm.records.conversion import Plan
from worlds.crm.records.heads import Account, Contact, Lead
from worlds.crm.rules import CONVERTERS
from worlds.crm.texts import Called
from worlds.crm.views import RecordRef
from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.fields import RecordId
from worlds.engine.operation import reads, writes

_VIA = "conversion"


@reads(roles=CONVERTERS)
def preview_conversion(
    ctx: Context,
    lead_id: RecordId,
    account_id: RecordId | None = None,
    contact_id: RecordId | None = None,
    owner_id: RecordId | None = None,
    overwrite_source: bool = False,
) -> ConversionPreview:
    """Show what converting a lead would do, and which records are like it; nothing is done.

    Args:
        lead_id: The lead's id.
        account_id: The existing account that it is to go to; a new one is made where it is left out.
        contact_id: The existing contact who it is; a new one is made where it is left out.
        owner_id: Who is to own what is made.
        overwrite_source: Whether an existing contact is to get the lead's source.
    """
    lead = heads.lead(ctx, lead_id)
    conversion.check_convertible(lead)
    account, contact = conversion.targets(ctx, account_id, contact_id)
    plan = conversion.planned(ctx, lead, account, contact, overwrite_source=overwrite_source)
    return ConversionPreview(
        lead_id=lead_id,
        lead=lead.label,
        status=lead.status,
        made_for_id=owner_id or lead.owner_id,
        account=_ref("account", account),
        contact=_ref("contact", contact),
        fields=plan.fields,
        likes=likes_of(ctx, "lead", lead._asdict(), lead_id),
        activities=conversion.activities(ctx, lead),
        missing=conversion.missing(ctx, lead, account, contact, owner_id),
    )


@writes(roles=CONVERTERS, record="lead_id", conflicts="record", duplicates=True)
def convert_lead(
    ctx: Context,
    lead_id: RecordId,
    account_id: RecordId | None = None,
    contact_id: RecordId | None = None,
    opportunity_name: Called | None = None,
    owner_id: RecordId | None = None,
    overwrite_source: bool = False,
    allow_save: bool = False,
) -> Conversion:
    """Convert a lead. Of an existing account or contact only empty fields are filled. It cannot be undone.

    Its activities, campaigns and objections go over to the contact, and the lead is read only from then on.

    Args:
        lead_id: The lead's id.
        account_id: The existing account that it goes to; a new one is made where it is left out.
        contact_id: The existing contact who it is; a new one is made where it is left out.
        opportunity_name: The name of a deal that is opened with it; none is where it is left out.
        owner_id: Who owns what is made: the lead's owner where it is left out. A lead in a queue needs it.
        overwrite_source: Whether an existing contact gets the lead's source although they have one.
        allow_save: Make new records although they are like others. Say so only once you have looked at those.
    """
    lead = heads.lead(ctx, lead_id)
    conversion.check_convertible(lead)
    access.check_edit(ctx, "lead", lead_id, f"the lead {lead.label}", "lead_id")
    owner = owner_id or lead.owner_id
    if owner is None:
        raise Invalid(
            "owner_required",
            f"Lead {lead_id} waits in a queue, so what it becomes would be nobody's; name an owner.",
            field="owner_id",
        )
    account, contact = conversion.targets(ctx, account_id, contact_id)
    plan = conversion.planned(ctx, lead, account, contact, overwrite_source=overwrite_source)
    made: list[RecordRef] = []
    firm = _account(ctx, lead, account, owner, plan, made, allow_save=allow_save)
    person = _contact(ctx, lead, contact, firm, owner, plan, made, allow_save=allow_save)
    deal = _deal(ctx, lead, firm, person, owner, opportunity_name, made)
    _close(ctx, lead, firm, person, deal, owner)
    return Conversion(
        lead_id=lead_id,
        version=ctx.version(LeadModel, lead_id),
        account_id=firm.id,
        account_name=firm.name,
        contact_id=person.id,
        contact_name=person.label,
        opportunity_id=deal.id if deal else None,
        opportunity_number=deal.number if deal else None,
        made=made,
        filled=[one for one in plan.fields if not one.kept],
        owner_id=owner,
        converted_on=local_day(ctx.now),
    )


def _ref(kind: str, record: Account | Contact | heads.Opportunity | None) -> RecordRef | None:
    return None if record is None else RecordRef(kind=kind, record_id=record.id, title=record.label)


def _account(
    ctx: Context,
    lead: Lead,
    account: Account | None,
    owner: int,
    plan: Plan,
    made: list[RecordRef],
    *,
    allow_save: bool,
) -> Account:
    """The account of the conversion: the one that is there, its blanks filled, or a new one."""
    if account is not None:
        access.check_edit(ctx, "account", account.id, f"the account {account.name}", "account_id")
        return changing.change(ctx, "account", account, plan.account, via=_VIA) if plan.account else account
    if lead.country is None:
        raise Invalid(
            "country_required",
            f"An account has a country, and lead {lead.id} has none; give the lead one first.",
            field="lead_id",
        )
    values: dict[str, Any] = {
        "name": lead.company, "kind": "prospect", "industry": lead.industry or "other", "tier": "standard",
        "segment": "public_sector" if lead.industry == "public" else "small_business", "country": lead.country,
        "currency": {"GB": "GBP", "CH": "CHF", "US": "USD"}.get(lead.country, "EUR"), "website": lead.website,
        "phone": lead.phone, "employees": lead.employees, "billing_street": lead.street,
        "billing_postal_code": lead.postal_code, "billing_city": lead.city, "billing_country": lead.country,
        "owner_id": owner,
    }  # fmt: skip
    likes = sets.looked_at(ctx, "account", values, allow_save=allow_save)
    key = changing.create(ctx, "account", values, via=_VIA)
    sets.report(ctx, "account", key, likes)
    new: Any = heads.stored(ctx, "account", key)
    made.append(RecordRef(kind="account", record_id=key, title=new.name))
    firm: Account = new
    return firm


def _contact(
    ctx: Context,
    lead: Lead,
    contact: Contact | None,
    firm: Account,
    owner: int,
    plan: Plan,
    made: list[RecordRef],
    *,
    allow_save: bool,
) -> Contact:
    """The contact of the conversion: the one that is there, blanks filled, or a new one; with what they consent to."""
    if contact is None:
        values: dict[str, Any] = {
            "salutation": lead.salutation, "first_name": lead.first_name, "last_name": lead.last_name,
            "title": lead.title, "account_id": firm.id, "owner_id": owner, "language": lead.language,
            "zone": "Europe/London" if lead.country in ("GB", "IE") else "Europe/Amsterdam",
            "do_not_call": lead.do_not_call, "lead_source": lead.source, "notes": lead.notes,
        }  # fmt: skip
        contact = make_contact(ctx, values, lead.email, lead.phone, allow_save=allow_save, via=_VIA)
        made.append(RecordRef(kind="contact", record_id=contact.id, title=contact.label))
    else:
        access.check_edit(ctx, "contact", contact.id, f"the contact {contact.label}", "contact_id")
        changes = dict(plan.contact)
        if contact.account_id is None:
            changes["account_id"] = firm.id
            addresses.link(ctx, contact.id, firm.id, since=local_day(ctx.now).isoformat())
        contact = changing.change(ctx, "contact", contact, changes, via=_VIA) if changes else contact
        if plan.email:
            addresses.add_email(ctx, contact, plan.email, via=_VIA)
        if plan.phone:
            addresses.add_phone(ctx, contact, plan.phone, country=lead.country, via=_VIA)
    consenting.join(ctx, "contact", contact.id, "lead", lead.id, _VIA)
    return changing.refreshed(ctx, "contact", contact)


def _deal(
    ctx: Context, lead: Lead, firm: Account, person: Contact, owner: int, name: str | None, made: list[RecordRef]
) -> heads.Opportunity | None:
    if name is None:
        return None
    values = {
        "name": name.strip(), "account_id": firm.id, "owner_id": owner, "primary_contact_id": person.id,
        "close_date": conversion.quarter_end(local_day(ctx.now)), "lead_source": lead.source,
        "campaign_id": lead.campaign_id,
    }  # fmt: skip
    key = changing.create(ctx, "opportunity", values, via=_VIA)
    new: Any = heads.stored(ctx, "opportunity", key)
    made.append(RecordRef(kind="opportunity", record_id=key, title=new.label))
    deal: heads.Opportunity = new
    return deal


def _close(
    ctx: Context, lead: Lead, firm: Account, person: Contact, deal: heads.Opportunity | None, owner: int
) -> None:
    """Make the lead read only, and put what belongs to it with what it became."""
    done = {
        "status": "converted", "converted_account_id": firm.id, "converted_contact_id": person.id,
        "converted_opportunity_id": deal.id if deal else None, "converted_at": ctx.now, "queue_id": None,
        "owner_id": lead.owner_id or owner, "first_touch_at": lead.first_touch_at or ctx.now,
    }  # fmt: skip
    changing.change(ctx, "lead", lead, done, via=_VIA, asked=False)
    conversion.carry_over(ctx, lead, firm.id, person.id, deal.id if deal else None)
