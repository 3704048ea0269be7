"""Customers in the back office: finding and looking at them."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.fields import Instant, Money, Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.operation import reads
from worlds.shop.operations.accounts import AddressEntry
from worlds.shop.rules import STAFF
from worlds.shop.texts import Query
from worlds.shop.views import EscalationView, OrderRow, ReturnView


class CustomerRow(Result):
    """A customer in a list; `spent` is what their orders came to, refunds taken off, cancelled orders left out."""

    customer_id: int
    name: str
    email: str
    phone: str | None
    state: str
    orders: int
    spent: Money
    last_order_at: Instant | None


class CustomerDetail(Result):
    """A customer with addresses and the latest 20 orders."""

    customer_id: int
    name: str
    first_name: str | None
    last_name: str | None
    email: str
    phone: str | None
    state: str
    locale: str
    marketing_consent: bool
    tags: list[str]
    note: str | None
    merged_into_id: int | None
    created_at: Instant
    orders: int
    spent: Money
    addresses: list[AddressEntry]
    recent_orders: list[OrderRow]
    returns: list[ReturnView]
    escalations: list[EscalationView]


@reads(roles=STAFF)
def list_customers(
    ctx: Context,
    query: Query | None = None,
    state: Literal["enabled", "invited", "disabled"] | None = None,
    sort: Literal["name", "newest", "spent_high", "orders_high"] = "name",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[CustomerRow]:
    """List customers.

    Args:
        query: Words that must all occur in name or e-mail, in any case and with or without accents; or a phone number
            in any format.
        state: Only accounts in this state.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Customers a page.
    """
    raise NotImplementedError


@reads(roles=STAFF)
def get_customer(ctx: Context, customer_id: RecordId) -> CustomerDetail:
    """Show a customer with addresses, orders and returns.

    Args:
        customer_id: The customer's id.
    """
    raise NotImplementedError
