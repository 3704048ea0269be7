"""Accounts: the list, the record with its people and deals, and what is known of a firm."""

from typing import Any, Final

from flask import url_for

from worlds.crm.account_views import AccountDetail
from worlds.crm.operations.accounts import create_account, get_account, list_accounts, update_account
from worlds.crm.operations.contacts import create_contact
from worlds.crm.operations.contracts import list_contracts
from worlds.crm.operations.history import delete_record
from worlds.crm.operations.merging import merge_accounts
from worlds.crm.operations.opportunities import create_opportunity
from worlds.crm.operations.ownership import transfer_records
from worlds.crm.operations.territories import set_territory
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, emptied_of, sheet_page, values_of
from worlds.crm.pages.relations.choices import COUNTRY_OPTIONS, colleagues, price_books, territories, with_own
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.pages.relations.timeline import activity_acts, timeline
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act
from worlds.engine.surfaces.pages import Done, Door

SORTS: Final = [
    ("name", "Name"), ("newest", "Newest first"), ("updated", "Latest changed"),
    ("longest_untouched", "Longest untouched"),
]  # fmt: skip
_PLACE: Final = ("street", "postal_code", "city", "country")


@relations.page("/accounts")
def accounts(door: Door) -> str:
    """The list, with its filters in the URL."""
    filters = (
        Ask("query", "Search"),
        Ask("kind", "Kind", blank="Any"),
        Ask("segment", "Segment", blank="Any"),
        Ask("industry", "Industry", blank="Any"),
        Ask("tier", "Tier", blank="Any"),
        Ask("country", "Country", COUNTRY_OPTIONS, "Any"),
        Ask("owner_id", "Owner", colleagues(door), "Anybody"),
        Ask("territory_id", "Territory", territories(door), "Any"),
        Ask("parent_id", "Below the account with the id"),
        Ask("locked", "Locked", [("true", "Only locked"), ("false", "Not locked")], "Any"),
        Ask("untouched_since", "Untouched since"),
        Ask("created_from", "Made from"),
        Ask("created_to", "Made to"),
        Ask("sort", "Sort by", SORTS),
    )
    me = str(door.actor.person or "")
    quick: Views = (
        ("All accounts", {}),
        ("My accounts", {"owner_id": me}),
        ("Customers", {"kind": "customer"}),
        ("Prospects", {"kind": "prospect"}),
        ("Strategic", {"tier": "strategic"}),
    )
    new = [act(door, "New account", url_for("relations.new_account"), create_account)]
    return list_page(door, list_accounts, Listed("Accounts", "account", "account", "accounts", filters, quick, new))


def _account(account_id: int) -> str:
    return url_for("relations.account", account_id=account_id)


@relations.page("/accounts/<id:account_id>")
def account(door: Door, account_id: int) -> str:
    """One account, with what belongs to it and what has happened around it."""
    shown = door.read(get_account, account_id=account_id)
    return door.render(
        "relations/account.html",
        account=shown,
        acts=_acts(door, shown),
        contracts=door.part(list_contracts, account_id=account_id, page_size=10),
        timeline=timeline(door, account_id=account_id),
        activity_acts=activity_acts(door, account_id=account_id),
    )


def _acts(door: Door, shown: AccountDetail) -> list[Act]:
    gone = (shown.is_deleted or shown.merged_into_id is not None, "the account is not in use any more")
    kept = (not shown.editable, "you may only read this account")
    key = shown.account_id

    def one(title: str, page: str, operation: Any, *hurdles: tuple[bool, str], **whose: Any) -> Act:
        return act(door, title, url_for(f"relations.{page}", **(whose or {"account_id": key})), operation, *hurdles)

    return [
        one("Edit", "edit_account", update_account, gone, kept),
        one("New contact", "new_contact", create_contact, gone, account_id=key),
        one("New deal", "new_deal", create_opportunity, gone, account_id=key),
        one("Merge", "account_merge", merge_accounts, gone),
        one("Change owner", "transfer", transfer_records, gone, kind="account", record_ids=key),
        one("Set territory", "placing", set_territory, gone),
        Act("Find duplicates", url_for("relations.likes", kind="account", record_id=key)),
        Act("Who may open it", url_for("relations.shares", kind="account", record_id=key)),
        Act("Field history", url_for("relations.history", kind="account", record_id=key)),
        Act("Automatic changes", url_for("relations.runs", kind="account", record_id=key)),
        Act("Hand over", url_for("relations.new_hand_over", kind="account", record_id=key)),
        one("Delete", "deletion", delete_record, gone, kind="account", record_id=key),
    ]


def _parts(door: Door, shown: AccountDetail | None) -> tuple[Part, ...]:
    books = price_books(door)
    books = with_own(books, shown.price_book_id, shown.price_book_name) if shown else books
    last: tuple[Ask, ...] = (
        Ask("currency", "Currency"),
        Ask("price_book_id", "Price book", books, "none"),
        Ask("parent_id", "Id of the account above", hint="As its page shows it."),
    )
    if shown is None:
        last += (Ask("owner_id", "Owner", colleagues(door), "you"),)
    else:
        last += (
            Ask("shop_customer", "What the shop calls it"),
            Ask("locked", "Locked", [("true", "Only administrators change it"), ("false", "Not locked")], "as it is"),
        )
    return (
        Part("The firm", (
            Ask("name", "Name"), Ask("country", "Country", COUNTRY_OPTIONS), Ask("kind", "Kind"),
            Ask("industry", "Industry"), Ask("segment", "Segment"), Ask("tier", "Tier"),
            Ask("employees", "Employees"), Ask("website", "Website"), Ask("phone", "Phone"),
            Ask("legal_name", "Legal name"), Ask("registration_number", "Registration number"),
        )),
        Part("Billing address", tuple(_line("billing", name) for name in _PLACE)),
        Part("Shipping address", tuple(_line("shipping", name) for name in _PLACE)),
        Part("How it buys", last),
        Part("Notes", (Ask("notes", "Notes", hint="What colleagues should know.", rows=4),), wide=True),
    )  # fmt: skip


def _line(which: str, name: str) -> Ask:
    label = {"street": "street", "postal_code": "postal code", "city": "town", "country": "country"}[name]
    options = COUNTRY_OPTIONS if name == "country" else None
    return Ask(f"{which}.{name}", f"{which.capitalize()} {label}", options, "none")


@relations.page("/accounts/new")
def new_account(door: Door) -> str:
    """A firm that somebody enters."""
    sheet = Sheet(
        "New account", "Save the account", url_for("relations.accounts"),
        [("Accounts", url_for("relations.accounts"))], _parts(door, None),
    )  # fmt: skip
    return sheet_page(door, create_account, url_for("relations.account_made"), sheet)


@relations.action("/accounts/new", create_account, shows=new_account)
def account_made(_door: Door, done: AccountDetail | None) -> Done:
    """The account is there."""
    if done is None:
        return Done(AGAIN, url_for("relations.accounts"))
    return Done(f"The account {done.name} was saved; it belongs to {done.owner_name}.", _account(done.account_id))


@relations.page("/accounts/<id:account_id>/edit")
def edit_account(door: Door, account_id: int) -> str:
    """What is known of a firm."""
    shown = door.read(get_account, account_id=account_id)
    parts = _parts(door, shown)
    names = [ask.name for part in parts for ask in part.asks if "." not in ask.name]
    values = values_of(shown, names)
    for which in ("billing", "shipping"):
        values |= {f"{which}.{name}": getattr(shown, f"{which}_{name}") for name in _PLACE}
    follows = ("This account is locked; administrators alone change it.",) if shown.locked else ()
    sheet = Sheet(
        f"Edit {shown.name}", "Save", _account(account_id),
        [("Accounts", url_for("relations.accounts")), (shown.name, _account(account_id))],
        parts, follows=follows, emptied=emptied_of(update_account),
    )  # fmt: skip
    return sheet_page(door, update_account, url_for("relations.account_saved", account_id=account_id), sheet, values)


@relations.action("/accounts/<id:account_id>/edit", update_account, shows=edit_account)
def account_saved(_door: Door, done: AccountDetail | None, account_id: int) -> Done:
    """The account is saved."""
    return Done(f"The account {done.name} was saved." if done else AGAIN, _account(account_id))
