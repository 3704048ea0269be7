"""What operations on contacts, and on what they agreed to, answer."""

from worlds.crm.account_views import DealHead
from worlds.crm.views import UpTo50
from worlds.engine.fields import Day, Instant, Result


class EmailView(Result):
    """An e-mail address of a contact; `invalid` ones bounced, `opted_out` ones are not written to."""

    email_id: int
    label: str
    value: str
    is_primary: bool
    invalid: bool
    opted_out: bool


class PhoneView(Result):
    """A phone number of a contact."""

    phone_id: int
    label: str
    value: str
    extension: str | None
    is_primary: bool
    invalid: bool
    opted_out: bool


class LinkView(Result):
    """That a contact has to do with an account; those that ended stay in sight."""

    link_id: int
    account_id: int
    account_name: str
    role: str
    active: bool
    since: Day | None
    until: Day | None


class ConsentView(Result):
    """What somebody agreed or objected to, and where they said so."""

    channel: str
    state: str
    source: str
    note: str | None
    at: Instant


class DealRole(DealHead):
    """A deal in which a contact plays a part."""

    role: str | None
    is_primary_contact: bool


class ContactDetail(Result):
    """A contact. `withheld` are fields that are kept from your role, whatever is in them."""

    contact_id: int
    version: int
    editable: bool
    withheld: UpTo50[str]
    name: str
    salutation: str | None
    first_name: str | None
    last_name: str
    title: str | None
    department: str | None
    account_id: int | None
    account_name: str | None
    reports_to_id: int | None
    reports_to_name: str | None
    owner_id: int
    owner_name: str
    language: str
    zone: str
    do_not_call: bool
    personal_id: str | None
    pay_notes: str | None
    birthday: Day | None
    lead_source: str | None
    desk_user: str | None
    shop_customer: str | None
    notes: str | None
    merged_into_id: int | None
    is_deleted: bool
    last_activity_on: Day | None
    created_at: Instant
    updated_at: Instant
    emails: UpTo50[EmailView]
    phones: UpTo50[PhoneView]
    links: UpTo50[LinkView]
    consents: UpTo50[ConsentView]
    deals: UpTo50[DealRole]


class ConsentList(Result):
    """What a contact or lead has said, by channel; `do_not_call` keeps everybody from calling them."""

    kind: str
    record_id: int
    name: str
    do_not_call: bool
    items: UpTo50[ConsentView]
