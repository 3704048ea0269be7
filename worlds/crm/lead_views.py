"""What operations on leads, and on converting them, answer."""

from worlds.crm.contact_views import ConsentView
from worlds.crm.views import RecordRef, UpTo50
from worlds.engine.fields import Day, Instant, Result


class LeadDetail(Result):
    """A lead; a user or a queue owns it. `converted_*` are what it became, after which it is read only."""

    lead_id: int
    version: int
    editable: bool
    withheld: UpTo50[str]
    name: str
    salutation: str | None
    first_name: str | None
    last_name: str
    company: str
    title: str | None
    email: str | None
    phone: str | None
    website: str | None
    industry: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    country: str | None
    employees: int | None
    language: str
    source: str
    campaign_id: int | None
    campaign_name: str | None
    rating: str | None
    status: str
    owner_id: int | None
    owner_name: str | None
    queue_id: int | None
    queue_name: str | None
    do_not_call: bool
    notes: str | None
    external_key: str | None
    converted_account_id: int | None
    converted_contact_id: int | None
    converted_opportunity_id: int | None
    converted_at: Instant | None
    merged_into_id: int | None
    is_deleted: bool
    assigned_at: Instant | None
    first_touch_at: Instant | None
    created_at: Instant
    updated_at: Instant
    consents: UpTo50[ConsentView]


class FieldPlan(Result):
    """What a conversion does with a field of a record: `kept` says that what is there stays, so `from_lead` is lost."""

    record: str
    field: str
    from_lead: str
    there: str | None
    kept: bool


class ConversionPreview(Result):
    """What converting a lead would do; nothing has been done.

    `account` and `contact` are the existing records that would be used, None where new ones would be made. `likes` are
    records that are like the lead or its company, some of which you may not open. `missing` says what is still needed.
    `made_for_id` is who would own what is made.
    """

    lead_id: int
    lead: str
    status: str
    made_for_id: int | None
    account: RecordRef | None
    contact: RecordRef | None
    fields: UpTo50[FieldPlan]
    likes: UpTo50["LikeView"]
    activities: int
    missing: UpTo50[str]


class LikeView(Result):
    """A record that is like another; one that you cannot open tells only whose it is, and request_access asks for it.

    `rules` are the names of the matching rules by which it is like.
    """

    kind: str
    record_id: int
    openable: bool
    title: str | None
    owner_id: int | None
    owner_name: str | None
    created_at: Instant | None
    rules: UpTo50[str]


class Conversion(Result):
    """What a lead became; `made` are the records that are new."""

    lead_id: int
    version: int
    account_id: int
    account_name: str
    contact_id: int
    contact_name: str
    opportunity_id: int | None
    opportunity_number: str | None
    made: UpTo50[RecordRef]
    filled: UpTo50[FieldPlan]
    owner_id: int
    converted_on: Day
