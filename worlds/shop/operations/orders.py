"""Orders in the back office: the list, one order with all that belongs to it, cancelling, addresses and notes."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.fields import Day, Money, Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.shop.rules import CANCELLERS, LEADS, STAFF
from worlds.shop.texts import Query, Words
from worlds.shop.views import (
    AddressInput,
    AddressView,
    CancelReason,
    FinancialStatus,
    FulfilmentStatus,
    NoteView,
    OrderDetail,
    OrderRow,
    RefundView,
)


class OrderCancelled(Result):
    """A cancelled order: `voided` was released on the card without being taken, `refunded` is on its way back."""

    order_id: int
    number: str
    financial_status: str
    voided: Money
    refunded: Money
    currency: str
    refund: RefundView | None
    restocked_units: int


class AddressChanged(Result):
    """The shipping address of an order as it stands now."""

    order_id: int
    number: str
    changed: bool
    shipping_address: AddressView


@reads(roles=STAFF)
def list_orders(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    financial_status: FinancialStatus | None = None,
    fulfilment_status: FulfilmentStatus | None = None,
    return_status: Literal["none", "requested", "in_progress", "returned"] | None = None,
    cancelled: bool | None = None,
    customer_id: RecordId | None = None,
    placed_from: Day | None = None,
    placed_to: Day | None = None,
    sort: Literal["newest", "oldest", "total_high", "total_low"] = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[OrderRow]:
    """List orders, newest first.

    Args:
        query: Words that must all occur in order number, e-mail, customer's or recipient's name; or a phone number.
        financial_status: Only orders whose money is in this state.
        fulfilment_status: Only orders whose goods are in this state.
        return_status: Only orders whose returns are in this state.
        cancelled: Only cancelled orders (true) or only the others (false).
        customer_id: Only this customer's orders.
        placed_from: First day of placing, in the store's zone.
        placed_to: Last day of placing, in the store's zone.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Orders a page.
    """
    raise NotImplementedError


@reads(roles=STAFF)
def get_order(ctx: Context, order_id: RecordId) -> OrderDetail:
    """Show an order with lines, payments, refunds, parcels, returns, timeline, notes and e-mails.

    Args:
        order_id: The order's id, as list_orders gives it.
    """
    raise NotImplementedError


@writes(roles=CANCELLERS)
def cancel_order(
    ctx: Context, order_id: RecordId, reason: CancelReason, restock: bool = True, notify: bool = True
) -> OrderCancelled:
    """Cancel an order of which nothing has been shipped.

    An authorization that was not captured is voided, without a refund; captured money is refunded as far as it has not
    been yet. Committed stock is released.

    Args:
        order_id: The order's id.
        reason: Why it is cancelled.
        restock: Put the units back among those available; false writes them off.
        notify: Mail the customer.
    """
    raise NotImplementedError


@writes(roles=LEADS)
def edit_shipping_address(
    ctx: Context, order_id: RecordId, address: AddressInput, notify: bool = True
) -> AddressChanged:
    """Replace an order's shipping address, as long as nothing of it has been shipped.

    Args:
        order_id: The order's id.
        address: The whole new address; what is left out becomes empty.
        notify: Mail the customer.
    """
    raise NotImplementedError


@writes(roles=STAFF)
def add_order_note(ctx: Context, order_id: RecordId, text: Words) -> NoteView:
    """Add an internal note to an order; customers never see it.

    Args:
        order_id: The order's id.
        text: What the note says.
    """
    raise NotImplementedError
