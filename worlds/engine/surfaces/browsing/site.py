"""Where a browser finds an episode's pages: one server a process, which is also the browser's only way out.

The browser uses this server as its proxy, so that every request it makes comes here, whatever it is addressed to; what
is not addressed to this server is turned away. There is no control and no other episode's key to be found behind it.
"""

import atexit
import threading
from dataclasses import dataclass

from worlds.engine.episode import Episode
from worlds.engine.surfaces.application import AgentApplication, RunningServer, serve_in_thread
from worlds.engine.surfaces.asgi import Answer, Application, Receive, Scope, Send, headers_of
from worlds.engine.switchboard import Switchboard

OUTSIDE = (
    b"<!doctype html><html lang=en><title>Not reachable</title><h1>Not reachable</h1><p>This lies outside of the site."
)


SEAT = "x-worlds-seat"
"""Header with the key of the episode that a browser's context was opened for; it reaches nobody but the fence."""


class Fence:
    """Serves a context the pages of its own episode, in a proxy's kind of request too; answers 403 to all else."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        host, port = scope["server"]
        ours = f"{host}:{port}"
        inner = _origin_form(scope, f"http://{ours}")
        seats = headers_of(scope, SEAT)
        inside = len(seats) == 1 and seats[0] and inner["path"].startswith(f"/episodes/{seats[0]}/")
        if scope["method"] == "CONNECT" or headers_of(scope, "host") != [ours] or not inside:
            await Answer(403, OUTSIDE, "text/html; charset=utf-8").send(send)
            return
        inner["headers"] = [pair for pair in scope["headers"] if pair[0] != SEAT.encode()]
        await self._application(inner, receive, send)


def _origin_form(scope: Scope, origin: str) -> Scope:
    """The scope of `GET http://host/path` as that of `GET /path`."""
    if not scope["path"].startswith(f"{origin}/"):
        return {**scope}
    return {**scope, "path": scope["path"][len(origin) :], "raw_path": scope["raw_path"][len(origin) :]}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an episode's pages are: `origin` without a slash at its end, `prefix` a path without one."""

    origin: str
    prefix: str
    id: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What a context must send to be let in."""
        return {SEAT: self.prefix.rsplit("/", 1)[-1]}

    @property
    def start(self) -> str:
        """The address below which everything lies."""
        return f"{self.origin}{self.prefix}/"

    def contains(self, url: str) -> bool:
        """Whether an address is one of the episode's own."""
        return url.startswith(self.start)

    def masked(self, text: str) -> str:
        """A text with the episode's address left out, so that its paths begin at `/`."""
        return text.replace(f"{self.origin}{self.prefix}", "").replace(self.prefix, "")


class Site:
    """The server for this process's browser; it starts with the first episode."""

    def __init__(self) -> None:
        self.board = Switchboard(maximum=100_000)
        self._lock = threading.Lock()
        self._server: RunningServer | None = None

    def enter(self, episode: Episode) -> Place:
        """Put an episode's pages on the server."""
        with self._lock:
            if self._server is None:
                self._server = serve_in_thread(Fence(AgentApplication(self.board)))
            url = self._server.url
        address = self.board.register(episode)
        return Place(url, f"/episodes/{address.key}", address.id)

    def leave(self, place: Place) -> None:
        """Take them off again, after the calls that are inside; the address is dead from then on."""
        self.board.rotate(place.id)
        self.board.remove(place.id)

    def close(self) -> None:
        """Stop the server; it starts again when it is next needed."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.close()


SITE = Site()
"""The server of this process."""

atexit.register(SITE.close)
