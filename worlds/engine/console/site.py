"""The start page for people: open episodes, look at what they changed, reset, fork, grade and delete them.

Plain pages without scripts, behind a one-time link. Its cookie goes to `/console/` alone, so no agent's page
ever gets it.
"""

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import Flask, Response, g, redirect, render_template, request, url_for
from jinja2 import StrictUndefined
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.console.control_room import ControlRoom, Standing
from worlds.engine.console.passes import Passes, Session
from worlds.engine.console.wishes import OpenEpisode
from worlds.engine.errors import Forbidden, Refusal, Unauthorized
from worlds.engine.world import discover

logger = logging.getLogger(__name__)

COOKIE = "worlds_console"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_OPEN_TO_ALL = {"home", "start", "static", None}
_FREE = "as "
"""Between world and role in the value of a choice of free play."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be opened."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What one world has to choose from."""

    title: str
    tasks: tuple[Choice, ...]
    roles: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the form that opens an episode, and what was wrong with it."""

    target: str = ""
    seed: str = "0"
    population: str = ""
    problem: str = ""
    field: str = ""


def create_console(room: ControlRoom, passes: Passes) -> Flask:
    """The WSGI application of the start page: `/`, `/start` and all below `/console/`."""
    app = Flask(__name__, template_folder="templates", static_folder="static", static_url_path="/console/static")
    app.config.update(MAX_FORM_MEMORY_SIZE=1_000_000, PROPAGATE_EXCEPTIONS=False)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(lambda: _check(passes))
    app.after_request(_seal)
    app.add_url_rule("/", "home", lambda: redirect(url_for("episodes"), 303))
    app.add_url_rule("/start", "start", lambda: _start(passes))
    app.add_url_rule("/console/", "episodes", lambda: _list(room))
    app.add_url_rule("/console/episodes", "open", lambda: _open(room), methods=["POST"])
    app.add_url_rule("/console/episodes/<name>", "episode", lambda name: _show(room, name))
    for verb, act in _ACTS.items():
        app.add_url_rule(f"/console/episodes/<name>/{verb}", verb, _acting(room, act), methods=["POST"])
    for error in (Refusal, HTTPException, Exception):
        app.register_error_handler(error, _failed)
    return app


# -- who may come in ----------------------------------------------------------------------------------------------


def _check(passes: Passes) -> None:
    """Let in who has a session; forms must carry its mark, and no script may read these pages."""
    g.session = passes.session(request.cookies.get(COOKIE))
    if request.endpoint in _OPEN_TO_ALL:
        return
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        raise Forbidden("not_for_scripts", "This page is for people; programs use the control API.")
    if g.session is None:
        raise Unauthorized("no_ticket", "Open a link to the start page that this server gave out; each works once.")
    if request.method == "POST":
        origin = request.headers.get("Origin")
        ours = origin in {None, request.host_url.rstrip("/")}
        mark = request.form.get("mark", "").encode()
        if not ours or not hmac.compare_digest(mark, g.session.mark.encode()):
            raise Forbidden("invalid_form", "This form did not come from this page; open the page and use its form.")


def _start(passes: Passes) -> AnyResponse:
    session = passes.redeem(request.args.get("ticket", ""))
    if session is None:
        if g.session is not None:
            return redirect(url_for("episodes"), 303)
        raise Unauthorized(
            "ticket_used",
            "This link has been used or never worked; the control API gives out others.",
        )
    answer = redirect(url_for("episodes"), 303)
    answer.set_cookie(COOKIE, session.token, path="/console", httponly=True, samesite="Strict")
    return answer


def _seal(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _failed(error: Exception) -> AnyResponse:
    if isinstance(error, HTTPException) and (error.code or 500) < 400:
        return error.get_response()
    status, sentence = 500, "Something failed here; the server's log says what."
    if isinstance(error, Refusal):
        status, sentence = error.status, error.message
    elif isinstance(error, HTTPException):
        status, sentence = error.code or 500, "There is nothing to be done at this address."
    else:
        logger.error("The start page failed at %s.", request.path, exc_info=error)
    inside = g.get("session") is not None
    page = render_template("console/refused.html", sentence=sentence, status=status, inside=inside)
    return Response(page, status=status)


# -- pages --------------------------------------------------------------------------------------------------------


def _session() -> Session:
    return cast("Session", g.session)


def _list(room: ControlRoom, typed: Typed | None = None) -> AnyResponse:
    offers = _offers()
    page = render_template(
        "console/episodes.html",
        offers=offers,
        populations=sorted({name for world in discover().values() for name in world.seeds}),
        typed=typed or Typed(),
        standings=room.all(),
        address=_address,
        session=_session(),
        messages=_session().take_messages(),
    )
    return Response(page, status=422 if typed else 200)


def _offers() -> list[Offer]:
    return [
        Offer(
            world.title,
            tuple(Choice(f"{world.name}/{family.name}", family.title) for family in world.families.values()),
            tuple(Choice(f"{world.name} {_FREE}{name}", role.title) for name, role in world.roles.items()),
        )
        for world in discover().values()
    ]


def _open(room: ControlRoom) -> AnyResponse:
    form = request.form
    typed = Typed(form.get("target", ""), form.get("seed", ""), form.get("population", ""))
    try:
        standing = room.open(_wish(typed))
    except Refusal as refusal:
        return _list(room, replace(typed, problem=refusal.message, field=refusal.field or "target"))
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else "seed"
        sentence = f"The {name} is not acceptable: {problem['msg'].lower()}."
        return _list(room, replace(typed, problem=sentence, field=name))
    _session().messages.append(f"Episode {standing.id} is open.")
    return redirect(url_for("episode", name=standing.id), 303)


def _wish(typed: Typed) -> OpenEpisode:
    world, free, role = typed.target.partition(f" {_FREE}")
    return OpenEpisode.model_validate(
        {
            "task": None if free else typed.target or None,
            "world": world if free else None,
            "role": role if free else None,
            "seed": typed.seed.strip() or 0,
            "population": typed.population or None,
        }
    )


def _show(room: ControlRoom, name: str) -> str:
    return render_template(
        "console/episode.html",
        standing=room.standing(name),
        changes=[change.to_json() for change in room.diff(name)],
        grade=room.given_grade(name),
        address=_address,
        session=_session(),
        messages=_session().take_messages(),
    )


def _address(standing: Standing, way: str = "") -> str:
    return f"{request.host_url}episodes/{standing.key}/{way}"


# -- acts ---------------------------------------------------------------------------------------------------------

Act = Callable[[ControlRoom, str], "str | None"]
"""Does something with an episode; answers the id of the one to show next, None for the list."""


def _reset(room: ControlRoom, name: str) -> str:
    room.reset(name)
    _session().messages.append(f"Episode {name} is back at its start, at a new address; the old address leads nowhere.")
    return name


def _fork(room: ControlRoom, name: str) -> str:
    fork = room.fork(name)
    _session().messages.append(f"Episode {fork.id} begins where {name} stood.")
    return fork.id


def _grade(room: ControlRoom, name: str) -> str:
    grade = room.grade(name, request.form.get("answer", "").replace("\r\n", "\n") or None)
    _session().messages.append(f"Episode {name} {'passed' if grade.passed else 'did not pass'}; it is frozen now.")
    return name


def _delete(room: ControlRoom, name: str) -> None:
    room.delete(name)
    _session().messages.append(f"Episode {name} was deleted.")


_ACTS: dict[str, Act] = {"reset": _reset, "fork": _fork, "grade": _grade, "delete": _delete}


def _acting(room: ControlRoom, act: Act) -> Callable[..., Any]:
    def acted(name: str) -> AnyResponse:
        shown = act(room, name)
        return redirect(url_for("episode", name=shown) if shown else url_for("episodes"), 303)

    return acted
