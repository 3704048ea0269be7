"""Asking somebody with more rights whether a refund may be made."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, check, key, not_negative, one_of, prose, refers, table, volatile
from worlds.shop.models.model import Model

APPROVAL_STATES = ("pending", "approved", "denied", "lapsed")


class ApprovalRequest(Model):
    """A refund that finance is asked to allow: so many units of an order line, and what they come to in cents.

    `units_approved` and `amount_approved` are what was allowed in the end, 0 unless it is `approved`. `with_name` is
    who has to answer now: `approver_name`, or whoever stands in for them.
    """

    __tablename__ = "approval_request"
    __table_args__ = table(
        "business",
        one_of("status", APPROVAL_STATES),
        check("units > 0"),
        check("amount > 0"),
        check("units_approved BETWEEN 0 AND units"),
        check("amount_approved BETWEEN 0 AND amount"),
        check("(status = 'approved') = (units_approved > 0)"),
        check("(status = 'approved') = (amount_approved > 0)"),
        check("(status = 'pending') = (decided_at IS NULL)"),
        *not_negative("amount"),
        Index("approval_request_status", "status"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business(unique=True)
    order_id: Mapped[int] = refers("sales_order.id")
    order_line_id: Mapped[int] = refers("order_line.id")
    units: Mapped[int] = business()
    amount: Mapped[int] = business()
    status: Mapped[str] = business()
    units_approved: Mapped[int] = business()
    amount_approved: Mapped[int] = business()
    asked_by: Mapped[str] = business()
    approver_name: Mapped[str] = business()
    with_name: Mapped[str] = business()
    answer: Mapped[str | None] = prose()
    asked_at: Mapped[datetime] = volatile()
    decided_at: Mapped[datetime | None] = volatile()
    lapses_at: Mapped[datetime] = business()
