"""One's own requests and those of one's organisation: the lists, asking, the conversation, files, and rating it."""

import base64
from io import BytesIO
from typing import Final

from flask import request, send_file, url_for
from werkzeug.wrappers import Response

from worlds.desk.operations.conversation import FileView, get_attachment
from worlds.desk.operations.requests import (
    RequestDetail,
    comment_on_request,
    get_request,
    list_requests,
    rate_request,
    submit_request,
)
from worlds.desk.pages.help.front import centre, members, session_of, show
from worlds.desk.pages.help.wording import TOPICS, labelled
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN, Views, tabs
from worlds.engine.surfaces.pages import Done, Door

STATES: Final[Views] = (
    ("All requests", {}),
    ("Open", {"status": "open"}),
    ("Awaiting your reply", {"status": "awaiting_reply"}),
    ("Solved", {"status": "solved"}),
    ("Closed", {"status": "closed"}),
)
SORTS: Final = (("newest", "Newest first"), ("oldest", "Oldest first"), ("updated", "Last message first"))
HARMLESS: Final = frozenset({"text/plain", "text/csv", "image/svg+xml"})
"""Kinds of files that are handed out as what they are; anything else as bytes."""


@centre.page("/requests")
@members
def my_requests(door: Door) -> str:
    """What the visitor has asked, with its filters in the URL."""
    return _list(door, "My requests", mine=True)


@centre.page("/organization")
@members
def our_requests(door: Door) -> str:
    """What the visitor's organisation has asked, as far as they may see it."""
    session = session_of(door)
    if not session.sees_colleagues:
        return show(door, "not_shared.html")
    return _list(door, f"Requests of {session.organization_name}", mine=False)


def _list(door: Door, heading: str, *, mine: bool) -> str:
    listing = door.listing(list_requests, mine=mine)
    narrowed = any(request.args.get(name) for name in ("query", "status"))
    return show(
        door,
        "requests.html",
        heading=heading,
        mine=mine,
        form=labelled(listing.form),
        found=listing.found,
        tabs=tabs(door, STATES),
        sorts=SORTS,
        narrowed=narrowed,
    )


@centre.page("/requests/new")
@members
def new_request(door: Door) -> str:
    """A form to ask with."""
    form = labelled(door.form(submit_request, url_for("help.submitted"), name="ask"))
    return show(door, "new_request.html", form=form, topics=TOPICS)


@centre.action("/requests/new", submit_request, shows=new_request)
@members
def submitted(_door: Door, done: RequestDetail | None) -> Done:
    """The request's number, and the request."""
    if done is None:
        return Done("This was sent twice; you asked once. Your request is the first one here.", _mine())
    return Done(
        f"Thank you. Your request #{done.number} is with us; our answer will stand here.", _page(done.ticket_id)
    )


@centre.page("/requests/<id:ticket_id>")
@members
def request_page(door: Door, ticket_id: int) -> str:
    """A request with all that was said to whoever asked it, and what can be said next."""
    shown = door.read(get_request, ticket_id=ticket_id)
    rating = None
    if shown.rating is not None and shown.status == "solved":
        rating = labelled(door.form(rate_request, url_for("help.rated", ticket_id=ticket_id), name="rate"))
    reply = door.form(comment_on_request, url_for("help.answered", ticket_id=ticket_id), name="reply")
    return show(door, "request.html", asked=shown, reply=labelled(reply), rating=rating)


@centre.action("/requests/<id:ticket_id>/answer", comment_on_request, shows=request_page)
@members
def answered(_door: Door, done: RequestDetail | None, ticket_id: int) -> Done:
    """Where the words went: onto the request, onto the one that took it in, or into a new one."""
    if done is None:
        return Done(AGAIN, _page(ticket_id))
    if done.ticket_id == ticket_id:
        return Done(f"Your message is on request #{done.number}.", _page(ticket_id))
    if done.follow_up_of is not None:
        told = f"Your message opened request #{done.number}, which goes on from #{done.follow_up_of}."
    else:
        told = f"Your message is on request #{done.number}, which took the other one in."
    return Done(told, _page(done.ticket_id))


@centre.action("/requests/<id:ticket_id>/rating", rate_request, shows=request_page)
@members
def rated(_door: Door, done: RequestDetail | None, ticket_id: int) -> Done:
    """Thanks for it."""
    said = f"Thank you. Your rating of request #{done.number} was saved." if done else AGAIN
    return Done(said, _page(ticket_id))


@centre.page("/requests/<id:ticket_id>/files/<id:attachment_id>")
@members
def file_page(door: Door, ticket_id: int, attachment_id: int) -> str:
    """What is in a file; a drawing is shown as one."""
    shown = door.read(get_request, ticket_id=ticket_id)
    file = _file(door, ticket_id, attachment_id)
    drawing = file.mime == "image/svg+xml" and not file.redacted
    encoded = base64.b64encode(file.content.encode()).decode() if drawing else None
    return show(door, "file.html", asked=shown, file=file, drawing=encoded)


@centre.page("/requests/<id:ticket_id>/files/<id:attachment_id>/download")
@members
def download(door: Door, ticket_id: int, attachment_id: int) -> Response:
    """The file itself, to keep; a browser is told to save it and never to show it."""
    file = _file(door, ticket_id, attachment_id)
    kind = file.mime if file.mime in HARMLESS else "application/octet-stream"
    return send_file(BytesIO(file.content.encode()), kind, as_attachment=True, download_name=file.name, etag=False)


def _file(door: Door, ticket_id: int, attachment_id: int) -> FileView:
    """A file of a request.

    Raises:
        NotFound: when it is another request's.
    """
    file = door.read(get_attachment, attachment_id=attachment_id)
    if file.ticket_id != ticket_id:
        raise NotFound("attachment_not_found", "This request has no such file; its messages name theirs.")
    return file


def _mine() -> str:
    return url_for("help.my_requests")


def _page(ticket_id: int) -> str:
    return url_for("help.request_page", ticket_id=ticket_id)
