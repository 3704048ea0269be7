"""Orders as the shop's app shows them to the desk: found by what a customer names, read, and never changed."""

import re
from datetime import date, datetime
from typing import NamedTuple

from worlds.desk.records import OrderDetail, OrderLineView, OrderRow, ParcelView
from worlds.desk.rules import STAFF
from worlds.desk.texts import OrderNumber
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Email, Page, PageNumber, PageSize, Query, RecordId
from worlds.engine.folding import normal_email
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads
from worlds.engine.rows import Query as Rows


class _Row(NamedTuple):
    order_id: int
    number: str
    buyer: str
    email: str
    postal_code: str
    placed_at: datetime
    status: str
    total: int
    currency: str
    parcels: int


class _Order(NamedTuple):
    order_id: int
    number: str
    customer: str | None
    buyer: str
    email: str
    postal_code: str
    city: str
    country: str
    placed_at: datetime
    status: str
    total: int
    currency: str


class _Line(NamedTuple):
    line_id: int
    title: str
    quantity: int
    unit_price: int
    parcel_id: int | None


class _Parcel(NamedTuple):
    parcel_id: int
    carrier: str
    tracking_number: str
    status: str
    shipped_at: datetime
    expected_on: date | None
    delivered_at: datetime | None


class _Ticket(NamedTuple):
    id: int


_ROW = """o.id, o.number, o.buyer, o.email, o.postal_code, o.placed_at, o.status, o.total, o.currency,
  (SELECT count(*) FROM shop_parcel p WHERE p.order_id = o.id)"""
_NUMBER = re.compile(r"#?lk-(\d{5,})", re.IGNORECASE | re.ASCII)
_ORDER = Rows(
    _Order,
    """SELECT id, number, customer, buyer, email, postal_code, city, country, placed_at, status, total, currency
    FROM shop_order WHERE id = :order""",
)
_LINES = Rows(
    _Line,
    """SELECT id, title, quantity, unit_price, parcel_id FROM shop_order_line WHERE order_id = :order
    ORDER BY id LIMIT 200""",
)
_PARCELS = Rows(
    _Parcel,
    """SELECT id, carrier, tracking_number, status, shipped_at, expected_on, delivered_at FROM shop_parcel
    WHERE order_id = :order ORDER BY shipped_at, id LIMIT 200""",
)
_TICKETS = Rows(
    _Ticket,
    """SELECT v.ticket_id FROM field_value v JOIN ticket_field f ON f.id = v.field_id AND f.name = 'order_number'
    WHERE v.value = :number ORDER BY v.ticket_id DESC LIMIT 200""",
)


@reads(roles=STAFF)
def find_orders(
    ctx: Context,
    query: Query | None = None,
    number: OrderNumber | None = None,
    email: Email | None = None,
    tracking_number: OrderNumber | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[OrderRow]:
    """Find orders of the shop by what a customer names, newest first; where none of the four is said none is found.

    Args:
        query: Words that must all occur in number, buyer, e-mail address, town or postcode.
        number: The order's whole number, in capitals or not.
        email: The e-mail address that the order was placed with.
        tracking_number: The number of one of its parcels.
        page: Page number from 1.
        page_size: Orders a page.
    """
    conditions = _searched((query or "").strip())
    if query is None and number is None and email is None and tracking_number is None:
        conditions.add("0")  # orders are looked up for a case, never listed
    if number is not None:
        conditions.add("o.number = :number", number=number.strip().upper())
    if email is not None:
        conditions.add("lower(o.email) = :email", email=normal_email(email))
    if tracking_number is not None:
        conditions.add(
            "o.id IN (SELECT p.order_id FROM shop_parcel p WHERE p.tracking_number = :tracking)",
            tracking=tracking_number.strip().upper(),
        )
    order = "o.placed_at DESC, o.id DESC"
    rows, total = page_of(ctx, _Row, _ROW, "shop_order o", conditions, order, page, page_size)
    return Page[OrderRow].of([OrderRow(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=STAFF)
def get_order(ctx: Context, order_id: RecordId) -> OrderDetail:
    """Show an order of the shop: its articles, its parcels with what lies in each, and the tickets that name it.

    Args:
        order_id: The order's id, as find_orders gives it.
    """
    one = _ORDER.first(ctx, order=order_id)
    if one is None:
        raise NotFound(
            "order_not_found", f"There is no order with id {order_id}; find it in the list of orders.", field="order_id"
        )
    lines = _LINES.all(ctx, order=order_id)
    return OrderDetail(
        **one._asdict(),
        lines=[OrderLineView(**row._asdict()) for row in lines],
        parcels=[
            ParcelView(**row._asdict(), articles=[line.title for line in lines if line.parcel_id == row.parcel_id])
            for row in _PARCELS.all(ctx, order=order_id)
        ],
        ticket_ids=[row.id for row in _TICKETS.all(ctx, number=one.number)],
    )


def _searched(query: str) -> Conditions:
    """What a query asks for: a whole order number by index, anything else word by word."""
    conditions = Conditions()
    if found := _NUMBER.fullmatch(query):
        conditions.add("o.number = :asked", asked=f"LK-{found[1]}")
    else:
        conditions.words(query, "o.search_text")
    return conditions
