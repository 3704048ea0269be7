"""The control API: what it promises to programs that train agents."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from worlds.server import Served
from worlds.server.control import Control

TASK = {"task": "tiny/recount", "seed": 3}
RIGHT = {"status": "done", "facts": {"price": "0.00 EUR"}}


def authorized(served):
    headers = {"Authorization": f"Bearer {served.control_token}"}
    return httpx.Client(base_url=served.url, headers=headers, trust_env=False, timeout=60)


def code_of(answer):
    error = answer.json()["error"]
    assert set(error) >= {"code", "message", "field"}
    return answer.status_code, error["code"], error["field"]


def test_an_opened_episode_says_where_it_is_and_what_is_asked(operator, anybody):
    opened = operator.open()
    assert set(opened) == {"id", "agent_url", "api_url", "openapi_url", "mcp_url", "instruction"}
    assert "Lantern" in opened["instruction"]
    assert operator.call(opened, "get_item", item_id=3).status_code == 200
    assert anybody.get(opened["openapi_url"]).json()["openapi"] == "3.1.0"
    assert anybody.get(opened["agent_url"]).status_code in {200, 303, 404}


def test_an_episode_s_addresses_do_not_show_its_id_seed_or_task(operator):
    opened = operator.open(**TASK, id="group-7-rollout-1")
    for name in ("agent_url", "api_url", "openapi_url", "mcp_url"):
        assert not any(word in opened[name] for word in ("group", "rollout", "recount", "tiny"))


@pytest.mark.parametrize(
    "faults", ["F2", "timeout-before-commit", {"rules": [{"fault": "F2", "operations": ["sell_item"]}]}]
)
def test_an_episode_is_opened_under_a_failure_plan(operator, faults):
    opened = operator.open(**TASK, faults=faults)
    tried = [operator.call(opened, "sell_item", item_id=3, quantity=1).status_code for _ in range(2)]
    assert tried == [504, 200]


@pytest.mark.parametrize("path", ["episodes", "episodes/x", "episodes/x/diff", "openapi.json", "nope", ""])
def test_nothing_answers_without_the_token(anybody, served, path):
    wrong = (
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": f"Basic {served.control_token}"},
        {"Authorization": "Bearer é"},
    )
    for headers in wrong:
        answer = anybody.get(f"/control/{path}", headers={k: v.encode() for k, v in headers.items()})
        assert code_of(answer) == (401, "unauthorized", None)
        assert answer.headers["www-authenticate"] == "Bearer"


def test_neither_an_agent_s_key_nor_the_start_page_s_cookie_opens_the_control_api(operator, anybody):
    opened = operator.open()
    key = opened["agent_url"].split("/")[4]
    assert anybody.get("/control/episodes", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    anybody.get(operator.served.start_link())
    assert anybody.get("/control/episodes").status_code == 401
    for path in ("../../control/episodes", "%2e%2e/%2e%2e/control/episodes", "control/episodes", "console/"):
        answer = anybody.get(f"/episodes/{key}/{path}")
        assert opened["id"] not in answer.text
        assert answer.status_code in {401, 404}


def test_the_same_id_and_wish_open_one_episode_also_at_once(operator):
    wish = {**TASK, "id": "mine"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: operator.http.post("/control/episodes", json=wish), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(operator.http.get("/control/episodes").json()["episodes"]) == 1
    assert code_of(operator.http.post("/control/episodes", json={**wish, "seed": 4})) == (409, "episode_id_taken", "id")


def test_an_id_answers_with_the_new_address_after_a_reset(operator):
    wish = {**TASK, "id": "mine"}
    first = operator.open(**wish)
    second = operator.post("mine/reset").json()
    assert operator.open(**wish) == second
    assert first["agent_url"] != second["agent_url"]


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({}, (422, "task_or_world", "task")),
        ({"task": "tiny/recount", "world": "tiny"}, (422, "task_or_world", "task")),
        ({"task": "tiny/nope"}, (404, "unknown_task", "task")),
        ({"task": "nope/nope"}, (404, "unknown_world", "task")),
        ({"task": "recount"}, (404, "unknown_world", "task")),
        ({"task": "../tiny"}, (404, "unknown_world", "task")),
        ({"world": "nope"}, (404, "unknown_world", "world")),
        ({"world": "tiny", "role": "king"}, (422, "unknown_role", "role")),
        ({**TASK, "role": "visitor"}, (422, "role_mismatch", "role")),
        ({**TASK, "population": "huge"}, (404, "unknown_population", "population")),
        ({**TASK, "faults": "flaky"}, (422, "unknown_fault_plan", "faults")),
        ({**TASK, "faults": {"plan": "flaky"}}, (422, "unknown_fault_plan", "faults")),
        ({**TASK, "seed": "3"}, (422, "invalid_argument", "seed")),
        ({**TASK, "seed": 3.5}, (422, "invalid_argument", "seed")),
        ({**TASK, "seed": True}, (422, "invalid_argument", "seed")),
        ({**TASK, "seed": -1}, (422, "invalid_argument", "seed")),
        ({**TASK, "seed": 2**64}, (422, "invalid_argument", "seed")),
        ({**TASK, "task": ""}, (422, "invalid_argument", "task")),
        ({**TASK, "task": "x" * 121}, (422, "invalid_argument", "task")),
        ({**TASK, "id": "a b"}, (422, "invalid_argument", "id")),
        ({**TASK, "id": ""}, (422, "invalid_argument", "id")),
        ({**TASK, "id": "x" * 65}, (422, "invalid_argument", "id")),
        ({**TASK, "nonsense": 1}, (422, "unknown_argument", "nonsense")),
        ([], (422, "invalid_argument", None)),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_by_name(operator, wish, refusal):
    assert code_of(operator.http.post("/control/episodes", json=wish)) == refusal
    assert operator.http.get("/control/episodes").json() == {"episodes": []}


def test_bodies_are_as_strict_here_as_elsewhere(operator):
    def send(body, kind="application/json"):
        return code_of(operator.http.post("/control/episodes", content=body, headers={"Content-Type": kind}))

    assert send(b"{") == (400, "malformed_json", None)
    assert send(b'{"world": "tiny", "world": "shop"}') == (400, "malformed_json", None)
    assert send(b'{"seed": NaN}') == (400, "malformed_json", None)
    assert send(b"") == (400, "malformed_json", None)
    assert send(b"{}", "text/plain") == (415, "unsupported_media_type", None)
    assert send(b" " * 1_000_001) == (413, "body_too_large", None)


def test_an_episode_s_standing_follows_what_happens(operator):
    opened = operator.open()
    operator.call(opened, "change_item", item_id=3, quantity=1)
    standing = operator.http.get(f"/control/episodes/{opened['id']}").json()
    assert {name: standing[name] for name in opened} == opened
    known = {name: standing[name] for name in ("world", "task", "role", "seed", "population", "step", "now", "state")}
    assert known == {
        "world": "tiny",
        "task": "tiny/recount",
        "role": "keeper",
        "seed": 3,
        "population": "small",
        "step": 1,
        "now": "2026-03-16T08:00:02Z",
        "state": "open",
    }
    operator.post(f"{opened['id']}/grade")
    assert operator.http.get("/control/episodes").json()["episodes"][0]["state"] == "graded"


def test_free_play_has_a_role_no_instruction_and_no_grade(operator):
    opened = operator.open(world="tiny", role="visitor", id="play")
    assert opened["instruction"] is None
    assert operator.call(opened, "change_item", item_id=3, quantity=1).status_code == 403
    assert code_of(operator.post("play/grade", {"answer": "done"})) == (409, "nothing_to_grade", None)


def test_a_reset_brings_the_start_back_at_a_new_address_and_the_old_one_is_gone(operator):
    opened = operator.open(**TASK, id="one")
    operator.call(opened, "change_item", item_id=3, quantity=1)
    assert [change["key"] for change in operator.diff("one")] == [3]
    again = operator.post("one/reset").json()
    assert operator.diff("one") == []
    assert code_of(operator.call(opened, "change_item", item_id=3, quantity=1)) == (410, "episode_closed", None)
    assert operator.diff("one") == []
    assert operator.call(again, "change_item", item_id=3, quantity=2).status_code == 200


def test_a_fork_begins_where_its_episode_stood_and_goes_its_own_way(operator):
    opened = operator.open(**TASK, id="one")
    operator.call(opened, "change_item", item_id=3, quantity=1)
    answer = operator.post("one/fork", {"id": "two"})
    assert answer.status_code == 201
    operator.call(answer.json(), "change_item", item_id=4, quantity=2)
    assert [change["key"] for change in operator.diff("two")] == [3, 4]
    assert [change["key"] for change in operator.diff("one")] == [3]
    assert code_of(operator.post("one/fork", {"id": "two"})) == (409, "episode_id_taken", "id")
    assert operator.post("one/fork").json()["id"] not in {"one", "two"}


def test_grading_freezes_and_asking_again_gives_the_same(operator):
    opened = operator.open(**TASK, id="one")
    first = operator.post("one/grade", {"answer": "status: done"})
    assert first.status_code == 200
    assert {"reward", "passed", "score", "criteria"} <= set(first.json())
    assert operator.post("one/grade", {"answer": RIGHT}).text == first.text
    assert code_of(operator.call(opened, "change_item", item_id=3, quantity=1)) == (410, "episode_graded", None)
    assert code_of(operator.post("one/fork")) == (410, "episode_graded", None)
    assert operator.diff("one") == []


def test_the_solution_passes_with_a_typed_answer_and_with_text(operator):
    for number, shape in enumerate(("typed", "text")):
        opened = operator.open(**TASK, id=shape)
        items = operator.call(opened, "list_items", page_size=100).json()["items"]
        item = next(one for one in items if one["name"] == "Lantern 35")
        operator.call(opened, "change_item", item_id=item["id"], quantity=90)
        price = f"{item['price']} EUR"
        answer = ({"status": "done", "facts": {"price": price}}, f"status: done\nprice: {price}")[number]
        grade = operator.post(f"{shape}/grade", {"answer": answer}).json()
        assert (grade["reward"], grade["passed"]) == (1.0, True), grade


@pytest.mark.parametrize("answer", [7, [], True, ["done"]])
def test_an_answer_is_text_or_an_object(operator, answer):
    operator.open(**TASK, id="one")
    assert code_of(operator.post("one/grade", {"answer": answer})) == (422, "invalid_argument", "answer")


@pytest.mark.parametrize(
    "answer", [None, "", "x" * 300_000, {}, {"status": 7}, {"facts": []}, {"a": {"b": [{}]}}, "{", "\x00"]
)
def test_a_useless_answer_is_judged_and_does_not_pass(operator, answer):
    operator.open(**TASK, id="one")
    grade = operator.post("one/grade", {"answer": answer})
    assert (grade.status_code, grade.json()["passed"]) == (200, False)


def test_the_record_is_there_once_it_is_graded(operator):
    opened = operator.open(**TASK, id="one")
    operator.call(opened, "change_item", item_id=3, quantity=1)
    assert code_of(operator.http.get("/control/episodes/one/record")) == (409, "not_graded", None)
    grade = operator.post("one/grade").json()
    record = operator.http.get("/control/episodes/one/record").json()
    assert record["grade"] == grade
    assert [entry["operation"] for entry in record["journal"]] == ["change_item"]
    assert record["diff"] == operator.diff("one")
    assert record["record"]["versions"]["task"] == "tiny/recount"


def test_a_deleted_episode_is_gone_and_its_id_free(operator):
    opened = operator.open(**TASK, id="one")
    assert operator.http.delete("/control/episodes/one").status_code == 204
    for answer in (
        operator.http.delete("/control/episodes/one"),
        operator.http.get("/control/episodes/one"),
        operator.post("one/reset"),
        operator.post("one/grade"),
        operator.call(opened, "get_item", item_id=3),
    ):
        assert code_of(answer) == (410, "episode_closed", None)
    assert operator.open(**TASK, id="one")["agent_url"] != opened["agent_url"]
    assert operator.http.get("/control/episodes/one").status_code == 200


def test_an_episode_that_never_was_is_unknown(operator):
    for path in ("reset", "fork", "grade"):
        assert code_of(operator.post(f"nobody/{path}")) == (404, "unknown_episode", None)
    for path in ("", "/diff", "/record"):
        assert code_of(operator.http.get(f"/control/episodes/nobody{path}")) == (404, "unknown_episode", None)


def test_unknown_addresses_and_methods_answer_in_the_same_shape(operator):
    assert code_of(operator.http.get("/control/nope")) == (404, "unknown_address", None)
    assert code_of(operator.http.get("/control")) == (404, "unknown_address", None)
    answer = operator.http.put("/control/episodes", json={})
    assert code_of(answer) == (405, "method_not_allowed", None)
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_a_foreign_host_header_is_turned_away(operator):
    answer = operator.http.get("/control/episodes", headers={"Host": "evil.example"})
    assert code_of(answer) == (421, "unknown_host", None)
    assert operator.http.get("/console/", headers={"Host": "evil.example"}).status_code == 421


def test_a_crashed_episode_says_so_and_can_be_reset(operator):
    opened = operator.open(**TASK, id="one")
    assert operator.call(opened, "crash", item_id=3).status_code == 500
    assert operator.http.get("/control/episodes/one").json()["state"] == "crashed"
    assert operator.post("one/grade").json()["cause"] == "world_bug"
    again = operator.post("one/reset").json()
    assert operator.call(again, "get_item", item_id=3).status_code == 200
    assert operator.http.get("/control/episodes/one").json()["state"] == "open"


def test_the_document_describes_every_route_and_only_those(operator, served):
    document = operator.http.get("/control/openapi.json").json()
    described = {
        (method.upper(), path, operation["operationId"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method != "parameters"
    }
    routes = Control(served.room, None).routes()
    assert described == {(method, path.replace("<name>", "{id}"), name) for name, (method, path, _) in routes.items()}


def test_the_document_says_what_the_answers_hold(operator):
    document = operator.http.get("/control/openapi.json").json()
    operator.open(**TASK, id="one")

    def members(path, method="get", status="200"):
        schema = document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
        return set(schema["properties"])

    assert members("/control/episodes/{id}") == set(operator.http.get("/control/episodes/one").json())
    assert members("/control/episodes", "post", "201") == set(operator.open(**TASK, id="one"))
    assert members("/control/episodes/{id}/grade", "post") == set(operator.post("one/grade").json())
    assert members("/control/episodes/{id}/record") == set(operator.http.get("/control/episodes/one/record").json())


def test_no_more_episodes_than_the_maximum():
    with Served(maximum=2) as served, authorized(served) as client:
        names = [client.post("/control/episodes", json=TASK).json()["id"] for _ in range(2)]
        assert code_of(client.post("/control/episodes", json=TASK)) == (503, "too_many_episodes", None)
        client.delete(f"/control/episodes/{names[0]}")
        assert client.post("/control/episodes", json=TASK).status_code == 201


def test_idle_episodes_are_closed_and_say_so():
    with Served(idle_seconds=0.1) as served, authorized(served) as client:
        name = client.post("/control/episodes", json=TASK).json()["id"]
        while client.get("/control/episodes").json()["episodes"]:
            threading.Event().wait(0.02)
        while (answer := client.get(f"/control/episodes/{name}")).status_code == 404:
            threading.Event().wait(0.02)  # off the board, and its ending about to be noted
        assert code_of(answer) == (410, "episode_closed", None)
        assert "without use" in answer.json()["error"]["message"]


def test_closing_the_server_closes_its_episodes():
    with Served() as served:
        with authorized(served) as client:
            client.post("/control/episodes", json=TASK)
        [line] = served.room.board.lines()
    assert line.episode.closed
