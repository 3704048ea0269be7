"""Where pages get their variant: hooks around a world's app."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlencode

import lxml.html
from flask import Flask, Response, redirect, request
from lxml.html import HtmlElement, builder
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.surfaces import error_pages, seals
from worlds.engine.surfaces.drift import notices, order, steps
from worlds.engine.surfaces.drift.face import face_of
from worlds.engine.surfaces.drift.lexicon import lexicon_of
from worlds.engine.surfaces.drift.settings import Settings, settings_of
from worlds.engine.surfaces.drift.variant import Variant, variant_of
from worlds.engine.surfaces.drift.words import Wording
from worlds.engine.world import World

SHEETS: Final = "/assets/wear/"
"""Below the episode's prefix: the stylesheets of variants."""
_SHEET = re.compile(r"[a-z]+\.css")
_SIZE: Final = "page_size"


def install(app: Flask, world: World) -> None:
    """Let an app's pages wear the variant of the episode that is asked for."""

    def before() -> AnyResponse | None:
        variant = _variant()
        if variant is None:
            return None
        _choose_size(settings_of(world), variant)
        if request.method == "GET" and request.path.startswith(SHEETS):
            return _sheet(world, request.path.removeprefix(SHEETS))
        name = request.path.removeprefix(notices.PATH)
        if request.method == "POST" and request.path.startswith(notices.PATH) and name in variant.notices:
            return _put_away(name)
        return None

    def after(response: Response) -> Response:
        variant = _variant()
        ours = response.mimetype == "text/html" and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        if variant is not None and ours and not response.direct_passthrough:
            _wear(response, world, variant)
        return response

    app.before_request(before)
    app.after_request(after)


def _variant() -> Variant | None:
    """The variant to be worn; None for the plain face."""
    number = face_of(request.environ["worlds.episode"])
    return variant_of(number) if number else None


def _choose_size(settings: Settings, variant: Variant) -> None:
    """Have a list show as many rows as the variant does, where its address does not say."""
    size = settings.sizes.get(request.path, {}).get(variant.sizes)
    if size is not None and f"{_SIZE}=" not in request.query_string.decode("latin-1"):
        added = urlencode({_SIZE: size}).encode()
        request.query_string = b"&".join(filter(None, (request.query_string, added)))


def _sheet(world: World, name: str) -> AnyResponse | None:
    """A stylesheet of the world's or, under the name `notices.css`, the engine's."""
    if not _SHEET.fullmatch(name):
        return None
    places = (Path(__file__).parent, world.folder / "variants")
    found = next((folder / name for folder in places if (folder / name).is_file()), None)
    return Response(found.read_bytes(), content_type="text/css; charset=utf-8") if found else None


def _put_away(name: str) -> AnyResponse:
    """Put a notice away and go back to the page over which it lay.

    Raises:
        BadRequest: for a form that is none of these pages.
    """
    age = seals.token_age(
        seals.secret_of(request),
        request.form.get("csrf_token"),
        seals.seconds_now(request.environ["worlds.episode"]),
    )
    onward = request.form.get("next", "")
    if age is None or not _is_one_of_these_pages(onward):
        raise BadRequest("This form did not come from these pages; nothing was done.")
    notices.put_away(name)
    return redirect(onward, 303)


def _is_one_of_these_pages(address: str) -> bool:
    """Whether an address leads to a page of this episode; what its query holds is that page's matter."""
    path = unquote(address.partition("?")[0])
    leaves = ".." in path or "//" in path or "\\" in path
    return path.startswith(f"{request.script_root}/") and not leaves and address.isprintable() and path.isprintable()


def _wear(response: Response, world: World, variant: Variant) -> None:
    """Change a page that was rendered."""
    text = response.get_data(as_text=True)
    if not text.strip():
        return
    settings, whole = settings_of(world), text.lstrip()[:9].lower() == "<!doctype"
    root: HtmlElement = lxml.html.document_fromstring(text) if whole else lxml.html.fragment_fromstring(text, "div")
    order.reorder(root, settings, variant)
    if whole:
        steps.hide(root, settings, variant)
        _dress(root, world, variant)
        if request.method == "GET" and response.status_code == 200 and not root.find_class("message"):
            _notify(root, variant)
    Wording(lexicon_of(world), settings, variant).put(root)
    response.set_data(_written(root) if whole else _inner(root))


def _dress(root: HtmlElement, world: World, variant: Variant) -> None:
    """Name theme, density and layout for the stylesheets, and the language of the chrome."""
    root.set("lang", variant.language)
    for name in ("theme", "density", "layout"):
        root.set(f"data-{name}", getattr(variant, name))
    head = root.find("head")
    app = error_pages.app_of(request)
    for name in ("notices", app.name if app else ""):
        if head is not None and _sheet(world, f"{name}.css") is not None:
            head.append(builder.LINK(rel="stylesheet", href=f"{request.script_root}{SHEETS}{name}.css"))


def _notify(root: HtmlElement, variant: Variant) -> None:
    notice = notices.due(variant)
    if notice is not None:
        token = seals.form_token(seals.secret_of(request), seals.seconds_now(request.environ["worlds.episode"]))
        notices.show(root, notice, request, token)


def _written(root: HtmlElement) -> str:
    return str(lxml.html.tostring(root, encoding="unicode", doctype="<!doctype html>"))


def _inner(root: HtmlElement) -> str:
    """A fragment without the element that was put around it."""
    return (root.text or "") + "".join(str(lxml.html.tostring(child, encoding="unicode")) for child in root)
