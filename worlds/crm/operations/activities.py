"""What is done and planned with people: tasks, calls, meetings, e-mails and notes."""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from worlds.crm.activity_views import (
    ActivityDetail,
    ActivityKind,
    ActivityRow,
    ActivityStatus,
    CallOutcome,
    Direction,
    Minutes,
)
from worlds.crm.days import day_end, day_start
from worlds.crm.models import OutboxEmail
from worlds.crm.records import access, activity_file
from worlds.crm.records.activity_file import About
from worlds.crm.rules import EVERYBODY, WRITERS
from worlds.crm.texts import Notes, Title
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.fields import Day, Instant, Page, PageNumber, PageSize, Query, RecordId, iso_instant
from worlds.engine.listing import Conditions
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.engine.rows import insert

Sort = Literal["newest", "oldest", "due"]
_AT = "coalesce(v.due_at, v.starts_at, v.created_at)"
ORDERS: dict[Sort, str] = {
    "newest": f"{_AT} DESC, v.id DESC",
    "oldest": f"{_AT}, v.id",
    "due": f"v.status <> 'open', {_AT}, v.id",
}
LATER: Final = timedelta(minutes=5)
"""So far ahead of the house's clock may be the one by which somebody logs what took place."""


class _Address(NamedTuple):
    value: str


_ADDRESS = Rows(
    _Address,
    """SELECT value FROM (SELECT e.value, e.is_primary AS first, e.id FROM email_address e
      WHERE e.contact_id = :contact AND e.invalid = 0 AND e.opted_out = 0
      UNION ALL SELECT l.email, 1, 0 FROM lead l WHERE l.id = :lead AND l.email IS NOT NULL)
    ORDER BY first DESC, id LIMIT 1""",
)


@reads(roles=EVERYBODY)
def list_activities(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    kind: ActivityKind | None = None,
    status: ActivityStatus | None = None,
    owner_id: RecordId | None = None,
    account_id: RecordId | None = None,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    overdue: bool | None = None,
    from_day: Day | None = None,
    to_day: Day | None = None,
    sort: Sort = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ActivityRow]:
    """List activities of yours and about records that you may open, the latest first.

    Args:
        query: Words that must all occur in subject or text.
        kind: Only tasks, calls, meetings, e-mails or notes.
        status: Only those that are open, done or cancelled.
        owner_id: Only this colleague's.
        account_id: Only those about this account.
        contact_id: Only those about this contact.
        lead_id: Only those about this lead.
        opportunity_id: Only those about this deal.
        overdue: Only open ones whose moment is past (true), or only the others (false).
        from_day: First day, in the zone of the house, on which they are due, begin, or were written.
        to_day: Last such day.
        sort: Order of the list; `due` begins with open ones, the most pressing first.
        page: Page number from 1.
        page_size: Activities a page.
    """
    conditions = Conditions()
    conditions.add("v.is_deleted = 0")
    about = {"account": account_id, "contact": contact_id, "lead": lead_id, "opportunity": opportunity_id}
    if not activity_file.all_seen(ctx, owner_id, about):
        conditions.add(access.opens(ctx, "activity", "v"), **access.me(ctx))
    conditions.words(query, "v.search_text")
    conditions.equal(
        v__kind=kind, v__status=status, v__owner_id=owner_id, v__account_id=account_id, v__contact_id=contact_id,
        v__lead_id=lead_id, v__opportunity_id=opportunity_id,
    )  # fmt: skip
    if overdue is not None:
        late = "(v.status = 'open' AND coalesce(v.due_at, v.starts_at, '9') < :late)"
        conditions.add(late if overdue else f"NOT {late}", late=iso_instant(ctx.now))
    if from_day is not None:
        conditions.add(f"{_AT} >= :from_day", from_day=iso_instant(day_start(from_day)))
    if to_day is not None:
        conditions.add(f"{_AT} < :to_day", to_day=iso_instant(day_end(to_day)))
    rows, total = activity_file.page(ctx, conditions, ORDERS[sort], page, page_size)
    return Page[ActivityRow].of([activity_file.row_view(row) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def get_activity(ctx: Context, activity_id: RecordId) -> ActivityDetail:
    """Show an activity with its text and the records that it is about.

    Args:
        activity_id: The activity's id.
    """
    return activity_file.detail(ctx, activity_id)


@writes(roles=WRITERS, locks_bind=False)
def log_call(  # noqa: PLR0913 - what is said of a call
    ctx: Context,
    subject: Title,
    outcome: CallOutcome,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    account_id: RecordId | None = None,
    direction: Direction = "out",
    called_at: Instant | None = None,
    duration: Minutes | None = None,
    body: Notes | None = None,
) -> ActivityDetail:
    """Write down a call that took place. Who asked not to be called is not called, so only their own calls are logged.

    Args:
        subject: What it was about.
        outcome: What came of it.
        contact_id: The contact it was with.
        lead_id: The lead it was with.
        opportunity_id: The deal it was about.
        account_id: The account it was about; that of the deal or the contact if left out.
        direction: `out` if you called, `in` if they did.
        called_at: When it began; now if left out. Mind the zone of whoever told you the time.
        duration: How long it took, in minutes.
        body: What was said.
    """
    on = _about(ctx, contact_id, lead_id, opportunity_id, account_id)
    if direction == "out":
        activity_file.check_reachable(ctx, on, "phone")
    at = _past(ctx, called_at, "called_at")
    key = activity_file.write(
        ctx, "call", on, subject=subject, body=body, starts_at=at, duration=duration, status="done", done_at=at,
        direction=direction, outcome=outcome,
    )  # fmt: skip
    return activity_file.detail(ctx, key)


@writes(roles=WRITERS, locks_bind=False)
def log_email(  # noqa: PLR0913 - what is said of an e-mail
    ctx: Context,
    subject: Title,
    body: Notes,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    account_id: RecordId | None = None,
    direction: Direction = "out",
    sent_at: Instant | None = None,
) -> ActivityDetail:
    """Write down an e-mail that was sent or came in elsewhere; send_email sends one.

    Args:
        subject: Its subject.
        body: Its text.
        contact_id: The contact it was with.
        lead_id: The lead it was with.
        opportunity_id: The deal it was about.
        account_id: The account it was about; that of the deal or the contact if left out.
        direction: `out` if you wrote it, `in` if they did.
        sent_at: When it was sent; now if left out.
    """
    on = _about(ctx, contact_id, lead_id, opportunity_id, account_id)
    if direction == "out":
        activity_file.check_reachable(ctx, on, "email")
    at = _past(ctx, sent_at, "sent_at")
    key = activity_file.write(
        ctx, "email", on, subject=subject, body=body, starts_at=at, status="done", done_at=at,
        direction=direction, outcome="sent" if direction == "out" else "received",
    )  # fmt: skip
    return activity_file.detail(ctx, key)


@writes(roles=WRITERS, locks_bind=False)
def add_note(
    ctx: Context,
    subject: Title,
    body: Notes,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    account_id: RecordId | None = None,
) -> ActivityDetail:
    """Write a note on records. It does not count as having had to do with anybody.

    Args:
        subject: What it is about.
        body: The note.
        contact_id: The contact it is about.
        lead_id: The lead it is about.
        opportunity_id: The deal it is about.
        account_id: The account it is about; that of the deal or the contact if left out.
    """
    on = _about(ctx, contact_id, lead_id, opportunity_id, account_id)
    key = activity_file.write(ctx, "note", on, subject=subject, body=body, status="done", done_at=ctx.now)
    return activity_file.detail(ctx, key)


@writes(roles=WRITERS, locks_bind=False)
def send_email(
    ctx: Context,
    subject: Title,
    body: Notes,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
) -> ActivityDetail:
    """Send an e-mail to a contact or a lead, at their primary address, and write it down. Who opted out gets none.

    It leaves at once and cannot be taken back.

    Args:
        subject: Its subject.
        body: Its text.
        contact_id: The contact it goes to.
        lead_id: The lead it goes to; name either of the two.
        opportunity_id: The deal it is about.
    """
    if (contact_id is None) == (lead_id is None):
        raise Invalid("one_recipient", "An e-mail goes to one contact or to one lead; name either.", field="contact_id")
    on = _about(ctx, contact_id, lead_id, opportunity_id, None)
    activity_file.check_reachable(ctx, on, "email")
    address = _ADDRESS.first(ctx, contact=contact_id, lead=lead_id)
    if address is None:
        raise Conflict(
            "contact_unreachable",
            "There is no e-mail address of theirs that works and may be used; their activities show how else they were "
            "reached.",
            field="contact_id" if lead_id is None else "lead_id",
        )
    key = activity_file.write(
        ctx, "email", on, subject=subject, body=body, starts_at=ctx.now, status="done", done_at=ctx.now,
        direction="out", outcome="sent",
    )  # fmt: skip
    insert(
        ctx, OutboxEmail, kind="email", to_address=address.value, contact_id=contact_id, lead_id=lead_id,
        opportunity_id=opportunity_id, subject=subject, body=body, sent_at=ctx.now,
    )  # fmt: skip
    return activity_file.detail(ctx, key)


def _about(
    ctx: Context, contact_id: int | None, lead_id: int | None, opportunity_id: int | None, account_id: int | None
) -> About:
    return activity_file.about(
        ctx, contact_id=contact_id, lead_id=lead_id, opportunity_id=opportunity_id, account_id=account_id
    )


def _past(ctx: Context, at: datetime | None, field: str) -> datetime:
    """When something took place, which is not later than now."""
    if at is not None and at > ctx.now + LATER:
        raise Invalid(
            "not_yet",
            "That is later than now; what is planned is put down as a meeting, a call or a task.",
            field=field,
        )
    return at or ctx.now
