"""The JSON way in: every bad input has the world's error shape, the right status and an empty diff."""

import json
import logging
import threading
from dataclasses import dataclass

import httpx
import pytest
from flask import Flask, request

import worlds
from worlds.engine.episode import Episode
from worlds.engine.surfaces.application import AgentApplication, serve_in_thread
from worlds.engine.switchboard import Address, Switchboard
from worlds.engine.terms import schema_with

JSON = {"Content-Type": "application/json"}
HEADERS = {"content-type", "content-length", "cache-control", "x-content-type-options"}


def _pages(world):
    app = Flask("pages")

    @app.route("/", methods=["GET", "POST"])
    def home():
        return f"{request.script_root} {request.environ['worlds.episode'].actor.role} {len(request.get_data())}"

    @app.route("/wait/<path:name>")
    def wait(name):
        WAITING.setdefault(name, threading.Event()).wait(20)
        return "waited"

    return app


def _broken_pages(world):
    def broken(environ, start_response):
        raise ZeroDivisionError("a defect of the pages")

    return broken


WAITING: dict[str, threading.Event] = {}


@dataclass
class Agent:
    """An episode at an address, and a client that talks to it."""

    episode: Episode
    address: Address
    http: httpx.Client
    board: Switchboard

    @property
    def prefix(self) -> str:
        return f"/episodes/{self.address.key}"

    def post(self, operation, content, headers=JSON):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.http.post(f"{self.prefix}/api/{operation}", content=body, headers=headers)

    def refused(self, answer, status, code, field=None):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["field"]) == (status, code, field), error
        assert error["message"].endswith((".", "…"))
        assert "Traceback" not in answer.text
        assert self.episode.diff() == []


@pytest.fixture(scope="module")
def board():
    return Switchboard()


@pytest.fixture(scope="module")
def http(board):
    server = serve_in_thread(AgentApplication(board, pages=_pages))
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        yield client
    server.close()


def _registered(board, http, **wish):
    episode = worlds.open(**wish)
    return Agent(episode, board.register(episode), http, board)


@pytest.fixture
def agent(board, http):
    agent = _registered(board, http, target="tiny/recount", seed=3)
    yield agent
    agent.episode.close()


@pytest.fixture
def visitor(board, http):
    agent = _registered(board, http, target="tiny", role="visitor")
    yield agent
    agent.episode.close()


def test_an_operation_answers_over_http_what_its_tool_answers(agent):
    answer = agent.post("get_item", {"item_id": 3})
    assert answer.status_code == 200
    assert answer.json() == agent.episode.call("get_item", {"item_id": 3}).body


def test_a_write_over_http_is_in_the_diff(agent):
    assert agent.post("change_item", {"item_id": 3, "quantity": 1}).status_code == 200
    [change] = agent.episode.diff()
    assert (change.table, change.key, change.columns) == ("item", 3, ("quantity",))


def test_sql_and_html_are_text_like_any_other(agent):
    note = "'; DROP TABLE item; -- <script>alert(1)</script> {{ 7*7 }} Ünïcødé"
    answer = agent.post("change_item", {"item_id": 3, "note": note})
    assert answer.json()["note"] == note
    assert agent.post("list_items", {}).json()["total"] == 40


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"item_id": NaN}',
        b'{"item_id": -Infinity}',
        b'{"item_id": 1e999}',
        b'{"item_id": 3, "item_id": 4}',
        b'{"item_id": 3} {}',
        b'\xef\xbb\xbf{"item_id": 3}',
        b'{"note": "\xff"}',
        b'{"note": "a\x00b"}',
        b"{'item_id': 3}",
        b'{"item_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_not_json_is_malformed_and_never_reaches_the_episode(agent, body):
    agent.refused(agent.post("change_item", body), 400, "malformed_json")
    assert len(agent.episode.journal) == 0


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/jsonx",
        "text/plain, application/json",
    ],
)
def test_another_content_type_is_unsupported(agent, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}
    agent.refused(agent.post("change_item", {"item_id": 3, "quantity": 1}, headers), 415, "unsupported_media_type")


def test_json_with_its_charset_named_is_json(agent):
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}
    assert agent.post("get_item", {"item_id": 3}, headers).status_code == 200


def test_a_body_beyond_the_limit_is_too_large_whether_announced_or_not(agent):
    body = json.dumps({"item_id": 3, "note": "x" * 1_000_001}).encode()
    agent.refused(agent.post("change_item", body), 413, "body_too_large")
    pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    answer = agent.http.post(f"{agent.prefix}/api/change_item", content=pieces, headers=JSON)
    agent.refused(answer, 413, "body_too_large")


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ([], "invalid_arguments", None),
        ("item", "invalid_arguments", None),
        (None, "invalid_arguments", None),
        ({}, "missing_argument", "item_id"),
        ({"item_id": 3, "nonsense": 1}, "unknown_argument", "nonsense"),
        ({"item_id": "3"}, "invalid_argument", "item_id"),
        ({"item_id": 3.0}, "invalid_argument", "item_id"),
        ({"item_id": True}, "invalid_argument", "item_id"),
        ({"item_id": 0}, "invalid_argument", "item_id"),
        ({"item_id": -1}, "invalid_argument", "item_id"),
        ({"item_id": 2**63}, "invalid_argument", "item_id"),
        ({"item_id": 10**400}, "invalid_argument", "item_id"),
        ({"item_id": 3, "quantity": 1001}, "invalid_argument", "quantity"),
        ({"item_id": 3, "price": "1.005"}, "invalid_argument", "price"),
        ({"item_id": 3, "price": "-1.00"}, "invalid_argument", "price"),
        ({"item_id": 3, "price": 1}, "invalid_argument", "price"),
        ({"item_id": 3, "price": "99999999999.00"}, "invalid_argument", "price"),
        ({"item_id": 3, "note": "a\x00b"}, "invalid_argument", "note"),
        ({"item_id": 3, "note": "a\x1bb"}, "invalid_argument", "note"),
        ({"item_id": 3, "note": "x" * 990_000}, "invalid_argument", "note"),
        ({"item_id": 3, "note": ["x"]}, "invalid_argument", "note"),
    ],
)
def test_arguments_that_break_the_schema_are_refused_by_name(agent, arguments, code, field):
    agent.refused(agent.post("change_item", arguments), 422, code, field)


def test_half_a_character_is_refused(agent):
    answer = agent.post("change_item", b'{"item_id": 3, "note": "\\ud800"}')
    assert answer.status_code == 422
    assert agent.episode.diff() == []


def test_a_record_that_is_not_there_is_not_found(agent):
    agent.refused(agent.post("change_item", {"item_id": 4711}), 404, "item_not_found", "item_id")


def test_the_state_of_a_record_can_forbid(agent):
    agent.refused(agent.post("sell_item", {"item_id": 3, "quantity": 1000}), 409, "not_enough", "quantity")


def test_a_role_without_the_permission_is_forbidden(visitor):
    visitor.refused(visitor.post("change_item", {"item_id": 3, "quantity": 1}), 403, "role_not_permitted")


@pytest.mark.parametrize("operation", ["nope", "", "change_item/", "..%2Fchange_item", "%00", "é", "x" * 5000])
def test_an_unknown_operation_is_not_found(agent, operation):
    agent.refused(agent.post(operation, {}), 404, "unknown_operation")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_another_method_is_not_allowed_and_the_right_one_is_named(agent, method):
    answer = agent.http.request(method, f"{agent.prefix}/api/change_item", content=b"{}", headers=JSON)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    if method != "HEAD":
        agent.refused(answer, 405, "method_not_allowed")
    answer = agent.http.post(f"{agent.prefix}/api/openapi.json", headers=JSON)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_the_same_idempotency_key_has_one_effect_and_one_answer(agent):
    headers = JSON | {"Idempotency-Key": "k-1"}
    first = agent.post("sell_item", {"item_id": 3, "quantity": 1}, headers)
    second = agent.post("sell_item", {"item_id": 3, "quantity": 1}, headers)
    assert first.json() == second.json()
    assert agent.episode.diff()[0].after["quantity"] == first.json()["quantity"]
    other = agent.post("sell_item", {"item_id": 3, "quantity": 2}, headers)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_a_key_that_is_none_is_refused(agent):
    for headers in (
        [*JSON.items(), ("Idempotency-Key", "")],
        [*JSON.items(), ("Idempotency-Key", "x" * 256)],
        [*JSON.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
    ):
        answer = agent.post("sell_item", {"item_id": 3, "quantity": 1}, headers)
        agent.refused(answer, 422, "invalid_idempotency_key")


def test_a_defect_of_the_world_ends_the_episode_and_is_told_to_the_operator_alone(agent, caplog):
    with caplog.at_level(logging.ERROR):
        answer = agent.post("crash", {"item_id": 3})
    agent.refused(answer, 500, "episode_ended")
    assert "ZeroDivision" not in answer.text
    assert "crash" not in answer.text
    assert "ZeroDivisionError: a defect of this world" in caplog.text
    agent.refused(agent.post("get_item", {"item_id": 3}), 410, "episode_closed")


def test_a_graded_episode_takes_no_more_calls(agent):
    agent.episode.grade("status: done")
    agent.refused(agent.post("change_item", {"item_id": 3, "quantity": 1}), 410, "episode_graded")


def test_a_retired_key_is_gone_and_a_forged_one_unknown_on_every_way_in(agent):
    forged = "x" * len(agent.address.key)
    bent = agent.address.key[:-1] + ("A" if agent.address.key[-1] != "A" else "B")
    retired = agent.address.key
    agent.address = agent.board.rotate(agent.address.id)
    for key, status in ((retired, 410), (forged, 404), (bent, 404), ("..", 404), ("é", 404)):
        for way in ("api/change_item", "api/openapi.json", "mcp", "", "orders/1"):
            answer = agent.http.post(f"/episodes/{key}/{way}", json={"item_id": 3, "quantity": 1})
            assert answer.status_code == status, (key, way)
            if way.startswith(("api", "mcp")):
                assert answer.json()["error"]["code"] in {"episode_closed", "unknown_episode", "unknown_address"}
    assert agent.episode.diff() == []
    assert agent.post("change_item", {"item_id": 3, "quantity": 1}).status_code == 200


def test_a_retired_key_answers_in_the_shape_of_its_world(agent, monkeypatch):
    retired = agent.address.key
    agent.board.rotate(agent.address.id)
    monkeypatch.setattr(type(agent.episode.world), "error_body", lambda _, refusal: {"fault": refusal.code})
    answer = agent.http.post(f"/episodes/{retired}/api/get_item", json={"item_id": 3})
    assert answer.json() == {"fault": "episode_closed"}


def test_the_headers_of_an_answer_tell_nothing(agent, visitor):
    other = _registered(agent.board, agent.http, target="tiny/recount", seed=4)
    for one in (agent, visitor, other):
        for answer in (
            one.post("list_items", {}),
            one.post("nope", {}),
            one.http.get(one.prefix + "/api/openapi.json"),
        ):
            assert set(answer.headers) == HEADERS
        assert set(one.post("get_item", {"item_id": 3}).headers) == HEADERS | {"etag"}
    first, second = (dict(one.post("get_item", {"item_id": 3}).headers) for one in (agent, other))
    assert first == second
    other.episode.close()


def test_the_openapi_document_is_the_same_for_every_task_and_seed_of_a_role(agent, visitor):
    documents = []
    for wish in ({"target": "tiny/recount", "seed": 8}, {"target": "tiny", "role": "keeper"}):
        other = _registered(agent.board, agent.http, **wish)
        documents.append(other.http.get(f"{other.prefix}/api/openapi.json").content)
        other.episode.close()
    own = agent.http.get(f"{agent.prefix}/api/openapi.json").content
    assert documents == [own, own]
    assert agent.address.key.encode() not in own
    role = visitor.http.get(f"{visitor.prefix}/api/openapi.json").json()
    everywhere = {"/get_job", "/read_inbox", "/renew_session", "/wait"}
    assert set(role["paths"]) == {"/get_item", "/list_items"} | everywhere


def test_the_openapi_document_says_what_operations_take_and_what_errors_look_like(agent):
    document = agent.http.get(f"{agent.prefix}/api/openapi.json").json()
    base = httpx.URL(f"{agent.prefix}/api/openapi.json").join(document["servers"][0]["url"])
    assert str(base) == f"{agent.prefix}/api"
    described = document["paths"]["/change_item"]["post"]
    taken = described["requestBody"]["content"]["application/json"]["schema"]
    assert taken == schema_with(agent.episode.world.operations["change_item"])
    shape = document["components"]["schemas"]["Error"]["properties"]["error"]
    error = agent.post("nope", {}).json()["error"]
    assert set(shape["required"]) == set(error)
    assert len(described["responses"]) > len(document["components"]["responses"])


@pytest.mark.parametrize(
    "path", ["/", "/control/episodes", "/control/openapi.json", "/console/", "/start", "/episodes", "/episodes/", "/x"]
)
def test_nothing_lies_beside_the_episodes(http, path):
    answer = http.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_address")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost@evil", "", "x:y"]
)
def test_a_foreign_host_header_is_turned_away(agent, host):
    answer = agent.post("change_item", {"item_id": 3, "quantity": 1}, JSON | {"Host": host})
    agent.refused(answer, 421, "unknown_host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "[::1]", "[::1]:80", "127.0.0.1"])
def test_this_machine_s_own_names_are_known(agent, host):
    assert agent.post("get_item", {"item_id": 3}, JSON | {"Host": host}).status_code == 200


def test_pages_see_the_episode_below_its_prefix(agent):
    assert agent.http.get(f"{agent.prefix}/").text == f"{agent.prefix} keeper 0"
    assert agent.http.post(f"{agent.prefix}/", content=b"x" * 70_000).text == f"{agent.prefix} keeper 70000"
    answer = agent.http.get(agent.prefix)
    assert (answer.status_code, answer.headers["location"]) == (308, f"{agent.prefix}/")
    assert agent.http.post(f"{agent.prefix}/", content=b"x" * 1_000_001).status_code == 413


def test_a_waiting_page_holds_up_no_other_episode(agent, visitor):
    waiting = threading.Thread(target=agent.http.get, args=(f"{agent.prefix}/wait/here",))
    waiting.start()
    while "here" not in WAITING:
        assert visitor.post("get_item", {"item_id": 3}).status_code == 200
    WAITING["here"].set()
    waiting.join()


def test_a_defect_of_the_pages_shows_no_traceback(caplog):
    board = Switchboard()
    server = serve_in_thread(AgentApplication(board, pages=_broken_pages))
    with worlds.open("tiny") as episode:
        answer = httpx.get(f"{server.url}/episodes/{board.register(episode).key}/", trust_env=False, timeout=60)
    server.close()
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert "<h1>Not available</h1>" in answer.text
    assert "a defect of the pages" in caplog.text
