"""The help centre's app and what all its pages share: who is visiting, and keeping guests off the requests.

A page or action marked with `members` is for somebody who is signed in; everybody else is sent to sign in first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from worlds.desk.operations.requests import HelpSession, get_help_session, sign_out
from worlds.desk.rules import REQUESTERS
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.page_door import door_of
from worlds.engine.surfaces.pages import Door, Pages

centre = Pages(
    "help",
    __name__,
    title="Larkfield Help",
    roles=REQUESTERS,
    url_prefix="/help",
    template_folder="templates",
    static_folder="static",
    static_url_path="/files",
)

View = TypeVar("View", bound=Callable[..., Any])
_MEMBERS: set[str] = set()


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a page, and the form by which they sign out, if they are signed in."""

    session: HelpSession
    leave: Form | None


def members(view: View) -> View:
    """Mark a view of the help centre as one for people who are signed in."""
    _MEMBERS.add(view.__name__)
    return view


def session_of(door: Door) -> HelpSession:
    """The visitor's session, read once a request."""
    if "help_session" not in g:
        g.help_session = door.read(get_help_session)
    session: HelpSession = g.help_session
    return session


def show(door: Door, template: str, **context: Any) -> str:
    """A page of the help centre, with who is visiting."""
    session = session_of(door)
    leave = door.form(sign_out, url_for("help.signed_out"), name="leave") if session.signed_in else None
    return door.render(f"help/{template}", visit=Visit(session, leave), **context)


@centre.before_request
def keep_guests_out() -> Response | None:
    """Send a guest who wants something of their own to the sign-in page, and from there back."""
    view = (request.endpoint or "").removeprefix("help.")
    if view not in _MEMBERS or session_of(door_of(request)).signed_in:
        return None
    asked = request.full_path.removesuffix("?") if request.method == "GET" else url_for("help.my_requests")
    onward = asked.removeprefix(request.script_root)
    return redirect(f"{url_for('help.sign_in_page')}?{urlencode({'return_to': onward})}", 303)
