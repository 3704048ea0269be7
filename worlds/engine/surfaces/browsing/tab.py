"""One page in a context of its own, driven on the browser's loop thread: acting, waiting, looking."""

import asyncio
import contextlib
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.async_api import Dialog, Error, Page, Request, Response

from worlds.engine.surfaces.browsing.actions import Action
from worlds.engine.surfaces.browsing.deeds import Impossible, do
from worlds.engine.surfaces.browsing.host import BrowserFailure, BrowserHost
from worlds.engine.surfaces.browsing.observation import Observation
from worlds.engine.surfaces.browsing.site import Place

WIDTH, HEIGHT = 1280, 800
LOADING_SECONDS = 20.0
"""How long a page may take to load and become still before it is shown as it is."""
HOPS = 20
"""How many pages in a row may replace one another before one is shown."""

QUIET = "async (now) => { if (window.__still) await window.__still.quiet(now); return document.title; }"
STAY = "() => window.__still && window.__still.stay()"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a tab is opened with: the episode's place, the path of its first page, the world's zone."""

    place: Place
    home: str
    zone: str


class Tab:
    """The agent's one page. Every method runs on the loop thread."""

    def __init__(self, host: BrowserHost, page: Page, setting: Setting) -> None:
        self._host = host
        self._page = page
        self._options = _options(setting)
        self._place = setting.place
        self._inside = urljoin(setting.place.start, f"{setting.home.strip('/')}/".lstrip("/"))
        self._said: list[str] = []
        self._crashed = False
        self.broken = ""
        """What of the site failed with a status of 500 or more: a defect of the world, not an answer of it."""
        page.on("response", self._on_response)
        page.on("crash", self._on_crash)
        page.on("dialog", self._on_dialog)
        page.on("requestfailed", self._on_failed)
        page.on("download", lambda _: self._said.append("The download was not taken; files cannot be saved here."))
        page.context.on("page", self._on_popup)

    @classmethod
    async def open(cls, host: BrowserHost, setting: Setting, now: int) -> "Tab":
        """A fresh context with one page at the setting's home; `now` is virtual seconds since 1970 UTC.

        Raises:
            BrowserMissing: when there is no browser.
            BrowserFailure: when the first page cannot be shown.
        """
        page = await host.new_page(**_options(setting))
        tab = cls(host, page, setting)
        try:
            await asyncio.gather(
                page.set_extra_http_headers(setting.place.headers),
                page.add_init_script(f"({_still()})({now * 1000});"),
            )
            await page.goto(tab._inside, wait_until="commit", timeout=LOADING_SECONDS * 1000)
        except Error as error:
            await tab.close()
            raise BrowserFailure(f"The first page cannot be shown: {_first_line(error)}") from error
        return tab

    async def act(self, action: Action) -> str:
        """Carry out an action; answers why it was not, or nothing.

        Raises:
            BrowserFailure: when the browser died.
        """
        try:
            await do(self._page, self._place, action)
        except Impossible as why:
            return str(why)
        except Error as error:
            self._check_alive(error)
            return f"The action failed: {self._place.masked(_first_line(error))}"
        return ""

    async def look(self, now: int, *, screenshot: bool = False) -> Observation:
        """The page once it is still.

        Raises:
            BrowserFailure: when the browser died.
        """
        try:
            title = await self._settle(now)
            if self._place.contains(self._page.url):
                self._inside = self._page.url
            else:
                title = await self._return_inside(now)
            seen = Observation(
                url=self._place.masked(self._page.url),
                title=self._place.masked(title),
                snapshot=self._place.masked(await self._page.aria_snapshot(mode="ai", timeout=LOADING_SECONDS * 1000)),
            )
            if screenshot:
                image = await self._page.screenshot(animations="disabled", caret="hide", scale="css")
                seen = replace(seen, screenshot=image)
        except Error as error:
            self._check_alive(error)
            raise BrowserFailure(f"The page cannot be looked at: {_first_line(error)}") from error
        self._host.keep_spare(**self._options)  # while the agent thinks
        said, self._said = self._said, []
        return replace(seen, notice=" ".join(said))

    async def close(self) -> None:
        """Close the context and all in it."""
        with contextlib.suppress(Error):
            await self._page.context.close()

    # -- waiting --------------------------------------------------------------------------------------------------

    async def _settle(self, now: int) -> str:
        """Wait until no navigation, request or near timer is under way, and answer the title; say so if that fails."""
        try:
            async with asyncio.timeout(LOADING_SECONDS):
                for _ in range(HOPS):
                    try:
                        title, _ = await asyncio.gather(self._page.evaluate(QUIET, now * 1000), self._make_ready())
                        return str(title)
                    except Error as error:
                        self._check_alive(error)  # otherwise another document took this one's place
        except TimeoutError:
            pass
        self._said.append("The page is still loading.")
        return ""

    async def _make_ready(self) -> None:
        """Have Playwright put what it looks with into the document while the document still loads."""
        with contextlib.suppress(Error):
            await self._page.locator("html").count()

    async def _return_inside(self, now: int) -> str:
        """Go back to the last page of the site, since an action led out of it; answers its title."""
        self._said.append("That address lies outside of this site and was not opened.")
        await self._page.goto(self._inside, wait_until="commit", timeout=LOADING_SECONDS * 1000)
        return await self._settle(now)

    # -- what the browser tells -----------------------------------------------------------------------------------

    def _check_alive(self, error: Error) -> None:
        if self._crashed or self._page.is_closed():
            raise BrowserFailure(f"The browser died: {_first_line(error)}") from error

    def _on_crash(self, _: Page) -> None:
        self._crashed = True

    def _on_response(self, response: Response) -> None:
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR and self._place.contains(response.url):
            self.broken = f"{response.request.method} {self._place.masked(response.url)} answered {response.status}"

    async def _on_dialog(self, dialog: Dialog) -> None:
        with contextlib.suppress(Error):
            if dialog.type == "beforeunload":
                await dialog.accept()
            else:
                self._said.append(f"The page asked “{dialog.message[:200]}”; the dialog was dismissed.")
                await dialog.dismiss()

    async def _on_popup(self, popup: Page) -> None:
        if popup is not self._page:
            with contextlib.suppress(Error):
                await popup.close()

    async def _on_failed(self, request: Request) -> None:
        """Tell the document that it stays, when a navigation away from it came to nothing."""
        with contextlib.suppress(Error):
            if request.is_navigation_request() and request.frame == self._page.main_frame:
                await self._page.evaluate(STAY)


def _options(setting: Setting) -> dict[str, Any]:
    return {
        "viewport": {"width": WIDTH, "height": HEIGHT},
        "device_scale_factor": 1,
        "locale": "en-GB",
        "timezone_id": setting.zone,
        "reduced_motion": "reduce",
        "color_scheme": "light",
        "service_workers": "block",
        "accept_downloads": False,
        "permissions": [],
        "proxy": {"server": setting.place.origin},
    }


@cache
def _still() -> str:
    script = Path(__file__).with_name("still.js").read_text("utf-8")
    return "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("//"))


def _first_line(error: Error) -> str:
    return error.message.strip().splitlines()[0] if error.message.strip() else type(error).__name__
