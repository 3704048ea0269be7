"""The one browser of this process: a thread with an event loop that runs Playwright, and the way in from any thread.

Playwright's objects belong to the loop that made them; `run` hands a coroutine over and waits. The browser starts when
it is first needed and ends with the process, or by `close`.
"""

import asyncio
import atexit
import concurrent.futures
import contextlib
import os
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from playwright.async_api import Browser, Error, Page, Playwright, async_playwright

from worlds.engine.surfaces.browsing.chromium import WHAT_TO_DO, BrowserMissing, find_chromium

FLAGS = (
    "--no-sandbox",  # it fails as root and in most containers, and no page but our own is ever shown
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy",
)
WARMING = (
    "<main><nav><ul><li><a href=#>A</a></ul></nav><form><label>B<input></label><select><option>C</select>"
    "<button>D</button></form><section aria-label=E><h2>F</h2><table><thead><tr><th scope=col>G<tbody>"
    + "<tr><th scope=row><a href=#>H</a><td><span>I</span> J" * 20
    + "</table></section></main>"
)
"""What a page made in advance looks at, so that the code which looks is read and translated before it is needed."""
PATIENCE = 60.0
"""Seconds after which a browser that does not answer is given up."""

Value = TypeVar("Value")


class BrowserFailure(RuntimeError):  # noqa: N818 - what happened: our own failure, never the agent's
    """The browser died or does not answer; nothing that the agent did was wrong."""


@dataclass(frozen=True, slots=True)
class _Spare:
    """A page made in advance, and what it was made with. `wanted` is set as soon as somebody waits for it."""

    options: dict[str, Any]
    wanted: asyncio.Event
    page: "asyncio.Future[Page]"


class BrowserHost:
    """Playwright on a loop thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._starting: asyncio.Lock | None = None
        self._spare: _Spare | None = None
        os.register_at_fork(after_in_child=self._forget)

    def run(self, coroutine: Coroutine[Any, Any, Value], patience: float = PATIENCE) -> Value:
        """Run a coroutine on the loop thread and wait for its value; from any thread but that one.

        Raises:
            BrowserFailure: when it takes longer than `patience` seconds, or Playwright's driver is gone.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self._running())
        try:
            return future.result(patience)
        except concurrent.futures.TimeoutError:
            if future.done():
                raise
            future.cancel()
            raise BrowserFailure(f"The browser did not answer within {patience:.0f} seconds.") from None

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine on the loop thread without waiting; what goes wrong in it is of no matter."""
        if self._loop is None:
            coroutine.close()
        else:
            asyncio.run_coroutine_threadsafe(_quietly(coroutine), self._loop)

    async def new_page(self, **options: Any) -> Page:
        """An empty page in a fresh context with these options. On the loop thread only.

        Raises:
            BrowserMissing: when there is no browser, or it cannot be started.
        """
        spare, self._spare = self._spare, None
        if spare is not None and spare.options == options:
            spare.wanted.set()
            with contextlib.suppress(Error):
                return await spare.page
        elif spare is not None:
            await _discard(spare.page)
        return await self._make_page(options)

    def keep_spare(self, **options: Any) -> None:
        """Make the next page ready in the background, if none is. On the loop thread only."""
        if self._spare is None:
            wanted = asyncio.Event()
            self._spare = _Spare(options, wanted, asyncio.ensure_future(self._make_spare(options, wanted)))

    def close(self) -> None:
        """End the browser and its thread; it starts again when it is next needed."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        with contextlib.suppress(concurrent.futures.TimeoutError, Error):
            asyncio.run_coroutine_threadsafe(self._shut(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_turn, args=(self._loop,), name="browser", daemon=True)
                self._thread.start()
            return self._loop

    async def _make_page(self, options: dict[str, Any]) -> Page:
        if self._starting is None:
            self._starting = asyncio.Lock()
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                self._browser = await self._launch()
        context = await self._browser.new_context(**options)
        return await context.new_page()

    async def _make_spare(self, options: dict[str, Any], wanted: asyncio.Event) -> Page:
        page = await self._make_page(options)
        if not wanted.is_set():
            await page.set_content(WARMING)
        if not wanted.is_set():
            await page.aria_snapshot(mode="ai")
        return page

    async def _launch(self) -> Browser:
        found = find_chromium()
        if self._playwright is None:
            self._playwright = await async_playwright().start()
        try:
            return await self._playwright.chromium.launch(executable_path=found.path, args=list(FLAGS))
        except Error as error:
            first = str(error).strip().splitlines()[0]
            raise BrowserMissing(f"The browser {found} does not start: {first} {WHAT_TO_DO}") from error

    async def _shut(self) -> None:
        spare, self._spare = self._spare, None
        if spare is not None:
            await _discard(spare.page)
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        self._browser = self._playwright = self._starting = None

    def _forget(self) -> None:
        # A forked child has the objects but not the thread: it begins anew instead of waiting for ever.
        self._lock = threading.Lock()
        self._loop = self._thread = self._playwright = self._browser = self._starting = self._spare = None


async def _quietly(coroutine: Coroutine[Any, Any, Any]) -> None:
    with contextlib.suppress(Error):
        await coroutine


async def _discard(made: "asyncio.Future[Page]") -> None:
    with contextlib.suppress(Error):
        await (await made).context.close()


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.close()


HOST = BrowserHost()
"""The browser of this process."""

atexit.register(HOST.close)
