"""Orders in the back office: the list, one order with all that belongs to it, cancelling, addresses and notes."""

import json
from collections.abc import Sequence
from typing import Literal

from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.fields import Day, Money, Page, PageNumber, PageSize, Query, RecordId, Result, Words
from worlds.engine.folding import phone_digits, search_text
from worlds.engine.operation import reads, writes
from worlds.engine.rows import insert, run
from worlds.shop import gateway, labelling, mails, order_file, order_lists, order_parts, refunding, stockroom
from worlds.shop.chronicle import audit, mail, speaker, timeline
from worlds.shop.derived import count_codes, recompute
from worlds.shop.models import OrderNote, SalesOrder
from worlds.shop.order_file import OrderHead
from worlds.shop.rules import CANCELLERS, LEADS, STAFF
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
    """The shipping address of an order as it stands now, and the order's version."""

    order_id: int
    version: int
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
    filters = order_lists.OrderFilters(
        query=query, financial_status=financial_status, fulfilment_status=fulfilment_status,
        return_status=return_status, cancelled=cancelled, customer_id=customer_id, placed_from=placed_from,
        placed_to=placed_to,
    )  # fmt: skip
    return order_lists.orders(ctx, filters, sort, page, page_size)


@reads(roles=STAFF)
def get_order(ctx: Context, order_id: RecordId) -> OrderDetail:
    """Show an order with lines, payments, refunds, labels, parcels, returns, timeline, notes and e-mails.

    Args:
        order_id: The order's id, as list_orders gives it.
    """
    order = order_file.head(ctx, order_id)
    return OrderDetail(
        **order_parts.shown(ctx, order),
        version=ctx.version(SalesOrder, order_id),
        tags=json.loads(order.tags)[:200],
        labels=labelling.labels(ctx, order_id)[-200:],
        timeline=order_parts.timeline(ctx, order_id),
        notes=order_parts.notes(ctx, order_id),
        emails=order_parts.emails(ctx, order_id),
        escalations=order_parts.escalations(ctx, order_id),
    )


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
    order = order_file.head(ctx, order_id)
    _check_unshipped(
        order,
        "it cannot be cancelled",
        "Refund the units that were not shipped, and open a return for what comes back.",
    )
    payments = gateway.PAYMENTS.all(ctx, order=order_id)
    _check_whole(order, payments)
    captured = sum(payment.refundable for payment in payments)
    if captured:
        refunding.check_limit(ctx, order, captured)
    made = refunding.refund_rest(ctx, order, restock=restock) if captured else None
    voided = sum(_voided(ctx, payment) for payment in payments)
    units = made.restocked if made else 0
    for promised in stockroom.promises(ctx, order_id).values():
        waiting = sum(promise.quantity for promise in promised)
        stockroom.release(ctx, order_id, promised, waiting, restock=restock)
        units += waiting if restock else 0
    run(
        ctx, "UPDATE sales_order SET cancelled_at = :now, cancel_reason = :reason WHERE id = :order",
        now=ctx.now, reason=reason, order=order_id,
    )  # fmt: skip
    recompute(ctx, order_id)
    count_codes(ctx, order_id, -1)
    timeline(ctx, order_id, "order_cancelled", f"Order {order.number} cancelled ({reason})")
    audit(ctx, "cancel_order", "order", order_id, reason=reason, restock=restock, refunded=captured, voided=voided)
    if notify:
        letter = mails.order_cancelled(order.ship_name, order.number, voided, captured)
        mail(
            ctx, "order_cancelled", f"cancellation:{order_id}", order.email, letter,
            order_id=order_id, customer_id=order.customer_id,
        )  # fmt: skip
    return OrderCancelled(
        order_id=order_id, number=order.number, financial_status=order_file.head(ctx, order_id).financial_status,
        voided=voided, refunded=captured, currency=order.currency,
        refund=order_parts.refund(ctx, made.refund_id) if made else None, restocked_units=units,
    )  # fmt: skip


@writes(roles=LEADS, record="order_id")
def edit_shipping_address(
    ctx: Context, order_id: RecordId, address: AddressInput, notify: bool = True
) -> AddressChanged:
    """Replace an order's shipping address within its country while nothing is shipped and it has no live label.

    Args:
        order_id: The order's id.
        address: The whole new address; what is left out becomes empty.
        notify: Mail the customer.
    """
    order = order_file.head(ctx, order_id)
    _check_unshipped(order, "its address stays as it is", "Hand it over to operations with the reason carrier_claim.")
    labelling.check_unlabelled(ctx, order, "its address stays as it is")
    if address.country != order.address.country:
        raise Conflict(
            "country_fixed",
            f"Order {order.number} goes to {order.address.country}; tax and shipping depend on the country, so it "
            f"cannot become {address.country}. Cancel the order and have it placed again.",
            field="address.country",
        )
    new = AddressView(**address.model_dump())
    if new == order.address:
        return _changed(ctx, order, new, changed=False)
    readdress(ctx, order, new)
    if notify:
        letter = mails.address_changed(new.name, order.number, one_line(new).replace(", ", "\n"))
        mail(
            ctx, "address_changed", f"address:{order_id}:{ctx.number('address_change')}", order.email, letter,
            order_id=order_id, customer_id=order.customer_id,
        )  # fmt: skip
    return _changed(ctx, order, new, changed=True)


def readdress(ctx: Context, order: OrderHead, new: AddressView) -> None:
    """Write an order's new shipping address, and that it was changed."""
    run(
        ctx,
        "UPDATE sales_order SET ship_name = :name, ship_company = :company, ship_line1 = :line1, ship_line2 = :line2,"
        " ship_city = :city, ship_province = :province, ship_postal_code = :postal_code, ship_country = :country,"
        " ship_phone = :phone, search_text = :search WHERE id = :order",
        search=search_text(order.number, order.email, new.name, new.company, phone_digits(new.phone)),
        order=order.id,
        **new.model_dump(),
    )
    timeline(ctx, order.id, "address_changed", f"Shipping address changed to {one_line(new)}")
    audit(ctx, "edit_shipping_address", "order", order.id, before=one_line(order.address), after=one_line(new))


def _changed(ctx: Context, order: OrderHead, address: AddressView, *, changed: bool) -> AddressChanged:
    return AddressChanged(
        order_id=order.id, version=ctx.version(SalesOrder, order.id), number=order.number, changed=changed,
        shipping_address=address,
    )  # fmt: skip


@writes(roles=STAFF, locks_bind=False)
def add_order_note(ctx: Context, order_id: RecordId, text: Words) -> NoteView:
    """Add an internal note to an order; customers never see it.

    Args:
        order_id: The order's id.
        text: What the note says.
    """
    order = order_file.head(ctx, order_id)
    note_id = insert(
        ctx, OrderNote, order_id=order.id, text=text, author_role=ctx.actor.role, author_name=speaker(ctx),
        created_at=ctx.now,
    )  # fmt: skip
    audit(ctx, "add_order_note", "order", order_id, note=note_id)
    return NoteView(note_id=note_id, order_id=order_id, text=text, by=speaker(ctx), created_at=ctx.now)


def one_line(address: AddressView) -> str:
    """An address as one line."""
    parts = (
        address.name, address.company, address.line1, address.line2, f"{address.postal_code} {address.city}",
        address.province, address.country,
    )  # fmt: skip
    return ", ".join(part for part in parts if part)


def _check_unshipped(order: OrderHead, consequence: str, way_out: str) -> None:
    if order.cancelled_at is not None:
        raise Conflict("order_cancelled", f"Order {order.number} was cancelled before, so {consequence}.")
    if order.fulfilment_status != "unfulfilled":
        raise Conflict(
            "order_shipped",
            f"Something of order {order.number} has been shipped, so {consequence}. {way_out}",
        )


def _voided(ctx: Context, payment: gateway.PaymentRow) -> int:
    if payment.status != "authorized":
        return 0
    gateway.release(ctx, payment, "voided")
    return payment.amount


def _check_whole(order: OrderHead, payments: Sequence[gateway.PaymentRow]) -> None:
    if any(payment.status == "partially_captured" for payment in payments):
        raise Conflict(
            "payment_incomplete",
            f"Only a part of order {order.number} has been captured. Finance captures the rest first; hand it over "
            "with the reason payment_problem where the rest cannot be captured any more.",
        )
