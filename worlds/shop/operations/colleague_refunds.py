"""Refunds that colleagues make while others work; no surface offers it, events perform it."""

from dataclasses import replace
from typing import NamedTuple

from worlds.engine.context import Actor, Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import RecordId
from worlds.engine.operation import writes
from worlds.engine.rows import Query
from worlds.shop.operations.refunds import RefundLines, refund_order
from worlds.shop.views import RefundReason, RefundView


class _Colleague(NamedTuple):
    id: int
    name: str


_FINANCE = Query(
    _Colleague, "SELECT id, name FROM staff_user WHERE role = 'finance' AND active = 1 ORDER BY id LIMIT 1"
)


@writes(roles=(), doors=())
def refund_by_colleague(
    ctx: Context, order_id: RecordId, lines: RefundLines, reason: RefundReason, shipping: bool = False
) -> RefundView:
    """Let a colleague of finance refund units of an order's lines, as refund_order does, and tell the customer.

    Args:
        order_id: The order's id.
        lines: Units to refund, by order line.
        reason: Why.
        shipping: Refund shipping with its tax too.
    """
    colleague = _FINANCE.first(ctx)
    if colleague is None:
        raise NotFound("order_not_found", "Nobody of finance is at work who could refund it.")
    acting = replace(ctx, actor=Actor("finance", colleague.id, colleague.name))
    return refund_order(acting, order_id, lines, reason, shipping)
