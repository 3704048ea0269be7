"""The agent's side of the server: pages, JSON and MCP of every live episode below `/episodes/<key>/`, and nothing else.

`serve_in_thread` runs any ASGI application beside the caller, for a browser or a test. Operators' ways in are the
server's own, on other paths and with other keys.
"""

import asyncio
import html
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from flask import Flask

from worlds.engine.errors import Gone, NotFound, Refusal
from worlds.engine.surfaces.asgi import (
    BODY_LIMIT,
    Answer,
    Application,
    Disconnected,
    Flasked,
    HostCheck,
    Receive,
    Scope,
    Send,
    error_answer,
    headers_of,
    lifespan,
    read_body,
)
from worlds.engine.surfaces.http import Request, ended, respond
from worlds.engine.surfaces.mcp import McpDoor
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.switchboard import Switchboard
from worlds.engine.world import World

logger = logging.getLogger(__name__)

PREFIX = "episodes"
MCP_BODY = 4_000_000
"""Bytes of an MCP request: enough that an argument too long is refused by its tool, in the world's own words."""
WORKERS = 16
"""Threads for pages, and as many for other calls; calls of one episode run one after another anyway."""


NOT_AVAILABLE = Refusal("not_available", "This page is not available.", status=500)
"""What is said of a defect of the pages, which does not end the episode."""


class AgentApplication:
    """The ASGI application that agents reach.

    Args:
        switchboard: knows the keys.
        pages: makes the WSGI application of a world's pages, once a world.
        hosts: names by which this server may be addressed, beside this machine's own.
    """

    def __init__(
        self, switchboard: Switchboard, *, pages: Callable[[World], Flask] = create_pages, hosts: Iterable[str] = ()
    ) -> None:
        self._board = switchboard
        self._make_pages = pages
        self._made: dict[str, Flask] = {}
        self._making = threading.Lock()
        self._mcp = McpDoor(switchboard)
        self._flasked = Flasked(self._page, WORKERS)
        self._checked = HostCheck(self._serve, tuple(hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the server."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send, self.running())
        elif scope["type"] == "http":
            await self._checked(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What must be entered in the server's loop while it serves."""
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="agent") as threads:
            asyncio.get_running_loop().set_default_executor(threads)
            async with self._mcp.running():
                yield
        self._flasked.close()

    # -- on the loop ----------------------------------------------------------------------------------------------

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, prefix, key, rest, *_ = [*str(scope["path"]).split("/", 3), "", "", ""]
        if prefix != PREFIX or not key:
            await error_answer(None, NotFound("unknown_address", "There is nothing at this address.")).send(send)
            return
        way = _way(rest)
        try:
            self._board.by_key(key)
            if scope["path"] == f"/{PREFIX}/{key}":
                await Answer(308, b"", "text/plain", (("location", f"/{PREFIX}/{key}/"),)).send(send)
                return
            body = await read_body(scope, receive, MCP_BODY if way == "mcp" else BODY_LIMIT)
            await self._let_in(way, key, body, scope, receive, send)
        except Disconnected:
            return
        except Refusal as refusal:
            await self._turn_away(way, key, refusal).send(send)

    async def _let_in(self, way: str, key: str, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        if way == "mcp":
            await self._mcp.serve(key, body, scope, receive, send)
        elif way == "api":
            request = Request(
                method=scope["method"],
                operation=scope["path"].split("/", 4)[4],
                body=body,
                content_types=headers_of(scope, "content-type"),
                keys=headers_of(scope, "idempotency-key"),
                versions=headers_of(scope, "if-match"),
            )
            answer = await asyncio.to_thread(self._respond, key, request)
            await answer.send(send)
        else:
            prefix = f"/{PREFIX}/{key}"
            extra = {"SCRIPT_NAME": prefix, "PATH_INFO": _latin(scope["path"][len(prefix) :]), "worlds.key": key}
            await self._flasked(scope, body, send, extra)

    def _turn_away(self, way: str, key: str, refusal: Refusal) -> Answer:
        if way != "pages":
            return error_answer(self._board.world_of(key), refusal)
        return _plain_page(refusal)

    # -- in threads -----------------------------------------------------------------------------------------------

    def _respond(self, key: str, request: Request) -> Answer:
        try:
            with self._board.call(key) as line:
                return respond(line.episode, request)
        except Refusal as refusal:
            return error_answer(self._board.world_of(key), refusal)
        except Exception:
            logger.exception("A request for %s failed.", request.operation[:80])
            return error_answer(self._board.world_of(key), ended())

    def _page(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            with self._board.call(environ["worlds.key"]) as line:
                environ |= {"worlds.episode": line.episode, "worlds.secret": line.address.secret}
                answer = self._pages_of(line.episode.world)(environ, start_response)
                try:
                    return list(answer)
                finally:
                    getattr(answer, "close", lambda: None)()
        except Refusal as refusal:
            return _as_wsgi(_plain_page(refusal), start_response)
        except Exception:
            logger.exception("A page failed: %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _as_wsgi(_plain_page(NOT_AVAILABLE), start_response)

    def _pages_of(self, world: World) -> Flask:
        with self._making:
            if world.package not in self._made:
                self._made[world.package] = self._make_pages(world)
            return self._made[world.package]


def _way(rest: str) -> str:
    if rest == "mcp":
        return "mcp"
    return "api" if rest.startswith("api/") else "pages"


def _latin(path: str) -> str:
    """A path as WSGI has it: the bytes of its UTF-8 as Latin-1 text."""
    return path.encode("utf-8", "replace").decode("latin-1")


def _plain_page(refusal: Refusal) -> Answer:
    """A page for when no world's pages can answer."""
    heading = "This episode is over" if isinstance(refusal, Gone) else "Not available"
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{heading}</title></head>'
        f"<body><main><h1>{heading}</h1><p>{html.escape(refusal.message)}</p></main></body></html>"
    )
    return Answer(refusal.status, text.encode(), "text/html; charset=utf-8", (("referrer-policy", "no-referrer"),))


def _as_wsgi(answer: Answer, start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response(f"{answer.status} Refused", list(answer.fields))
    return [answer.body]


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in a thread of this process. `url` has no slash at its end."""

    url: str
    _server: uvicorn.Server
    _thread: threading.Thread

    def close(self) -> None:
        """Stop it and wait for its thread; again is no error."""
        self._server.should_exit = True
        self._thread.join()


def serve_in_thread(application: Application, port: int = 0, host: str = "127.0.0.1") -> RunningServer:
    """Serve an ASGI application in a daemon thread; port 0 picks a free one.

    Raises:
        OSError: when the address cannot be bound.
        RuntimeError: when the application does not start.
    """
    listening = _listen(host, port)
    server = _Server(
        uvicorn.Config(
            application,
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # the machine's time is none of the agent's
            timeout_graceful_shutdown=2,
            timeout_keep_alive=75,
        )
    )
    thread = threading.Thread(target=server.run, args=([listening],), name="worlds-server", daemon=True)
    thread.start()
    server.ready.wait()
    if not server.started:
        thread.join()
        raise RuntimeError("The server did not start; its log says why.")
    shown = f"[{host}]" if ":" in host else host
    return RunningServer(f"http://{shown}:{listening.getsockname()[1]}", server, thread)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, every answer waits for 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(256)
    except OSError:
        listening.close()
        raise
    return listening


class _Server(uvicorn.Server):
    """Uvicorn's server, which says when it listens or has failed to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()
