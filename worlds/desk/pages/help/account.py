"""Signing in to the help centre, out of it, and who one is there."""

from flask import request, url_for
from werkzeug.wrappers import Response

from worlds.desk.operations.requests import HelpSession, sign_in, sign_out
from worlds.desk.pages.help.front import centre, members, show
from worlds.desk.pages.help.knowledge import home
from worlds.desk.pages.help.wording import labelled
from worlds.engine.errors import Unauthorized
from worlds.engine.surfaces import error_pages
from worlds.engine.surfaces.page_door import door_of
from worlds.engine.surfaces.pages import Done, Door


@centre.page("/sign-in")
def sign_in_page(door: Door) -> str:
    """A form to sign in; `return_to` says where to go afterwards."""
    form = labelled(door.form(sign_in, url_for("help.signed_in"), name="sign-in"))
    return show(door, "sign_in.html", form=form, onward=_onward())


def _onward() -> str:
    """Where signing in leads to: what a form that came back had said, or the page that the guest wanted."""
    if request.method == "POST":
        return request.form.get("next", "")
    asked = request.args.get("return_to", "")
    safe = asked.startswith("/") and not asked.startswith("//") and ".." not in asked and "\\" not in asked
    return f"{request.script_root}{asked}" if safe else ""


@centre.action("/sign-in", sign_in, shows=sign_in_page)
def signed_in(_door: Door, done: HelpSession | None) -> Done:
    """A greeting."""
    return Done(f"Welcome back, {done.name}." if done else "You are signed in.", url_for("help.my_requests"))


@centre.errorhandler(Unauthorized)
def turned_away(refusal: Unauthorized) -> Response:
    """The sign-in form again, with what was typed; the framework shows other 401s as error pages."""
    door = door_of(request)
    if door.sent is None or request.endpoint != "help.signed_in":
        return error_pages.page(refusal.status, refusal.code, refusal.message)
    return Response(sign_in_page(door), status=refusal.status, content_type="text/html; charset=utf-8")


@centre.action("/sign-out", sign_out, shows=home)
def signed_out(_door: Door, done: HelpSession | None) -> Done:  # noqa: ARG001 - the framework's shape
    """A goodbye."""
    return Done("You are signed out.", url_for("help.home"))


@centre.page("/account")
@members
def account(door: Door) -> str:
    """Who the visitor is to the desk, whose requests they see, and who sees theirs."""
    return show(door, "account.html")
