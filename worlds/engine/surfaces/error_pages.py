"""Error pages in the look of the app in which they happen: a heading, a sentence, a code and a way back."""

import logging
from typing import TYPE_CHECKING, cast

from flask import Flask, Request, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from jinja2 import Template
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.errors import Forbidden, Refusal
from worlds.engine.surfaces.page_door import door_of
from worlds.engine.world import World

if TYPE_CHECKING:
    from worlds.engine.surfaces.pages import Pages

_log = logging.getLogger(__name__)

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
    """The app in which a request falls: its endpoint's, or else the one with the longest prefix that its path has."""
    blueprints = cast("dict[str, Pages]", current_app.blueprints)
    if asked.blueprint and hasattr(blueprints[asked.blueprint], "title"):
        return blueprints[asked.blueprint]
    apps = [app for app in blueprints.values() if hasattr(app, "title")]
    inside = [app for app in apps if f"{asked.path}/".startswith(f"{app.url_prefix or ''}/")]
    return max(inside, key=lambda app: len(app.url_prefix or ""), default=None)


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


def page(status: int, code: str, message: str) -> AnyResponse:
    """An error page in the look of the app at hand."""
    app = app_of(request)
    inside = app is not None and (not app.roles or door_of(request).actor.role in app.roles)
    templates: list[str | Template] = [f"{app.name}/error.html"] if app and inside else []
    home = f"{request.script_root}{app.url_prefix or ''}/" if app and inside else f"{request.script_root}/"
    text = render_template(
        [*templates, "pages/error.html"],
        status=status,
        code=code,
        message=message,
        heading=HEADINGS.get(status, "That did not work"),
        back=home,
        door=door_of(request),
    )
    return Response(text, status=status, content_type="text/html; charset=utf-8")


def install(app: Flask) -> None:
    """Let every error of an app's requests end in a page, never in a traceback."""

    def refused(refusal: Refusal) -> AnyResponse:
        return page(refusal.status, refusal.code, refusal.message)

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
