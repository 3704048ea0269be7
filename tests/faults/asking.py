"""One call through each way in, as whoever calls sees it: the status, the headers and the body that they are told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from worlds.engine.episode import Episode
from worlds.engine.errors import Failure
from worlds.engine.surfaces.application import AgentApplication, serve_in_thread
from worlds.engine.switchboard import Switchboard

API = ("tools", "http", "mcp")
"""The ways in without pages."""


@dataclass(frozen=True)
class Told:
    """What one is told; `marked` says whether the protocol calls it an error, where it can."""

    status: int
    headers: dict[str, str]
    body: Any
    marked: bool = True


@dataclass
class House:
    """A server for episodes, and a client."""

    board: Switchboard
    http: httpx.Client
    keys: dict[int, str] = field(default_factory=dict)

    def key(self, episode: Episode) -> str:
        """The episode's key at the server."""
        if id(episode) not in self.keys:
            self.keys[id(episode)] = self.board.register(episode).key
        return self.keys[id(episode)]

    def ask(self, episode: Episode, surface: str, operation: str, /, key: str | None = None, **arguments: Any) -> Told:
        """Call an operation through one way in."""
        if surface == "tools":
            reply = episode.call(operation, arguments, key=key)
            if isinstance(reply.refusal, Failure):
                return Told(reply.body["status"], reply.body["headers"], reply.body["body"])
            return Told(reply.status, dict(reply.headers), reply.body)
        named = {} if key is None else {"idempotency_key": key}
        if surface == "mcp":
            return self._over_mcp(episode, operation, {**arguments, **named})
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = self.http.post(f"/episodes/{self.key(episode)}/api/{operation}", json=arguments, headers=headers)
        plain = "json" not in answer.headers["content-type"]
        return Told(answer.status_code, dict(answer.headers), answer.text if plain else answer.json())

    def _over_mcp(self, episode: Episode, operation: str, arguments: dict[str, Any]) -> Told:
        call = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": operation, "arguments": arguments},
        }
        accept = {"Accept": "application/json, text/event-stream"}
        answer = self.http.post(f"/episodes/{self.key(episode)}/mcp", json=call, headers=accept).json()["result"]
        told = json.loads(answer["content"][0]["text"])
        if set(told) == {"status", "headers", "body"}:
            return Told(told["status"], told["headers"], told["body"], answer["isError"])
        return Told(200 if not answer["isError"] else 400, {}, told, answer["isError"])


@contextmanager
def a_house() -> Iterator[House]:
    """A server and a client of it."""
    board = Switchboard()
    server = serve_in_thread(AgentApplication(board))
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        yield House(board, client)
    server.close()


def stamped(episode: Episode) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """What the journal says of each call: operation, outcome, status, faults."""
    return [(one.operation, one.outcome, one.status, one.faults) for one in episode.journal]
