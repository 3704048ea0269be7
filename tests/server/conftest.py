"""A running server with a client that holds the control token, and ways to call it."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from worlds.server import Served

TASK = {"task": "tiny/recount", "seed": 3}


@dataclass
class Operator:
    """A client of the control API."""

    served: Served
    http: httpx.Client

    def open(self, **wish: Any) -> dict[str, Any]:
        answer = self.http.post("/control/episodes", json=wish or TASK)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.http.post(f"/control/episodes/{path}", json={} if body is None else body)

    def diff(self, name: str) -> list[dict[str, Any]]:
        return self.http.get(f"/control/episodes/{name}/diff").json()["changes"]

    def call(self, episode: dict[str, Any], operation: str, **arguments: Any) -> httpx.Response:
        """What an agent does: it knows its address and no token."""
        return httpx.post(f"{episode['api_url']}/{operation}", json=arguments, trust_env=False, timeout=30)


@pytest.fixture(scope="session")
def served():
    with Served() as served:
        yield served


@pytest.fixture
def operator(served):
    headers = {"Authorization": f"Bearer {served.control_token}"}
    with httpx.Client(base_url=served.url, headers=headers, trust_env=False, timeout=60) as client:
        yield Operator(served, client)
        for standing in served.room.all():
            served.room.delete(standing.id)


@pytest.fixture
def anybody(served):
    """A client without a token."""
    with httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client:
        yield client
