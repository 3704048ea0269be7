"""Approval of discounts above one's limit: submitting, asking and answering, deciding, taking back (rule CR6)."""

from typing import Literal

from worlds.crm.models import ApprovalRequest
from worlds.crm.records import access
from worlds.crm.rules import EVERYBODY, MANAGERS, SELLERS
from worlds.crm.selling import approvals, quote_file
from worlds.crm.selling.approvals import ApprovalRow
from worlds.crm.selling.percent import spelled
from worlds.crm.selling.views import ApprovalDetail, ApprovalMessageView, ApprovalState, ApprovalView
from worlds.crm.texts import Why
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes

APPROVERS = ("sales_manager", "vp", "finance", "admin")
Decision = Literal["approved", "rejected"]


@reads(roles=EVERYBODY)
def list_approvals(
    ctx: Context,
    state: ApprovalState | None = None,
    quote_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    approver_id: RecordId | None = None,
    asked_by_id: RecordId | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ApprovalView]:
    """List requests for approval of quotes that you may open, and those that you are asked about, newest first.

    Args:
        state: Only those in this state.
        quote_id: Only those about this quote.
        opportunity_id: Only those about quotes of this deal.
        approver_id: Only those that this colleague is asked to decide.
        asked_by_id: Only those that this colleague has submitted.
        page: Page number from 1.
        page_size: Requests a page.
    """
    conditions = Conditions()
    conditions.add(approvals.seen(ctx), **access.me(ctx))
    conditions.equal(
        r__state=state, r__quote_id=quote_id, q__opportunity_id=opportunity_id, r__approver_id=approver_id,
        r__asked_by_id=asked_by_id,
    )  # fmt: skip
    rows, total = page_of(
        ctx, ApprovalRow, approvals.SELECTED, approvals.SOURCE, conditions, "r.id DESC", page, page_size
    )
    return Page[ApprovalView].of([ApprovalView.model_validate(_columns(row)) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def get_approval(ctx: Context, approval_id: RecordId) -> ApprovalDetail:
    """Show a request for approval, with what was asked and answered about it.

    Args:
        approval_id: The request's id.
    """
    return _detail(ctx, approval_id)


@writes(roles=SELLERS, record="quote_id")
def submit_quote(ctx: Context, quote_id: RecordId, reason: Why) -> ApprovalDetail:
    """Submit a draft whose discount is above your limit for approval; its deal is locked until that is decided.

    Up to 20 per cent a sales manager decides, above that first the VP and then finance.

    Args:
        quote_id: The quote's id.
        reason: Why the discount is given.
    """
    found, deal = quote_file.draft(ctx, quote_id)
    return _detail(ctx, approvals.submit(ctx, found, deal, reason))


@writes(roles=SELLERS, record="approval_id")
def recall_approval(ctx: Context, approval_id: RecordId) -> ApprovalDetail:
    """Take back a request that is not decided: one's own, or as a manager any; the quote is a draft again.

    Args:
        approval_id: The request's id.
    """
    row = approvals.pending(ctx, approval_id)
    if row.asked_by_id != ctx.actor.person and ctx.actor.role not in MANAGERS:
        raise Forbidden(
            "not_your_request",
            f"Request {row.number} was submitted by {row.asked_by_name}, who alone takes it back, or a manager.",
            field="approval_id",
        )
    approvals.end(ctx, row, "recalled")
    return _detail(ctx, approval_id)


@writes(roles=SELLERS, locks_bind=False)
def answer_question(ctx: Context, approval_id: RecordId, answer: Why) -> ApprovalDetail:
    """Answer what the approver has asked about a request: who submitted it does, or who works on its deal.

    Args:
        approval_id: The request's id.
        answer: The answer.
    """
    row = approvals.pending(ctx, approval_id)
    if not row.open_question:
        raise Conflict(
            "no_question_open", f"Nobody waits for an answer about request {row.number}.", field="approval_id"
        )
    if row.approver_id == ctx.actor.person:
        raise Forbidden(
            "own_question",
            f"You have asked about request {row.number} yourself; whoever submitted it answers.",
            field="approval_id",
        )
    if row.asked_by_id != ctx.actor.person and not access.may_edit(ctx, "opportunity", row.opportunity_id):
        raise Forbidden(
            "not_your_request",
            f"Request {row.number} was submitted by {row.asked_by_name}, who answers it, or somebody who works on the "
            "deal.",
            field="approval_id",
        )
    approvals.say(ctx, row, "answer", answer, ctx.actor.person)
    return _detail(ctx, approval_id)


@writes(roles=APPROVERS, locks_bind=False)
def ask_about_approval(ctx: Context, approval_id: RecordId, question: Why) -> ApprovalDetail:
    """Ask whoever submitted a request about it, before you decide.

    Args:
        approval_id: The request's id.
        question: The question.
    """
    row = _asked_of_me(ctx, approval_id)
    approvals.say(ctx, row, "question", question, ctx.actor.person)
    return _detail(ctx, approval_id)


@writes(roles=APPROVERS, record="approval_id", conflicts="record")
def decide_approval(
    ctx: Context, approval_id: RecordId, decision: Decision, comment: Why | None = None
) -> ApprovalDetail:
    """Decide a request that you are asked about, for good; administrators decide any but their own.

    Approving lets the next step ask, and after the last one approves the quote and unlocks its deal.

    Args:
        approval_id: The request's id.
        decision: Whether it is approved; a rejected quote is a draft again.
        comment: What whoever submitted it is told with it.
    """
    row = _asked_of_me(ctx, approval_id)
    if decision == "approved":
        approvals.approve(ctx, row, comment)
    else:
        approvals.end(ctx, row, "rejected", comment)
    return _detail(ctx, approval_id)


@writes(roles=(), doors=())
def approver_asks(ctx: Context, quote_id: RecordId, question: Why) -> ApprovalDetail:
    """Ask about the request of a quote that waits, as its approver, in one's own time; whoever submitted it is told.

    Args:
        quote_id: The quote.
        question: The question.
    """
    row = _asked_of(ctx, quote_id)
    approvals.say(ctx, row, "question", question, row.approver_id)
    _tell(ctx, row, f"{row.number}: a question", f"{question}\n\n{row.number}, quote {row.quote_number}.")
    return _detail(ctx, row.approval_id)


@writes(roles=(), doors=())
def approver_decides(ctx: Context, quote_id: RecordId, decision: Decision, comment: Why) -> ApprovalDetail:
    """Decide the request of a quote that waits, as its approver, in one's own time; whoever submitted it is told.

    Args:
        quote_id: The quote.
        decision: Whether it is approved.
        comment: What the approver writes with it.
    """
    row = _asked_of(ctx, quote_id)
    further = None
    if decision == "approved":
        further = approvals.approve(ctx, row, comment)
    else:
        approvals.end(ctx, row, "rejected", comment)
    text = f"{comment}\n\n{row.number}, quote {row.quote_number}: {spelled(row.discount_bp)} % is {decision}."
    if further is not None:
        text += f" Next it is for {approvals.request(ctx, further).approver_name} to decide."
    _tell(ctx, row, f"{row.number}: {decision}", text)
    return _detail(ctx, row.approval_id)


def _asked_of(ctx: Context, quote_id: int) -> ApprovalRow:
    """The request of a quote that waits for whoever an event names: nobody speaks for another approver."""
    row = approvals.pending_of(ctx, quote_id)
    if row.approver_name != ctx.actor.name:
        raise _not_theirs(row)
    return row


def _not_theirs(row: ApprovalRow) -> Forbidden:
    return Forbidden(
        "not_your_decision",
        f"Request {row.number} waits for {row.approver_name}; only they or an administrator decide it.",
        field="approval_id",
    )


def _asked_of_me(ctx: Context, approval_id: int) -> ApprovalRow:
    """A request that waits for the acting person to decide it."""
    row = approvals.pending(ctx, approval_id)
    if row.asked_by_id is not None and row.asked_by_id == ctx.actor.person:
        raise Forbidden(
            "own_request", f"Request {row.number} is your own; somebody else decides it.", field="approval_id"
        )
    if row.approver_id != ctx.actor.person and ctx.actor.role != "admin":
        raise _not_theirs(row)
    return row


def _tell(ctx: Context, row: ApprovalRow, subject: str, body: str) -> None:
    ctx.tell(subject, body, role="approver", about=("approval_request", row.approval_id))


def _columns(row: ApprovalRow) -> dict[str, object]:
    return {
        **{name: value for name, value in row._asdict().items() if name != "discount_bp"}, "discount": row.discount_bp,
    }  # fmt: skip


def _detail(ctx: Context, approval_id: int) -> ApprovalDetail:
    row = approvals.request(ctx, approval_id)
    found = quote_file.stored(ctx, row.quote_id)
    messages = [ApprovalMessageView(**one._asdict()) for one in approvals.messages(ctx, approval_id)]
    return ApprovalDetail.model_validate(
        {
            **_columns(row), "version": ctx.version(ApprovalRequest, approval_id), "messages": messages,
            "quote_status": "" if found is None else found.status,
        }
    )  # fmt: skip
