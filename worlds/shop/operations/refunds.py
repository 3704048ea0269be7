"""Refunds: what one would come to, and making it."""

from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.fields import Money, RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.shop.rules import REFUNDERS, STAFF
from worlds.shop.texts import Words
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

    `maximum` is the most that may still be refunded on the order. `needs_approval` says that the amount is above what
    your role may refund on this order (`role_limit`, of which `role_used` is gone).
    """

    order_id: int
    number: str
    lines: list[PreviewedLine]
    shipping_amount: Money
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
    raise NotImplementedError


@writes(roles=REFUNDERS)
def refund_order(  # noqa: PLR0913 - an operation's arguments are its schema
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
    units that are refunded cannot be returned afterwards.

    Args:
        order_id: The order's id.
        lines: Units to refund, by order line; may be empty if only shipping is refunded.
        reason: Why. Shipping is refunded only with the whole order or where the fault is the shop's.
        shipping: Refund shipping with its tax too.
        note: An internal note on the refund.
        notify: Mail the customer.
    """
    raise NotImplementedError
