"""An agent's address leads to its own episode alone, whatever is sent to it."""

import json
import re
import socket
import threading

import httpx
import pytest

from worlds.server import Served

TASK = {"task": "tiny/recount", "seed": 3}
JSON = "Content-Type: application/json\r\n"


class Agent:
    """Somebody who knows one episode's address and speaks HTTP by hand."""

    def __init__(self, served, opened):
        self.host, self.port = re.fullmatch(r"http://([^:]+):(\d+)", served.url).groups()
        self.prefix = opened["agent_url"].removeprefix(served.url).rstrip("/")
        self.key = self.prefix.rsplit("/", 1)[1]
        self.id = opened["id"]

    def connect(self):
        connection = socket.create_connection((self.host, int(self.port)))
        connection.settimeout(20)
        return connection

    def raw(self, data):
        with self.connect() as connection:
            connection.sendall(data)
            answer = b""
            while part := connection.recv(65_536):
                answer += part
            return answer

    def ask(self, method, path, headers="", body=b""):
        """Status and whole answer of one request."""
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nConnection: close\r\n{length}{headers}\r\n"
        )
        answer = self.raw(head.encode("latin-1") + body)
        return int(answer.split(b" ", 2)[1]), answer


@pytest.fixture(scope="module")
def served():
    with Served() as served:
        yield served


@pytest.fixture(scope="module")
def operator(served):
    headers = {"Authorization": f"Bearer {served.control_token}"}
    with httpx.Client(base_url=served.url, headers=headers, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def agent(served, operator):
    return Agent(served, operator.post("/control/episodes", json=TASK).json())


@pytest.fixture(scope="module")
def other(served, operator):
    return Agent(served, operator.post("/control/episodes", json=TASK | {"seed": 4}).json())


PATHS = (
    "/control/episodes", "/control/openapi.json", "//control/episodes", "/CONTROL/episodes", "/control/", "/control",
    "/start", "/console/", "/episodes", "/episodes/", "/Episodes/{key}/", "/episodes/{short}/", "/episodes/{lower}/",
    "{p}/../../control/episodes", "{p}/%2e%2e/%2e%2e/control/episodes", "{p}/..%2f..%2fcontrol%2fepisodes",
    "{p}//control/episodes", "{p};/../control/episodes", "{p}/api/../../../control/episodes", "{p}/api/%2e%2e/grade",
    "{p}/control/episodes", "{p}/grade", "{p}/api/grade", "{p}/api/reset", "{p}/api/fork", "{p}/api//get_item",
    "{p}/api", "{p}/mcp/", "{p}/static/../../../../etc/passwd", "{p}/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "{p}/%00", "{p}/%ff%fe", "{p}/%252e%252e/control", "{p}/\\..\\..\\control", "http://127.0.0.1/control/episodes",
    "http://elsewhere.example{p}/",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_spelling_of_a_path_leads_out(agent, served, path):
    path = path.format(p=agent.prefix, key=agent.key, short=agent.key[:-1], lower=agent.key.lower())
    status, answer = agent.ask("GET", path)
    assert status in {303, 308, 400, 401, 404, 405}
    if status in {303, 308}:  # the start page sends on to its door, which needs a ticket
        assert agent.ask("GET", "/start")[0] == 401
    for secret in (served.control_token, agent.id, "recount", "root:"):
        assert secret.encode() not in answer


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "BREW"])
@pytest.mark.parametrize("path", ["/", "/api/list_items", "/mcp"])
def test_no_other_method_does_anything(agent, operator, method, path):
    status, answer = agent.ask(method, agent.prefix + path)
    assert status in {200, 303, 405, 415}
    assert b"X-Probe" not in answer
    assert operator.get(f"/control/episodes/{agent.id}/diff").json() == {"changes": []}


HEADERS = (
    "X-Forwarded-Host: elsewhere.example\r\nX-Forwarded-Prefix: /control\r\nX-Forwarded-For: 127.0.0.1\r\n",
    "X-HTTP-Method-Override: DELETE\r\n",
    "X-Original-URL: /control/episodes\r\nX-Rewrite-URL: /control/episodes\r\n",
    "Script-Name: /control\r\nPath-Info: /episodes\r\nworlds.key: {other}\r\nWorlds-Key: {other}\r\n",
    "X-Worlds-Seat: {other}\r\n",
    "Cookie: session={long}; key={other}\r\n",
    "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
    "Expect: 100-continue\r\n",
    "Range: bytes=0-5\r\n",
)


@pytest.mark.parametrize("headers", HEADERS)
def test_no_header_leads_elsewhere(agent, other, headers):
    path = f"{agent.prefix}/api/openapi.json"
    plain = agent.ask("GET", path)[1].split(b"\r\n\r\n")[-1]
    status, answer = agent.ask("GET", path, headers.format(other=other.key, long="A" * 4_000))
    assert status in {100, 200, 400}
    assert status == 400 or answer.endswith(plain)
    assert other.key.encode() not in answer


def test_a_request_hidden_behind_a_body_has_no_more_rights(agent, operator):
    hidden = (
        f"DELETE /control/episodes/{agent.id} HTTP/1.1\r\nHost: {agent.host}:{agent.port}\r\nConnection: close\r\n\r\n"
    )
    for headers in ("Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"):
        head = f"POST {agent.prefix}/api/nothing HTTP/1.1\r\nHost: {agent.host}:{agent.port}\r\n{JSON}{headers}\r\n"
        with agent.connect() as connection:
            connection.sendall((head + "{}" + hidden).encode())
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(65_536):
                answer += part
        assert b" 204 " not in answer
    assert operator.get(f"/control/episodes/{agent.id}").json()["state"] == "open"


def test_half_sent_bodies_hold_nobody_up(agent):
    waiting = [agent.connect() for _ in range(40)]
    try:
        for connection in waiting:
            head = (
                f"POST {agent.prefix}/api/x HTTP/1.1\r\nHost: {agent.host}:{agent.port}\r\n{JSON}Content-Length: 99\r\n"
            )
            connection.sendall(f"{head}\r\n{{".encode())
        assert agent.ask("GET", f"{agent.prefix}/api/openapi.json")[0] == 200
    finally:
        for connection in waiting:
            connection.close()


MESSAGES = (
    ("resources/list", {}),
    ("resources/read", {"uri": "file:///etc/passwd"}),
    ("tools/call", {"name": "grade", "arguments": {}}),
    ("tools/call", {"name": "reset", "arguments": {}}),
    ("tools/call", {"name": "__class__", "arguments": {}}),
    ("prompts/get", {"name": "../task"}),
    ("logging/setLevel", {"level": "debug"}),
    ("completion/complete", {"ref": {"type": "ref/prompt", "name": "task"}, "argument": {"name": "a", "value": ""}}),
)


@pytest.mark.parametrize(("method", "params"), MESSAGES)
def test_mcp_offers_tools_and_the_task_and_nothing_else(agent, served, method, params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    accept = "Accept: application/json, text/event-stream\r\n"
    status, answer = agent.ask("POST", f"{agent.prefix}/mcp", JSON + accept, body)
    said = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert status in {200, 400}
    assert "error" in said or said["result"]["isError"]
    for secret in (served.control_token, agent.id, "root:", "Traceback"):
        assert secret not in json.dumps(said)


def test_one_episode_s_key_opens_no_other_while_both_are_used_at_once(agent, other, operator):
    """Two agents write at once; each diff holds its own agent's work alone."""
    seen = []

    def work(one):
        seen.append({one.ask("GET", f"{one.prefix}/")[0] for _ in range(5)})

    threads = [threading.Thread(target=work, args=(one,)) for one in (agent, other) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    for one in (agent, other):
        assert operator.get(f"/control/episodes/{one.id}/diff").json() == {"changes": []}
