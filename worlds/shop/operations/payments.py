"""Payments: taking what was authorized, or letting it go."""

from worlds.engine.context import Context
from worlds.engine.fields import Amount, RecordId
from worlds.engine.operation import writes
from worlds.shop.rules import TREASURY
from worlds.shop.views import PaymentView


@writes(roles=TREASURY)
def capture_payment(ctx: Context, payment_id: RecordId, amount: Amount | None = None) -> PaymentView:
    """Take authorized money from the customer's card.

    Args:
        payment_id: The payment's id, as get_order lists it.
        amount: How much; all that is authorized and not yet captured if left out.
    """
    raise NotImplementedError


@writes(roles=TREASURY)
def void_payment(ctx: Context, payment_id: RecordId) -> PaymentView:
    """Release an authorization of which nothing was captured.

    Args:
        payment_id: The payment's id.
    """
    raise NotImplementedError
