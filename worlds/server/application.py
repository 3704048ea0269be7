"""The one port: the agents' application, the control API and the start page side by side, each on paths of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from worlds.engine.console.control_room import ControlRoom
from worlds.engine.console.passes import Passes
from worlds.engine.console.site import create_console
from worlds.engine.errors import Refusal
from worlds.engine.surfaces.application import AgentApplication
from worlds.engine.surfaces.asgi import (
    Disconnected,
    Flasked,
    HostCheck,
    Receive,
    Scope,
    Send,
    error_answer,
    lifespan,
    read_body,
)
from worlds.server.control import create_control

logger = logging.getLogger(__name__)

OPERATOR_WORKERS = 8


class ServerApplication:
    """The ASGI application of `worlds serve`.

    Args:
        room: the operators' side.
        passes: who may use the start page.
        token: the control token.
        hosts: names by which this server may be addressed, beside this machine's own.
        reap_seconds: how often idle episodes are looked for.
    """

    def __init__(
        self, room: ControlRoom, passes: Passes, token: str, *, hosts: Iterable[str] = (), reap_seconds: float = 15.0
    ) -> None:
        self._room = room
        self._reap_seconds = reap_seconds
        self._agents = AgentApplication(room.board, hosts=hosts)
        self._control = Flasked(create_control(room, passes, token), OPERATOR_WORKERS)
        self._console = Flasked(create_console(room, passes), OPERATOR_WORKERS)
        self._operators = HostCheck(self._serve_operator, tuple(hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the server."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send, self.running())
        elif scope["type"] == "http":
            await (self._agents if scope["path"].startswith("/episodes/") else self._operators)(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What must be entered in the server's loop while it serves; all episodes are closed at the end."""
        async with self._agents.running():
            reaping = asyncio.create_task(self._reap())
            try:
                yield
            finally:
                reaping.cancel()
                with suppress(asyncio.CancelledError):
                    await reaping
                self._control.close()
                self._console.close()
                await asyncio.to_thread(self._room.close)

    async def _reap(self) -> None:
        while True:
            await asyncio.sleep(self._reap_seconds)
            try:
                await asyncio.to_thread(self._room.reap)
            except Exception:
                logger.exception("Closing idle episodes failed.")

    async def _serve_operator(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await read_body(scope, receive)
        except Disconnected:
            return
        except Refusal as refusal:
            await error_answer(None, refusal).send(send)
            return
        path = scope["path"]
        side = self._control if path == "/control" or path.startswith("/control/") else self._console
        await side(scope, body, send)
