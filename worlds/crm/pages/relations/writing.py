"""Writing down what was done and planning what is to be done: calls, e-mails, notes, tasks, meetings."""

from collections.abc import Mapping
from typing import Any, Final

from flask import request, url_for

from worlds.crm.activity_views import ActivityDetail
from worlds.crm.operations.accounts import get_account
from worlds.crm.operations.activities import add_note, log_call, log_email, send_email
from worlds.crm.operations.contacts import get_contact
from worlds.crm.operations.leads import get_lead
from worlds.crm.operations.opportunities import get_opportunity
from worlds.crm.operations.planning import create_task, schedule_meeting
from worlds.crm.pages.relations.app import id_in, record_url, relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, sheet_page
from worlds.crm.pages.relations.choices import colleagues
from worlds.engine.errors import Refusal
from worlds.engine.operation import Operation
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door

_ABOUT: Final[Mapping[str, tuple[str, str, Operation[..., Any]]]] = {
    "contact_id": ("Contact’s id", "contact", get_contact),
    "lead_id": ("Lead’s id", "lead", get_lead),
    "opportunity_id": ("Deal’s id", "opportunity", get_opportunity),
    "account_id": ("Account’s id", "account", get_account),
}
_CLOCKS: Final = "On the clocks of Amsterdam; mind the zone of whoever named the time."


def _asked(door: Door) -> tuple[str | None, str]:
    """What the record that the address names is called, and its page; the list of activities where it names none."""
    sent = request.form if request.method == "POST" else request.args
    for name, (_, kind, reading) in _ABOUT.items():
        if key := id_in(sent.get(name)):
            try:
                shown = door.read(reading, **{name: key})
            except Refusal:
                continue
            return shown.name, record_url(kind, key)
    return None, url_for("relations.activities")


def _page(
    door: Door, operation: Operation[..., Any], done: str, heading: str, send: str, *asks: Ask, note: str = ""
) -> str:
    """A page on which an activity is written down."""
    who, back = _asked(door)
    known = operation.input_schema["properties"]
    about = tuple(Ask(name, label) for name, (label, _, _get) in _ABOUT.items() if name in known)
    crumbs = [("Activities", url_for("relations.activities"))]
    sheet = Sheet(
        heading, send, back, crumbs if who is None else [(who, back)],
        (Part("", asks, wide=True), Part("What it is about", about)),
        note=f"About {who}" if who else None, follows=(note,) if note else (),
    )  # fmt: skip
    return sheet_page(door, operation, url_for(f"relations.{done}"), sheet)


def _written(done: ActivityDetail | None, what: str) -> Done:
    if done is None:
        return Done(AGAIN, url_for("relations.activities"))
    first = done.about[0] if done.about else None
    to = record_url(first.kind, first.record_id) if first else record_url("activity", done.activity_id)
    return Done(f"{what} “{done.subject}” was saved.", to)


@relations.page("/activities/new/call")
def new_call(door: Door) -> str:
    """A call that was made or taken."""
    return _page(
        door, log_call, "call_logged", "Log a call", "Save the call",
        Ask("subject", "What it was about"), Ask("outcome", "What came of it"),
        Ask("direction", "Who called", [("out", "We did"), ("in", "They did")]),
        Ask("called_at", "When it began", hint=f"Now if left out. {_CLOCKS}"), Ask("duration", "Minutes"),
        Ask("body", "What was said", rows=5),
    )  # fmt: skip


@relations.action("/activities/new/call", log_call, shows=new_call)
def call_logged(_door: Door, done: ActivityDetail | None) -> Done:
    """The call is written down."""
    return _written(done, "The call")


@relations.page("/activities/new/email")
def new_email(door: Door) -> str:
    """An e-mail that was sent or received elsewhere."""
    return _page(
        door, log_email, "email_logged", "Log an e-mail", "Save the e-mail",
        Ask("subject", "Subject"), Ask("body", "Text", rows=8),
        Ask("direction", "Who wrote it", [("out", "We did"), ("in", "They did")]),
        Ask("sent_at", "When it was sent", hint=f"Now if left out. {_CLOCKS}"),
        note="Nothing is sent: this writes down an e-mail that there is.",
    )  # fmt: skip


@relations.action("/activities/new/email", log_email, shows=new_email)
def email_logged(_door: Door, done: ActivityDetail | None) -> Done:
    """The e-mail is written down."""
    return _written(done, "The e-mail")


@relations.page("/activities/new/letter")
def write(door: Door) -> str:
    """An e-mail to a contact or a lead."""
    return _page(
        door, send_email, "letter_sent", "Write an e-mail", "Send it",
        Ask("subject", "Subject"), Ask("body", "Text", rows=10),
        note="It goes to their primary address, if they have not objected to e-mail.",
    )  # fmt: skip


@relations.action("/activities/new/letter", send_email, shows=write)
def letter_sent(_door: Door, done: ActivityDetail | None) -> Done:
    """The e-mail is out."""
    if done is None:
        return _written(None, "")
    return Done(f"The e-mail “{done.subject}” was sent.", _written(done, "").to)


@relations.page("/activities/new/note")
def new_note(door: Door) -> str:
    """A note."""
    return _page(
        door, add_note, "note_added", "Add a note", "Save the note", Ask("subject", "What it is about"),
        Ask("body", "Note", rows=8),
    )  # fmt: skip


@relations.action("/activities/new/note", add_note, shows=new_note)
def note_added(_door: Door, done: ActivityDetail | None) -> Done:
    """The note is there."""
    return _written(done, "The note")


@relations.page("/activities/new/task")
def new_task(door: Door) -> str:
    """Something to do."""
    return _page(
        door, create_task, "task_made", "New task", "Save the task",
        Ask("subject", "What is to be done"), Ask("due_at", "By when", hint=_CLOCKS), Ask("priority", "Priority"),
        Ask("owner_id", "Who does it", colleagues(door), "you"), Ask("body", "What else there is to know", rows=4),
    )  # fmt: skip


@relations.action("/activities/new/task", create_task, shows=new_task)
def task_made(_door: Door, done: ActivityDetail | None) -> Done:
    """There is something to do."""
    return _written(done, "The task")


@relations.page("/activities/new/meeting")
def new_meeting(door: Door) -> str:
    """A meeting or a call that is planned."""
    return _page(
        door, schedule_meeting, "meeting_made", "New meeting", "Save the meeting",
        Ask("subject", "What it is about"), Ask("starts_at", "Begins", hint=_CLOCKS), Ask("duration", "Minutes"),
        Ask("kind", "A meeting or a call"), Ask("owner_id", "Who goes there or calls", colleagues(door), "you"),
        Ask("body", "What else there is to know", rows=4),
    )  # fmt: skip


@relations.action("/activities/new/meeting", schedule_meeting, shows=new_meeting)
def meeting_made(_door: Door, done: ActivityDetail | None) -> Done:
    """It is planned."""
    return _written(done, "The meeting")
