"""Accounts: finding them, making them without a second record of the same firm, and keeping them right."""

from typing import Annotated, Any, Literal

from pydantic import Field

from worlds.crm.account_views import AccountDetail
from worlds.crm.matching import sets
from worlds.crm.records import changing, heads, lists
from worlds.crm.records.account_file import detail
from worlds.crm.records.asked import acting_owner, settled
from worlds.crm.rules import EVERYBODY, WRITERS
from worlds.crm.selling import price_books
from worlds.crm.texts import Called, City, Country, External, Notes, PostalCode, Street, Website
from worlds.crm.views import AccountKind, AccountRow, Currency, Headcount, Industry, Segment, Tier
from worlds.engine.context import Context
from worlds.engine.fields import Day, Input, Page, PageNumber, PageSize, Phone, Query, RecordId
from worlds.engine.operation import reads, writes

Sort = Literal["name", "newest", "updated", "longest_untouched"]
Emptiable = Literal[
    "website", "phone", "employees", "parent_id", "legal_name", "registration_number", "price_book_id",
    "shop_customer", "notes", "billing_street", "billing_postal_code", "billing_city", "billing_country",
    "shipping_street", "shipping_postal_code", "shipping_city", "shipping_country",
]  # fmt: skip
Emptiness = Annotated[list[Emptiable], Field(max_length=20)]


class Address(Input):
    """An address; parts that are left out stay as they are."""

    street: Street | None = Field(None, description="Street and number.")
    postal_code: PostalCode | None = Field(None, description="Postal code as the country writes it.")
    city: City | None = Field(None, description="Town.")
    country: Country | None = Field(None, description="Two letters, such as NL.")


@reads(roles=EVERYBODY)
def list_accounts(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    kind: AccountKind | None = None,
    industry: Industry | None = None,
    segment: Segment | None = None,
    tier: Tier | None = None,
    country: Country | None = None,
    owner_id: RecordId | None = None,
    territory_id: RecordId | None = None,
    parent_id: RecordId | None = None,
    locked: bool | None = None,
    untouched_since: Day | None = None,
    created_from: Day | None = None,
    created_to: Day | None = None,
    sort: Sort = "name",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[AccountRow]:
    """List accounts that you may open.

    Args:
        query: Words that must all occur in name, website, town or registration number, in any case and with or without
            accents; or a phone number, however it is written.
        kind: Only accounts of this kind.
        industry: Only accounts of this industry.
        segment: Only accounts of this segment.
        tier: Only accounts of this tier.
        country: Only accounts in this country, two letters.
        owner_id: Only accounts of this colleague.
        territory_id: Only accounts of this territory.
        parent_id: Only accounts directly below this one.
        locked: Only accounts that are locked, or only others.
        untouched_since: Only accounts with which nobody has had to do since this day.
        created_from: Only accounts made on this day or later.
        created_to: Only accounts made on this day or earlier.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Accounts a page.
    """
    conditions = lists.of_kind(ctx, "account")
    lists.found_by(conditions, "account", query)
    conditions.equal(
        r__kind=kind, r__industry=industry, r__segment=segment, r__tier=tier, r__country=country, r__owner_id=owner_id,
        r__territory_id=territory_id, r__parent_id=parent_id, r__locked=None if locked is None else int(locked),
    )  # fmt: skip
    if untouched_since is not None:
        conditions.add("coalesce(r.last_activity_on, '') < :untouched", untouched=untouched_since.isoformat())
    lists.between(conditions, "created_at", created_from, created_to)
    return lists.accounts(ctx, conditions, sort, page, page_size)


@reads(roles=EVERYBODY)
def get_account(ctx: Context, account_id: RecordId) -> AccountDetail:
    """Show an account with its hierarchy, its deals, the newest of its contacts, and who works on it.

    A record that was merged or deleted is shown as it was last.

    Args:
        account_id: The account's id.
    """
    return detail(ctx, heads.account(ctx, account_id, gone=True))


@writes(roles=WRITERS, duplicates=True)
def create_account(  # noqa: PLR0913 - what of an account can be given
    ctx: Context,
    name: Called,
    country: Country,
    kind: AccountKind = "prospect",
    industry: Industry = "other",
    segment: Segment = "small_business",
    tier: Tier = "standard",
    currency: Currency = "EUR",
    website: Website | None = None,
    phone: Phone | None = None,
    employees: Headcount | None = None,
    billing: Address | None = None,
    shipping: Address | None = None,
    parent_id: RecordId | None = None,
    legal_name: Called | None = None,
    registration_number: External | None = None,
    price_book_id: RecordId | None = None,
    owner_id: RecordId | None = None,
    notes: Notes | None = None,
    allow_save: bool = False,
) -> AccountDetail:
    """Make an account. Rules on duplicates are asked first; what they find is told and nothing is made.

    Args:
        name: Its name.
        country: Where it has its seat, two letters.
        kind: What it is to the house.
        industry: Its industry.
        segment: Its segment.
        tier: Its tier.
        currency: The currency in which it buys.
        website: Its website.
        phone: Its phone number in any format.
        employees: How many people work there.
        billing: Where invoices go.
        shipping: Where goods go.
        parent_id: The account above it.
        legal_name: The name under which it is registered.
        registration_number: The number under which it is registered.
        price_book_id: The price book by which it buys.
        owner_id: Whose it is; you where it is left out.
        notes: What colleagues should know.
        allow_save: Make it although it is like another record. Say so only once you have looked at what was found.
    """
    values: dict[str, Any] = {
        "name": name.strip(), "country": country, "kind": kind, "industry": industry, "segment": segment, "tier": tier,
        "currency": currency, "website": website, "phone": phone, "employees": employees, "parent_id": parent_id,
        "legal_name": legal_name, "registration_number": registration_number, "price_book_id": price_book_id,
        "owner_id": owner_id or acting_owner(ctx), "notes": notes, **_address("billing", billing),
        **_address("shipping", shipping),
    }  # fmt: skip
    price_books.check(ctx, price_book_id, currency, "price_book_id")
    likes = sets.looked_at(ctx, "account", values, allow_save=allow_save)
    key = changing.create(ctx, "account", values)
    sets.report(ctx, "account", key, likes)
    made: Any = heads.stored(ctx, "account", key)
    return detail(ctx, made)


@writes(roles=WRITERS, record="account_id", columns={"empty": ("*",)}, duplicates=True)
def update_account(  # noqa: PLR0913 - what of an account can be changed
    ctx: Context,
    account_id: RecordId,
    name: Called | None = None,
    kind: AccountKind | None = None,
    industry: Industry | None = None,
    segment: Segment | None = None,
    tier: Tier | None = None,
    currency: Currency | None = None,
    country: Country | None = None,
    website: Website | None = None,
    phone: Phone | None = None,
    employees: Headcount | None = None,
    billing: Address | None = None,
    shipping: Address | None = None,
    parent_id: RecordId | None = None,
    legal_name: Called | None = None,
    registration_number: External | None = None,
    price_book_id: RecordId | None = None,
    shop_customer: External | None = None,
    locked: bool | None = None,
    notes: Notes | None = None,
    empty: Emptiness | None = None,
    allow_save: bool = False,
) -> AccountDetail:
    """Change an account: what is left out stays as it is. Owners change by transfer_records.

    Args:
        account_id: The account's id.
        name: Its name.
        kind: What it is to the house.
        industry: Its industry.
        segment: Its segment.
        tier: Its tier.
        currency: The currency in which it buys.
        country: Where it has its seat, two letters.
        website: Its website.
        phone: Its phone number in any format.
        employees: How many people work there.
        billing: Parts of the address to which invoices go.
        shipping: Parts of the address to which goods go.
        parent_id: The account above it.
        legal_name: The name under which it is registered.
        registration_number: The number under which it is registered.
        price_book_id: The price book by which it buys.
        shop_customer: What the shop calls it, such as C-1007.
        locked: Whether only administrators change it; they decide.
        notes: What colleagues should know; replaces what was there.
        empty: What is to be emptied.
        allow_save: Change it although it is then like another record, where a rule asks about changes.
    """
    account = heads.account(ctx, account_id)
    asked: dict[str, Any] = {
        "name": name and name.strip(), "kind": kind, "industry": industry, "segment": segment, "tier": tier,
        "currency": currency, "country": country, "website": website, "phone": phone, "employees": employees,
        "parent_id": parent_id, "legal_name": legal_name, "registration_number": registration_number,
        "price_book_id": price_book_id, "shop_customer": shop_customer, "locked": locked, "notes": notes,
        **_address("billing", billing), **_address("shipping", shipping),
    }  # fmt: skip
    changes = settled(asked, empty or ())
    if {"price_book_id", "currency"} & changes.keys():
        book = changes.get("price_book_id", account.price_book_id)
        price_books.check(ctx, book, changes.get("currency", account.currency), "price_book_id")
    likes = sets.looked_at_again(ctx, "account", account, changes, allow_save=allow_save)
    after = changing.change(ctx, "account", account, changes)
    sets.report(ctx, "account", account.id, likes)
    return detail(ctx, after)


def _address(kind: str, address: Address | None) -> dict[str, str | None]:
    given = address.model_dump() if address else {}
    return {f"{kind}_{part}": value for part, value in given.items()}
