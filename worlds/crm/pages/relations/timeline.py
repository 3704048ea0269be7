"""The timeline beside a record: what was done and what is planned, and where one writes down more."""

from typing import Any, Final

from flask import url_for

from worlds.crm.operations.activities import add_note, list_activities, log_call, log_email, send_email
from worlds.crm.operations.planning import create_task, schedule_meeting
from worlds.engine.surfaces.chrome import Act, act
from worlds.engine.surfaces.pages import Door

SHOWN: Final = 12
"""Activities beside a record."""


def timeline(door: Door, **about: Any) -> Any:
    """The latest activities about a record, or None where they cannot be had for the moment."""
    return door.part(list_activities, page_size=SHOWN, **about)


def activity_acts(door: Door, **about: Any) -> list[Act]:
    """What can be written down or planned about a record."""
    entries = [
        ("Log a call", "new_call", log_call),
        ("Log an e-mail", "new_email", log_email),
        ("Add a note", "new_note", add_note),
        ("New task", "new_task", create_task),
        ("New meeting", "new_meeting", schedule_meeting),
    ]
    if "account_id" not in about:
        entries.insert(0, ("Write an e-mail", "write", send_email))
    return [act(door, title, url_for(f"relations.{page}", **about), operation) for title, page, operation in entries]
