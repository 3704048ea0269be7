"""The ground under the ways in: bodies with a limit, whole answers, the Host header, Flask behind ASGI, lifespan.

Nothing here knows of keys or episodes.
"""

import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from a2wsgi import WSGIMiddleware

from worlds.engine.errors import Refusal
from worlds.engine.world import World, plain_error

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

BODY_LIMIT = 1_000_000
"""Bytes of a request's body."""

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class Disconnected(Exception):  # noqa: N818 - what happened; nobody is there to be told
    """The client left before its request was whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """All its header fields."""
        return (
            ("content-type", self.kind),
            ("content-length", str(len(self.body))),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            *self.headers,
        )

    async def send(self, send: Send) -> None:
        """Send it."""
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.fields]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def json_answer(status: int, value: Any, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer of JSON values."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode("utf-8", "backslashreplace"), headers=headers)


def error_answer(world: World | None, refusal: Refusal, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A refusal in a world's error shape, or in the engine's own where no world is known."""
    body = plain_error(refusal) if world is None else world.error_body(refusal)
    return json_answer(refusal.status, body, headers)


def headers_of(scope: Scope, name: str) -> list[str]:
    """All values of a header."""
    wanted = name.lower().encode("latin-1")
    return [value.decode("latin-1") for field, value in scope["headers"] if field == wanted]


async def read_body(scope: Scope, receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The whole body of a request.

    Raises:
        Refusal: 413 when it is longer than `limit` bytes; what is left of it stays unread.
        Disconnected: when the client left.
    """
    if any(not length.isdigit() or int(length[:20]) > limit for length in headers_of(scope, "content-length")):
        raise _too_large(limit)
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large(limit: int) -> Refusal:
    return Refusal("body_too_large", f"The body is longer than {limit} bytes; send less.", status=413)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, and then what the client does next."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


class HostCheck:
    """Turns away requests whose Host header names none of ours, which a page elsewhere could have rebound to us."""

    def __init__(self, application: Application, hosts: Sequence[str] = ()) -> None:
        self._application = application
        self._hosts = {*LOCAL_HOSTS, *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or answer 421."""
        if scope["type"] == "http" and not self._ours(headers_of(scope, "host")):
            refusal = Refusal("unknown_host", "This server is not known by that host name.", status=421)
            await error_answer(None, refusal).send(send)
            return
        await self._application(scope, receive, send)

    def _ours(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        name, _, port = hosts[0].lower().rpartition(":") if not hosts[0].endswith("]") else (hosts[0].lower(), "", "")
        if not name:
            name, port = port, ""
        return name in self._hosts and (not port or port.isdigit())


class Flasked:
    """A WSGI application behind ASGI, in threads of its own.

    Bodies come in whole and answers go out whole, so that neither a slow sender nor a slow reader holds a thread.
    """

    def __init__(self, application: WsgiApplication, workers: int = 8) -> None:
        self._application = application
        self._bridge = WSGIMiddleware(self._run, workers=workers)  # type: ignore[arg-type]  # a2wsgi types environ closed

    async def __call__(self, scope: Scope, body: bytes, send: Send, extra: Mapping[str, Any] | None = None) -> None:
        """Serve one request whose body was read; `extra` is added to the environ."""

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        inner = {**scope, "worlds.extra": {**(extra or {})}}
        await self._bridge(inner, receive, send)  # type: ignore[arg-type]  # as above

    def close(self) -> None:
        """Let the threads end."""
        self._bridge.executor.shutdown(wait=False)

    def _run(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ |= {"SCRIPT_NAME": "", "wsgi.errors": sys.stderr, **environ["asgi.scope"]["worlds.extra"]}
        chunks: list[bytes] = []
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
            started[:] = [status, headers]
            return chunks.append

        answer = self._application(environ, start)
        try:
            chunks.extend(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        start_response(*started)
        return [b"".join(chunks)]


async def lifespan(receive: Receive, send: Send, running: AbstractAsyncContextManager[object]) -> None:
    """Answer a server's lifespan messages: `running` is entered at its start and left at its end."""
    await receive()
    async with running:
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
