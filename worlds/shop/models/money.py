"""Payments, the gateway's events on them, and refunds."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, check, derived, key, not_negative, one_of, prose, refers, table, volatile
from worlds.shop.models.model import Model

PAYMENT_STATUSES = ("authorized", "partially_captured", "captured", "voided", "expired")
PAYMENT_EVENTS = ("authorization", "capture", "void", "expiry", "refund", "refund_failure")
REFUND_STATUSES = ("pending", "succeeded", "failed")
REFUND_REASONS = (
    "changed_mind", "damaged", "defective", "wrong_item", "missing_item", "late", "not_as_described",
    "cancellation", "other",
)  # fmt: skip


class Payment(Model):
    """A card payment of an order. `amount` is what was authorized; `refunded_amount` counts pending refunds too."""

    __tablename__ = "payment"
    __table_args__ = table(
        "business",
        one_of("status", PAYMENT_STATUSES),
        check("amount > 0"),
        check("captured_amount BETWEEN 0 AND amount"),
        check("refunded_amount BETWEEN 0 AND captured_amount"),
        check("(status IN ('partially_captured', 'captured')) = (captured_amount > 0)"),
    )

    id: Mapped[int] = key()
    order_id: Mapped[int] = refers("sales_order.id")
    brand: Mapped[str] = business()
    last4: Mapped[str] = business()
    amount: Mapped[int] = business()
    captured_amount: Mapped[int] = business()
    refunded_amount: Mapped[int] = derived()
    status: Mapped[str] = business(index=True)
    gateway_ref: Mapped[str] = business()
    authorized_at: Mapped[datetime] = business()
    auth_expires_at: Mapped[datetime] = business()


class PaymentEvent(Model):
    """One call to the payment gateway, or one message from it. `amount` in cents."""

    __tablename__ = "payment_event"
    __table_args__ = table("outward", one_of("kind", PAYMENT_EVENTS), *not_negative("amount"))

    id: Mapped[int] = key()
    payment_id: Mapped[int] = refers("payment.id")
    order_id: Mapped[int] = refers("sales_order.id")
    refund_id: Mapped[int | None] = refers("refund.id")
    kind: Mapped[str] = business()
    amount: Mapped[int] = business()
    at: Mapped[datetime] = volatile()


class Refund(Model):
    """Money on its way back to the card, in cents: `amount` = its lines' amounts + `shipping_amount` - `fee_amount`.

    `fee_amount` is what was kept of it as the restocking fee of a return; tax is in all of them.

    A pending or succeeded refund counts against what was captured, a failed one does not.
    """

    __tablename__ = "refund"
    __table_args__ = table(
        "business",
        one_of("status", REFUND_STATUSES),
        one_of("reason", REFUND_REASONS),
        check("amount > 0"),
        check("shipping_amount BETWEEN 0 AND amount"),
        *not_negative("fee_amount"),
        Index("refund_status", "status"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business(unique=True)
    order_id: Mapped[int] = refers("sales_order.id")
    payment_id: Mapped[int] = refers("payment.id")
    amount: Mapped[int] = business()
    shipping_amount: Mapped[int] = business()
    fee_amount: Mapped[int] = business()
    status: Mapped[str] = business()
    reason: Mapped[str] = business()
    note: Mapped[str | None] = prose()
    actor_role: Mapped[str] = business()
    staff_id: Mapped[int | None] = refers("staff_user.id")
    created_at: Mapped[datetime] = volatile()
    settled_at: Mapped[datetime | None] = volatile()


class RefundLine(Model):
    """Units of an order line in a refund. amount = net_amount + tax_amount, in cents.

    Of `quantity`, `from_return` are units under a return, `cancelled` were never shipped and now never will be, the
    rest were shipped and kept. `restocked` of them went back to available stock at `location_id`.
    """

    __tablename__ = "refund_line"
    __table_args__ = table(
        "business",
        check("quantity > 0"),
        check("amount = net_amount + tax_amount"),
        check("from_return + cancelled <= quantity"),
        check("restocked <= quantity"),
        *not_negative("net_amount", "tax_amount", "from_return", "cancelled", "restocked"),
    )

    id: Mapped[int] = key()
    refund_id: Mapped[int] = refers("refund.id")
    order_line_id: Mapped[int] = refers("order_line.id")
    quantity: Mapped[int] = business()
    net_amount: Mapped[int] = business()
    tax_amount: Mapped[int] = business()
    amount: Mapped[int] = business()
    from_return: Mapped[int] = derived()
    cancelled: Mapped[int] = derived()
    restocked: Mapped[int] = business()
