"""The control API: open, look at, reset, fork, grade and delete episodes, with the control token as a bearer.

Below `/control/` nothing answers without the token, not even that a path is unknown.
"""

import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.console.control_room import ControlRoom
from worlds.engine.console.passes import Passes
from worlds.engine.console.wishes import OpenEpisode
from worlds.engine.errors import Invalid, NotFound, Refusal, Unauthorized
from worlds.engine.surfaces.asgi import json_answer
from worlds.engine.surfaces.http import read_json
from worlds.engine.world import plain_error
from worlds.server.messages import (
    EpisodeStanding,
    ForkEpisode,
    GradeEpisode,
    Message,
    Nothing,
    Opened,
    Standings,
    StartLink,
)
from worlds.server.openapi import control_document

logger = logging.getLogger(__name__)

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Control:
    """The views of the control API."""

    room: ControlRoom
    passes: Passes

    def open(self) -> AnyResponse:
        """POST /control/episodes."""
        standing = self.room.open(_body(OpenEpisode))
        return _told(Opened.of(standing, _base()), 201)

    def all(self) -> AnyResponse:
        """GET /control/episodes."""
        base = _base()
        return _told(Standings(episodes=[EpisodeStanding.of(standing, base) for standing in self.room.all()]))

    def one(self, name: str) -> AnyResponse:
        """GET /control/episodes/ID."""
        return _told(EpisodeStanding.of(self.room.standing(name), _base()))

    def reset(self, name: str) -> AnyResponse:
        """POST /control/episodes/ID/reset."""
        _body(Nothing, may_be_empty=True)
        return _told(Opened.of(self.room.reset(name), _base()))

    def fork(self, name: str) -> AnyResponse:
        """POST /control/episodes/ID/fork."""
        wanted = _body(ForkEpisode, may_be_empty=True)
        return _told(Opened.of(self.room.fork(name, wanted.id), _base()), 201)

    def grade(self, name: str) -> AnyResponse:
        """POST /control/episodes/ID/grade."""
        answer = _body(GradeEpisode, may_be_empty=True).answer
        return _json(200, self.room.grade(name, answer).to_json())

    def diff(self, name: str) -> AnyResponse:
        """GET /control/episodes/ID/diff."""
        return _json(200, {"changes": [change.to_json() for change in self.room.diff(name)]})

    def record(self, name: str) -> AnyResponse:
        """GET /control/episodes/ID/record."""
        return _json(200, self.room.record(name))

    def delete(self, name: str) -> AnyResponse:
        """DELETE /control/episodes/ID."""
        self.room.delete(name)
        return Response(status=204)

    def link(self) -> AnyResponse:
        """POST /control/links."""
        _body(Nothing, may_be_empty=True)
        return _told(StartLink(url=start_link(_base(), self.passes)), 201)

    def document(self) -> AnyResponse:
        """GET /control/openapi.json."""
        return _json(200, control_document())

    def routes(self) -> dict[str, tuple[str, str, Callable[..., AnyResponse]]]:
        """Method, path and view, by the name of the operation in the OpenAPI document."""
        episode = "/control/episodes/<name>"
        return {
            "open_episode": ("POST", "/control/episodes", self.open),
            "list_episodes": ("GET", "/control/episodes", self.all),
            "show_episode": ("GET", episode, self.one),
            "reset_episode": ("POST", f"{episode}/reset", self.reset),
            "fork_episode": ("POST", f"{episode}/fork", self.fork),
            "grade_episode": ("POST", f"{episode}/grade", self.grade),
            "show_diff": ("GET", f"{episode}/diff", self.diff),
            "show_record": ("GET", f"{episode}/record", self.record),
            "delete_episode": ("DELETE", episode, self.delete),
            "make_link": ("POST", "/control/links", self.link),
            "show_document": ("GET", "/control/openapi.json", self.document),
        }


def create_control(room: ControlRoom, passes: Passes, token: str) -> Flask:
    """The WSGI application of `/control/`."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.before_request(lambda: _check_token(token))
    for operation, (method, path, view) in Control(room, passes).routes().items():
        app.add_url_rule(path, operation, view, methods=[method], provide_automatic_options=False)
    for error in (Refusal, HTTPException, Exception):
        app.register_error_handler(error, _failed)
    return app


def start_link(base: str, passes: Passes) -> str:
    """A link to the start page that works once."""
    return f"{base}/start?ticket={passes.ticket()}"


def _check_token(token: str) -> None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Unauthorized("unauthorized", "Send the control token: Authorization: Bearer <token>.")


def _base() -> str:
    return request.host_url.rstrip("/")


def _told(message: Message, status: int = 200) -> AnyResponse:
    return _json(status, message.model_dump(mode="json"))


def _json(status: int, value: Any, headers: tuple[tuple[str, str], ...] = ()) -> AnyResponse:
    answer = json_answer(status, value, headers)
    own = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **dict(headers)}
    return Response(answer.body, status=status, content_type=answer.kind, headers=own)


def _failed(error: Exception) -> AnyResponse:
    """Every error in one shape."""
    if isinstance(error, Refusal):
        headers = (("WWW-Authenticate", "Bearer"),) if error.status == 401 else ()
        return _json(error.status, plain_error(error), headers)
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        refusal = Refusal("method_not_allowed", f"{request.method} is not possible here; use {allowed}.", status=405)
        return _json(405, plain_error(refusal), (("Allow", allowed),))
    if isinstance(error, HTTPException):
        if (error.code or 500) < 400:
            return error.get_response()
        unknown = NotFound("unknown_address", "The control API has nothing at this address.")
        return _json(404, plain_error(unknown))
    logger.error("The control API failed at %s %s.", request.method, request.path, exc_info=error)
    return _json(500, plain_error(Refusal("server_error", "The server failed; its log says how.", status=500)))


def _body(model: type[Body], *, may_be_empty: bool = False) -> Body:
    """The request's body, checked strictly.

    Raises:
        Refusal: 400 or 415 for what is not JSON, 422 for what is not the message.
    """
    raw = request.get_data()
    if may_be_empty and not raw:
        return model()
    value = read_json([request.headers.get("Content-Type", "")], raw)
    if not isinstance(value, dict):
        raise Invalid("invalid_argument", "The body must be one JSON object.")
    try:
        return model.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> Refusal:
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    path = str(problem["loc"][0]) if problem["loc"] else None
    if problem["type"] == "extra_forbidden":
        return Invalid("unknown_argument", f"There is no member {path!r:.90} in this request.", field=path)
    rule = problem["msg"].removeprefix("Value error, ")
    sentence = f"The member {path} is not acceptable: {rule[:1].lower()}{rule[1:]}."
    return Invalid("invalid_argument", sentence, field=path)
