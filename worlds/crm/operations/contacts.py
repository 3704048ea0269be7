"""Contacts: finding people, making them once, their addresses, and the accounts that they have to do with."""

from typing import Annotated, Any, Literal

from pydantic import Field

from worlds.crm.contact_views import ContactDetail
from worlds.crm.matching import norms, sets
from worlds.crm.records import changing, heads, lists
from worlds.crm.records.asked import acting_owner, settled
from worlds.crm.records.contact_file import detail, made
from worlds.crm.rules import EVERYBODY, WRITERS
from worlds.crm.texts import Called, External, LanguageCode, Notes, Title, Zone
from worlds.crm.views import ContactRow, Source
from worlds.engine.context import Context
from worlds.engine.fields import Day, Email, Page, PageNumber, PageSize, Phone, Query, RecordId
from worlds.engine.operation import reads, writes

Sort = Literal["name", "newest", "updated", "longest_untouched"]
Emptiable = Literal[
    "salutation", "first_name", "title", "department", "reports_to_id", "personal_id", "pay_notes", "birthday",
    "lead_source", "desk_user", "shop_customer", "notes",
]  # fmt: skip
Emptiness = Annotated[list[Emptiable], Field(max_length=12)]


@reads(roles=EVERYBODY)
def list_contacts(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    email: Email | None = None,
    account_id: RecordId | None = None,
    also_former: bool = False,
    owner_id: RecordId | None = None,
    do_not_call: bool | None = None,
    email_opted_out: bool | None = None,
    untouched_since: Day | None = None,
    created_from: Day | None = None,
    created_to: Day | None = None,
    sort: Sort = "name",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ContactRow]:
    """List contacts that you may open.

    Args:
        query: Words that must all occur in name, e-mail addresses or the account's name, in any case and with or
            without accents; or a phone number, however it is written.
        email: Only who has this very e-mail address, in any case.
        account_id: Only people who have to do with this account.
        also_former: With an account: also people whose link to it has ended.
        owner_id: Only contacts of this colleague.
        do_not_call: Only people who are not to be called, or only others.
        email_opted_out: Only people who objected to e-mail, or only others.
        untouched_since: Only people with whom nobody has had to do since this day.
        created_from: Only contacts made on this day or later.
        created_to: Only contacts made on this day or earlier.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Contacts a page.
    """
    conditions = lists.of_kind(ctx, "contact")
    lists.found_by(conditions, "contact", query)
    if email is not None:
        conditions.add(
            "r.id IN (SELECT e.contact_id FROM email_address e WHERE e.norm = :email)", email=norms.email_norm(email)
        )
    if account_id is not None:
        active = "" if also_former else " AND l.active = 1"
        linked = f"SELECT l.contact_id FROM contact_account l WHERE l.account_id = :account{active}"  # noqa: S608 - one of two texts
        conditions.add(f"(r.account_id = :account OR r.id IN ({linked}))", account=account_id)
    conditions.equal(r__owner_id=owner_id, r__do_not_call=None if do_not_call is None else int(do_not_call))
    if email_opted_out is not None:
        objected = """EXISTS (SELECT 1 FROM consent s WHERE s.kind = 'contact' AND s.record_id = r.id
          AND s.channel = 'email' AND s.state = 'out')"""
        conditions.add(objected if email_opted_out else f"NOT {objected}")
    if untouched_since is not None:
        conditions.add("coalesce(r.last_activity_on, '') < :untouched", untouched=untouched_since.isoformat())
    lists.between(conditions, "created_at", created_from, created_to)
    return lists.contacts(ctx, conditions, sort, page, page_size)


@reads(roles=EVERYBODY)
def get_contact(ctx: Context, contact_id: RecordId) -> ContactDetail:
    """Show a contact with addresses, accounts past and present, what they agreed to, and deals.

    A record that was merged or deleted is shown as it was last.

    Args:
        contact_id: The contact's id.
    """
    return detail(ctx, heads.contact(ctx, contact_id, gone=True))


@writes(roles=WRITERS, duplicates=True)
def create_contact(  # noqa: PLR0913 - what of a contact can be given
    ctx: Context,
    last_name: Called,
    first_name: Called | None = None,
    account_id: RecordId | None = None,
    email: Email | None = None,
    phone: Phone | None = None,
    title: Title | None = None,
    department: Title | None = None,
    salutation: Title | None = None,
    reports_to_id: RecordId | None = None,
    language: LanguageCode = "en",
    zone: Zone = "Europe/Amsterdam",
    lead_source: Source | None = None,
    owner_id: RecordId | None = None,
    notes: Notes | None = None,
    allow_save: bool = False,
) -> ContactDetail:
    """Make a contact. Rules on duplicates are asked first; what they find is told and nobody is made.

    Args:
        last_name: Last name, or the only one.
        first_name: First name.
        account_id: Where they mainly work.
        email: Their e-mail address, which no other contact has.
        phone: Their phone number in any format.
        title: What they are there.
        department: Where they work there.
        salutation: How they are addressed, such as Dr.
        reports_to_id: The contact whom they report to.
        language: The language in which they are written to, two letters.
        zone: The time zone in which they are, such as Europe/Paris.
        lead_source: How they were met.
        owner_id: Whose contact it is; yours where it is left out.
        notes: What colleagues should know.
        allow_save: Make it although it is like another record. Say so only once you have looked at what was found.
    """
    values: dict[str, Any] = {
        "last_name": last_name.strip(), "first_name": first_name and first_name.strip(), "account_id": account_id,
        "title": title, "department": department, "salutation": salutation, "reports_to_id": reports_to_id,
        "language": language, "zone": zone, "lead_source": lead_source, "owner_id": owner_id or acting_owner(ctx),
        "notes": notes,
    }  # fmt: skip
    return detail(ctx, made(ctx, values, email, phone, allow_save=allow_save))


@writes(roles=WRITERS, record="contact_id", columns={"empty": ("*",)}, duplicates=True)
def update_contact(  # noqa: PLR0913 - what of a contact can be changed
    ctx: Context,
    contact_id: RecordId,
    last_name: Called | None = None,
    first_name: Called | None = None,
    salutation: Title | None = None,
    title: Title | None = None,
    department: Title | None = None,
    reports_to_id: RecordId | None = None,
    language: LanguageCode | None = None,
    zone: Zone | None = None,
    lead_source: Source | None = None,
    personal_id: External | None = None,
    pay_notes: Notes | None = None,
    birthday: Day | None = None,
    desk_user: External | None = None,
    shop_customer: External | None = None,
    notes: Notes | None = None,
    empty: Emptiness | None = None,
    allow_save: bool = False,
) -> ContactDetail:
    """Change a contact: what is left out stays as it is.

    Addresses change by change_address, accounts by link_account and end_link, do-not-call by set_consent.

    Args:
        contact_id: The contact's id.
        last_name: Last name.
        first_name: First name.
        salutation: How they are addressed.
        title: What they are where they work.
        department: Where they work there.
        reports_to_id: The contact whom they report to.
        language: The language in which they are written to, two letters.
        zone: The time zone in which they are, such as Europe/Paris.
        lead_source: How they were met.
        personal_id: Their personal number; few roles may see or set it.
        pay_notes: What is known of their pay; few roles may see or set it.
        birthday: Their birthday.
        desk_user: What the ticket desk calls them.
        shop_customer: What the shop calls them.
        notes: What colleagues should know; replaces what was there.
        empty: What is to be emptied.
        allow_save: Change it although it is then like another record, where a rule asks about changes.
    """
    asked: dict[str, Any] = {
        "last_name": last_name and last_name.strip(), "first_name": first_name and first_name.strip(),
        "salutation": salutation, "title": title, "department": department, "reports_to_id": reports_to_id,
        "language": language, "zone": zone, "lead_source": lead_source, "personal_id": personal_id,
        "pay_notes": pay_notes, "birthday": birthday, "desk_user": desk_user, "shop_customer": shop_customer,
        "notes": notes,
    }  # fmt: skip
    changes = settled(asked, empty or ())
    contact = heads.contact(ctx, contact_id)
    likes = sets.looked_at_again(ctx, "contact", contact, changes, allow_save=allow_save)
    after = changing.change(ctx, "contact", contact, changes)
    sets.report(ctx, "contact", contact.id, likes)
    return detail(ctx, after)
