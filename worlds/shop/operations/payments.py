"""Payments: taking what was authorized, or letting it go."""

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Amount, RecordId, format_money
from worlds.engine.operation import writes
from worlds.shop import gateway, mails, order_parts
from worlds.shop.chronicle import audit
from worlds.shop.derived import recompute
from worlds.shop.gateway import PaymentRow
from worlds.shop.rules import TREASURY
from worlds.shop.views import PaymentView


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
        raise Conflict("payment_not_authorized", f"Payment {payment_id} is {payment.status}; there is nothing to void.")
    gateway.release(ctx, payment, "voided")
    recompute(ctx, payment.order_id)
    audit(ctx, "void_payment", "payment", payment_id, amount=payment.amount)
    return order_parts.payment_view(_payment(ctx, payment_id))


def _payment(ctx: Context, payment_id: int) -> PaymentRow:
    payment = gateway.PAYMENT.first(ctx, payment=payment_id)
    if payment is None:
        raise NotFound(
            "payment_not_found",
            f"There is no payment {payment_id}; get_order lists an order's payments.",
            field="payment_id",
        )
    return payment
