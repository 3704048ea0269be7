"""One contact as it is shown with what belongs to it, and the one way in which a contact is made."""

from typing import Any, NamedTuple

from worlds.crm.contact_views import ConsentView, ContactDetail, DealRole, EmailView, LinkView, PhoneView
from worlds.crm.days import local_day
from worlds.crm.matching import sets
from worlds.crm.models import Contact as ContactModel
from worlds.crm.records import access, addresses, changing, consenting, heads, lists, withheld
from worlds.crm.records.heads import Contact
from worlds.engine.context import Context
from worlds.engine.rows import Query as Rows


class _Beside(NamedTuple):
    account_name: str | None
    owner_name: str
    reports_to_name: str | None


class _Link(NamedTuple):
    link_id: int
    account_id: int
    account_name: str
    role: str
    active: int
    since: str | None
    until: str | None


class _Deal(NamedTuple):
    opportunity_id: int
    number: str
    name: str
    stage: str
    stage_kind: str
    amount: int
    currency: str
    close_date: str
    owner_id: int
    owner_name: str
    role: str | None
    is_primary_contact: int


_BESIDE = Rows(
    _Beside,
    f"""SELECT a.name, u.name, {lists.PERSON.format(a="s")} FROM contact r JOIN crm_user u ON u.id = r.owner_id
    LEFT JOIN account a ON a.id = r.account_id LEFT JOIN contact s ON s.id = r.reports_to_id WHERE r.id = :contact""",  # noqa: S608 - a text of ours
)
_LINKS = Rows(
    _Link,
    """SELECT l.id, l.account_id, a.name, l.role, l.active, l.since, l.until FROM contact_account l
    JOIN account a ON a.id = l.account_id WHERE l.contact_id = :contact ORDER BY l.active DESC, l.id LIMIT 50""",
)
_DEALS = """SELECT o.id, o.number, o.name, s.name, s.kind, o.amount, o.currency, o.close_date, o.owner_id, u.name,
    p.role, o.primary_contact_id = :contact
  FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id JOIN crm_user u ON u.id = o.owner_id
  LEFT JOIN opportunity_contact_role p ON p.opportunity_id = o.id AND p.contact_id = :contact
  WHERE (o.primary_contact_id = :contact OR p.id IS NOT NULL) AND o.is_deleted = 0 AND {seen}
  ORDER BY s.kind <> 'open', o.close_date DESC, o.id LIMIT 50"""


def made(
    ctx: Context,
    values: dict[str, Any],
    email: str | None,
    phone: str | None,
    *,
    allow_save: bool = False,
    via: str = "user",
) -> Contact:
    """Make a contact with an address, a number and a link to their account, after the rules on duplicates were asked.

    Raises:
        Conflict, Forbidden, Invalid, NotFound: where it may not be; then nothing is written.
    """
    firm = heads.account(ctx, values["account_id"]) if values.get("account_id") else None
    country = firm.country if firm else None
    marks = {
        **values,
        "firm": firm.name if firm else "",
        "emails": [addresses.check_email(ctx, email)] if email else [],
        "phones": [addresses.check_phone(phone, country)] if phone else [],
    }
    likes = sets.looked_at(ctx, "contact", marks, allow_save=allow_save)
    key = changing.create(ctx, "contact", values, via=via)
    contact: Any = heads.stored(ctx, "contact", key)
    if email:
        addresses.add_email(ctx, contact, email, via=via)
    if phone:
        addresses.add_phone(ctx, contact, phone, country=country, via=via)
    if firm:
        addresses.link(ctx, key, firm.id, since=local_day(ctx.now).isoformat())
    sets.report(ctx, "contact", key, likes)
    return heads.contact(ctx, key)


def detail(ctx: Context, contact: Contact) -> ContactDetail:
    """A contact as it is shown."""
    shown = {name: value for name, value in contact._asdict().items() if not name.endswith("_norm")}
    flags = {name: bool(shown.pop(name)) for name in ("do_not_call", "is_deleted")}
    seen = access.opens_each(ctx, "opportunity", "o")
    deals = Rows(_Deal, _DEALS.format(seen=seen)).all(ctx, contact=contact.id, **access.me(ctx))
    said = consenting.OF.all(ctx, kind="contact", key=contact.id)
    return ContactDetail(
        contact_id=shown.pop("id"),
        name=contact.label,
        **withheld.shown(ctx, "contact", shown),
        **flags,
        **_BESIDE.all(ctx, contact=contact.id)[0]._asdict(),
        version=ctx.version(ContactModel, contact.id),
        editable=access.may_edit(ctx, "contact", contact.id),
        withheld=withheld.names(ctx, "contact"),
        emails=[
            EmailView(email_id=one.id, **_flags(one, ("label", "value", "is_primary", "invalid", "opted_out")))
            for one in addresses.EMAILS.all(ctx, contact=contact.id)[:50]
        ],
        phones=[
            PhoneView(
                phone_id=one.id, **_flags(one, ("label", "value", "extension", "is_primary", "invalid", "opted_out"))
            )
            for one in addresses.PHONES.all(ctx, contact=contact.id)[:50]
        ],
        links=[
            LinkView(**{**one._asdict(), "active": bool(one.active)}) for one in _LINKS.all(ctx, contact=contact.id)
        ],
        consents=[
            ConsentView(channel=one.channel, state=one.state, source=one.source, note=one.note, at=one.at)
            for one in said
        ],
        deals=[DealRole(**{**one._asdict(), "is_primary_contact": bool(one.is_primary_contact)}) for one in deals],
    )


def _flags(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Columns of a row, yes and no as such."""
    flags = ("is_primary", "invalid", "opted_out")
    return {name: bool(getattr(row, name)) if name in flags else getattr(row, name) for name in names}
