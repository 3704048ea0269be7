"""Pages: one Flask app a world, which serves every episode below `/episodes/<key>/`; a click is a call at the one door.

How to write pages. Every `Pages` object in the modules of a world's `pages` package is one app, found by its shape:

    office = Pages("office", __name__, url_prefix="/office", template_folder="templates", static_folder="static",
                   title="Larkfield Office", roles=STAFF)

    @office.page("/orders/<id:order_id>/refund")                     # GET: reads only
    def refund(door: Door, order_id: int) -> str:
        order = door.read(get_order, order_id=order_id)              # typed; a Refusal becomes an error page
        form = door.form(refund_order, url_for("office.refund", order_id=order_id), {"shipping": "0.00"})
        return door.render("office/refund.html", order=order, form=form)

    @office.action("/orders/<id:order_id>/refund", refund_order, shows=refund, rows={"lines": "quantity"})
    def refunded(door: Door, done: RefundView | None, order_id: int) -> Done:
        ...                                                          # after success: a message and where to go
        return Done(f"Refund {done.number} is pending.", url_for("office.order", order_id=order_id))

* A GET view calls reading operations alone; an action performs exactly its one writing operation. The URL's arguments
  that the operation takes are given to it; a form may not send them again. `done` is the operation's typed result, or
  None when the same form was sent twice (it had its effect once).
* When the world refuses, the page `shows` is shown again with what was typed, the errors at their fields and on top.
  `door.form` finds by its action whether it is the form that came back. `next` (hidden field) overrides `Done.to`.
* A refusal that lists `matches`, or names what lets it through (`override`), asks back: see `overrides`.
* Fields are named by their path in the arguments: `lines.0.quantity`. With `rows={"lines": "quantity"}` list rows whose
  quantity is empty or 0 are left out. Unticked boxes need no care, empty optional fields are left out.
* Templates extend the app's own layout; `{% import "pages/forms.html" as f %}` gives `f.start(form)`,
  `f.input(form["reason"], "Why")`, `f.hidden(name, value)`, `f.problems(form)`, `f.send(form, "Refund")`, `f.end()`,
  `f.messages()`. Give each form of a page a `name` of its own. A form that also has a button with `formmethod="get"`
  shows a preview without script: `door.query(preview_refund)` reads what it sent.
* `listed = door.listing(list_orders)` reads a list whose filters stand in the URL: `listed.form` and `listed.found`
  (read by name, since a checker trips over unpacking).
* `{% import "pages/chrome.html" as c %}` and `chrome` have what staff find around records: tabs, pagers, crumbs, acts.
* Template filters: `money`, `day`, `moment`, `when`, `phrase`, `plural`, `figure`, `who`. In every context: `door`
  (with `door.may(operation)`, `door.actor`, `door.today`), and `url_for`.
* `static_folder` files are served below the prefix; the content policy forbids inline scripts and styles.
* An app's own `<name>/error.html` (context: `status`, `code`, `message`, `heading`, `back`, `request_id`, `again`)
  shows its errors; one that is no business of the app's has a `request_id` and no `code`. An app in which people sign
  in has `guests.Guests`, and says `signs_in=True` of the action by which they do.
* Pages of every world (`everywhere_pages`) fill `title` and `main` of `<name>/layout.html`, which links them by
  `{% include "pages/bar.html" %}` and their style by `{% include "pages/head.html" %}`.
* What breaks on the way to the business shows by its face (`error_pages.failed`, and `_broken` below for a form);
  `door.listing` and `door.part` keep the rows that they showed.

The server sets SCRIPT_NAME to `/episodes/<key>`, environ["worlds.episode"] and, a text, environ["worlds.secret"].
"""

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlencode

from flask import Blueprint, Flask, Response, flash, g, redirect, request, url_for
from flask_bootstrap import Bootstrap5
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.routing import BaseConverter, BuildError, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.errors import Failure, NotFound, Refusal
from worlds.engine.fields import MAX_ID
from worlds.engine.operation import Operation
from worlds.engine.surfaces import (
    chrome,
    conflicts,
    drafts,
    error_pages,
    everywhere_pages,
    seals,
    slow,
    templating,
    wording,
)
from worlds.engine.surfaces.apps import launcher, with_apps
from worlds.engine.surfaces.drift import wearing
from worlds.engine.surfaces.forms import OWN_FIELDS
from worlds.engine.surfaces.page_door import Done, Door, door_of
from worlds.engine.world import World, modules_in

__all__ = ["Done", "Door", "Pages", "create_pages"]

MAX_BODY = 1_000_000
"""Bytes of a request's body; more is answered with 413."""
MAX_FIELDS = 1_000
"""Fields of a form; more is answered with 400."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),  # data: is for the drawings inside Bootstrap's stylesheet
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
_TELLING = ("ETag", "Last-Modified", "Date", "Expires", "Server")  # the machine's time and files, not the world's

_NOT_PAGES = frozenset(
    {"etag", "content-type", "content-length", "location", "www-authenticate", "x-notice", "idempotent-replayed"}
)
"""Headers of a call's answer that say nothing of the page that was made of it."""

View = TypeVar("View", bound=Callable[..., Any])


class Pages(Blueprint):
    """One app of a world: a Flask blueprint whose views are given the door."""

    everywhere = False
    """Whether every world has these pages; they wear the look of the app from which somebody comes."""

    def __init__(self, name: str, import_name: str, *, title: str, roles: Sequence[str] = (), **options: Any) -> None:
        """As a Blueprint's; `title` is the product's name, `roles` may come in (all, where none are named)."""
        super().__init__(name, import_name, **options)
        self.title = title
        self.roles = frozenset(roles)

    def page(self, rule: str) -> Callable[[View], View]:
        """Show what a view answers at an address; GET and HEAD only."""

        def register(view: View) -> View:
            def shown(**arguments: Any) -> Any:
                return _shown(view, arguments)

            self.add_url_rule(rule, view.__name__, shown, methods=["GET"])
            return view

        return register

    def action(
        self,
        rule: str,
        operation: Operation[..., Any],
        *,
        shows: Callable[..., Any],
        rows: Mapping[str, str] | None = None,
        signs_in: bool = False,
    ) -> Callable[[View], View]:
        """Perform one writing operation with a form that is sent to an address.

        Args:
            rule: the address; its arguments that the operation takes are given to it.
            operation: a writing operation.
            shows: the page to show again when the world refuses.
            rows: by list, the member without which a row counts as not chosen.
            signs_in: that it is how one signs in: nobody being known by what was typed is said at the form then, and
                not on a page that asks to sign in.
        """
        if not operation.writing:
            raise TypeError(f"{rule} writes nothing: {operation.name} is a reading operation; use page().")

        def register(done: View) -> View:
            def acted(**arguments: Any) -> Any:
                return _acted(operation, arguments, shows, done, rows or {}, signs_in=signs_in)

            acted.operation, acted.done = operation, done  # type: ignore[attr-defined]  # for slow work, and tests
            self.add_url_rule(rule, done.__name__, acted, methods=["POST"])
            return done

        return register


class IdConverter(BaseConverter):
    """A record's id in an address: a whole number from 1, as the door takes it; anything else is an unknown page."""

    regex = r"[1-9][0-9]{0,15}"

    def to_python(self, value: str) -> int:
        """The id."""
        if int(value) > MAX_ID:
            raise ValidationError
        return int(value)


def create_pages(world: World) -> Flask:
    """The WSGI app of a world's pages.

    A world without a `pages` part gets an app that answers every address with 404.
    """
    app = Flask(f"{world.package}.pages", static_folder=None, template_folder=None, root_path=str(world.folder))
    app.config.update(
        SECRET_KEY=None,
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        BOOTSTRAP_SERVE_LOCAL=True,
        SEND_FILE_MAX_AGE_DEFAULT=86_400,
        PROPAGATE_EXCEPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
    )
    app.static_url_path = "/assets"
    app.session_interface = seals.EpisodeSessions()
    app.url_map.converters["id"] = IdConverter
    app.url_map.strict_slashes = True
    templating.install(app, world)
    wording.install(app, world)
    chrome.install(app)
    wearing.install(app, world)
    app.before_request(_check_body)
    app.before_request(_clean_query)
    app.before_request(_check_role)
    seals.ClockedCsrf(app)
    Bootstrap5(app)
    files = everywhere_pages.FILES
    app.register_blueprint(
        Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path=files)
    )
    for found in _apps(world):
        app.register_blueprint(found)
    everywhere_pages.check_addresses(app, world)
    own = Pages(everywhere_pages.NAME, __name__, title=world.title, url_prefix=f"{error_pages.EVERYWHERE}<app>")
    own.everywhere = True
    app.register_blueprint(everywhere_pages.fill(own, world, _checked_next))
    if not any(rule.rule == "/" for rule in app.url_map.iter_rules()):
        app.add_url_rule("/", "home", launcher if world.apps else _home, methods=["GET"])
    error_pages.install(app)
    app.after_request(_seal)
    return with_apps(app, {name: create_pages(one.world) for name, one in world.apps.items()})


def _apps(world: World) -> list[Pages]:
    if importlib.util.find_spec(f"{world.package}.pages") is None:
        return []
    found = {
        value.name: value
        for module in modules_in(world.part("pages"))
        for value in vars(module).values()
        if isinstance(value, Pages)
    }
    return [found[name] for name in sorted(found)]


def _home() -> AnyResponse:
    door = door_of(request)
    home = door.world.roles[door.actor.role].home.strip("/")
    if not home:  # the role names none: the first app, if there is one
        home = next((app.url_prefix.strip("/") for app in _apps(door.world) if app.url_prefix), "")
    if not home:
        raise NotFound("no_page_here", f"{door.world.title} has no pages.")
    return redirect(f"{request.script_root}/{home}/", 303)


def _shown(view: Callable[..., Any], arguments: Mapping[str, Any]) -> AnyResponse:
    here = door_of(request)
    answer = view(here, **arguments)
    if isinstance(answer, AnyResponse):
        return answer
    return Response(answer, status=here.status, content_type="text/html; charset=utf-8")


def _acted(
    operation: Operation[..., Any],
    arguments: Mapping[str, Any],
    shows: Callable[..., Any],
    done: Callable[..., Done],
    rows: Mapping[str, str],
    *,
    signs_in: bool,
) -> AnyResponse:
    here = door_of(request)
    onward = _checked_next(request.form.get("next"))
    g.form_page = _address_of(shows, arguments)
    if g.form_expired:
        here.expire(operation, rows)
        return _shown(shows, _taken_by(shows, arguments))
    fixed = {name: value for name, value in arguments.items() if name in operation.input_schema.get("properties", {})}
    try:
        reply = here.submit(operation, fixed, rows, request.form.get("idempotency_key") or None)
    except Failure as failure:
        return _broken(failure, operation, shows, arguments, rows)
    except Refusal as refusal:
        if refusal.status in ({410} if signs_in else {401, 410}):
            raise
        return _shown(shows, _taken_by(shows, arguments))
    if job := slow.job_in(operation, reply):
        return slow.follow(job, onward)
    outcome = done(here, reply.value, **arguments)
    flash(outcome.message, "success")
    return redirect(onward or outcome.to, 303)


def _broken(
    failure: Failure,
    operation: Operation[..., Any],
    shows: Callable[..., Any],
    arguments: Mapping[str, Any],
    rows: Mapping[str, str],
) -> AnyResponse:
    """What becomes of a form that was sent when something on the way broke.

    Raises:
        Failure: where the page does not stay.
    """
    here = door_of(request)
    if failure.face in {"banner", "lost"}:
        here.stay(failure, operation, rows, text=failure.face == "banner")
        return _shown(shows, _taken_by(shows, arguments))
    if failure.face == "conflict":
        return conflicts.page(failure, operation, here.typed(operation, rows))
    if failure.face == "sign_in" and failure.text_kept:
        drafts.keep(f"{request.script_root}{request.path}", list(request.form.items(multi=True)))
    raise failure


def _address_of(shows: Callable[..., Any], arguments: Mapping[str, Any]) -> str:
    """Where the page that a form stands on is opened; empty where it has no address of its own."""
    endpoint = f"{(request.endpoint or '').rpartition('.')[0]}.{shows.__name__}"
    try:
        return url_for(endpoint, **_taken_by(shows, arguments))
    except BuildError:
        return ""


def _taken_by(view: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    names = view.__code__.co_varnames[: view.__code__.co_argcount]
    return {name: value for name, value in arguments.items() if name in names}


def _checked_next(path: str | None) -> str | None:
    """A path of this episode's pages, as given.

    Raises:
        BadRequest: for any other.
    """
    if not path:
        return None
    plain = unquote(path)
    inside = path.startswith(f"{request.script_root}/") and not path.startswith("//")
    if (
        not inside
        or ".." in plain
        or "\\" in plain
        or not plain.isprintable()
        or "\\" in path
        or not path.isprintable()
        or len(path) > 2_000
    ):
        raise BadRequest("The form names a page to go to that is none of these pages; nothing was done.")
    return path


def _check_body() -> None:
    """Only addresses that can be read are taken, and only forms, well-formed and of a bounded size.

    Raises:
        UnsupportedMediaType: for another content type.
        BadRequest: for bytes that are no address, or no form.
    """
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        request.query_string = b""  # the page that says so reads it too
        raise BadRequest("This address holds bytes that are no text; nothing was done.") from None
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    body = request.get_data()  # raises 413 beyond MAX_CONTENT_LENGTH
    if request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType("These pages take forms (application/x-www-form-urlencoded); nothing was done.")
    try:
        parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise BadRequest("What was sent is no well-formed form; nothing was done.") from None


def _clean_query() -> AnyResponse | None:
    """Take the surface's own fields and empty ones out of the address of a preview or a filter.

    Pages that every world has keep theirs: `next` says where signing in leads back to.
    """
    if request.method not in {"GET", "HEAD"} or not request.args or request.blueprint == everywhere_pages.NAME:
        return None
    pairs = list(request.args.items(multi=True))
    kept = [(name, value) for name, value in pairs if name not in OWN_FIELDS and value]
    if len(kept) == len(pairs):
        return None
    address = f"{request.script_root}{request.path}"
    return redirect(f"{address}?{urlencode(kept)}" if kept else address, 303)


def _check_role() -> None:
    """Keep an app to the roles that work in it; its style sheets and pictures are nobody's secret.

    Raises:
        Forbidden: naming who may come in.
    """
    app = error_pages.app_of(request)
    if app is not None and app.roles and request.endpoint and not request.endpoint.endswith(".static"):
        door = door_of(request)
        error_pages.check_role(app, door.actor.role, door.world)


def _seal(response: Response) -> Response:
    for name in _TELLING:
        response.headers.pop(name, None)
    for name, value in (g.door.headers if "door" in g else {}).items():
        if name.lower() not in _NOT_PAGES:
            response.headers[name] = value
    for name, value in HEADERS.items():
        response.headers[name] = value
    if not (request.endpoint or "").endswith(".static") and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
