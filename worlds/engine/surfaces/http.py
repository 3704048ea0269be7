"""The JSON way in: one POST an operation, strict about what JSON is; answers and errors in the world's own shapes.

What JSON means to an operation is the operation's matter; here only encodings are refused, before an episode sees them.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from worlds.engine.episode import Episode
from worlds.engine.errors import Failure, NotFound, Refusal, WorldBug
from worlds.engine.reply import Reply
from worlds.engine.surfaces.asgi import Answer, error_answer, json_answer
from worlds.engine.surfaces.openapi import openapi_document
from worlds.engine.terms import version_in

logger = logging.getLogger(__name__)

DEPTH_LIMIT = 32
"""Levels of lists and objects in a body."""

OPENAPI = "openapi.json"


@dataclass(frozen=True, slots=True)
class Request:
    """A request for an operation, its body whole; `content_types`, `keys`, `versions`: all values of their headers."""

    method: str
    operation: str
    body: bytes = b""
    content_types: Sequence[str] = ()
    keys: Sequence[str] = field(default=())
    versions: Sequence[str] = field(default=())


def ended() -> Refusal:
    """What is said of our own failure: nothing but that the episode is over."""
    return Refusal("episode_ended", "This episode has ended and takes no more calls.", status=500)


def respond(episode: Episode, request: Request) -> Answer:
    """Answer a request below `/api/`; blocks while the operation runs."""
    world = episode.world
    try:
        if request.operation == OPENAPI:
            _check_method(request.method, "GET", "HEAD")
            return json_answer(200, openapi_document(world, episode.actor.role))
        if request.method != "POST" and request.operation not in world.operations:
            raise NotFound("unknown_operation", "There is no such operation; openapi.json lists those there are.")
        _check_method(request.method, "POST")
        _check_one_key(request.keys)
        arguments = read_json(request.content_types, request.body)
        key = request.keys[0] if request.keys else None
        version = _version(request.versions)
        reply = episode.perform(request.operation, arguments, "http", key=key, if_version=version)
    except WrongMethod as refusal:
        return error_answer(world, refusal, (("allow", ", ".join(refusal.allowed)),))
    except Refusal as refusal:
        return error_answer(world, refusal)
    except WorldBug:
        logger.exception("An episode of %s ended by a defect in %s.", world.name, request.operation)
        return error_answer(world, ended())
    return sent(reply)


def sent(reply: Reply) -> Answer:
    """A reply as an answer; a failure may bring headers of its own, and a body that is no JSON."""
    fields = tuple((name.lower(), value) for name, value in reply.headers.items())
    if isinstance(reply.body, str) and isinstance(reply.refusal, Failure):
        return Answer(reply.status, reply.body.encode(), "text/html; charset=utf-8", fields)
    return json_answer(reply.status, reply.body, fields)


class WrongMethod(Refusal):
    """A method that the address does not take."""

    status = 405

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__("method_not_allowed", f"{method[:20]} is not possible here; use {' or '.join(allowed)}.")
        self.allowed = allowed


def _check_method(method: str, *allowed: str) -> None:
    if method not in allowed:
        raise WrongMethod(method, allowed)


def _check_one_key(keys: Sequence[str]) -> None:
    if len(keys) > 1:
        raise Refusal("invalid_idempotency_key", "Send one Idempotency-Key, not several.")


def _version(versions: Sequence[str]) -> int | None:
    if len(versions) > 1:
        raise Refusal("invalid_version", "Send one If-Match, not several.")
    return version_in(versions[0]) if versions else None


def read_json(content_types: Sequence[str], body: bytes) -> Any:
    """The JSON value of a body.

    Raises:
        Refusal: 415 for another content type, 400 for what is not JSON or could mean two things.
    """
    if len(content_types) != 1 or not _is_json(content_types[0]):
        raise Refusal(
            "unsupported_media_type",
            "Send the body as JSON, with the header Content-Type: application/json.",
            status=415,
        )
    try:
        value = json.loads(body.decode(), object_pairs_hook=_members, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else _why(error)
        raise Refusal("malformed_json", f"The body is not JSON: {why}.", status=400) from None
    if _deeper(value, DEPTH_LIMIT):
        raise Refusal("malformed_json", f"The body is nested more than {DEPTH_LIMIT} levels deep.", status=400)
    return value


def _is_json(content_type: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    return kind == "application/json" and all(
        parameter in {"", "charset=utf-8", 'charset="utf-8"'} for parameter in parameters
    )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("an object names a member twice")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is beyond all bounds")
    return number


def _why(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} at line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if "integer string conversion" in str(error):
        return "a number is beyond all bounds"
    return str(error)


def _deeper(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels + 1):
        layer = [
            child
            for node in layer
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, Mapping) else node)
            if isinstance(child, dict | list)
        ]
        if not layer:
            return False
    return True
