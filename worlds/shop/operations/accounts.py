"""A shopper's own account: details, addresses, orders, returns, and signing in on the storefront."""

from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Unauthorized
from worlds.engine.fields import Email, Page, PageNumber, PageSize, RecordId, Result, UpTo200, Words
from worlds.engine.folding import normal_email
from worlds.engine.operation import reads, writes
from worlds.engine.rows import insert, run
from worlds.shop import account_file, basket, order_file, order_lists, order_parts, returning
from worlds.shop.chronicle import audit
from worlds.shop.days import local_day
from worlds.shop.models import Address, WebSession
from worlds.shop.order_lists import OrderFilters
from worlds.shop.rules import CUSTOMER, MAX_ADDRESSES
from worlds.shop.texts import Password
from worlds.shop.views import (
    AddressInput,
    AddressView,
    CustomerOrder,
    LineQuantity,
    OrderRow,
    ReturnReason,
    ReturnView,
)


class AddressEntry(AddressView):
    """An address of the address book."""

    address_id: int
    is_default: bool


class SavedCard(Result):
    """A saved card, such as `Visa ending 4242`; `expires` is MM/YYYY."""

    payment_method_id: int
    title: str
    holder: str
    expires: str
    expired: bool
    is_default: bool


class Account(Result):
    """A customer's account."""

    customer_id: int
    email: str
    first_name: str | None
    last_name: str | None
    phone: str | None
    marketing_consent: bool
    addresses: UpTo200[AddressEntry]
    payment_methods: UpTo200[SavedCard]
    orders: int


class SessionView(Result):
    """Who is signed in on the storefront's pages, and how many units their cart holds."""

    signed_in: bool
    customer_id: int | None
    name: str
    email: str
    cart_units: int


@reads(roles=CUSTOMER)
def get_my_account(ctx: Context) -> Account:
    """Show your account: details, addresses and saved cards."""
    me = account_file.account(ctx)
    today = local_day(ctx.now)
    return Account(
        customer_id=me.id, email=me.email, first_name=me.first_name, last_name=me.last_name, phone=me.phone,
        marketing_consent=bool(me.marketing_consent), addresses=address_entries(ctx, me.id),
        payment_methods=[
            SavedCard(
                payment_method_id=card.payment_method_id, title=card.title, holder=card.holder,
                expires=f"{card.expires_month:02d}/{card.expires_year}", expired=card.expired_on(today),
                is_default=bool(card.is_default),
            )
            for card in account_file.CARDS.all(ctx, customer=me.id)
        ],
        orders=me.orders,
    )  # fmt: skip


@writes(roles=CUSTOMER)
def add_my_address(ctx: Context, address: AddressInput, make_default: bool = False) -> AddressEntry:
    """Add an address to your address book.

    Args:
        address: The new address.
        make_default: Use it as your default address from now on.
    """
    me = account_file.account(ctx)
    known = account_file.ADDRESSES.all(ctx, customer=me.id)
    if len(known) >= MAX_ADDRESSES:
        raise Conflict("address_book_full", f"Your address book holds {MAX_ADDRESSES} addresses; use one of them.")
    default = make_default or not known
    if default:
        run(ctx, "UPDATE address SET is_default = 0 WHERE customer_id = :me AND is_default = 1", me=me.id)
    fields = address.model_dump()
    address_id = insert(ctx, Address, customer_id=me.id, **fields, is_default=default, created_at=ctx.now)
    audit(ctx, "add_my_address", "address", address_id)
    return AddressEntry(address_id=address_id, is_default=default, **fields)


@reads(roles=CUSTOMER)
def list_my_orders(ctx: Context, page: PageNumber = 1, page_size: PageSize = 10) -> Page[OrderRow]:
    """List your orders, newest first.

    Args:
        page: Page number from 1.
        page_size: Orders a page.
    """
    me = account_file.account(ctx)
    return order_lists.orders(ctx, OrderFilters(customer_id=me.id), "newest", page, page_size)


@reads(roles=CUSTOMER)
def get_my_order(ctx: Context, order_id: RecordId) -> CustomerOrder:
    """Show one of your orders with lines, payments, parcels, refunds and returns.

    Args:
        order_id: The order's id.
    """
    return CustomerOrder(**order_parts.shown(ctx, order_file.head(ctx, order_id)))


@writes(roles=CUSTOMER)
def request_my_return(
    ctx: Context,
    order_id: RecordId,
    lines: Annotated[list[LineQuantity], Field(min_length=1, max_length=100)],
    reason: ReturnReason,
    note: Words | None = None,
) -> ReturnView:
    """Ask to send goods of one of your orders back; the shop decides.

    Args:
        order_id: The order's id.
        lines: What you want to send back.
        reason: Why.
        note: Anything that the shop should know.
    """
    order = order_file.head(ctx, order_id)
    how = returning.asking(ctx, order, None, exception=False)
    asked = returning.check_lines(ctx, order, lines, how)
    return_id = returning.write(ctx, order, asked, returning.Wish(reason, note, how), status="requested")
    returning.tell(ctx, order, return_id, "return_requested", notify=True)
    audit(ctx, "request_my_return", "return", return_id, order=order_id, reason=reason)
    return order_parts.return_views(order_parts.return_rows(ctx, return_id), staff=False)[0]


@reads(roles=CUSTOMER, doors=("pages",))
def get_session(ctx: Context) -> SessionView:
    """Say who is signed in on the storefront."""
    return _session(ctx)


@writes(roles=CUSTOMER, doors=("pages",))
def sign_in(ctx: Context, email: Email, password: Password | None = None) -> SessionView:
    """Sign in to the storefront.

    Args:
        email: The account's e-mail address.
        password: The account's password; empty for the passkey on this device, which fits its owner's account alone.
    """
    me = account_file.account(ctx)
    right = password is None or account_file.password_digest(me.id, password) == me.password_digest
    if me.state != "enabled" or normal_email(email) != me.email_norm or not right:
        raise Unauthorized(
            "sign_in_failed", "This e-mail address and password do not belong together. Check both.", field="password"
        )
    _set_signed_in(ctx, me.id, signed_in=True)
    return _session(ctx)


@writes(roles=CUSTOMER, doors=("pages",))
def sign_out(ctx: Context) -> SessionView:
    """Sign out of the storefront."""
    me = account_file.account(ctx)
    _set_signed_in(ctx, me.id, signed_in=False)
    return _session(ctx)


def address_entries(ctx: Context, customer_id: int) -> list[AddressEntry]:
    """A customer's address book, the default address first."""
    return [
        AddressEntry(address_id=row.address_id, is_default=bool(row.is_default), **row.view.model_dump())
        for row in account_file.ADDRESSES.all(ctx, customer=customer_id)
    ]


def _set_signed_in(ctx: Context, customer_id: int, *, signed_in: bool) -> None:
    change = "UPDATE web_session SET signed_in = :signed_in, since = :now WHERE customer_id = :me"
    if not run(ctx, change, signed_in=signed_in, now=ctx.now, me=customer_id):
        insert(ctx, WebSession, customer_id=customer_id, signed_in=signed_in, since=ctx.now)


def _session(ctx: Context) -> SessionView:
    me = account_file.account(ctx)
    if not me.signed_in:
        return SessionView(signed_in=False, customer_id=None, name="", email="", cart_units=basket.units(ctx))
    return SessionView(signed_in=True, customer_id=me.id, name=me.name, email=me.email, cart_units=basket.units(ctx))
