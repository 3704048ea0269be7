"""The help centre's app and what all its pages share: who is visiting, and keeping guests off the requests.

A page or action marked with `members` is for somebody who is signed in; everybody else is sent to sign in first.
"""

from dataclasses import dataclass
from typing import Any

from flask import g, url_for

from worlds.desk.operations.requests import HelpSession, get_help_session, sign_out
from worlds.desk.rules import REQUESTERS
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.guests import Guests
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


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a page, and the form by which they sign out, if they are signed in."""

    session: HelpSession
    leave: Form | None


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


members = Guests(centre, home="my_requests", signed_in=lambda door: session_of(door).signed_in).members
