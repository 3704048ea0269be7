"""The MCP way in, over stdio and streamable HTTP, by the official SDK (1.24 and later, and 2.x).

Tools are the world's operations for the role; the instruction is the server's `instructions` and the prompt "task". The
messages are written here in the protocol's own spelling, which both generations of the SDK read.
"""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import mcp
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import BaseModel

from worlds.engine.door import refused
from worlds.engine.episode import Episode
from worlds.engine.errors import Refusal, WorldBug
from worlds.engine.reply import Reply
from worlds.engine.surfaces.asgi import Receive, Scope, Send, error_answer, headers_of, json_answer, replay
from worlds.engine.surfaces.http import WrongMethod, ended, read_json
from worlds.engine.switchboard import Switchboard
from worlds.engine.world import plain_error
from worlds.version import __version__

logger = logging.getLogger(__name__)

NAME = "worlds"
PROMPT = "task"
FREE_PLAY = "Nobody has asked for anything in particular; look around and use the tools as your role may."
PARSE_ERROR = -32700
INVALID_PARAMS = -32602

Params = Any
Handler = Callable[[Params], Awaitable[dict[str, Any]]]
_MODERN = "on_call_tool" in inspect.signature(Server.__init__).parameters
_SPOKEN = {
    "list_tools": "ListTools",
    "call_tool": "CallTool",
    "list_prompts": "ListPrompts",
    "get_prompt": "GetPrompt",
}


class EpisodeServer(Server[Any]):
    """An MCP server for whichever episode the current request is for.

    Args:
        peek: the episode, for what does not touch its state.
        hold: the episode, held for one call; entered in a thread.
        refuse: a refusal in the world's error shape, also when the episode is gone.
    """

    def __init__(
        self,
        peek: Callable[[], Episode],
        hold: Callable[[], AbstractContextManager[Episode]],
        refuse: Callable[[Refusal], Reply],
    ) -> None:
        self._peek = peek
        self._hold = hold
        self._refuse = refuse
        handlers: dict[str, Handler] = {name: getattr(self, f"_{name}") for name in _SPOKEN}
        modern: dict[str, Any] = (
            {f"on_{name}": _modern(handler, name) for name, handler in handlers.items()} if _MODERN else {}
        )
        super().__init__(NAME, version=__version__, **modern)
        if not _MODERN:
            classic: dict[type, Any] = getattr(self, "request_handlers")  # noqa: B009 - 2.x has no such attribute
            for name, handler in handlers.items():
                classic[getattr(types, f"{_SPOKEN[name]}Request")] = _classic(handler, name)

    @property
    def instructions(self) -> str | None:
        """The task's instruction, which the SDK hands out when a client connects."""
        try:
            return _instruction(self._peek())
        except Refusal:  # retired since the request came in; the first call will say so
            return None

    @instructions.setter
    def instructions(self, value: str | None) -> None:
        """The SDK sets it once, to nothing."""

    async def _list_tools(self, _: Params) -> dict[str, Any]:
        return {"tools": self._peek().tools("mcp")}

    async def _call_tool(self, params: Params) -> dict[str, Any]:
        return await asyncio.to_thread(self._called, params.name, params.arguments)

    def _called(self, name: str, arguments: dict[str, Any] | None) -> dict[str, Any]:
        try:
            with self._hold() as episode:
                reply = episode.perform(name, {} if arguments is None else arguments, "mcp")
        except Refusal as refusal:
            reply = self._refuse(refusal)
        except WorldBug:
            logger.exception("An episode ended by a defect in %s.", name)
            reply = self._refuse(ended())
        return _result(reply)

    async def _list_prompts(self, _: Params) -> dict[str, Any]:
        return {"prompts": [{"name": PROMPT, "description": "What you are asked to do."}]}

    async def _get_prompt(self, params: Params) -> dict[str, Any]:
        if params.name != PROMPT:
            raise _invalid_params(f"There is no prompt {params.name[:80]!r}; there is {PROMPT!r}.")
        text = {"type": "text", "text": _instruction(self._peek())}
        return {"description": "What you are asked to do.", "messages": [{"role": "user", "content": text}]}


def _instruction(episode: Episode) -> str:
    return episode.task.instruction if episode.task else FREE_PLAY


def _result(reply: Reply) -> dict[str, Any]:
    """A reply as text and as structured content, which the protocol wants to be an object; a notice is another text."""
    noticed = [{"type": "text", "text": reply.notice}] if reply.notice else []
    return {
        "content": [{"type": "text", "text": reply.text}, *noticed],
        "structuredContent": reply.body if isinstance(reply.body, dict) else {"result": reply.body},
        "isError": reply.status >= 400,
    }


def _modern(handler: Handler, name: str) -> Callable[[Any, Params], Awaitable[BaseModel]]:
    result: type[BaseModel] = getattr(types, f"{_SPOKEN[name]}Result")

    async def answer(_: Any, params: Params) -> BaseModel:
        return result.model_validate(await handler(params))

    return answer


def _classic(handler: Handler, name: str) -> Callable[[Any], Awaitable[Any]]:
    result: type[BaseModel] = getattr(types, f"{_SPOKEN[name]}Result")

    wrapped: Any = types.ServerResult

    async def answer(request: Any) -> Any:
        return wrapped(result.model_validate(await handler(request.params)))

    return answer


def _invalid_params(message: str) -> Exception:
    sdk: Any = mcp
    failure: Exception = (
        sdk.MCPError(INVALID_PARAMS, message)
        if _MODERN
        else sdk.McpError(types.ErrorData(code=INVALID_PARAMS, message=message))
    )
    return failure


class McpDoor:
    """MCP over streamable HTTP for every episode on a switchboard: stateless, each answer one JSON document.

    The episode is known from the address alone, so a client may reconnect at will.
    """

    def __init__(self, switchboard: Switchboard) -> None:
        self._key: ContextVar[str] = ContextVar("episode_key")
        self._board = switchboard
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve until the block is left."""
        server = EpisodeServer(lambda: self._board.by_key(self._key.get()).episode, self._held, self._refused)
        manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def serve(self, key: str, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, its body whole, for the episode behind a live key."""
        if scope["method"] != "POST":  # no stream of the server's own: the protocol lets a server answer 405
            await error_answer(None, WrongMethod(scope["method"], ("POST",)), (("allow", "POST"),)).send(send)
            return
        if self._manager is None:
            raise RuntimeError("MCP is served between the start and the end of the application's lifespan.")
        try:
            read_json(headers_of(scope, "content-type"), body)  # as strict as elsewhere; the SDK lets more pass
        except Refusal as refusal:
            error = {"code": PARSE_ERROR, "message": refusal.message}
            await json_answer(refusal.status, {"jsonrpc": "2.0", "id": None, "error": error}).send(send)
            return
        self._key.set(key)
        await self._manager.handle_request(scope, replay(body, receive), send)

    @contextmanager
    def _held(self) -> Iterator[Episode]:
        with self._board.call(self._key.get()) as line:
            yield line.episode

    def _refused(self, refusal: Refusal) -> Reply:
        world = self._board.world_of(self._key.get())
        body = plain_error(refusal) if world is None else world.error_body(refusal)
        return Reply(ok=False, status=refusal.status, body=body, refusal=refusal)


async def serve_stdio(episode: Episode) -> None:
    """Serve one episode over standard input and output until the client leaves."""
    server = EpisodeServer(
        lambda: episode, lambda: nullcontext(episode), lambda refusal: refused(episode.world, refusal)
    )
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def run_stdio(episode: Episode) -> None:
    """`serve_stdio` from code that is not asynchronous: `worlds mcp TASK`."""
    asyncio.run(serve_stdio(episode))
