"""Refunds: what one would come to, and making it."""

from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.fields import Money, RecordId, Result, UpTo200, Words
from worlds.engine.operation import reads, writes
from worlds.shop import mails, order_file, order_parts, refunding
from worlds.shop.chronicle import audit, mail, timeline
from worlds.shop.derived import recompute
from worlds.shop.refunding import Wanted
from worlds.shop.rules import REFUNDERS, STAFF
from worlds.shop.views import LineQuantity, RefundReason, RefundView


class RefundLine(LineQuantity):
    """Units of an order line to refund, at what was paid for them."""

    restock: bool = Field(
        default=False,
        description="Put the units back into available stock. Units under a return are put back when it is received.",
    )


class PreviewedLine(Result):
    """What units of a line would bring back: amount = net + tax. `refundable` units could be refunded at most."""

    line_id: int
    title: str
    quantity: int
    refundable: int
    net: Money
    tax: Money
    amount: Money


class RefundPreview(Result):
    """What a refund would come to; nothing has been refunded.

    `fee` is a return's restocking fee that is kept back. `maximum` is the most that may still be refunded on the order.
    `needs_approval` says that the amount is above what
    your role may refund on this order (`role_limit`, of which `role_used` is gone).
    """

    order_id: int
    number: str
    lines: UpTo200[PreviewedLine]
    shipping_amount: Money
    fee: Money
    tax_total: Money
    amount: Money
    currency: str
    maximum: Money
    payment_id: int
    paid_back_to: str
    role_limit: Money | None
    role_used: Money
    needs_approval: bool


RefundLines = Annotated[list[RefundLine], Field(max_length=100)]


@reads(roles=STAFF)
def preview_refund(ctx: Context, order_id: RecordId, lines: RefundLines, shipping: bool = False) -> RefundPreview:
    """Work out what a refund would come to, without making it.

    Args:
        order_id: The order's id.
        lines: Units to refund, by order line; may be empty if only shipping is refunded.
        shipping: Refund shipping with its tax too.
    """
    order = order_file.head(ctx, order_id)
    plan = refunding.plan(ctx, order, _wanted(lines), shipping=shipping)
    limit, used = refunding.role_limit(ctx, order_id), refunding.used_limit(ctx, order_id)
    return RefundPreview(
        order_id=order_id, number=order.number,
        lines=[
            PreviewedLine(
                line_id=one.line.id, title=one.line.title, quantity=one.units.quantity, refundable=one.line.refundable,
                net=one.units.net, tax=one.units.tax, amount=one.units.amount,
            )
            for one in plan.lines
        ],
        shipping_amount=plan.shipping, fee=plan.fee, tax_total=plan.tax, amount=plan.amount, currency=order.currency,
        maximum=plan.maximum, payment_id=plan.payment.id, paid_back_to=plan.payment.card, role_limit=limit,
        role_used=used, needs_approval=limit is not None and used + plan.amount > limit,
    )  # fmt: skip


@writes(roles=REFUNDERS)
def refund_order(
    ctx: Context,
    order_id: RecordId,
    lines: RefundLines,
    reason: RefundReason,
    shipping: bool = False,
    note: Words | None = None,
    notify: bool = True,
) -> RefundView:
    """Refund units of an order's lines, and shipping if asked, to the card that paid.

    Each unit is refunded at what was paid for it: its price less its share of every discount, with its tax. Units under
    a return are refunded first, then units not shipped yet (which then will not be shipped), then shipped ones. Shipped
    units that are refunded cannot be returned afterwards. The restocking fee of a return is kept back once.
    preview_refund says what it comes to and what your role may refund.

    Args:
        order_id: The order's id.
        lines: Units to refund, by order line; may be empty if only shipping is refunded.
        reason: Why. Shipping is refunded only with the whole order or where the fault is the shop's.
        shipping: Refund shipping with its tax too.
        note: An internal note on the refund.
        notify: Mail the customer.
    """
    order = order_file.head(ctx, order_id)
    plan = refunding.plan(ctx, order, _wanted(lines), shipping=shipping)
    refunding.check_shipping(plan, reason)
    refunding.check_limit(ctx, order, plan.amount)
    made = refunding.write(ctx, plan, reason, note)
    recompute(ctx, order_id)
    amount, card = mails.euros(plan.amount), plan.payment.card
    timeline(ctx, order_id, "refund_created", f"Refund {made.number} of {amount} to {card} ({reason})")
    audit(ctx, "refund_order", "refund", made.refund_id, order=order_id, amount=plan.amount, reason=reason)
    if notify:
        letter = mails.refund_created(
            order.ship_name, order.number, refunding.listed(plan), plan.amount, plan.shipping, plan.fee, card
        )
        mail(
            ctx, "refund_created", f"refund:{made.refund_id}", order.email, letter,
            order_id=order_id, customer_id=order.customer_id,
        )  # fmt: skip
    return order_parts.refund(ctx, made.refund_id)


def _wanted(lines: list[RefundLine]) -> list[Wanted]:
    return [Wanted(line.line_id, line.quantity, line.restock) for line in lines]
