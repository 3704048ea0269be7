"""A shopper's own account: details, addresses, orders, returns, and signing in on the storefront."""

from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.shop.rules import CUSTOMER
from worlds.shop.texts import Email, Password, Words
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
    addresses: list[AddressEntry]
    payment_methods: list[SavedCard]
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
    raise NotImplementedError


@writes(roles=CUSTOMER)
def add_my_address(ctx: Context, address: AddressInput, make_default: bool = False) -> AddressEntry:
    """Add an address to your address book.

    Args:
        address: The new address.
        make_default: Use it as your default address from now on.
    """
    raise NotImplementedError


@reads(roles=CUSTOMER)
def list_my_orders(ctx: Context, page: PageNumber = 1, page_size: PageSize = 10) -> Page[OrderRow]:
    """List your orders, newest first.

    Args:
        page: Page number from 1.
        page_size: Orders a page.
    """
    raise NotImplementedError


@reads(roles=CUSTOMER)
def get_my_order(ctx: Context, order_id: RecordId) -> CustomerOrder:
    """Show one of your orders with lines, payments, parcels, refunds and returns.

    Args:
        order_id: The order's id.
    """
    raise NotImplementedError


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
    raise NotImplementedError


@reads(roles=CUSTOMER, doors=("pages",))
def get_session(ctx: Context) -> SessionView:
    """Say who is signed in on the storefront."""
    raise NotImplementedError


@writes(roles=CUSTOMER, doors=("pages",))
def sign_in(ctx: Context, email: Email, password: Password) -> SessionView:
    """Sign in to the storefront.

    Args:
        email: The account's e-mail address.
        password: The account's password.
    """
    raise NotImplementedError


@writes(roles=CUSTOMER, doors=("pages",))
def sign_out(ctx: Context) -> SessionView:
    """Sign out of the storefront."""
    raise NotImplementedError
