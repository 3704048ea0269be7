"""Quotes and what follows from them: approvals of discounts, contracts, and orders in the shop."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.crm.models.accounts import CURRENCIES
from worlds.crm.models.model import Model
from worlds.crm.models.people import ROLES
from worlds.engine.schema import (
    business,
    check,
    derived,
    key,
    not_negative,
    one_of,
    prose,
    refers,
    sensitive,
    table,
    volatile,
)

QUOTE_STATUSES = ("draft", "in_review", "approved", "presented", "accepted", "rejected", "expired", "superseded")
CONTRACT_STATES = ("draft", "sent", "signed", "ended", "terminated")
APPROVAL_STATES = ("pending", "approved", "rejected", "recalled", "lapsed")


class Quote(Model):
    """An offer for a deal. People call it by its number, such as Q-2031.

    `discount_bp` is taken off every line on top of the line's own, in basis points. `subtotal` is the sum of the lines
    before it and `total` after it, in minor units of `currency`.
    """

    __tablename__ = "quote"
    __table_args__ = table(
        "business",
        UniqueConstraint("number"),
        one_of("status", QUOTE_STATUSES),
        one_of("currency", CURRENCIES),
        check("discount_bp BETWEEN 0 AND 10000"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    opportunity_id: Mapped[int] = refers("opportunity.id")
    contact_id: Mapped[int | None] = refers("contact.id")
    status: Mapped[str] = business()
    price_book_id: Mapped[int] = refers("price_book.id")
    currency: Mapped[str] = business()
    expires_on: Mapped[date] = business()
    discount_bp: Mapped[int] = business()
    discount_reason: Mapped[str | None] = prose()
    subtotal: Mapped[int] = derived()
    total: Mapped[int] = derived()
    notes: Mapped[str | None] = prose()
    answer: Mapped[str | None] = prose()
    created_by_id: Mapped[int | None] = refers("crm_user.id")
    presented_at: Mapped[datetime | None] = volatile()
    answered_at: Mapped[datetime | None] = volatile()
    created_at: Mapped[datetime] = volatile()
    updated_at: Mapped[datetime] = volatile()


class QuoteLine(Model):
    """A product of a quote, as it was offered. `net` is the line's sum after its own and the quote's discount."""

    __tablename__ = "quote_line"
    __table_args__ = table(
        "business",
        check("quantity > 0"),
        check("discount_bp BETWEEN 0 AND 10000"),
        *not_negative("list_price"),
        part_of="quote_id",
        called="quote_line_id",
    )

    id: Mapped[int] = key()
    quote_id: Mapped[int] = refers("quote.id")
    product_id: Mapped[int] = refers("product.id")
    position: Mapped[int] = business()
    quantity: Mapped[int] = business()
    list_price: Mapped[int] = business()
    discount_bp: Mapped[int] = business()
    net: Mapped[int] = derived()


class ApprovalProcess(Model):
    """A way in which something is approved; `record_kind` says of what it decides."""

    __tablename__ = "approval_process"
    __table_args__ = table("business", UniqueConstraint("name"), one_of("record_kind", ("quote",)))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    record_kind: Mapped[str] = business()
    description: Mapped[str] = prose()
    active: Mapped[bool] = business()


class ApprovalStep(Model):
    """A step of a process: discounts above `over_bp` basis points need somebody of `approver_role`.

    Those above `up_to_bp`, where that is said, go through other steps.
    """

    __tablename__ = "approval_step"
    __table_args__ = table(
        "business",
        UniqueConstraint("process_id", "position"),
        one_of("approver_role", ROLES),
        check("over_bp BETWEEN 0 AND 10000"),
        check("up_to_bp IS NULL OR up_to_bp BETWEEN over_bp AND 10000"),
        part_of="process_id",
    )

    id: Mapped[int] = key()
    process_id: Mapped[int] = refers("approval_process.id")
    position: Mapped[int] = business()
    name: Mapped[str] = business()
    over_bp: Mapped[int] = business()
    up_to_bp: Mapped[int | None] = business()
    approver_role: Mapped[str] = sensitive()


class ApprovalRequest(Model):
    """That somebody is asked to approve a quote's discount; each step of a process asks for itself.

    `submission` counts how often the quote was submitted, from 1; `level` is the step's position. A pending one locks
    the quote and its deal.
    """

    __tablename__ = "approval_request"
    __table_args__ = table(
        "business",
        UniqueConstraint("number"),
        UniqueConstraint("quote_id", "submission", "level"),
        one_of("state", APPROVAL_STATES),
        called="approval_id",
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    process_id: Mapped[int] = refers("approval_process.id")
    quote_id: Mapped[int] = refers("quote.id")
    submission: Mapped[int] = business()
    level: Mapped[int] = business()
    approver_id: Mapped[int] = refers("crm_user.id")
    asked_by_id: Mapped[int | None] = refers("crm_user.id")
    discount_bp: Mapped[int] = business()
    reason: Mapped[str] = prose()
    state: Mapped[str] = business()
    comment: Mapped[str | None] = prose()
    asked_at: Mapped[datetime] = volatile()
    decided_at: Mapped[datetime | None] = volatile()


class ApprovalMessage(Model):
    """What an approver asked about a request, or what was answered."""

    __tablename__ = "approval_message"
    __table_args__ = table("business", one_of("kind", ("question", "answer", "comment")), part_of="approval_id")

    id: Mapped[int] = key()
    approval_id: Mapped[int] = refers("approval_request.id")
    kind: Mapped[str] = business()
    author_id: Mapped[int | None] = refers("crm_user.id")
    author_name: Mapped[str] = business()
    body: Mapped[str] = prose()
    at: Mapped[datetime] = volatile()


class Contract(Model):
    """What was agreed with an account from one day to another. `value` in minor units of `currency`.

    `renewal_opportunity_id` is the deal by which it is to go on (rule CR13).
    """

    __tablename__ = "contract"
    __table_args__ = table(
        "business",
        UniqueConstraint("number"),
        one_of("state", CONTRACT_STATES),
        one_of("currency", CURRENCIES),
        check("starts <= ends"),
        check("state <> 'signed' OR signed_on IS NOT NULL"),
        *not_negative("value"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    account_id: Mapped[int] = refers("account.id")
    opportunity_id: Mapped[int | None] = refers("opportunity.id")
    quote_id: Mapped[int | None] = refers("quote.id")
    renewal_opportunity_id: Mapped[int | None] = refers("opportunity.id")
    state: Mapped[str] = business()
    starts: Mapped[date] = business()
    ends: Mapped[date] = business()
    value: Mapped[int] = business()
    currency: Mapped[str] = business()
    signed_on: Mapped[date | None] = business()
    signed_by: Mapped[str | None] = business()
    created_at: Mapped[datetime] = volatile()
    updated_at: Mapped[datetime] = volatile()


class OrderRef(Model):
    """An order of an account in the shop, by the shop's number. `total` in minor units of `currency`."""

    __tablename__ = "order_ref"
    __table_args__ = table(
        "business", UniqueConstraint("shop_number"), one_of("currency", CURRENCIES), *not_negative("total")
    )

    id: Mapped[int] = key()
    shop_number: Mapped[str] = business()
    account_id: Mapped[int] = refers("account.id")
    opportunity_id: Mapped[int | None] = refers("opportunity.id")
    placed_on: Mapped[date] = business()
    total: Mapped[int] = business()
    currency: Mapped[str] = business()
