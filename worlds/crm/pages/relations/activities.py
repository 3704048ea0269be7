"""Activities: the list, one of them, and what is done with what was planned."""

from typing import Any, Final

from flask import url_for

from worlds.crm.activity_views import ActivityDetail
from worlds.crm.operations.activities import get_activity, list_activities
from worlds.crm.operations.history import delete_record
from worlds.crm.operations.planning import (
    cancel_activity,
    complete_meeting,
    complete_task,
    create_task,
    reschedule_meeting,
    update_task,
)
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Crumbs, Part, Sheet, emptied_of, form_for, sheet_page
from worlds.crm.pages.relations.choices import YES_NO, colleagues, with_own
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.engine.surfaces.chrome import AGAIN, Views, act
from worlds.engine.surfaces.pages import Done, Door

SORTS: Final = [("newest", "Newest first"), ("oldest", "Oldest first"), ("due", "Most pressing first")]


@relations.page("/activities")
def activities(door: Door) -> str:
    """The list, with its filters in the URL."""
    me = str(door.actor.person or "")
    filters = (
        Ask("query", "Search"), Ask("kind", "Kind", blank="Any"), Ask("status", "Status", blank="Any"),
        Ask("owner_id", "Owner", colleagues(door), "Anybody"), Ask("overdue", "Overdue", YES_NO, "Any"),
        Ask("account_id", "Account’s id"), Ask("contact_id", "Contact’s id"), Ask("lead_id", "Lead’s id"),
        Ask("opportunity_id", "Deal’s id"), Ask("from_day", "From"), Ask("to_day", "To"),
        Ask("sort", "Sort by", SORTS),
    )  # fmt: skip
    today = door.today.isoformat()
    quick: Views = (
        ("All activities", {}),
        ("My open ones", {"status": "open", "owner_id": me}),
        ("Mine today", {"status": "open", "owner_id": me, "from_day": today, "to_day": today}),
        ("Overdue", {"overdue": "true"}),
    )
    new = [act(door, "New task", url_for("relations.new_task"), create_task)]
    listed = Listed("Activities", "activity", "activity", "activities", filters, quick, new)
    return list_page(door, list_activities, listed)


def _activity(activity_id: int) -> str:
    return url_for("relations.activity", activity_id=activity_id)


def _crumbs(shown: ActivityDetail) -> Crumbs:
    return [("Activities", url_for("relations.activities")), (shown.subject, _activity(shown.activity_id))]


@relations.page("/activities/<id:activity_id>")
def activity(door: Door, activity_id: int) -> str:
    """One activity."""
    shown = door.read(get_activity, activity_id=activity_id)
    over = (shown.status != "open", f"it is {shown.status}")

    def one(title: str, page: str, operation: Any, *hurdles: tuple[bool, str]) -> Any:
        return act(door, title, url_for(f"relations.{page}", activity_id=activity_id), operation, *hurdles)

    acts = [
        act(door, "Delete", url_for("relations.deletion", kind="activity", record_id=activity_id), delete_record),
    ]
    if shown.kind == "task":
        acts.insert(0, one("Edit the task", "edit_task", update_task, over))
    if shown.kind in {"meeting", "call"}:
        acts[:0] = [
            one("Say how it went", "outcome", complete_meeting, over),
            one("Move it", "moving", reschedule_meeting, over),
        ]
    acts.insert(-1, one("Cancel it", "cancelling", cancel_activity, over))
    task = shown.kind == "task" and shown.status == "open"
    done = form_for(door, complete_task, url_for("relations.task_done", activity_id=activity_id), name="done")
    return door.render("relations/activity.html", activity=shown, acts=acts, finishing=done if task else None)


@relations.action("/activities/<id:activity_id>/done", complete_task, shows=activity)
def task_done(_door: Door, done: ActivityDetail | None, activity_id: int) -> Done:
    """The task is done."""
    return Done(f"The task “{done.subject}” is done." if done else AGAIN, _activity(activity_id))


@relations.page("/activities/<id:activity_id>/edit")
def edit_task(door: Door, activity_id: int) -> str:
    """What is to be done, by whom and when."""
    shown = door.read(get_activity, activity_id=activity_id)
    asks = (
        Ask("subject", "What is to be done"), Ask("due_at", "By when", hint=f"On the clocks of {door.world.zone}."),
        Ask("priority", "Priority"),
        Ask("owner_id", "Who does it", with_own(colleagues(door), shown.owner_id, shown.owner_name)),
        Ask("body", "What else there is to know", rows=4),
    )  # fmt: skip
    due = shown.due_at.astimezone(door.now.tzinfo).strftime("%Y-%m-%dT%H:%M") if shown.due_at else None
    sheet = Sheet(
        "Edit the task", "Save the task", _activity(activity_id), _crumbs(shown), (Part("", asks),),
        note=shown.subject, emptied=emptied_of(update_task),
    )  # fmt: skip
    values = {
        "subject": shown.subject, "priority": shown.priority, "owner_id": shown.owner_id, "body": shown.body,
        "due_at": due,
    }  # fmt: skip
    return sheet_page(door, update_task, url_for("relations.task_saved", activity_id=activity_id), sheet, values)


@relations.action("/activities/<id:activity_id>/edit", update_task, shows=edit_task)
def task_saved(_door: Door, done: ActivityDetail | None, activity_id: int) -> Done:
    """The task is saved."""
    return Done(f"The task “{done.subject}” was saved." if done else AGAIN, _activity(activity_id))


@relations.page("/activities/<id:activity_id>/outcome")
def outcome(door: Door, activity_id: int) -> str:
    """Whether a meeting or a planned call was held."""
    shown = door.read(get_activity, activity_id=activity_id)
    asks = (
        Ask("outcome", "It was", [("held", "held"), ("no_show", "not held: nobody came")]),
        Ask("body", "What was said", rows=5),
    )
    sheet = Sheet(
        "How it went", "Save", _activity(activity_id), _crumbs(shown), (Part("", asks, wide=True),), note=shown.subject
    )
    return sheet_page(
        door, complete_meeting, url_for("relations.held", activity_id=activity_id), sheet, {"body": shown.body}
    )


@relations.action("/activities/<id:activity_id>/outcome", complete_meeting, shows=outcome)
def held(_door: Door, done: ActivityDetail | None, activity_id: int) -> Done:
    """It is behind us."""
    return Done(f"“{done.subject}” is done." if done else AGAIN, _activity(activity_id))


@relations.page("/activities/<id:activity_id>/move")
def moving(door: Door, activity_id: int) -> str:
    """Moves a meeting or a planned call to another time."""
    shown = door.read(get_activity, activity_id=activity_id)
    asks = (
        Ask("starts_at", "Begins", hint=f"On the clocks of {door.world.zone}; whom it is with is in {shown.zone}."),
        Ask("duration", "Minutes"),
    )
    sheet = Sheet("Move it", "Move it", _activity(activity_id), _crumbs(shown), (Part("", asks),), note=shown.subject)
    starts = shown.starts_at.astimezone(door.now.tzinfo).strftime("%Y-%m-%dT%H:%M") if shown.starts_at else None
    return sheet_page(
        door, reschedule_meeting, url_for("relations.rescheduled", activity_id=activity_id), sheet,
        {"starts_at": starts, "duration": shown.duration},
    )  # fmt: skip


@relations.action("/activities/<id:activity_id>/move", reschedule_meeting, shows=moving)
def rescheduled(_door: Door, done: ActivityDetail | None, activity_id: int) -> Done:
    """It begins at another time."""
    return Done(f"“{done.subject}” was moved." if done else AGAIN, _activity(activity_id))


@relations.page("/activities/<id:activity_id>/cancel")
def cancelling(door: Door, activity_id: int) -> str:
    """Calls off what was planned."""
    shown = door.read(get_activity, activity_id=activity_id)
    sheet = Sheet(
        "Cancel it", "Call it off", _activity(activity_id), _crumbs(shown),
        (Part("", (Ask("reason", "Why"),), wide=True),),
        note=shown.subject, follows=("It stays in sight as cancelled.",), danger=True,
    )  # fmt: skip
    return sheet_page(door, cancel_activity, url_for("relations.cancelled", activity_id=activity_id), sheet)


@relations.action("/activities/<id:activity_id>/cancel", cancel_activity, shows=cancelling)
def cancelled(_door: Door, done: ActivityDetail | None, activity_id: int) -> Done:
    """It does not take place."""
    return Done(f"“{done.subject}” was cancelled." if done else AGAIN, _activity(activity_id))
