"""The OpenAPI 3.1 document of the control API, written from its messages."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from worlds.engine.console.wishes import OpenEpisode
from worlds.engine.json_schema import inlined
from worlds.graders.changes import RowChange
from worlds.graders.grade import Grade
from worlds.server.messages import (
    ControlError,
    EpisodeStanding,
    ForkEpisode,
    GradeEpisode,
    Opened,
    Standings,
    StartLink,
)
from worlds.version import __version__

REFUSALS = {
    "400": "The body is not JSON.",
    "401": "The control token is missing or wrong.",
    "404": "There is no such episode, world, task or population.",
    "409": "The id is taken, or the episode's state forbids it.",
    "410": "The episode is over.",
    "413": "The body is too large.",
    "415": "The body is not sent as JSON.",
    "422": "A member is missing, unknown or not acceptable.",
    "503": "As many episodes are live as may be.",
}


@dataclass(frozen=True, slots=True)
class Described:
    """One operation of the control API: `takes` and `answers` are schemas, None for an empty body."""

    method: str
    path: str
    summary: str
    answers: dict[str, Any] | None
    takes: dict[str, Any] | None = None
    required: bool = False
    status: str = "200"


def _of(model: type[BaseModel]) -> dict[str, Any]:
    return inlined(model.model_json_schema())


def _changes() -> dict[str, Any]:
    change = inlined(TypeAdapter(RowChange).json_schema())
    change["properties"]["columns"] = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "properties": {"changes": {"type": "array", "items": change}}, "required": ["changes"]}


def _record() -> dict[str, Any]:
    parts = {name: {"type": "object"} for name in ("grade", "record")}
    lists = {name: {"type": "array", "items": {"type": "object"}} for name in ("journal", "diff")}
    return {"type": "object", "properties": parts | lists, "required": [*parts, *lists]}


@cache
def _described() -> dict[str, Described]:
    episodes, episode = "/control/episodes", "/control/episodes/{id}"
    grade = inlined(TypeAdapter(Grade).json_schema())
    fork, judge = _of(ForkEpisode), _of(GradeEpisode)
    return {
        "open_episode": Described(
            "post", episodes, "Open an episode.", _of(Opened), _of(OpenEpisode), required=True, status="201"
        ),
        "list_episodes": Described("get", episodes, "List the live episodes.", _of(Standings)),
        "show_episode": Described("get", episode, "Show how an episode stands.", _of(EpisodeStanding)),
        "reset_episode": Described("post", f"{episode}/reset", "Back to the start, at a new address.", _of(Opened)),
        "fork_episode": Described("post", f"{episode}/fork", "Fork an episode.", _of(Opened), fork, status="201"),
        "grade_episode": Described("post", f"{episode}/grade", "Judge an episode and freeze it.", grade, judge),
        "show_diff": Described("get", f"{episode}/diff", "Show what changed since the start.", _changes()),
        "show_record": Described("get", f"{episode}/record", "Show all that the grade rests on.", _record()),
        "delete_episode": Described("delete", episode, "Close an episode for good.", None, status="204"),
        "make_link": Described(
            "post", "/control/links", "Make a link to the start page that works once.", _of(StartLink), status="201"
        ),
        "show_document": Described("get", "/control/openapi.json", "Show this document.", {"type": "object"}),
    }


@cache
def control_document() -> dict[str, Any]:
    """The document."""
    paths: dict[str, Any] = {}
    for name, described in _described().items():
        paths.setdefault(described.path, {})[described.method] = _operation(name, described)
    for path, operations in paths.items():
        if "{id}" in path:
            operations["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    error = _content({"$ref": "#/components/schemas/Error"})
    return {
        "openapi": "3.1.0",
        "info": {"title": "WorkWorlds control API", "version": __version__},
        "security": [{"control_token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"control_token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": inlined(ControlError.model_json_schema())},
            "responses": {
                f"Refused{status}": {"description": sentence, "content": error} for status, sentence in REFUSALS.items()
            },
        },
    }


def _operation(name: str, described: Described) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if described.answers is not None:
        done["content"] = _content(described.answers)
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": described.summary,
        "responses": {
            described.status: done,
            **{status: {"$ref": f"#/components/responses/Refused{status}"} for status in REFUSALS},
        },
    }
    if described.takes is not None:
        operation["requestBody"] = {"required": described.required, "content": _content(described.takes)}
    return operation


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
