"""Error pages: in the look of the app in which they happen where the app itself answers, and bare where it does not.

What the business refuses has a code and a way back. What breaks on the way there shows by its face (`errors.Face`): a
page of the app with a request id, the page of the gateway or of the maintenance before it, or the sign-in page.
"""

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Request, Response, current_app, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from jinja2 import Template
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.errors import Failure, Forbidden, Refusal
from worlds.engine.surfaces import troubles
from worlds.engine.surfaces.forms import words_of
from worlds.engine.surfaces.page_door import door_of
from worlds.engine.surfaces.wording import clock
from worlds.engine.world import World

if TYPE_CHECKING:
    from worlds.engine.surfaces.pages import Pages

_log = logging.getLogger(__name__)

EVERYWHERE = "/-/"
"""What the addresses begin with of pages that every world has; the next part names the app whose look they wear."""

HEADINGS = {
    400: "That could not be read",
    401: "Please sign in",
    403: "Not yours to open",
    404: "Nothing here",
    405: "Not done this way",
    409: "Not possible now",
    410: "This has ended",
    413: "That is too much",
    415: "That is no form",
    422: "That cannot be right",
    500: "Not available",
}
_SENTENCES = {
    404: ("unknown_page", "There is no page at this address. Follow a link of these pages instead of typing one."),
    405: ("method_not_allowed", "This address cannot be used like that. Open its page and use the form there."),
    413: ("body_too_large", "What was sent is larger than these pages take; nothing was done. Send less."),
    415: ("unsupported_content_type", "These pages take forms alone; nothing was done."),
}
NOT_AVAILABLE = "This page is not available."


def app_of(asked: Request) -> "Pages | None":
    """The app in which a request falls: its endpoint's, or else the one with the longest prefix that its path has.

    A page that every world has falls into the app that its address names, and into none where it names none.
    """
    blueprints = cast("dict[str, Pages]", current_app.blueprints)
    apps = [app for app in blueprints.values() if hasattr(app, "title") and not app.everywhere]
    if asked.path.startswith(EVERYWHERE):
        named = asked.path.removeprefix(EVERYWHERE).partition("/")[0]
        return next((app for app in apps if app.name == named), None)
    if asked.blueprint and blueprints[asked.blueprint] in apps:
        return blueprints[asked.blueprint]
    inside = [app for app in apps if f"{asked.path}/".startswith(f"{app.url_prefix or ''}/")]
    return max(inside, key=lambda app: len(app.url_prefix or ""), default=None)


def app_for(asked: Request) -> "Pages | None":
    """The app in which a request falls, or the first in which its role works."""
    here, role = app_of(asked), door_of(asked).actor.role
    if here is not None and _open_to(here, role):
        return here
    others = [app for app in cast("dict[str, Pages]", current_app.blueprints).values() if hasattr(app, "title")]
    return next((app for app in others if not app.everywhere and _open_to(app, role)), None)


def _open_to(app: "Pages", role: str) -> bool:
    return not app.roles or role in app.roles


def layout() -> Template:
    """The layout of the app at hand, or a plain one where it has none; its blocks are `title` and `main`."""
    app = app_of(request)
    own = [f"{app.name}/layout.html"] if app else []
    return current_app.jinja_env.select_template([*own, "pages/plain.html"])


def check_role(app: "Pages", role: str, world: World) -> None:
    """Keep an app to its roles.

    Raises:
        Forbidden: naming who may come in.
    """
    if role not in app.roles:
        able = ", ".join(title.title for name, title in world.roles.items() if name in app.roles)
        raise Forbidden(
            "app_not_permitted", f"{app.title} is open to these roles: {able}. Yours is {world.roles[role].title}."
        )


def page(status: int, code: str, message: str, **more: Any) -> AnyResponse:
    """An error page in the look of the app at hand.

    `more` may say the `heading`, a `request_id` in place of the code, and `again`, an address at which to try again.
    """
    app = app_of(request)
    inside = app is not None and _open_to(app, door_of(request).actor.role)
    templates: list[str | Template] = [f"{app.name}/error.html"] if app and inside else []
    home = f"{request.script_root}{app.url_prefix or ''}/" if app and inside else f"{request.script_root}/"
    shown = {"heading": HEADINGS.get(status, "That did not work"), "request_id": "", "again": "", **more}
    text = render_template(
        [*templates, "pages/error.html"],
        status=status,
        code=code,
        message=message,
        back=home,
        door=door_of(request),
        layout=layout(),
        **shown,
    )
    return _html(text, status)


def failed(failure: Failure) -> AnyResponse:
    """The page of something that broke on the way, by its face; the banner of a page that cannot stay is a page too."""
    door = door_of(request)
    troubles.banners().clear()
    if failure.face == "gateway":
        phrase = HTTPStatus(failure.status).phrase
        return _html(render_template("pages/gateway.html", status=failure.status, phrase=phrase), failure.status)
    if failure.face == "maintenance":
        seconds = troubles.retry_after(failure)
        ends = clock(door.now + timedelta(seconds=seconds), door.now) if seconds is not None else ""
        text = door.render("pages/maintenance.html", title=door.world.title, ends=ends, zone=door.world.zone)
        return _html(text, failure.status)
    if failure.face == "sign_in" and (app := app_for(request)):
        asked = request.full_path.removesuffix("?") if request.method == "GET" else ""
        onward = f"{request.script_root}{asked}" if asked else g.get("form_page", "")
        return redirect(url_for("everywhere.sign_in", app=app.name, next=onward or None), 302)
    return page(
        failure.status,
        "",
        troubles.words_of(failure, door.now),
        heading=troubles.heading_of(failure),
        request_id=failure.headers.get("Request-Id", door.request_id),
        again=_again(failure),
    )


def _again(failure: Failure) -> str:
    """The address of the page to try again: that of the form where one was sent. None where trying cannot help."""
    if failure.status in {403, 404}:
        return ""
    if request.method == "POST":
        return str(g.get("form_page", ""))
    return f"{request.script_root}{request.full_path}".removesuffix("?")


def _html(text: str, status: int) -> AnyResponse:
    return Response(text, status=status, content_type="text/html; charset=utf-8")


def install(app: Flask) -> None:
    """Let every error of an app's requests end in a page, never in a traceback."""

    def refused(refusal: Refusal) -> AnyResponse:
        if isinstance(refusal, Failure):
            return failed(refusal)
        return page(refusal.status, refusal.code, words_of(refusal))

    def forged(error: CSRFError) -> AnyResponse:
        return page(400, "invalid_form_token", str(error.description))

    def turned_away(error: HTTPException) -> AnyResponse:
        if error.response is not None or error.code is None or error.code < 400:
            return error.get_response()
        code, sentence = _SENTENCES.get(error.code, ("bad_request", str(error.description)))
        return page(error.code, code, sentence)

    def broken(error: Exception) -> AnyResponse:
        _log.error("A page failed: %s %s", request.method, request.path, exc_info=error)
        return page(500, "not_available", NOT_AVAILABLE)

    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, turned_away)
    app.register_error_handler(Exception, broken)
