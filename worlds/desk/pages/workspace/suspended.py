"""Messages that were kept out: read, let in, or deleted for good."""

from typing import Final

from flask import url_for

from worlds.desk.operations.suspended import (
    delete_suspended_message,
    get_suspended_message,
    list_suspended_messages,
    release_suspended_message,
)
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.records import SuspendedDetail
from worlds.engine.surfaces.chrome import AGAIN, Views, act, tabs
from worlds.engine.surfaces.pages import Done, Door

STATES: Final[Views] = (("Held", {}), ("Released", {"state": "released"}), ("Deleted", {"state": "deleted"}))


@workspace.page("/suspended")
def suspended(door: Door) -> str:
    """The list, newest first."""
    listed = door.listing(list_suspended_messages)
    return door.render("workspace/suspended.html", listed=listed, tabs=tabs(door, STATES))


@workspace.page("/suspended/<id:message_id>")
def message(door: Door, message_id: int) -> str:
    """One message."""
    shown = door.read(get_suspended_message, message_id=message_id)
    decided = (shown.state != "held", f"it was {shown.state}")

    def url(page: str) -> str:
        return url_for(f"workspace.{page}", message_id=message_id)

    acts = [
        act(door, "Let it in", url("release"), release_suspended_message, decided),
        act(door, "Delete", url("deletion"), delete_suspended_message, decided),
    ]
    return door.render("workspace/message.html", message=shown, acts=acts)


@workspace.page("/suspended/<id:message_id>/release")
def release(door: Door, message_id: int) -> str:
    """Asks before a message comes in as if it had never been kept out."""
    shown = door.read(get_suspended_message, message_id=message_id)
    form = door.form(release_suspended_message, url_for("workspace.let_in", message_id=message_id))
    return door.render("workspace/release.html", message=shown, form=form)


@workspace.action("/suspended/<id:message_id>/release", release_suspended_message, shows=release)
def let_in(_door: Door, done: SuspendedDetail | None, message_id: int) -> Done:
    """It stands on a ticket now."""
    if done is None or done.ticket_id is None:
        return Done(AGAIN, url_for("workspace.message", message_id=message_id))
    return Done(f"The message of {done.sender} came in.", url_for("workspace.ticket", ticket_id=done.ticket_id))


@workspace.page("/suspended/<id:message_id>/delete")
def deletion(door: Door, message_id: int) -> str:
    """Asks before a message is deleted, since nobody will answer it then."""
    shown = door.read(get_suspended_message, message_id=message_id)
    form = door.form(delete_suspended_message, url_for("workspace.deleted", message_id=message_id))
    return door.render("workspace/deletion.html", message=shown, form=form)


@workspace.action("/suspended/<id:message_id>/delete", delete_suspended_message, shows=deletion)
def deleted(_door: Door, done: SuspendedDetail | None, message_id: int) -> Done:  # noqa: ARG001 - the address has it
    """It is gone."""
    said = f"The message of {done.sender} was deleted." if done else AGAIN
    return Done(said, url_for("workspace.suspended"))
