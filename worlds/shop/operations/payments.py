"""Payments: the list of them, taking what was authorized, or letting it go."""

from datetime import datetime
from typing import Final, Literal, NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Amount, Day, Page, PageNumber, PageSize, RecordId, format_money, iso_instant
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.shop import gateway, mails, order_parts
from worlds.shop.chronicle import audit
from worlds.shop.days import day_end, day_start
from worlds.shop.derived import recompute
from worlds.shop.gateway import PaymentRow
from worlds.shop.order_lists import NAME_SQL
from worlds.shop.rules import SHIPPING_METHODS, STAFF, TREASURY
from worlds.shop.texts import Country
from worlds.shop.views import PaymentView, ShippingMethodCode

PaymentStatus = Literal["authorized", "partially_captured", "captured", "voided", "expired"]


class ListedRow(NamedTuple):
    """A payment in a list, as stored, with what matters of its order."""

    id: int
    order_id: int
    brand: str
    last4: str
    amount: int
    captured_amount: int
    refunded_amount: int
    status: str
    gateway_ref: str
    authorized_at: datetime
    auth_expires_at: datetime
    order_number: str
    customer_name: str
    shipping_country: str
    shipping_method: str
    fulfilment_status: str


class ListedPayment(PaymentView):
    """A payment in a list, with its order's number, recipient's country, way of shipping and state of goods."""

    order_number: str
    customer_name: str
    shipping_country: str
    shipping_method: str
    fulfilment_status: str


_LISTED: Final = (
    "p.id, p.order_id, p.brand, p.last4, p.amount, p.captured_amount, p.refunded_amount, p.status, p.gateway_ref,"
    " p.authorized_at, p.auth_expires_at, o.number,"
    f" coalesce(nullif({NAME_SQL}, ''), o.ship_name), o.ship_country, o.shipping_method, o.fulfilment_status"
)
_SOURCE: Final = "payment p JOIN sales_order o ON o.id = p.order_id LEFT JOIN customer c ON c.id = o.customer_id"
_SORTS: Final = {
    "expires_first": "p.auth_expires_at, p.id",
    "newest": "p.id DESC",
    "amount_high": "p.amount DESC, p.id DESC",
}


@reads(roles=STAFF)
def list_payments(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    status: PaymentStatus | None = None,
    expires_from: Day | None = None,
    expires_to: Day | None = None,
    country: Country | None = None,
    shipping_method: ShippingMethodCode | None = None,
    sort: Literal["expires_first", "newest", "amount_high"] = "expires_first",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ListedPayment]:
    """List payments with the moment until which each authorization holds, the next to run out first.

    Args:
        status: Only payments in this state; authorized ones are held and not captured.
        expires_from: First day on which the authorization runs out, in the store's zone.
        expires_to: Last day on which the authorization runs out, in the store's zone.
        country: Only orders that go to this country, two capital letters.
        shipping_method: Only orders that go this way.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Payments a page.
    """
    conditions = Conditions()
    conditions.equal(p__status=status, o__ship_country=country, o__shipping_method=shipping_method)
    if expires_from:
        conditions.add("p.auth_expires_at >= :expires_from", expires_from=iso_instant(day_start(expires_from)))
    if expires_to:
        conditions.add("p.auth_expires_at < :expires_to", expires_to=iso_instant(day_end(expires_to)))
    rows, total = page_of(ctx, ListedRow, _LISTED, _SOURCE, conditions, _SORTS[sort], page, page_size)
    return Page[ListedPayment].of([_listed(row) for row in rows], total, page, page_size)


def _listed(row: ListedRow) -> ListedPayment:
    payment = order_parts.payment_view(PaymentRow._make(row[: len(PaymentRow._fields)]))
    return ListedPayment(
        **payment.model_dump(), order_number=row.order_number, customer_name=row.customer_name,
        shipping_country=row.shipping_country, shipping_method=SHIPPING_METHODS[row.shipping_method].title,
        fulfilment_status=row.fulfilment_status,
    )  # fmt: skip


@writes(roles=TREASURY)
def capture_payment(ctx: Context, payment_id: RecordId, amount: Amount | None = None) -> PaymentView:
    """Take authorized money from the customer's card.

    Args:
        payment_id: The payment's id, as get_order lists it.
        amount: How much; all that is authorized and not yet captured if left out.
    """
    payment = _payment(ctx, payment_id)
    gateway.check_capturable(ctx, payment)
    left = payment.amount - payment.captured_amount
    taken = left if amount is None else amount
    if taken > left:
        raise Conflict(
            "amount_above_authorized",
            f"Payment {payment_id} has {format_money(left)} EUR authorized and not captured; "
            f"{format_money(taken)} EUR cannot be. Capture less.",
            field="amount",
            details={"maximum": format_money(left)},
        )
    gateway.capture(ctx, payment, taken)
    recompute(ctx, payment.order_id)
    audit(ctx, "capture_payment", "payment", payment_id, amount=taken)
    return order_parts.payment_view(_payment(ctx, payment_id))


@writes(roles=TREASURY)
def void_payment(ctx: Context, payment_id: RecordId) -> PaymentView:
    """Release an authorization of which nothing was captured.

    Args:
        payment_id: The payment's id.
    """
    payment = _payment(ctx, payment_id)
    if payment.captured_amount:
        raise Conflict(
            "payment_captured",
            f"{mails.euros(payment.captured_amount)} of payment {payment_id} has been captured, so it cannot be "
            "voided. Refund the order instead.",
        )
    if payment.status != "authorized":
        raise Conflict(
            "payment_not_authorized", f"Payment {payment_id} is {payment.status}; nothing is held that could be voided."
        )
    gateway.release(ctx, payment, "voided")
    recompute(ctx, payment.order_id)
    audit(ctx, "void_payment", "payment", payment_id, amount=payment.amount)
    return order_parts.payment_view(_payment(ctx, payment_id))


def _payment(ctx: Context, payment_id: int) -> PaymentRow:
    payment = gateway.PAYMENT.first(ctx, payment=payment_id)
    if payment is None:
        raise NotFound(
            "payment_not_found",
            f"There is no payment {payment_id}; an order lists its payments.",
            field="payment_id",
        )
    return payment
