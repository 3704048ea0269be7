"""Goodwill: shop credit by way of apology, within the limit of whoever gives it or with an approval."""

from datetime import datetime
from typing import NamedTuple

from worlds.desk import approving
from worlds.desk.models import GoodwillCredit
from worlds.desk.records import CreditView
from worlds.desk.rules import GOODWILL_LIMITS, PEOPLE_AT_WORK, STAFF
from worlds.desk.tickets.laws import check_not_closed
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.updating import Beside, acting, record
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden
from worlds.engine.fields import Amount, Page, PageNumber, PageSize, RecordId, format_money
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert, number


class CreditRow(NamedTuple):
    """Goodwill that was given, with the ticket's number."""

    credit_id: int
    number: str
    ticket_id: int
    ticket_number: int
    user_id: int
    amount: int
    currency: str
    approval_id: int | None
    given_by: str
    given_at: datetime


_SELECTED = """c.id, c.number, c.ticket_id, t.number, c.user_id, c.amount, c.currency, c.approval_id, c.given_by,
  c.given_at"""
_SOURCE = "goodwill_credit c JOIN ticket t ON t.id = c.ticket_id"
CREDITS = Query(
    CreditRow,
    f"""SELECT {_SELECTED} FROM {_SOURCE} JOIN desk_user u ON u.id = c.user_id
    WHERE u.id = :user OR u.merged_into_id = :user ORDER BY c.id DESC LIMIT 200""",  # noqa: S608 - texts of this module
)
"""Goodwill that somebody was given, also under records that were merged into theirs; newest first."""
_ONE = Query(CreditRow, f"SELECT {_SELECTED} FROM {_SOURCE} WHERE c.id = :credit")  # noqa: S608 - texts of this module


@writes(roles=PEOPLE_AT_WORK, locks_bind=False, duplicates=True)
def give_credit(ctx: Context, ticket_id: RecordId, amount: Amount, approval_id: RecordId | None = None) -> CreditView:
    """Give a ticket's requester shop credit as goodwill. It is booked at once and is not taken back.

    Within your limit, which counts all goodwill on the ticket together, no approval is needed; above it an approval of
    at least the amount.

    Args:
        ticket_id: The ticket that it is given for.
        amount: How much, such as 15.00.
        approval_id: The approval that allows it, where it is above your limit.
    """
    ticket = head(ctx, ticket_id)
    check_not_closed(ticket)
    if approval_id is None:
        _check_limit(ctx, ticket, amount)
    else:
        _check_approval(ctx, ticket, amount, approval_id)
    credit = f"GC-{500 + ctx.number('credit_number')}"
    credit_id = insert(
        ctx, GoodwillCredit, number=credit, ticket_id=ticket_id, user_id=ticket.requester_id, amount=amount,
        currency="EUR", approval_id=approval_id, given_by=acting(ctx).name, given_at=ctx.now,
    )  # fmt: skip
    record(ctx, ticket, Beside("credit", credit, None, f"{format_money(amount)} EUR"))
    (row,) = _ONE.all(ctx, credit=credit_id)
    return CreditView(**row._asdict())


@reads(roles=STAFF)
def list_credits(
    ctx: Context,
    ticket_id: RecordId | None = None,
    user_id: RecordId | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[CreditView]:
    """List goodwill that was given, newest first.

    Args:
        ticket_id: Only what was given on this ticket.
        user_id: Only what this person was given.
        page: Page number from 1.
        page_size: Credits a page.
    """
    conditions = Conditions()
    conditions.equal(c__ticket_id=ticket_id, c__user_id=user_id)
    rows, total = page_of(ctx, CreditRow, _SELECTED, _SOURCE, conditions, "c.id DESC", page, page_size)
    return Page[CreditView].of([CreditView(**row._asdict()) for row in rows], total, page, page_size)


def _check_limit(ctx: Context, ticket: Head, amount: int) -> None:
    limit = GOODWILL_LIMITS.get(ctx.actor.role)
    query = "SELECT sum(amount) FROM goodwill_credit WHERE ticket_id = :ticket AND approval_id IS NULL"
    given = number(ctx, query, ticket=ticket.id)
    if limit is not None and given + amount > limit:
        before = f", {format_money(given)} EUR of it given before" if given else ""
        raise Forbidden(
            "approval_needed",
            f"You may give {format_money(limit)} EUR of goodwill on ticket {ticket.number}{before};"
            " ask for approval of more.",
            field="amount",
        )


def _check_approval(ctx: Context, ticket: Head, amount: int, approval_id: int) -> None:
    row = approving.request(ctx, approval_id)
    if row.ticket_id != ticket.id:
        raise Conflict(
            "approval_of_another_ticket",
            f"Request {row.number} is about ticket {row.ticket_number}, not {ticket.number}.",
            field="approval_id",
        )
    if row.status != "approved":
        raise Conflict(
            "approval_not_given",
            f"Request {row.number} is {row.status}; it allows nothing.",
            field="approval_id",
        )
    if amount > row.amount:
        raise Forbidden(
            "above_approval",
            f"Request {row.number} allows {format_money(row.amount)} EUR, not {format_money(amount)} EUR.",
            field="amount",
        )
    if number(ctx, "SELECT count(*) FROM goodwill_credit WHERE approval_id = :approval", approval=approval_id):
        raise Conflict(
            "approval_used", f"The credit that request {row.number} allows was given already.", field="approval_id"
        )
