"""Apps in which people sign in: guests are kept off what is for members, and led there once they have signed in.

An app says which view shows the form to sign in (`sign_in_page`), and which of its own a guest goes on to who had sent
a form. The action that signs in is declared with `signs_in=True`, so that a wrong password shows that form again.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from worlds.engine.surfaces.page_door import Door, door_of
from worlds.engine.surfaces.pages import Pages

ASKED = "return_to"
"""Names in the sign-in page's address the page that a guest had wanted, as a path below the episode's."""

View = TypeVar("View", bound=Callable[..., Any])


class Guests:
    """Keeps guests off the views of an app that are marked as ones for `members`.

    Args:
        app: the app.
        home: the view to which signing in leads where no page was asked for.
        signed_in: whether somebody is signed in; it may refuse people who have no account here.
    """

    def __init__(self, app: Pages, *, home: str, signed_in: Callable[[Door], bool]) -> None:
        self._app = app
        self._home = home
        self._signed_in = signed_in
        self._views: set[str] = set()
        app.before_request(self._keep_out)

    def members(self, view: View) -> View:
        """Mark a view of the app as one for people who are signed in."""
        self._views.add(view.__name__)
        return view

    def _keep_out(self) -> Response | None:
        """Send a guest who wants something of their own to the sign-in page, and from there back."""
        view = (request.endpoint or "").removeprefix(f"{self._app.name}.")
        if view not in self._views or self._signed_in(door_of(request)):
            return None
        asked = request.full_path.removesuffix("?") if request.method == "GET" else self._address(self._home)
        onward = asked.removeprefix(request.script_root)
        return redirect(f"{self._address('sign_in_page')}?{urlencode({ASKED: onward})}", 303)

    def _address(self, view: str) -> str:
        return url_for(f"{self._app.name}.{view}")


def onward() -> str:
    """The path to which signing in leads, as the sign-in page's address says; empty for one out of these pages."""
    asked = request.args.get(ASKED, "")
    safe = asked.startswith("/") and not asked.startswith("//") and ".." not in asked and "\\" not in asked
    return f"{request.script_root}{asked}" if safe else ""
