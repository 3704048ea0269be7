"""Approval of discounts: which step asks whom, what is locked meanwhile, and how a request ends (rule CR6).

A submission goes through the steps that its discount needs, one after the other. As long as one waits, the quote is in
review and its deal locked. The last approval approves the quote; a rejection, a recall and a lapse make it a draft.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from datetime import datetime
from typing import Final, NamedTuple, cast

from worlds.crm.days import local_day
from worlds.crm.models import ApprovalMessage, ApprovalRequest
from worlds.crm.records import access, changing, heads
from worlds.crm.records.heads import Opportunity
from worlds.crm.rules import APPROVAL_LIFE
from worlds.crm.selling import discounts, quote_file, quoting
from worlds.crm.selling.discounts import Step
from worlds.crm.selling.quote_file import QuoteFile
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import iso_instant
from worlds.engine.rows import Query, insert, number, run


class ApprovalRow(NamedTuple):
    """A request with its quote and deal, and the names of who asked and who is asked."""

    approval_id: int
    number: str
    quote_id: int
    quote_number: str
    opportunity_id: int
    opportunity_number: str
    account_name: str
    submission: int
    level: int
    discount_bp: int
    total: int
    currency: str
    reason: str
    state: str
    approver_id: int
    approver_name: str
    asked_by_id: int | None
    asked_by_name: str | None
    comment: str | None
    open_question: int
    asked_at: datetime
    decided_at: datetime | None


class MessageRow(NamedTuple):
    """What was asked or answered about a request."""

    message_id: int
    kind: str
    author_name: str
    body: str
    at: datetime


class _Person(NamedTuple):
    id: int
    name: str


class _Key(NamedTuple):
    id: int


class _Role(NamedTuple):
    role: str


SELECTED: Final = """r.id, r.number, r.quote_id, q.number, q.opportunity_id, o.number, a.name, r.submission, r.level,
  r.discount_bp, q.total, q.currency, r.reason, r.state, r.approver_id, u.name, r.asked_by_id, s.name, r.comment,
  r.state = 'pending' AND coalesce((SELECT m.kind = 'question' FROM approval_message m WHERE m.approval_id = r.id
    ORDER BY m.id DESC LIMIT 1), 0), r.asked_at, r.decided_at"""
SOURCE: Final = """approval_request r JOIN quote q ON q.id = r.quote_id JOIN opportunity o ON o.id = q.opportunity_id
  JOIN account a ON a.id = o.account_id JOIN crm_user u ON u.id = r.approver_id
  LEFT JOIN crm_user s ON s.id = r.asked_by_id"""
_ONE = Query(ApprovalRow, f"SELECT {SELECTED} FROM {SOURCE} WHERE r.id = :approval")
_MESSAGES = Query(
    MessageRow,
    "SELECT id, kind, author_name, body, at FROM approval_message WHERE approval_id = :approval ORDER BY id LIMIT 200",
)
_ABOVE = Query(
    _Person,
    """WITH RECURSIVE up(id, step) AS (SELECT manager_id, 1 FROM crm_user WHERE id = :user UNION
      SELECT u.manager_id, step + 1 FROM crm_user u JOIN up ON u.id = up.id WHERE u.manager_id IS NOT NULL)
    SELECT u.id, u.name FROM crm_user u LEFT JOIN up ON up.id = u.id
    WHERE u.role = :role AND u.active = 1 AND (u.away_until IS NULL OR u.away_until < :today) AND u.id <> :asking
    ORDER BY coalesce(up.step, 1000), u.id LIMIT 1""",
)
_OVERDUE = Query(
    _Key, "SELECT {fields} FROM approval_request WHERE state = 'pending' AND asked_at <= :until ORDER BY id"
)
_ROLE = Query(_Role, "SELECT {fields} FROM crm_user WHERE id = :user")
_PENDING = "SELECT max(id) FROM approval_request WHERE quote_id = :quote AND state = 'pending'"


def seen(ctx: Context) -> str:
    """The condition on requests that the acting user may read them: of quotes that they may open, or asked of them."""
    return f"({access.opens(ctx, 'quote', 'q')} OR r.approver_id = :me)"


def request(ctx: Context, approval_id: int) -> ApprovalRow:
    """A request that the acting person may read.

    Raises:
        NotFound: when there is none.
    """
    row = _ONE.first(ctx, approval=approval_id)
    sql = f"SELECT count(*) FROM {SOURCE} WHERE r.id = :approval AND {seen(ctx)}"
    if row is None or not number(ctx, sql, approval=approval_id, **access.me(ctx)):
        raise NotFound(
            "approval_not_found",
            f"There is no request for approval {approval_id} that you may see; see the list of requests.",
            field="approval_id",
        )
    return row


def pending(ctx: Context, approval_id: int) -> ApprovalRow:
    """A request that waits for its approver.

    Raises:
        Conflict: when it does not.
        NotFound: when there is none.
    """
    row = request(ctx, approval_id)
    if row.state != "pending":
        raise Conflict(
            "approval_closed", f"Request {row.number} is {row.state}; nothing is done with it any more.",
            field="approval_id",
        )  # fmt: skip
    return row


def pending_of(ctx: Context, quote_id: int) -> ApprovalRow:
    """The request of a quote that waits for its approver.

    Raises:
        Conflict: when none does.
    """
    row = _ONE.first(ctx, approval=number(ctx, _PENDING, quote=quote_id))
    if row is None:
        raise Conflict(
            "no_approval_pending",
            f"Nothing about quote {quote_id} waits for approval; see the list of its requests.",
            field="quote_id",
        )
    return row


def messages(ctx: Context, approval_id: int) -> list[MessageRow]:
    """What was asked and answered about a request, in order."""
    return _MESSAGES.all(ctx, approval=approval_id)


def approver(ctx: Context, role: str, owner_id: int, asking_id: int | None) -> _Person:
    """Who of a role is asked: the nearest above a deal's owner who is at work, or else the first colleague who is.

    Nobody is asked about what they submit themselves.

    Raises:
        Conflict: when nobody can be asked.
    """
    today = local_day(ctx.now).isoformat()
    found = _ABOVE.first(ctx, user=owner_id, role=role, today=today, asking=asking_id or 0)
    if found is None:
        raise Conflict(
            "no_approver",
            f"Nobody who is at work may approve this as {role.replace('_', ' ')}; wait until somebody is back.",
            field="quote_id",
        )
    return found


def submit(ctx: Context, found: QuoteFile, deal: Opportunity, reason: str) -> int:
    """Ask the first approver about a draft's discount and lock its deal; answers the request's id.

    Raises:
        Conflict: where nothing has to be approved, or nobody can be asked.
    """
    off = discounts.off_list(quote_file.lines(ctx, found.id), found.discount_bp)
    steps = _steps(ctx, off, ctx.actor.role)
    if off <= discounts.limit(ctx.actor.role) or not steps:
        raise Conflict(
            "approval_not_needed",
            f"The discount of quote {found.number} needs nobody's approval; present it.",
            field="quote_id",
        )
    who = approver(ctx, steps[0].approver_role, deal.owner_id, ctx.actor.person)
    times = number(ctx, "SELECT max(submission) FROM approval_request WHERE quote_id = :quote", quote=found.id)
    approval_id = _ask(ctx, steps[0], found, who, times + 1, ctx.actor.person, off, reason)
    quoting.move(ctx, found, "in_review", discount_reason=reason)
    changing.change(ctx, "opportunity", deal, {"approval_lock": True}, via="approval", asked=False)
    return approval_id


def approve(ctx: Context, row: ApprovalRow, comment: str | None) -> int | None:
    """Approve a request. The next step asks then, and its request's id is answered; after the last one, None."""
    role = _role(ctx, row.asked_by_id)
    further = [one for one in _steps(ctx, row.discount_bp, role) if one.position > row.level]
    if further:
        who = approver(ctx, further[0].approver_role, _deal(ctx, row).owner_id, row.asked_by_id)
        _close(ctx, row, "approved", comment)
        return _ask(
            ctx, further[0], _quote(ctx, row), who, row.submission, row.asked_by_id, row.discount_bp, row.reason
        )
    _close(ctx, row, "approved", comment)
    _unlock(ctx, row, "approved")
    return None


def end(ctx: Context, row: ApprovalRow, state: str, comment: str | None = None) -> None:
    """End a request as `rejected`, `recalled` or `lapsed`: its quote is a draft again and its deal unlocked."""
    _close(ctx, row, state, comment)
    _unlock(ctx, row, "draft")


def say(ctx: Context, row: ApprovalRow, kind: str, body: str, author_id: int | None) -> None:
    """Write down a question, an answer or a comment about a request."""
    insert(
        ctx, ApprovalMessage, approval_id=row.approval_id, kind=kind, author_id=author_id,
        author_name=ctx.actor.name or ctx.actor.role, body=body, at=ctx.now,
    )  # fmt: skip


def lapse(ctx: Context) -> int:
    """Let requests lapse that nobody has decided in time; answers how many. For every night."""
    over = _OVERDUE.all(ctx, until=iso_instant(ctx.now - APPROVAL_LIFE))
    for one in over:
        row = _ONE.first(ctx, approval=one.id)
        if row is not None:
            end(ctx, row, "lapsed")
    return len(over)


def _steps(ctx: Context, off_bp: int, role: str) -> list[Step]:
    """The steps that a submission of somebody of a role goes through: nobody is asked what their own role decides."""
    return [one for one in discounts.steps(ctx, off_bp) if one.approver_role != role]


def _ask(
    ctx: Context,
    step: Step,
    found: QuoteFile,
    who: _Person,
    submission: int,
    asked_by_id: int | None,
    off_bp: int,
    reason: str,
) -> int:
    return insert(
        ctx, ApprovalRequest, number=f"AP-{300 + ctx.number('approval_number')}", process_id=step.process_id,
        quote_id=found.id, submission=submission, level=step.position, approver_id=who.id, asked_by_id=asked_by_id,
        discount_bp=off_bp, reason=reason, state="pending", asked_at=ctx.now,
    )  # fmt: skip


def _close(ctx: Context, row: ApprovalRow, state: str, comment: str | None) -> None:
    run(
        ctx, "UPDATE approval_request SET state = :state, comment = :comment, decided_at = :now WHERE id = :approval",
        state=state, comment=comment, now=ctx.now, approval=row.approval_id,
    )  # fmt: skip


def _unlock(ctx: Context, row: ApprovalRow, status: str) -> None:
    quoting.move(ctx, _quote(ctx, row), status, "approval")
    changing.change(ctx, "opportunity", _deal(ctx, row), {"approval_lock": False}, via="approval", asked=False)


def _quote(ctx: Context, row: ApprovalRow) -> QuoteFile:
    found = quote_file.stored(ctx, row.quote_id)
    assert found is not None  # noqa: S101 - a request refers to it
    return found


def _deal(ctx: Context, row: ApprovalRow) -> Opportunity:
    return cast("Opportunity", heads.stored(ctx, "opportunity", row.opportunity_id))


def _role(ctx: Context, user_id: int | None) -> str:
    found = None if user_id is None else _ROLE.first(ctx, user=user_id)
    return "" if found is None else found.role
