"""Requests for approval as rows, and what they allow to be given as goodwill."""

from datetime import datetime
from typing import Final, NamedTuple

from worlds.desk.records import ApprovalStatus, ApprovalView
from worlds.desk.rules import GOODWILL_LIMITS
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.rows import Query, number

SELECTED: Final = """a.id, a.number, a.ticket_id, t.number, a.amount, a.currency, a.reason, a.status, a.approver_id,
  u.name, a.asked_by, a.answer, a.asked_at, a.decided_at"""
SOURCE: Final = "approval a JOIN ticket t ON t.id = a.ticket_id JOIN desk_user u ON u.id = a.approver_id"


class ApprovalRow(NamedTuple):
    """A request for approval as stored, with the ticket's number and the approver's name."""

    approval_id: int
    number: str
    ticket_id: int
    ticket_number: int
    amount: int
    currency: str
    reason: str
    status: ApprovalStatus
    approver_id: int
    approver_name: str
    asked_by: str
    answer: str | None
    asked_at: datetime
    decided_at: datetime | None

    @property
    def view(self) -> ApprovalView:
        """It as it is shown."""
        return ApprovalView(**self._asdict())


_ONE = Query(ApprovalRow, f"SELECT {SELECTED} FROM {SOURCE} WHERE a.id = :approval")  # noqa: S608 - texts of this module


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
        Conflict: when it was answered, withdrawn, or has lapsed.
        NotFound: when there is none.
    """
    row = request(ctx, approval_id)
    if row.status != "pending":
        raise Conflict(
            "approval_closed", f"Request {row.number} is {row.status}; it takes no other answer.", field="approval_id"
        )
    return row


def pending_of_ticket(ctx: Context, ticket_id: int) -> int:
    """The id of a ticket's pending request, 0 where there is none."""
    query = "SELECT max(id) FROM approval WHERE ticket_id = :ticket AND status = 'pending'"
    return number(ctx, query, ticket=ticket_id)


def may_allow(role: str, amount: int) -> bool:
    """Whether somebody of a role may allow an amount of goodwill, in cents: no more than they may give."""
    return role not in GOODWILL_LIMITS or amount <= GOODWILL_LIMITS[role]
