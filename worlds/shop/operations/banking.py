"""What the bank reports by itself; no surface offers it, events perform it."""

from typing import Literal

from worlds.engine import inbox
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import writes
from worlds.engine.rows import number
from worlds.shop import gateway, mails

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
    if not paid and outcome is None:
        _tell_whoever_made_it(ctx, refund_id)
    return Reported(refund_id=refund_id, succeeded=paid)


def _tell_whoever_made_it(ctx: Context, refund_id: int) -> None:
    """Put a notice into the inbox of whoever is at work, who made the refund; what others made is theirs."""
    ((refund, order, amount),) = ctx.driver.execute(_MADE, (refund_id,)).fetchall()
    body = (
        f"The bank could not pay out refund {refund} of {mails.euros(amount)} on order {order}. It counts for nothing "
        "now; the customer has been told that it did not arrive."
    )
    at = int(ctx.now.timestamp())
    inbox.deliver(ctx.driver, at, "Bank desk", "system", f"Refund {refund} came back", body, ("refund", refund_id))


_MADE = "SELECT r.number, o.number, r.amount FROM refund r JOIN sales_order o ON o.id = r.order_id WHERE r.id = ?"
