"""`worlds serve`: the one port for agents, programs and people, until it is told to stop."""

import json
import secrets
import signal
import sys
import threading
from collections.abc import Iterable
from types import FrameType
from typing import Self

from worlds.engine.console.control_room import ControlRoom
from worlds.engine.console.passes import Passes
from worlds.engine.surfaces.application import RunningServer, serve_in_thread
from worlds.engine.switchboard import IDLE_SECONDS, MAXIMUM, Switchboard
from worlds.seeds.snapshots import SnapshotStore
from worlds.server.application import ServerApplication
from worlds.server.control import start_link

PORT = 8321


class Served:
    """A server with everything on one port, in a thread of this process; a context manager.

    Args:
        host: the address to bind; names beside this machine's own are refused unless they are among `hosts`.
        port: 0 picks a free one.
        idle_seconds: after how long without use an episode is closed; None for never.
        maximum: how many episodes may live at once.
        hosts: further names by which the server may be addressed.
        store: where snapshots lie; the user's cache folder by default.

    Raises:
        OSError: when the address cannot be bound.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        idle_seconds: float | None = IDLE_SECONDS,
        maximum: int = MAXIMUM,
        hosts: Iterable[str] = (),
        store: SnapshotStore | None = None,
    ) -> None:
        self.control_token = secrets.token_urlsafe(32)
        self.room = ControlRoom(Switchboard(maximum=maximum, idle_seconds=idle_seconds), store)
        self._passes = Passes()
        reap = 15.0 if idle_seconds is None else min(15.0, idle_seconds / 4)
        shown = f"[{host}]" if ":" in host else host
        application = ServerApplication(
            self.room, self._passes, self.control_token, hosts=(shown, *hosts), reap_seconds=reap
        )
        try:
            self._running: RunningServer = serve_in_thread(application, port, host)
        except OSError as error:
            raise OSError(f"Port {port} of {host} cannot be served at: {error.strerror}. Choose another.") from error
        self.url = self._running.url

    def start_link(self) -> str:
        """A new link to the start page; each works once."""
        return start_link(self.url, self._passes)

    def close(self) -> None:
        """Stop serving and close every episode; again is no error."""
        self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve(
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    json_line: bool = False,
    idle_seconds: float | None = IDLE_SECONDS,
    maximum: int = MAXIMUM,
    hosts: Iterable[str] = (),
) -> None:
    """Serve until interrupted (SIGINT, SIGTERM); must run in the main thread.

    With `json_line` the first line on standard output is `{"url", "control_token"}`; otherwise a one-time link to the
    start page, the control API's address and its token are printed for people.

    Raises:
        OSError: when the address cannot be bound.
    """
    stop = threading.Event()

    def stopped(_: int, __: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, stopped) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Served(host, port, idle_seconds=idle_seconds, maximum=maximum, hosts=hosts) as served:
            sys.stdout.write(_json_line(served) if json_line else _greeting(served))
            sys.stdout.flush()
            while not stop.wait(0.5):  # in slices, so that signals are seen on every platform
                pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _json_line(served: Served) -> str:
    return json.dumps({"url": served.url, "control_token": served.control_token}) + "\n"


def _greeting(served: Served) -> str:
    return (
        f"Start page (this link works once): {served.start_link()}\n"
        f"Control API: {served.url}/control/openapi.json\n"
        f"Control token: {served.control_token}\n"
    )
