"""What is planned with people: tasks, meetings and calls to come, until they are done or cancelled."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from worlds.crm.activity_views import ActivityDetail, Minutes, Priority
from worlds.crm.records import activity_file
from worlds.crm.records.activity_file import Row
from worlds.crm.records.asked import settled
from worlds.crm.records.laws import colleague
from worlds.crm.rules import WRITERS
from worlds.crm.texts import Notes, Title, Why
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.fields import Instant, RecordId, iso_instant
from worlds.engine.operation import ALL, writes

Emptied = Literal["body", "due_at"]
Planned = Literal["meeting", "call"]


@writes(roles=WRITERS, locks_bind=False, duplicates=True)
def create_task(  # noqa: PLR0913 - what a task is made with
    ctx: Context,
    subject: Title,
    due_at: Instant | None = None,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    account_id: RecordId | None = None,
    priority: Priority = "normal",
    owner_id: RecordId | None = None,
    body: Notes | None = None,
) -> ActivityDetail:
    """Make a task for yourself or a colleague.

    Args:
        subject: What is to be done.
        due_at: By when. Mind the zone: a time that a contact names is on their clock.
        contact_id: The contact it is about; its times are then shown on their clock.
        lead_id: The lead it is about.
        opportunity_id: The deal it is about.
        account_id: The account it is about; that of the deal or the contact if left out.
        priority: How pressing it is.
        owner_id: Who does it; you if left out.
        body: What else there is to know.
    """
    on = activity_file.about(
        ctx, contact_id=contact_id, lead_id=lead_id, opportunity_id=opportunity_id, account_id=account_id, needed=False
    )
    more: dict[str, Any] = {} if owner_id is None else {"owner_id": colleague(ctx, owner_id).id}
    key = activity_file.write(ctx, "task", on, subject=subject, body=body, due_at=due_at, priority=priority, **more)
    return activity_file.detail(ctx, key)


@writes(roles=WRITERS, record="activity_id", columns={"empty": (ALL,)})
def update_task(
    ctx: Context,
    activity_id: RecordId,
    subject: Title | None = None,
    due_at: Instant | None = None,
    priority: Priority | None = None,
    owner_id: RecordId | None = None,
    body: Notes | None = None,
    empty: Annotated[list[Emptied], Field(max_length=2)] | None = None,
) -> ActivityDetail:
    """Change a task that is open; what is left out stays as it is.

    Args:
        activity_id: The task.
        subject: What is to be done.
        due_at: By when.
        priority: How pressing it is.
        owner_id: Who does it.
        body: What else there is to know.
        empty: What to empty.
    """
    found = _planned(ctx, activity_id, ("task",))
    given = {"subject": subject, "due_at": due_at, "priority": priority, "owner_id": owner_id, "body": body}
    changes = settled(given, empty or ())
    if owner_id is not None:
        colleague(ctx, owner_id)
    activity_file.change(ctx, found, **changes)
    return activity_file.detail(ctx, activity_id)


@writes(roles=WRITERS, record="activity_id")
def complete_task(ctx: Context, activity_id: RecordId) -> ActivityDetail:
    """Say that a task is done, which is final; it counts as having had to do with whom it is about.

    Args:
        activity_id: The task.
    """
    found = _planned(ctx, activity_id, ("task",))
    activity_file.change(ctx, found, status="done", done_at=ctx.now)
    return activity_file.detail(ctx, activity_id)


@writes(roles=WRITERS, locks_bind=False)
def schedule_meeting(  # noqa: PLR0913 - what a meeting is planned with
    ctx: Context,
    subject: Title,
    starts_at: Instant,
    duration: Minutes = 30,
    kind: Planned = "meeting",
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    account_id: RecordId | None = None,
    owner_id: RecordId | None = None,
    body: Notes | None = None,
) -> ActivityDetail:
    """Plan a meeting or a call. Who asked not to be called is not called.

    Args:
        subject: What it is about.
        starts_at: When it begins: later than now. Mind the zone: a time that a contact names is on their clock.
        duration: How long it takes, in minutes.
        kind: A meeting, or a call.
        contact_id: The contact it is with; its times are then shown on their clock.
        lead_id: The lead it is with.
        opportunity_id: The deal it is about.
        account_id: The account it is with; that of the deal or the contact if left out.
        owner_id: Who goes there or calls; you if left out.
        body: What else there is to know.
    """
    on = activity_file.about(
        ctx, contact_id=contact_id, lead_id=lead_id, opportunity_id=opportunity_id, account_id=account_id
    )
    if kind == "call":
        activity_file.check_reachable(ctx, on, "phone")
    _check_ahead(ctx, starts_at)
    more: dict[str, Any] = {} if owner_id is None else {"owner_id": colleague(ctx, owner_id).id}
    key = activity_file.write(
        ctx, kind, on, subject=subject, body=body, starts_at=starts_at, duration=duration,
        direction="out" if kind == "call" else None, **more,
    )  # fmt: skip
    return activity_file.detail(ctx, key)


@writes(roles=WRITERS, record="activity_id")
def reschedule_meeting(
    ctx: Context, activity_id: RecordId, starts_at: Instant, duration: Minutes | None = None
) -> ActivityDetail:
    """Move a meeting or a call that is planned to another moment.

    Args:
        activity_id: The meeting or call.
        starts_at: When it begins now: later than now.
        duration: How long it takes, in minutes.
    """
    found = _planned(ctx, activity_id, ("meeting", "call"))
    _check_ahead(ctx, starts_at)
    changes: dict[str, Any] = {"starts_at": starts_at} | ({} if duration is None else {"duration": duration})
    activity_file.change(ctx, found, **changes)
    return activity_file.detail(ctx, activity_id)


@writes(roles=WRITERS, record="activity_id", columns={"activity_id": ("status",)})
def complete_meeting(
    ctx: Context, activity_id: RecordId, outcome: Literal["held", "no_show"], body: Notes | None = None
) -> ActivityDetail:
    """Say that a meeting or a call took place, or that they did not come to it; that is final.

    Args:
        activity_id: The meeting or call.
        outcome: Whether it was held.
        body: What was said; it takes the place of what was written before.
    """
    found = _planned(ctx, activity_id, ("meeting", "call"))
    if found.starts_at is not None and found.starts_at > ctx.now:
        raise Conflict(
            "not_yet",
            f"That {found.kind} begins at {iso_instant(found.starts_at)} only; move it to another time.",
            field="activity_id",
        )
    changes: dict[str, Any] = {} if body is None else {"body": body}
    activity_file.change(ctx, found, status="done", done_at=ctx.now, outcome=outcome, **changes)
    return activity_file.detail(ctx, activity_id)


@writes(roles=WRITERS, record="activity_id")
def cancel_activity(ctx: Context, activity_id: RecordId, reason: Why | None = None) -> ActivityDetail:
    """Cancel a task, a meeting or a call that is still open; it is not opened again.

    Args:
        activity_id: The activity.
        reason: Why; it is added to its text.
    """
    found = activity_file.editable(ctx, activity_id)
    changes: dict[str, Any] = {}
    if reason is not None:
        changes["body"] = "\n\n".join(part for part in (found.body, f"Cancelled: {reason}") if part)
    activity_file.change(ctx, found, status="cancelled", **changes)
    return activity_file.detail(ctx, activity_id)


def _planned(ctx: Context, activity_id: int, kinds: tuple[str, ...]) -> Row:
    """An open activity of some kinds that the acting person may change."""
    found = activity_file.editable(ctx, activity_id)
    if found.kind not in kinds:
        raise Conflict(
            "other_activity",
            f"Activity {activity_id} is a {found.kind}, and that is done with a {' or a '.join(kinds)} only.",
            field="activity_id",
        )
    return found


def _check_ahead(ctx: Context, starts_at: datetime) -> None:
    if starts_at <= ctx.now:
        raise Invalid(
            "starts_in_past",
            "What is planned begins later than now; what took place is logged as a call.",
            field="starts_at",
        )
