"""Requests for approval as rows, and what of an order's money they allow."""

from datetime import datetime
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.rows import Query, number

SELECTED = """a.id, a.number, a.order_id, o.number, a.order_line_id, l.title, a.units, a.amount, a.status,
  a.units_approved, a.amount_approved, a.asked_by, a.approver_name, a.with_name, a.answer, a.asked_at, a.decided_at,
  a.lapses_at"""
SOURCE = """approval_request a JOIN order_line l ON l.id = a.order_line_id
  JOIN sales_order o ON o.id = a.order_id"""


class ApprovalRow(NamedTuple):
    """A request for approval as stored, with the order's number and the article's title."""

    approval_id: int
    number: str
    order_id: int
    order_number: str
    line_id: int
    title: str
    units: int
    amount: int
    status: str
    units_approved: int
    amount_approved: int
    asked_by: str
    approver: str
    waits_for: str
    answer: str | None
    asked_at: datetime
    decided_at: datetime | None
    lapses_at: datetime


_ONE = Query(ApprovalRow, f"SELECT {SELECTED} FROM {SOURCE} WHERE a.id = :approval")  # noqa: S608 - names of this module


def request(ctx: Context, approval_id: int) -> ApprovalRow:
    """A request by its id.

    Raises:
        NotFound: when there is none.
    """
    row = _ONE.first(ctx, approval=approval_id)
    if row is None:
        raise NotFound(
            "approval_not_found",
            f"There is no request for approval {approval_id}; the list of approvals shows those there are.",
            field="approval_id",
        )
    return row


def pending(ctx: Context, approval_id: int) -> ApprovalRow:
    """A request that nobody has answered yet.

    Raises:
        Conflict: when it was answered or has lapsed.
        NotFound: when there is none.
    """
    row = request(ctx, approval_id)
    if row.status != "pending":
        raise Conflict("approval_closed", f"Request {row.number} is {row.status}; it takes no other answer.")
    return row


def allowed(ctx: Context, order_id: int) -> int:
    """Cents of an order that approvals allow to refund, above whatever a role's limit is."""
    return number(
        ctx,
        "SELECT sum(amount_approved) FROM approval_request WHERE order_id = :order AND status = 'approved'",
        order=order_id,
    )
