"""Requests for approval of goodwill above one's limit: asking, withdrawing, deciding, and letting them lapse."""

from typing import Literal, NamedTuple

from worlds.desk import approving
from worlds.desk.approving import ApprovalRow
from worlds.desk.mail import mails
from worlds.desk.models import Approval
from worlds.desk.records import ApprovalDetail, ApprovalStatus, ApprovalView
from worlds.desk.rules import APPROVAL_LIFE, GOODWILL_LIMITS, LEADS, PEOPLE_AT_WORK, STAFF
from worlds.desk.tickets.laws import check_not_closed
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import Beside, acting, record
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.engine.fields import Amount, Page, PageNumber, PageSize, RecordId, Words, format_money
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert, run

Decision = Literal["approved", "denied"]


class _Approver(NamedTuple):
    id: int
    name: str
    role: str
    suspended: int
    away_until: str | None
    address: str


_APPROVER = Query(
    _Approver,
    """SELECT u.id, u.name, u.role, u.suspended, u.away_until, i.value FROM desk_user u
    JOIN user_identity i ON i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1 WHERE u.id = :user""",
)


@reads(roles=STAFF)
def list_approvals(
    ctx: Context,
    status: ApprovalStatus | None = None,
    ticket_id: RecordId | None = None,
    approver_id: RecordId | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ApprovalView]:
    """List requests for approval of goodwill, newest first, with the answers that they got.

    Args:
        status: Only those in this state.
        ticket_id: Only those about this ticket.
        approver_id: Only those that this colleague is asked to decide.
        page: Page number from 1.
        page_size: Requests a page.
    """
    conditions = Conditions()
    conditions.equal(a__status=status, a__ticket_id=ticket_id, a__approver_id=approver_id)
    rows, total = page_of(
        ctx, ApprovalRow, approving.SELECTED, approving.SOURCE, conditions, "a.id DESC", page, page_size
    )
    return Page[ApprovalView].of([row.view for row in rows], total, page, page_size)


@reads(roles=STAFF)
def get_approval(ctx: Context, approval_id: RecordId) -> ApprovalDetail:
    """Show a request for approval.

    Args:
        approval_id: The request's id.
    """
    return _detail(ctx, approving.request(ctx, approval_id))


@writes(roles=PEOPLE_AT_WORK, locks_bind=False)
def ask_approval(
    ctx: Context, ticket_id: RecordId, amount: Amount, reason: Words, approver_id: RecordId
) -> ApprovalDetail:
    """Ask a team lead or an administrator to allow goodwill above your limit. Who is asked gets a mail.

    Args:
        ticket_id: The ticket that it is about.
        amount: How much is to be given, such as 60.00.
        reason: Why: what went wrong, on which order.
        approver_id: Who is to decide; list_agents shows who is at work.
    """
    ticket = head(ctx, ticket_id)
    check_not_closed(ticket)
    approver = _approver(ctx, approver_id, amount)
    waiting = approving.pending_of_ticket(ctx, ticket_id)
    if waiting:
        row = approving.request(ctx, waiting)
        raise Conflict(
            "approval_pending",
            f"Request {row.number} about ticket {ticket.number} waits for {row.approver_name}; withdraw it first.",
            field="ticket_id",
        )
    number = f"AP-{300 + ctx.number('approval_number')}"
    approval_id = insert(
        ctx, Approval, number=number, ticket_id=ticket_id, amount=amount, currency="EUR", reason=reason,
        status="pending", approver_id=approver_id, asked_by=acting(ctx).name, asked_at=ctx.now,
    )  # fmt: skip
    euros = f"{format_money(amount)} EUR"
    record(ctx, ticket, Beside("approval", number, None, f"{euros} asked of {approver.name}"))
    text = f"{acting(ctx).name} asks you to allow {euros} on ticket {ticket.number}.\n\n{reason}"
    to = (approver.id, approver.address)
    mails.send(ctx, "approval", f"approval:{approval_id}", to, ticket, text, f"{number}: {euros} of goodwill")
    ctx.schedule(ctx.now + APPROVAL_LIFE, "approval_lapses", approval_id=approval_id)
    return _detail(ctx, approving.request(ctx, approval_id))


@writes(roles=PEOPLE_AT_WORK, record="approval_id")
def withdraw_approval(ctx: Context, approval_id: RecordId) -> ApprovalDetail:
    """Take back a request for approval that is not decided yet: one's own, or as a team lead any.

    Args:
        approval_id: The request's id.
    """
    row = approving.pending(ctx, approval_id)
    if row.asked_by != acting(ctx).name and ctx.actor.role not in LEADS:
        raise Forbidden(
            "not_your_request",
            f"Request {row.number} was made by {row.asked_by}, who alone takes it back, or a team lead.",
            field="approval_id",
        )
    return _close(ctx, row, "withdrawn", None)


@writes(roles=LEADS, record="approval_id")
def decide_approval(ctx: Context, approval_id: RecordId, decision: Decision, answer: Words) -> ApprovalDetail:
    """Decide a request for approval that you are asked about; administrators decide any but their own.

    Args:
        approval_id: The request's id.
        decision: Whether it is allowed.
        answer: What whoever asked is told with it.
    """
    row = approving.pending(ctx, approval_id)
    if row.asked_by == acting(ctx).name:
        raise Forbidden(
            "own_request", f"Request {row.number} is your own; somebody else decides it.", field="approval_id"
        )
    if row.approver_id != ctx.actor.person and ctx.actor.role != "admin":
        raise Forbidden(
            "not_your_decision",
            f"Request {row.number} waits for {row.approver_name}; only they or an administrator decide it.",
            field="approval_id",
        )
    if decision == "approved" and not approving.may_allow(ctx.actor.role, row.amount):
        raise _above(ctx.actor.role, "approval_id")
    return _close(ctx, row, decision, answer)


@writes(roles=(), doors=())
def approver_decides(ctx: Context, ticket_id: RecordId, decision: Decision, answer: Words) -> ApprovalDetail:
    """Decide the pending request about a ticket, as its approver, in one's own time; whoever asked is told.

    Args:
        ticket_id: The ticket that it is about.
        decision: Whether it is allowed.
        answer: What the approver writes with it.
    """
    row = approving.pending(ctx, approving.pending_of_ticket(ctx, ticket_id))
    done = _close(ctx, row, decision, answer)
    text = f"{answer}\n\n{row.number}, ticket {row.ticket_number}: {format_money(row.amount)} EUR is {decision}."
    _tell(ctx, row, f"{row.number}: {decision}", text, role="approver")
    return done


@writes(roles=(), doors=(), priority=9)
def approval_lapses(ctx: Context, approval_id: RecordId) -> ApprovalDetail:
    """Let a request lapse that nobody has answered in time; whoever asked is told. One that was answered stays so.

    Args:
        approval_id: The request.
    """
    row = approving.request(ctx, approval_id)
    if row.status != "pending":
        return _detail(ctx, row)
    done = _close(ctx, row, "lapsed", None)
    _tell(
        ctx,
        row,
        f"{row.number}: lapsed",
        f"Nobody answered request {row.number} in time. It has lapsed.",
        role="system",
    )
    return done


def _approver(ctx: Context, user_id: int, amount: int) -> _Approver:
    found = _APPROVER.first(ctx, user=user_id)
    if found is None or found.role not in LEADS or found.suspended:
        raise NotFound(
            "approver_not_found",
            f"User {user_id} decides nothing here; ask one of the team leads or administrators.",
            field="approver_id",
        )
    if found.id == ctx.actor.person:
        raise Invalid("own_request", "Nobody decides their own request; ask somebody else.", field="approver_id")
    if found.away_until is not None:
        raise Conflict(
            "approver_away",
            f"{found.name} is away until {found.away_until}; ask somebody who is at work.",
            field="approver_id",
        )
    if not approving.may_allow(found.role, amount):
        raise _above(found.role, "approver_id")
    return found


def _above(role: str, field: str) -> Forbidden:
    limit = format_money(GOODWILL_LIMITS[role])
    return Forbidden(
        "above_approver_limit",
        f"A {role.replace('_', ' ')} allows up to {limit} EUR; above that an administrator decides.",
        field=field,
    )


def _close(ctx: Context, row: ApprovalRow, status: ApprovalStatus, answer: str | None) -> ApprovalDetail:
    run(
        ctx, "UPDATE approval SET status = :status, answer = :answer, decided_at = :now WHERE id = :approval",
        status=status, answer=answer, now=ctx.now, approval=row.approval_id,
    )  # fmt: skip
    record(ctx, head(ctx, row.ticket_id), Beside("approval", row.number, row.status, status), via="approval")
    return _detail(ctx, approving.request(ctx, row.approval_id))


def _tell(ctx: Context, row: ApprovalRow, subject: str, body: str, *, role: str) -> None:
    ctx.tell(subject, body, role=role, about=("approval", row.approval_id))


def _detail(ctx: Context, row: ApprovalRow) -> ApprovalDetail:
    return ApprovalDetail(**row._asdict(), version=ctx.version(Approval, row.approval_id))
