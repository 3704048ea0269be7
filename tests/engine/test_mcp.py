"""The MCP way in with the official client, over streamable HTTP and over stdio, good and bad calls alike."""

import asyncio
import json
import logging
import os
import sys
from contextlib import asynccontextmanager

import httpx
import mcp
import pytest
from mcp import ClientSession, StdioServerParameters

import worlds
from worlds.engine.surfaces.application import AgentApplication, serve_in_thread
from worlds.engine.switchboard import Switchboard

MODERN = hasattr(mcp, "Client")
STDIO = """
import worlds
from worlds.engine.surfaces.mcp import run_stdio
with worlds.open("tiny/recount", seed=3) as episode:
    print("stray output must not reach the wire")
    run_stdio(episode)
"""


@asynccontextmanager
async def connected(server):
    """A client of the installed SDK; `server` is a URL or the command of a subprocess."""
    if MODERN:
        async with mcp.Client(server) as client:
            yield client
        return
    if isinstance(server, str):
        from mcp.client.streamable_http import streamable_http_client as transport  # noqa: PLC0415 - 1.x alone has it
    else:
        from mcp.client.stdio import stdio_client as transport  # noqa: PLC0415 - as above
    async with transport(server) as streams, ClientSession(*streams[:2]) as session:
        session.greeting = await session.initialize()
        yield session


def spoken(message):
    """A message of the SDK as the protocol spells it."""
    return message.model_dump(mode="json", by_alias=True, exclude_none=True)


def instructions(client):
    return client.instructions if MODERN else client.greeting.instructions


@pytest.fixture(scope="module")
def board():
    return Switchboard()


@pytest.fixture(scope="module")
def url(board):
    server = serve_in_thread(AgentApplication(board))
    yield server.url
    server.close()


@pytest.fixture
def address(board, tiny):
    return board.register(tiny)


@pytest.fixture
def endpoint(url, address):
    return f"{url}/episodes/{address.key}/mcp"


def in_session(server, use):
    async def session():
        async with connected(server) as client:
            return await use(client)

    return asyncio.run(session())


def call(server, name, arguments):
    async def use(client):
        return spoken(await client.call_tool(name, arguments))

    return in_session(server, use)


def test_the_tools_are_those_of_the_episode(endpoint, tiny):
    async def use(client):
        return spoken(await client.list_tools())["tools"]

    tools = in_session(endpoint, use)
    expected = tiny.tools("mcp")
    assert [(one["name"], one["description"], one["inputSchema"]) for one in tools] == [
        (one["name"], one["description"], one["inputSchema"]) for one in expected
    ]
    assert {one["name"]: one["annotations"]["readOnlyHint"] for one in tools}["list_items"] is True


def test_the_instruction_is_what_the_server_says_and_its_prompt(endpoint, tiny):
    async def use(client):
        prompts = spoken(await client.list_prompts())["prompts"]
        return instructions(client), prompts, spoken(await client.get_prompt("task"))

    said, prompts, prompt = in_session(endpoint, use)
    assert said == tiny.task.instruction
    assert [one["name"] for one in prompts] == ["task"]
    assert prompt["messages"][0]["content"]["text"] == tiny.task.instruction


def test_a_call_answers_structured_and_as_text(endpoint, tiny):
    answer = call(endpoint, "change_item", {"item_id": 3, "quantity": 1})
    assert answer["isError"] is False
    assert answer["structuredContent"]["quantity"] == 1
    assert json.loads(answer["content"][0]["text"]) == answer["structuredContent"]
    assert [change.key for change in tiny.diff()] == [3]
    assert tiny.journal.last.surface == "mcp"


@pytest.mark.parametrize(
    ("name", "arguments", "code", "field"),
    [
        ("nope", {}, "unknown_operation", None),
        ("", {}, "unknown_operation", None),
        ("change_item", None, "missing_argument", "item_id"),
        ("change_item", {"item_id": 3, "nonsense": {"a": [1]}}, "unknown_argument", "nonsense"),
        ("change_item", {"item_id": "3"}, "invalid_argument", "item_id"),
        ("change_item", {"item_id": -1}, "invalid_argument", "item_id"),
        ("change_item", {"item_id": 3, "price": "1.005"}, "invalid_argument", "price"),
        ("change_item", {"item_id": 3, "note": "a\x00b"}, "invalid_argument", "note"),
        ("change_item", {"item_id": 3, "note": "x" * 900_000}, "invalid_argument", "note"),
        ("change_item", {"item_id": 4711}, "item_not_found", "item_id"),
        ("sell_item", {"item_id": 3, "quantity": 1000}, "not_enough", "quantity"),
        ("change_item", {"item_id": 3, "note": "x" * 1_500_000}, "invalid_argument", "note"),
    ],
)
def test_a_refusal_is_an_error_result_in_the_world_s_shape(endpoint, tiny, name, arguments, code, field):
    answer = call(endpoint, name, arguments)
    error = answer["structuredContent"]["error"]
    assert (answer["isError"], error["code"], error["field"]) == (True, code, field)
    assert json.loads(answer["content"][0]["text"]) == answer["structuredContent"]
    assert tiny.diff() == []


def test_a_defect_of_the_world_is_told_to_the_operator_alone(endpoint, tiny, caplog):
    with caplog.at_level(logging.ERROR):
        answer = call(endpoint, "crash", {"item_id": 3})
    assert answer["structuredContent"]["error"]["code"] == "episode_ended"
    assert "ZeroDivision" not in json.dumps(answer)
    assert "ZeroDivisionError: a defect of this world" in caplog.text
    assert call(endpoint, "get_item", {"item_id": 3})["structuredContent"]["error"]["code"] == "episode_closed"
    assert tiny.diff() == []


def test_a_graded_episode_takes_no_more_calls(endpoint, tiny):
    tiny.grade("status: done")
    answer = call(endpoint, "change_item", {"item_id": 3, "quantity": 1})
    assert answer["structuredContent"]["error"]["code"] == "episode_graded"
    assert tiny.diff() == []


def test_an_unknown_prompt_is_refused_by_name(endpoint):
    async def use(client):
        with pytest.raises(Exception, match="There is no prompt 'secrets'"):
            await client.get_prompt("secrets")

    in_session(endpoint, use)


def test_free_play_has_no_instruction_of_anybody_s(board, url, stall):
    endpoint = f"{url}/episodes/{board.register(stall).key}/mcp"

    async def use(client):
        return instructions(client)

    assert in_session(endpoint, use).startswith("Nobody has asked for anything")


def test_two_clients_at_once_each_see_their_own_episode(board, url, tiny):
    async def use(number, episode):
        async with connected(f"{url}/episodes/{board.register(episode).key}/mcp") as client:
            for _ in range(10):
                await client.call_tool("sell_item", {"item_id": number, "quantity": 1})

    async def all_of_them(episodes):
        await asyncio.gather(*(use(number, episode) for number, episode in enumerate(episodes, 1)))

    episodes = [tiny, *(worlds.open("tiny/recount", seed=seed) for seed in range(5))]
    asyncio.run(all_of_them(episodes))
    for number, episode in enumerate(episodes, 1):
        [change] = episode.diff()
        assert (change.key, change.before["quantity"] - change.after["quantity"]) == (
            number,
            min(10, change.before["quantity"]),
        )
        episode.close()


def test_a_client_may_reconnect_at_will(endpoint, tiny):
    for quantity in (1, 2, 3):
        call(endpoint, "change_item", {"item_id": 3, "quantity": quantity})
    assert tiny.diff()[0].after["quantity"] == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"jsonrpc": "2.0"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "crash", "arguments": [1]}}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": 7}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}',
        b"[" * 200_000,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_what_is_no_message_of_the_protocol_is_answered_and_does_nothing(endpoint, tiny, body):
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    answer = httpx.post(endpoint, content=body, headers=headers, trust_env=False, timeout=60)
    assert answer.status_code < 500
    assert "error" in answer.json()
    assert "Traceback" not in answer.text
    assert tiny.diff() == []
    assert call(endpoint, "get_item", {"item_id": 3})["isError"] is False


def test_a_stream_of_the_server_s_own_is_not_offered(endpoint):
    for method in ("GET", "DELETE"):
        answer = httpx.request(method, endpoint, headers={"Accept": "text/event-stream"}, trust_env=False, timeout=60)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_body_beyond_the_limit_is_too_large(endpoint):
    answer = httpx.post(endpoint, content=b"x" * 4_000_001, trust_env=False, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_a_retired_key_is_gone(board, address, endpoint, tiny):
    board.rotate(address.id)
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "get_item", "arguments": {"item_id": 3}},
    }
    answer = httpx.post(endpoint, json=body, headers={"Accept": "application/json"}, trust_env=False, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "episode_closed")
    assert len(tiny.journal) == 0


def test_over_stdio_the_official_client_works_alike(tiny):
    server = StdioServerParameters(command=sys.executable, args=["-c", STDIO], env=dict(os.environ))

    async def use(client):
        calls = [
            ("get_item", {"item_id": 3}),
            ("change_item", {"item_id": 3, "quantity": "many"}),
            ("nope", {}),
            ("change_item", {"item_id": 3, "quantity": 7}),
        ]
        tools = [one["name"] for one in spoken(await client.list_tools())["tools"]]
        return instructions(client), tools, [spoken(await client.call_tool(*one)) for one in calls]

    said, tools, answers = in_session(server, use)
    assert said == tiny.task.instruction
    assert tools == [one["name"] for one in tiny.tools("mcp")]
    assert [one["isError"] for one in answers] == [False, True, True, False]
    assert answers[1]["structuredContent"]["error"]["field"] == "quantity"
    assert answers[3]["structuredContent"]["quantity"] == 7
