"""What operations on accounts answer."""

from worlds.crm.views import ContactRow, UpTo50
from worlds.engine.fields import Day, Instant, Money, Result


class HierarchyNode(Result):
    """An account above or below another one."""

    account_id: int
    name: str
    owner_name: str


class TeamMember(Result):
    """A colleague who works on an account beside its owner; `level` is what they may do with it."""

    user_id: int
    name: str
    part: str
    level: str


class DealHead(Result):
    """A deal among those of an account or a contact. `amount` in `currency`."""

    opportunity_id: int
    number: str
    name: str
    stage: str
    stage_kind: str
    amount: Money
    currency: str
    close_date: Day
    owner_id: int
    owner_name: str


class AccountDetail(Result):
    """An account. `above` is its hierarchy, the nearest first; `withheld` are fields that are kept from your role.

    `contacts`, `open_deals` and `won_deals` count all there are, also those that you may not open.
    """

    account_id: int
    version: int
    editable: bool
    locked: bool
    withheld: UpTo50[str]
    name: str
    website: str | None
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
    owner_id: int
    owner_name: str
    parent_id: int | None
    parent_name: str | None
    territory_id: int | None
    territory_name: str | None
    territory_override: bool
    legal_name: str | None
    registration_number: str | None
    tier: str
    currency: str
    price_book_id: int | None
    price_book_name: str | None
    shop_customer: str | None
    notes: str | None
    merged_into_id: int | None
    is_deleted: bool
    last_activity_on: Day | None
    created_at: Instant
    updated_at: Instant
    contacts: int
    open_deals: int
    won_deals: int
    above: UpTo50[HierarchyNode]
    children: UpTo50[HierarchyNode]
    team: UpTo50[TeamMember]
    newest_contacts: UpTo50[ContactRow]
    deals: UpTo50[DealHead]
