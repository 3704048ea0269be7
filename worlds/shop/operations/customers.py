"""Customers in the back office: finding and looking at them."""


# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from datetime import datetime
from typing import Literal, NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Instant, Money, Page, PageNumber, PageSize, Query, RecordId, Result, UpTo200
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads
from worlds.engine.rows import Query as Rows
from worlds.shop import order_lists, order_parts
from worlds.shop.models import Customer
from worlds.shop.operations.accounts import AddressEntry, address_entries
from worlds.shop.order_lists import NAME_SQL, OrderFilters
from worlds.shop.order_parts import EscalationRow, ReturnRow
from worlds.shop.rules import STAFF
from worlds.shop.views import EscalationView, OrderRow, ReturnView


class _Row(NamedTuple):
    customer_id: int
    name: str
    email: str
    phone: str | None
    state: str
    orders: int
    spent: int
    last_order_at: datetime | None


class _Customer(NamedTuple):
    customer_id: int
    name: str
    first_name: str | None
    last_name: str | None
    email: str
    phone: str | None
    state: str
    locale: str
    marketing_consent: int
    tags: str
    note: str | None
    merged_into_id: int | None
    created_at: datetime
    orders: int
    spent: int


_ORDERS = "(SELECT count(*) FROM sales_order o WHERE o.customer_id = c.id)"
_SPENT = """(SELECT coalesce(sum(o.total - o.refunded_total), 0) FROM sales_order o
  WHERE o.customer_id = c.id AND o.cancelled_at IS NULL)"""
_NAME = f"coalesce(nullif({NAME_SQL}, ''), c.email)"
_ROW_SQL = f"""c.id, {_NAME}, c.email, c.phone, c.state, {_ORDERS}, {_SPENT},
  (SELECT max(o.placed_at) FROM sales_order o WHERE o.customer_id = c.id)"""
_SORTS = {
    "name": "c.search_text, c.id",
    "newest": "c.created_at DESC, c.id DESC",
    "spent_high": f"{_SPENT} DESC, c.id",
    "orders_high": f"{_ORDERS} DESC, c.id",
}
_CUSTOMER = Rows(
    _Customer,
    f"""SELECT c.id, {_NAME}, c.first_name, c.last_name, c.email, c.phone, c.state, c.locale,
      c.marketing_consent, c.tags, c.note, c.merged_into_id, c.created_at, {_ORDERS}, {_SPENT}
    FROM customer c WHERE c.id = :customer""",
)
_RETURNS = Rows(
    ReturnRow,
    order_parts.RETURN_SQL + "WHERE r.id IN (SELECT x.id FROM return_request x JOIN sales_order y ON y.id = x.order_id"
    " WHERE y.customer_id = :customer ORDER BY x.id DESC LIMIT 20) ORDER BY r.id DESC, k.id",
)
_ESCALATIONS = Rows(
    EscalationRow,
    """SELECT id, number, order_id, customer_id, product_id, variant_id, team, reason, message, author_role, created_at
    FROM escalation WHERE customer_id = :customer ORDER BY id DESC LIMIT 50""",
)


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
    """A customer with addresses and the latest 20 orders; `version` counts changes of the customer and addresses."""

    customer_id: int
    version: int
    name: str
    first_name: str | None
    last_name: str | None
    email: str
    phone: str | None
    state: str
    locale: str
    marketing_consent: bool
    tags: UpTo200[str]
    note: str | None
    merged_into_id: int | None
    created_at: Instant
    orders: int
    spent: Money
    addresses: UpTo200[AddressEntry]
    recent_orders: UpTo200[OrderRow]
    returns: UpTo200[ReturnView]
    escalations: UpTo200[EscalationView]


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
    conditions = Conditions()
    conditions.words(query, "c.search_text", phone_column="c.phone_digits")
    conditions.equal(c__state=state)
    rows, total = page_of(ctx, _Row, _ROW_SQL, "customer c", conditions, _SORTS[sort], page, page_size)
    return Page[CustomerRow].of([CustomerRow(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=STAFF)
def get_customer(ctx: Context, customer_id: RecordId) -> CustomerDetail:
    """Show a customer with addresses, orders and returns.

    Args:
        customer_id: The customer's id.
    """
    one = _CUSTOMER.first(ctx, customer=customer_id)
    if one is None:
        raise NotFound(
            "customer_not_found",
            f"There is no customer {customer_id}; find one in the list of customers.",
            field="customer_id",
        )
    fields = one._asdict()
    fields["tags"] = json.loads(one.tags)[:200]
    returns = order_parts.return_views(_RETURNS.all(ctx, customer=customer_id))
    escalations = [EscalationView(**row._asdict()) for row in _ESCALATIONS.all(ctx, customer=customer_id)]
    return CustomerDetail(
        **fields,
        version=ctx.version(Customer, customer_id),
        addresses=address_entries(ctx, customer_id),
        recent_orders=order_lists.orders(ctx, OrderFilters(customer_id=customer_id), "newest", 1, 20).items,
        returns=returns,
        escalations=escalations,
    )
