"""How the workspace says what it shows: statuses, clocks, who said what, and what an update changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from worlds.desk.operations.macros import PreviewedChange
from worlds.desk.operations.service import GroupView
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.views import AuditEventView, CommentView, TimerView
from worlds.engine.surfaces.wording import phrase

STATUSES: Final = {"hold": "On hold"}
TOPICS: Final = {
    "wismo": "Where is my order",
    "return_exchange": "Return or exchange",
    "refund_status": "Refund status",
    "product_question": "Product question",
    "change_cancel": "Change or cancel",
    "damaged": "Damaged or faulty",
    "discount": "Discount",
    "account": "Account",
    "invoice_b2b": "Business invoice",
    "complaint": "Complaint",
    "praise": "Praise",
    "other": "Something else",
}
LANGUAGES: Final = {"en": "English", "nl": "Dutch", "de": "German", "fr": "French"}
VIAS: Final = {
    "email": "e-mail",
    "web": "the web form",
    "api": "an app",
    "social": "social media",
    "agent": "the workspace",
    "requester": "the requester",
    "trigger": "a trigger",
    "automation": "an automation",
    "macro": "a macro",
    "merge": "a merge",
}
METRICS: Final = {
    "first_reply": "First reply",
    "next_reply": "Next reply",
    "requester_wait": "Requester’s wait",
    "agent_work": "Agents’ work",
    "resolution": "Resolution",
}
COLUMNS: Final = {
    "assignee_id": "Assignee",
    "group_id": "Group",
    "requester_id": "Requester",
    "organization_id": "Organisation",
    "problem_id": "Problem",
    "due_at": "Due",
}
SOON: Final = 60
"""Minutes before its end from which a clock is shown as urgent."""
KIB: Final = 1_024
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a comment is: its class on the page, and the label that says it in words."""

    css: str
    words: str


@workspace.app_template_filter("status_words")
def status_words(code: str) -> str:
    """A status, priority or type as the desk says it."""
    return STATUSES.get(code, phrase(code))


@workspace.app_template_filter("topic_words")
def topic_words(code: str) -> str:
    """What a ticket is about."""
    return TOPICS.get(code, phrase(code))


@workspace.app_template_filter("language_words")
def language_words(code: str) -> str:
    """A language by its English name."""
    return LANGUAGES.get(code, code)


@workspace.app_template_global("workspace_languages")
def languages() -> list[tuple[str, str]]:
    """The languages to choose from."""
    return list(LANGUAGES.items())


@workspace.app_template_filter("via_words")
def via_words(code: str) -> str:
    """By what something came: "e-mail", "a trigger"."""
    return VIAS.get(code, phrase(code).lower())


@workspace.app_template_filter("metric_words")
def metric_words(code: str) -> str:
    """What a clock measures."""
    return METRICS.get(code, phrase(code))


@workspace.app_template_filter("span")
def span(minutes: int) -> str:
    """A length of time as badges say it: 45 min, 2 h 10 min, 3 d 4 h."""
    days, rest = divmod(minutes, 1_440)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {left} min" if left else f"{hours} h"
    return f"{left} min"


@workspace.app_template_filter("left_words")
def left_words(minutes: int) -> str:
    """How long until something is due, or how late it is: "in 2 h 10 min", "40 min late"."""
    return f"in {span(minutes)}" if minutes >= 0 else f"{span(-minutes)} late"


@workspace.app_template_filter("left_tone")
def left_tone(minutes: int) -> str:
    """The tint of a clock that runs."""
    if minutes < 0:
        return "bad"
    return "warn" if minutes <= SOON else "good"


@workspace.app_template_filter("minutes_from")
def minutes_from(due: datetime, now: datetime) -> int:
    """Whole minutes from now until a moment, below zero once it is past."""
    return int((due - now).total_seconds() // 60)


@workspace.app_template_filter("clock_words")
def clock_words(timer: TimerView) -> str:
    """A clock in words."""
    name, left = metric_words(timer.metric), timer.minutes_left
    if timer.state == "active" and left is not None:
        return f"{name} {left_words(left)}"
    if timer.state == "paused" and left is not None:
        return f"{name} paused, {span(left)} left" if left >= 0 else f"{name} paused, {span(-left)} late"
    if timer.state == "stopped":
        return f"{name} stopped"
    return f"{name} was late" if timer.breached_at else f"{name} in time"


@workspace.app_template_filter("clock_tone")
def clock_tone(timer: TimerView) -> str:
    """The tint of a clock."""
    if timer.state == "active" and timer.minutes_left is not None:
        return left_tone(timer.minutes_left)
    return "quiet"


@workspace.app_template_filter("said_kind")
def said_kind(said: CommentView) -> Kind:
    """What a comment is, at a glance."""
    rule = " said-rule" if said.automatic else ""
    if not said.public:
        return Kind(f"said-note{rule}", "Internal note, automatic" if said.automatic else "Internal note")
    if said.automatic:
        return Kind("said-rule", "Automatic reply")
    if said.author_role == "end_user":
        return Kind("said-requester", "From the requester")
    return Kind("said-staff", "Public reply")


@workspace.app_template_filter("file_size")
def file_size(size: int) -> str:
    """Bytes as people say them."""
    return f"{size} bytes" if size < KIB else f"{size / KIB:.0f} kB"


@workspace.app_template_filter("event_words")
def event_words(event: AuditEventView, names: Mapping[tuple[str, str], str]) -> str:
    """One part of an update as a sentence.

    Args:
        event: the part.
        names: by column and id, what people call what an id stands for.
    """
    if event.kind == "comment":
        return "Public reply" if event.field == "public" else "Internal note"
    caption = COLUMNS.get(event.field or "", phrase(event.field or event.kind))
    before, after = (_value(event.field, one, names) for one in (event.before, event.after))
    if event.kind == "change":
        return f"{caption}: {before} → {after}"
    what = phrase(event.kind)
    said = " → ".join(one for one in (event.before, event.after) if one)
    return ": ".join(filter(None, (what, event.field and phrase(event.field), said)))


def _value(field: str | None, value: str | None, names: Mapping[tuple[str, str], str]) -> str:
    if value is None or value in {"", "[]"}:
        return "none"
    if field == "tags":
        return ", ".join(json.loads(value))
    if field == "topic":
        return topic_words(value)
    if field == "status":
        return status_words(value).lower()
    return names.get((field or "", value), value)


@workspace.app_template_filter("change_words")
def change_words(change: PreviewedChange, names: Mapping[tuple[str, str], str]) -> str:
    """A change that a macro would make, as a sentence."""
    before, after = (_value(change.field, one, names) for one in (change.before, change.after))
    return f"{COLUMNS.get(change.field, phrase(change.field))}: {before} → {after}"


@workspace.app_template_filter("hours_words")
def hours_words(group: GroupView) -> str:
    """A group's hours of work, a line for the days that have the same."""
    spans: dict[int, list[str]] = {}
    for one in group.hours:
        spans.setdefault(one.weekday, []).append(f"{_clock(one.opens)}–{_clock(one.closes)}")
    lines: dict[str, list[str]] = {}
    for weekday, listed in sorted(spans.items()):
        lines.setdefault(" and ".join(listed), []).append(DAYS[weekday])
    return "\n".join(f"{', '.join(days)}: {hours}" for hours, days in lines.items()) or "none"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"
