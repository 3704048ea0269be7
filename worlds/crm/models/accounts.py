"""Accounts: the firms, clubs and public bodies that Larkfield sells to."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from worlds.crm.models.model import Model
from worlds.crm.models.people import SEGMENTS
from worlds.engine.schema import (
    business,
    check,
    derived,
    key,
    one_of,
    prose,
    refers,
    sensitive,
    table,
    volatile,
)

ACCOUNT_KINDS = ("customer", "prospect", "partner", "reseller", "former")
INDUSTRIES = (
    "hospitality", "camping", "retail", "sports_club", "office", "public", "education", "events", "wholesale", "other",
)  # fmt: skip
TIERS = ("standard", "key", "strategic")
CURRENCIES = ("EUR", "GBP", "USD", "CHF")


class Account(Model):
    """A firm, club or public body. `domain_norm` is the domain of its website as it is compared.

    `legal_name` and `registration_number` say which legal entity it is: two of those are never one account.
    `territory_override` keeps territory rules off. `locked` accounts are changed by nobody but administrators.
    `shop_customer` is what the shop calls it, as far as anybody has linked it, and sometimes wrong.
    `merged_into_id` points from a loser of a merge to the record that stayed; `is_deleted` ones lie in the bin.
    """

    __tablename__ = "account"
    __table_args__ = table(
        "business",
        one_of("kind", ACCOUNT_KINDS),
        one_of("industry", INDUSTRIES),
        one_of("segment", SEGMENTS),
        one_of("tier", TIERS),
        one_of("currency", CURRENCIES),
        check("employees IS NULL OR employees > 0"),
        check("parent_id IS NULL OR parent_id <> id"),
        check("merged_into_id IS NULL OR is_deleted = 1"),
        Index("account_domain", "domain_norm"),
        Index("account_phone", "phone_norm"),
        Index("account_name", "name_norm"),
    )

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    name_norm: Mapped[str] = derived()
    website: Mapped[str | None] = business()
    domain_norm: Mapped[str | None] = derived()
    kind: Mapped[str] = business()
    industry: Mapped[str] = business()
    segment: Mapped[str] = business()
    employees: Mapped[int | None] = business()
    country: Mapped[str] = business()
    billing_street: Mapped[str | None] = business()
    billing_postal_code: Mapped[str | None] = business()
    billing_city: Mapped[str | None] = business()
    billing_country: Mapped[str | None] = business()
    shipping_street: Mapped[str | None] = business()
    shipping_postal_code: Mapped[str | None] = business()
    shipping_city: Mapped[str | None] = business()
    shipping_country: Mapped[str | None] = business()
    phone: Mapped[str | None] = business()
    phone_norm: Mapped[str | None] = derived()
    owner_id: Mapped[int] = refers("crm_user.id")
    parent_id: Mapped[int | None] = refers("account.id")
    territory_id: Mapped[int | None] = refers("territory.id")
    territory_override: Mapped[bool] = business()
    legal_name: Mapped[str | None] = business()
    registration_number: Mapped[str | None] = business()
    tier: Mapped[str] = business()
    currency: Mapped[str] = business()
    price_book_id: Mapped[int | None] = refers("price_book.id")
    shop_customer: Mapped[str | None] = business()
    locked: Mapped[bool] = sensitive()
    notes: Mapped[str | None] = prose()
    merged_into_id: Mapped[int | None] = refers("account.id")
    is_deleted: Mapped[bool] = business()
    search_text: Mapped[str] = derived()
    last_activity_on: Mapped[date | None] = derived()
    created_at: Mapped[datetime] = volatile()
    updated_at: Mapped[datetime] = volatile()
