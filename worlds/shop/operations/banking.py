"""What the bank reports by itself; no surface offers it, events perform it."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import writes
from worlds.shop import gateway
from worlds.shop.rows import number

MISHAP = "refund-settlement"
"""What a failure plan calls it when a refund that the agent made is not paid out."""


class Reported(Result):
    """What became of a refund."""

    refund_id: int
    succeeded: bool


@writes(roles=(), doors=())
def bank_reports(ctx: Context, refund_id: RecordId, outcome: Literal["paid", "returned"] | None = None) -> Reported:
    """Report that a pending refund was paid out, or could not be; then the customer is told.

    Args:
        refund_id: The refund.
        outcome: What became of it; left out, it was paid unless something goes wrong just then.
    """
    if not number(ctx, "SELECT count(*) FROM refund WHERE id = :refund AND status = 'pending'", refund=refund_id):
        raise NotFound("refund_not_pending", f"Refund {refund_id} is not pending.", field="refund_id")
    paid = ctx.mishap(MISHAP) is None if outcome is None else outcome == "paid"
    gateway.settle_refund(ctx, refund_id, succeeded=paid)
    return Reported(refund_id=refund_id, succeeded=paid)
