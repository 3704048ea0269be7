"""One thing that was said on a ticket: its files, and taking out of it what must not be kept."""

import base64

from flask import url_for

from worlds.desk.operations.conversation import Redaction, get_attachment, redact_comment
from worlds.desk.operations.tickets import get_ticket
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.views import CommentView, TicketDetail
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door


@workspace.page("/tickets/<id:ticket_id>/files/<id:attachment_id>")
def attachment(door: Door, ticket_id: int, attachment_id: int) -> str:
    """What is in a file; a drawing is shown as one."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    file = door.read(get_attachment, attachment_id=attachment_id)
    if file.ticket_id != ticket_id:
        raise NotFound("attachment_not_found", f"Ticket #{shown.number} has no file {attachment_id}; see its page.")
    drawing = file.mime == "image/svg+xml" and not file.redacted
    encoded = base64.b64encode(file.content.encode()).decode() if drawing else None
    return door.render("workspace/attachment.html", ticket=shown, file=file, drawing=encoded)


@workspace.page("/tickets/<id:ticket_id>/comments/<id:comment_id>/redact")
def redact(door: Door, ticket_id: int, comment_id: int) -> str:
    """Asks what is to be redacted, since it cannot be had back."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    form = as_labelled(
        door.form(redact_comment, url_for("workspace.redacted", ticket_id=ticket_id, comment_id=comment_id))
    )
    return door.render("workspace/redact.html", ticket=shown, said=comment_of(shown, comment_id), form=form)


@workspace.action("/tickets/<id:ticket_id>/comments/<id:comment_id>/redact", redact_comment, shows=redact)
def redacted(_door: Door, done: Redaction | None, ticket_id: int, comment_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The text is black."""
    said = AGAIN
    if done:
        places = done.places + done.places_in_files
        said = f"The text was redacted in {places} {'place' if places == 1 else 'places'}."
    return Done(said, url_for("workspace.ticket", ticket_id=ticket_id))


def comment_of(shown: TicketDetail, comment_id: int) -> CommentView:
    """A comment of a ticket.

    Raises:
        NotFound: when it is another ticket's.
    """
    for said in shown.comments:
        if said.comment_id == comment_id:
            return said
    raise NotFound("comment_not_found", f"Ticket #{shown.number} shows no comment {comment_id}; see its page.")
