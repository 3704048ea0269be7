"""Calls over HTTP and MCP to a server in this process, by one client."""

import asyncio
import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from worlds.bench.workload import POPULATION, Workload, median_ms, timed
from worlds.engine.console.wishes import OpenEpisode
from worlds.engine.errors import WorldBug
from worlds.server import Served

REPETITIONS = 150


def http_call_ms(workload: Workload) -> float:
    """A reading call over one connection that is kept open."""
    taken: list[float] = []
    with Served(store=workload.start.store) as served:
        connection = HTTPConnection(str(urlsplit(served.url).netloc))
        path = f"/episodes/{_key(served, workload)}/api/{workload.read.operation}"
        body, kind = json.dumps(workload.read.arguments), {"Content-Type": "application/json"}
        for _ in range(REPETITIONS):
            with timed(taken):
                connection.request("POST", path, body, kind)
                answer = connection.getresponse()
                text = answer.read()
            if answer.status != 200:
                raise WorldBug(f"A measured call over HTTP was answered {answer.status}: {text[:200]!r}")
        connection.close()
    return median_ms(taken)


def mcp_call_ms(workload: Workload) -> float:
    """A reading call by the official client, in one session."""
    with Served(store=workload.start.store) as served:
        return asyncio.run(_called(f"{served.url}/episodes/{_key(served, workload)}/mcp", workload))


async def _called(url: str, workload: Workload) -> float:
    taken: list[float] = []
    # Indexed, since a third stream was dropped between the client's first and second edition.
    async with streamable_http_client(url) as streams, ClientSession(streams[0], streams[1]) as session:
        await session.initialize()
        for _ in range(REPETITIONS):
            with timed(taken):
                answer = await session.call_tool(workload.read.operation, workload.read.arguments)
            if getattr(answer, "is_error", getattr(answer, "isError", False)):
                raise WorldBug(f"A measured call over MCP failed: {answer}")
    return median_ms(taken)


def _key(served: Served, workload: Workload) -> str:
    wish = OpenEpisode(task=workload.name, seed=workload.tasks[0].seed, population=POPULATION)
    return served.room.open(wish).key
