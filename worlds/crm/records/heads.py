"""One row of a kind of record as operations read it. Dates are ISO text, yes and no are 1 and 0, moments are aware.

`account`, `contact`, `lead` and `opportunity` answer a record that the acting person may open and that is in use;
with `gone=True` also one that was merged or lies in the recycle bin.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from datetime import datetime
from typing import Final, NamedTuple, TypeAlias, cast

from worlds.crm.records import access
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.rows import Query


class Account(NamedTuple):
    """An account's columns."""

    id: int
    name: str
    name_norm: str
    website: str | None
    domain_norm: str | None
    kind: str
    industry: str
    segment: str
    employees: int | None
    country: str
    billing_street: str | None
    billing_postal_code: str | None
    billing_city: str | None
    billing_country: str | None
    shipping_street: str | None
    shipping_postal_code: str | None
    shipping_city: str | None
    shipping_country: str | None
    phone: str | None
    phone_norm: str | None
    owner_id: int
    parent_id: int | None
    territory_id: int | None
    territory_override: int
    legal_name: str | None
    registration_number: str | None
    tier: str
    currency: str
    price_book_id: int | None
    shop_customer: str | None
    locked: int
    notes: str | None
    merged_into_id: int | None
    is_deleted: int
    last_activity_on: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name


class Contact(NamedTuple):
    """A contact's columns."""

    id: int
    salutation: str | None
    first_name: str | None
    last_name: str
    name_norm: str
    title: str | None
    department: str | None
    account_id: int | None
    reports_to_id: int | None
    owner_id: int
    language: str
    zone: str
    do_not_call: int
    personal_id: str | None
    pay_notes: str | None
    birthday: str | None
    lead_source: str | None
    desk_user: str | None
    shop_customer: str | None
    notes: str | None
    merged_into_id: int | None
    is_deleted: int
    last_activity_on: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def label(self) -> str:
        """First and last name."""
        return f"{self.first_name or ''} {self.last_name}".strip()


class Lead(NamedTuple):
    """A lead's columns."""

    id: int
    salutation: str | None
    first_name: str | None
    last_name: str
    name_norm: str
    company: str
    company_norm: str
    title: str | None
    email: str | None
    email_norm: str | None
    phone: str | None
    phone_norm: str | None
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
    rating: str | None
    status: str
    owner_id: int | None
    queue_id: int | None
    do_not_call: int
    notes: str | None
    external_key: str | None
    converted_account_id: int | None
    converted_contact_id: int | None
    converted_opportunity_id: int | None
    merged_into_id: int | None
    is_deleted: int
    assigned_at: datetime | None
    first_touch_at: datetime | None
    converted_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def label(self) -> str:
        """Name and company."""
        return f"{self.first_name or ''} {self.last_name}".strip() + f", {self.company}"


class Opportunity(NamedTuple):
    """A deal's columns."""

    id: int
    number: str
    name: str
    account_id: int
    kind: str
    pipeline_id: int
    stage_id: int
    last_stage_id: int | None
    amount: int
    currency: str
    price_book_id: int | None
    probability: int
    close_date: str
    forecast_category: str
    next_step: str | None
    description: str | None
    owner_id: int
    primary_contact_id: int | None
    loss_reason: str | None
    loss_note: str | None
    lead_source: str | None
    campaign_id: int | None
    approval_lock: int
    is_deleted: int
    last_activity_on: str | None
    stage_since: datetime
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def label(self) -> str:
        """Number and name."""
        return f"{self.number} {self.name}"


Row: TypeAlias = Account | Contact | Lead | Opportunity
RECORDS: Final[dict[str, type[Row]]] = {
    "account": Account, "contact": Contact, "lead": Lead, "opportunity": Opportunity,
}  # fmt: skip
SPOKEN: Final = {"account": "account", "contact": "contact", "lead": "lead", "opportunity": "deal"}
"""What records of a kind are called in sentences."""
_ROWS: Final[dict[str, Query[Row]]] = {
    kind: Query(record, f"SELECT {{fields}} FROM {kind} WHERE id = :key") for kind, record in RECORDS.items()
}


def stored(ctx: Context, kind: str, key: int) -> Row | None:
    """A record as it is stored, whoever asks; None where there is none of that id."""
    return _ROWS[kind].first(ctx, key=key)


def record(ctx: Context, kind: str, key: int, field: str | None = None, *, gone: bool = False) -> Row:
    """A record that the acting person may open.

    Args:
        ctx: the call's context.
        kind: `account`, `contact`, `lead` or `opportunity`.
        key: its id.
        field: the argument that names it, `<kind>_id` where it is left out.
        gone: whether one that was merged into another or lies in the recycle bin will do.

    Raises:
        Conflict: when it was merged or deleted.
        NotFound: when there is none of that id, or none that the acting person may open.
    """
    field = field or f"{kind}_id"
    found = stored(ctx, kind, key)
    if found is None or not access.may_open(ctx, kind, key):
        raise NotFound(
            f"{kind}_not_found",
            f"There is no {SPOKEN[kind]} with id {key} that you may open; the list of {SPOKEN[kind]}s has those.",
            field=field,
        )
    if not gone:
        check_in_use(kind, found, field)
    return found


def check_in_use(kind: str, found: Row, field: str | None = None) -> None:
    """Refuse a record that was merged or deleted.

    Raises:
        Conflict: saying into which record it was merged, or that it lies in the bin.
    """
    merged = None if isinstance(found, Opportunity) else found.merged_into_id
    if merged is not None:
        raise Conflict(
            "record_merged",
            f"The {SPOKEN[kind]} {found.id} ({found.label}) was merged into {merged}; take that one.",
            field=field,
        )
    if found.is_deleted:
        raise Conflict(
            "record_deleted",
            f"The {SPOKEN[kind]} {found.id} ({found.label}) lies in the recycle bin; it can be restored from there.",
            field=field,
        )


def account(ctx: Context, key: int, field: str = "account_id", *, gone: bool = False) -> Account:
    """An account; see `record`."""
    return cast("Account", record(ctx, "account", key, field, gone=gone))


def contact(ctx: Context, key: int, field: str = "contact_id", *, gone: bool = False) -> Contact:
    """A contact; see `record`."""
    return cast("Contact", record(ctx, "contact", key, field, gone=gone))


def lead(ctx: Context, key: int, field: str = "lead_id", *, gone: bool = False) -> Lead:
    """A lead; see `record`."""
    return cast("Lead", record(ctx, "lead", key, field, gone=gone))


def opportunity(ctx: Context, key: int, field: str = "opportunity_id", *, gone: bool = False) -> Opportunity:
    """A deal; see `record`."""
    return cast("Opportunity", record(ctx, "opportunity", key, field, gone=gone))
