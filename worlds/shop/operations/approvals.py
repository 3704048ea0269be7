"""Requests for approval: looking at them, and, by those whose matter it is, asking, answering and letting them lapse.

Nobody in the back office asks or answers through a tool: leads ask in their own time, finance answers in its own.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.fields import (
    Instant,
    Money,
    Page,
    PageNumber,
    PageSize,
    Quantity,
    RecordId,
    Result,
    Words,
    line,
    whole,
)
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import insert, run
from worlds.engine.rows import number as count
from worlds.shop import approving, ledger, order_file
from worlds.shop.approving import ApprovalRow
from worlds.shop.chronicle import audit, timeline
from worlds.shop.mails import counted, euros
from worlds.shop.models import ApprovalRequest
from worlds.shop.rules import APPROVAL_LIFE, STAFF

ApprovalStatus = Literal["pending", "approved", "denied", "lapsed"]
if TYPE_CHECKING:  # a checker cannot read the types that calls make
    PersonName: TypeAlias = str
    Units: TypeAlias = int
    Days: TypeAlias = int
else:
    PersonName = line(80)
    Units = whole(0, 10_000)
    Days = whole(1, 30)


class ApprovalView(Result):
    """A request for approval: what was asked, of whom, and what was allowed of it.

    `waits_for` is who has to answer now. `units_approved` and `amount_approved` say what may be refunded.
    """

    approval_id: int
    number: str
    order_id: int
    order_number: str
    line_id: int
    title: str
    units: int
    amount: Money
    status: ApprovalStatus
    units_approved: int
    amount_approved: Money
    asked_by: str
    approver: str
    waits_for: str
    answer: str | None
    asked_at: Instant
    decided_at: Instant | None
    lapses_at: Instant


@reads(roles=STAFF)
def list_approvals(
    ctx: Context,
    status: ApprovalStatus | None = None,
    order_id: RecordId | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ApprovalView]:
    """List requests for approval of refunds, newest first, with the answers that they got.

    Args:
        status: Only those in this state.
        order_id: Only those about this order.
        page: Page number from 1.
        page_size: Requests a page.
    """
    conditions = Conditions()
    conditions.equal(a__status=status, a__order_id=order_id)
    rows, total = page_of(
        ctx, ApprovalRow, approving.SELECTED, approving.SOURCE, conditions, "a.id DESC", page, page_size
    )
    return Page[ApprovalView].of([_view(row) for row in rows], total, page, page_size)


@writes(roles=(), doors=())
def ask_approval(
    ctx: Context,
    order_id: RecordId,
    line_id: RecordId,
    units: Quantity,
    approver: PersonName,
) -> ApprovalView:
    """Ask finance whether units of an order may be refunded; the request lapses where nobody answers.

    Args:
        order_id: The order.
        line_id: The line of it.
        units: How many units.
        approver: Who is asked.
    """
    order = order_file.head(ctx, order_id)
    found = order_file.line_of(order, order_file.lines(ctx, order_id), [line_id], 0)
    if units > found.refundable:
        raise Conflict("quantity_above_refundable", f"Line {line_id} has {found.refundable} units left to refund.")
    number = f"AP-{200 + ctx.number('approval_number')}"
    lapses = ctx.now + APPROVAL_LIFE
    approval_id = insert(
        ctx, ApprovalRequest, number=number, order_id=order_id, order_line_id=line_id, units=units,
        amount=ledger.refund_units(found, units).amount, status="pending", units_approved=0, amount_approved=0,
        asked_by=ctx.actor.name, approver_name=approver, with_name=approver, asked_at=ctx.now, lapses_at=lapses,
    )  # fmt: skip
    timeline(ctx, order_id, "approval_asked", f"{number}: {counted(units)} of {found.title}, asked of {approver}")
    audit(ctx, "ask_approval", "approval_request", approval_id, order=order_id)
    ctx.let_act(f"person:{ctx.actor.name}", lapses, "approval_lapses", approval_id=approval_id)
    return _view(approving.request(ctx, approval_id))


@writes(roles=(), doors=())
def decide_approval(
    ctx: Context,
    order_id: RecordId,
    units: Units,
    answer: Words,
) -> ApprovalView:
    """Answer the pending request about an order: allow so many of the units asked for, none of them to deny it.

    Args:
        order_id: The order that it is about.
        units: How many units may be refunded; 0 denies it.
        answer: What the approver writes with it.
    """
    row = approving.pending(ctx, _pending_id(ctx, order_id))
    allowed = min(units, row.units)
    order = order_file.head(ctx, row.order_id)
    found = order_file.line_of(order, order_file.lines(ctx, row.order_id), [row.line_id], 0)
    amount = min(row.amount, ledger.refund_units(found, allowed).amount) if allowed else 0
    status = "approved" if allowed else "denied"
    run(
        ctx,
        """UPDATE approval_request SET status = :status, units_approved = :units, amount_approved = :amount,
          answer = :answer, decided_at = :now WHERE id = :approval""",
        status=status, units=allowed, amount=amount, answer=answer, now=ctx.now, approval=row.approval_id,
    )  # fmt: skip
    what = f"{counted(allowed)}, {euros(amount)}" if allowed else "nothing"
    timeline(ctx, row.order_id, f"approval_{status}", f"{row.number} {status} by {ctx.actor.name}: {what}")
    audit(ctx, "decide_approval", "approval_request", row.approval_id, status=status, units=allowed)
    _tell(
        ctx, row, f"{row.number}: {status}", f"{answer}\n\n{row.number}, order {order.number}: {what} may be refunded."
    )
    return _view(approving.request(ctx, row.approval_id))


@writes(roles=(), doors=())
def pass_approval_on(
    ctx: Context,
    order_id: RecordId,
    delegate: PersonName,
    days: Days,
) -> ApprovalView:
    """Say that one is away, and let a delegate answer the pending request about an order.

    Args:
        order_id: The order that it is about.
        delegate: Who answers in one's place.
        days: For how many days one is away.
    """
    row = approving.pending(ctx, _pending_id(ctx, order_id))
    run(
        ctx, "UPDATE approval_request SET with_name = :who WHERE id = :approval", who=delegate, approval=row.approval_id
    )
    timeline(ctx, row.order_id, "approval_passed_on", f"{row.number} now waits for {delegate}")
    audit(ctx, "pass_approval_on", "approval_request", row.approval_id)
    back = f"{ctx.now + timedelta(days=days):%d %B}"
    text = f"I am out of the office until {back}. {delegate} answers {row.number} in my place."
    _tell(ctx, row, f"Out of office: {row.number}", text)
    return _view(approving.request(ctx, row.approval_id))


@writes(roles=(), doors=(), priority=9)
def approval_lapses(ctx: Context, approval_id: RecordId) -> ApprovalView:
    """Let one's request lapse that nobody has answered in time; whoever waits for it is told.

    Args:
        approval_id: The request.
    """
    row = approving.pending(ctx, approval_id)
    run(
        ctx, "UPDATE approval_request SET status = 'lapsed', decided_at = :now WHERE id = :approval",
        now=ctx.now, approval=approval_id,
    )  # fmt: skip
    timeline(ctx, row.order_id, "approval_lapsed", f"{row.number} lapsed: {row.waits_for} did not answer")
    audit(ctx, "approval_lapses", "approval_request", approval_id)
    _tell(ctx, row, f"{row.number}: lapsed", f"Nobody answered request {row.number} in time. It has lapsed.")
    return _view(approving.request(ctx, approval_id))


def _pending_id(ctx: Context, order_id: int) -> int:
    query = "SELECT max(id) FROM approval_request WHERE order_id = :order AND status = 'pending'"
    return count(ctx, query, order=order_id)


def _tell(ctx: Context, row: ApprovalRow, subject: str, body: str) -> None:
    ctx.tell(subject, body, role="approver", about=("approval_request", row.approval_id))


def _view(row: ApprovalRow) -> ApprovalView:
    return ApprovalView.model_validate(row._asdict())
