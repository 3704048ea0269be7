"""The browser surface: a real browser at an episode's pages, for agents and for reference solutions.

    with worlds.open("shop/refund-partial", seed=7) as episode:
        browser = episode.browser()
        seen = browser.observe()                                     # seen.url, seen.snapshot with refs such as e12
        seen = browser.act({"action": "click", "ref": "e12"})        # seen.ok, seen.notice
        browser.hands().click("link", "Orders")                      # by what stands on the screen, for solutions

Blocking, and usable from any thread. Nothing that an agent sends raises: bad input is answered by an observation.
"""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from worlds.engine.errors import Gone, Refusal, WorldBug
from worlds.engine.surfaces.browsing.actions import KINDS, Action, Screenshot, action_tools, read_action
from worlds.engine.surfaces.browsing.chromium import BrowserMissing, Chromium, find_chromium
from worlds.engine.surfaces.browsing.host import HOST, BrowserFailure
from worlds.engine.surfaces.browsing.observation import Observation
from worlds.engine.surfaces.browsing.page import NotOnPage, Page
from worlds.engine.surfaces.browsing.site import SITE, Place
from worlds.engine.surfaces.browsing.tab import Setting, Tab
from worlds.engine.surfaces.drift.lexicon import lexicon_of
from worlds.engine.surfaces.seals import seconds_now

if TYPE_CHECKING:
    from worlds.engine.episode import Episode

__all__ = [
    "KINDS",
    "Action",
    "BrowserFailure",
    "BrowserMissing",
    "BrowserSession",
    "Chromium",
    "NotOnPage",
    "Observation",
    "Page",
    "action_tools",
    "close_browser",
    "find_chromium",
    "read_action",
]


class BrowserSession:
    """An episode's browser: a context of its own in the one browser of the process, opened when first looked at."""

    def __init__(self, episode: "Episode") -> None:
        """Asked for by `episode.browser()`, which also closes it."""
        self._episode = episode
        self._lock = threading.Lock()
        self._place: Place | None = None
        self._tab: Tab | None = None
        self._closed = False
        self._excused = 0
        """The step of the last failure of the episode's plan that a page showed."""

    def observe(self, *, screenshot: bool = False) -> Observation:
        """The page as it is, with a PNG where asked for.

        Raises:
            BrowserMissing: when there is no browser on this machine.
            BrowserFailure: when the browser died.
            WorldBug: when the world crashed; the episode is over.
            Gone: when the browser was closed with its episode.
        """
        with self._lock, self._told():
            return self._look(screenshot=screenshot)

    def act(self, action: Action | Mapping[str, Any], *, screenshot: bool = False) -> Observation:
        """Carry out an action, `{"action": "click", "ref": "e12"}` for instance, and look at the page again.

        An action that is not valid or not possible is answered by an observation with `ok=False` and a notice.

        Raises:
            BrowserMissing, BrowserFailure, WorldBug, Gone: as `observe`.
        """
        with self._lock, self._told():
            if self._tab is None:
                self._look(screenshot=False)  # the first page comes to rest before anything is done to it
            tab = self._open()
            try:
                known = read_action(action)
            except ValueError as error:
                return replace(self._look(screenshot=screenshot), notice=str(error), ok=False)
            why_not = HOST.run(tab.act(known))
            seen = self._look(screenshot=screenshot or isinstance(known, Screenshot))
            return replace(seen, notice=f"{why_not} {seen.notice}".strip(), ok=False) if why_not else seen

    @property
    def instruction(self) -> str:
        """The request that the episode's task makes; empty in free play."""
        return self._episode.task.instruction if self._episode.task else ""

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name."""
        return self._episode.task.instance.facts if self._episode.task else {}

    def meaning(self, text: str) -> str:
        """What the plain page says in place of these words; words that are unknown as they are."""
        return lexicon_of(self._episode.world).meaning(text)

    def hands(self) -> Page:
        """The browser as a reference solution uses it: by what stands on the screen."""
        return Page(self)

    def close(self) -> None:
        """Give up the address, wait for calls that came in by it, and close the context; again is no error.

        The context closes in the background. Do not hold the episode's lock, which those calls need.
        """
        self._closed = True
        tab, place, self._tab, self._place = self._tab, self._place, None, None
        if tab is not None:
            HOST.spawn(tab.close())
        if place is not None:
            with contextlib.suppress(Refusal):  # the address may have gone before
                SITE.leave(place)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _open(self) -> Tab:
        if self._closed:
            raise _gone()
        if self._tab is None:
            world = self._episode.world
            self._place = SITE.enter(self._episode)
            setting = Setting(self._place, world.roles[self._episode.actor.role].home, world.zone)
            self._tab = HOST.run(Tab.open(HOST, setting, seconds_now(self._episode)))
        return self._tab

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Tell a browser that was closed under an action from one that fails; a world that crashed goes first."""
        try:
            yield
        except BrowserFailure:
            self._check_world()
            if self._closed:
                raise _gone() from None
            raise

    def _check_world(self) -> None:
        if (crash := self._episode.crash) is not None:
            raise WorldBug(f"{crash.operation} crashed at step {crash.step} of the episode.")
        if self._tab is not None and self._tab.broken:
            last = self._episode.journal.last
            if last is None or last.status < HTTPStatus.INTERNAL_SERVER_ERROR or last.step == self._excused:
                raise WorldBug(f"A page failed: {self._tab.broken}.")
            self._excused, self._tab.broken = last.step, ""  # it showed a failure that the door itself answered

    def _look(self, *, screenshot: bool) -> Observation:
        seen = HOST.run(self._open().look(seconds_now(self._episode), screenshot=screenshot))
        self._check_world()
        return seen


def _gone() -> Gone:
    return Gone("browser_closed", "This browser was closed with its episode; ask for a new one.")


def close_browser() -> None:
    """End this process's browser and its server of pages; both start again when they are next needed."""
    HOST.close()
    SITE.close()
