"""Commands that serve, and those that speak to a server."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client

COMMAND = (sys.executable, "-c", "from worlds.cli import main; main()")


@pytest.fixture
def server():
    """A running `worlds serve --json`: what its first line says."""
    command = [*COMMAND, "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def asked(server, path, body):
    request = urllib.request.Request(  # noqa: S310 - a server of this test
        f"{server['url']}/control/{path}",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {server['control_token']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        return json.loads(answer.read())


def test_reset_puts_an_episode_of_a_running_server_back(say, server):
    opened = asked(server, "episodes", {"task": "tiny/recount", "seed": 1, "id": "mine"})
    options = ("--url", server["url"], "--token", server["control_token"])
    said = say("reset", "mine", *options, "--json")
    assert said.code == 0
    assert said.json["agent_url"] != opened["agent_url"]
    with pytest.raises(urllib.error.HTTPError) as gone:
        urllib.request.urlopen(opened["agent_url"], timeout=30)  # noqa: S310 - a server of this test
    with gone.value as answer:
        assert answer.code == 410
    assert opened["agent_url"] not in say("reset", "mine", *options).out


def test_a_port_that_is_taken_is_named_with_code_3(say, server):
    port = server["url"].rpartition(":")[2]
    said = say("serve", "--port", port)
    assert said.code == 3
    assert said.err.startswith(f"Port {port} of 127.0.0.1 cannot be served at: ")


def test_what_a_server_refuses_is_told_in_its_words_with_code_1(say, server):
    said = say("reset", "nobody", "--url", server["url"], "--token", server["control_token"])
    assert said.code == 1
    assert "nobody" in said.err or "episode" in said.err
    said = say("reset", "nobody", "--url", server["url"], "--token", "wrong")
    assert said.code == 1
    assert "token" in said.err


def test_a_server_that_is_not_there_is_told_with_code_3(say, monkeypatch):
    monkeypatch.setenv("WORLDS_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WORLDS_CONTROL_TOKEN", "any")
    said = say("reset", "mine")
    assert said.code == 3
    assert "http://127.0.0.1:9" in said.err


def test_an_address_of_another_kind_is_refused(say):
    assert say("reset", "mine", "--url", "file:///etc/passwd", "--token", "any").code == 2


def test_mcp_on_standard_input_and_output_works_with_the_official_client():
    async def worked():
        words = [*COMMAND[1:], "mcp", "tiny/recount", "--seed", "2"]
        parameters = StdioServerParameters(command=COMMAND[0], args=words, env=dict(os.environ))
        async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
            await session.initialize()
            tools = await session.list_tools()
            answer = await session.call_tool("get_item", {"item_id": 1})
            return [tool.name for tool in tools.tools], answer.content[0].text

    names, text = asyncio.run(worked())
    assert "change_item" in names
    assert json.loads(text)["id"] == 1
