"""What customers do by themselves while others work; no surface offers it, events perform it."""

from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Money, Quantity, RecordId, Result
from worlds.engine.operation import writes
from worlds.engine.rows import Query
from worlds.shop import order_file, placing
from worlds.shop.operations.orders import OrderCancelled, cancel_order
from worlds.shop.views import AddressInput


class _Before(NamedTuple):
    quantity: int
    brand: str
    last4: str


_BEFORE = Query(
    _Before,
    """SELECT l.quantity, p.brand, p.last4 FROM order_line l JOIN payment p ON p.order_id = l.order_id
    WHERE l.order_id = :order AND l.variant_id = :variant ORDER BY l.id, p.id LIMIT 1""",
)


class OrderedAgain(Result):
    """An order placed with a line of an earlier one."""

    order_id: int
    number: str
    quantity: int
    total: Money


@writes(roles=(), doors=())
def order_again(
    ctx: Context,
    order_id: RecordId,
    variant_id: RecordId,
    quantity: Quantity | None = None,
    cancel_after: Annotated[int, Field(ge=1, le=10_000)] | None = None,
) -> OrderedAgain:
    """Place an order for as many units of a variant as an earlier order had, to the same address and card.

    Args:
        order_id: The earlier order.
        variant_id: The variant of one of its lines.
        quantity: How many units, where it is not as many as before.
        cancel_after: Minutes after which they think better of it, if they do.
    """
    head = order_file.head(ctx, order_id)
    before = _BEFORE.first(ctx, order=order_id, variant=variant_id)
    if before is None:
        raise NotFound(
            "line_not_found", f"Order {head.number} has no paid line of variant {variant_id}.", field="variant_id"
        )
    units = quantity or before.quantity
    draft = placing.Draft(
        email=head.email, lines=((variant_id, units),),
        address=AddressInput.model_construct(**head.address.model_dump()), shipping_method=head.shipping_method,
        card=placing.Card(before.brand, before.last4), customer_id=head.customer_id,
    )  # fmt: skip
    placed = placing.place(ctx, draft)
    if cancel_after:
        ctx.schedule(ctx.now + timedelta(minutes=cancel_after), "shopper_cancels", order_id=placed.order_id)
    return OrderedAgain(order_id=placed.order_id, number=placed.number, quantity=units, total=placed.total)


@writes(roles=(), doors=())
def shopper_cancels(ctx: Context, order_id: RecordId) -> OrderCancelled:
    """Cancel an order because its customer has thought better of it, if nothing of it was shipped.

    Args:
        order_id: The order.
    """
    return cancel_order(ctx, order_id, "customer")
