"""The browser: a new start, and a step."""

from worlds.bench.workload import Workload, median_ms, timed
from worlds.engine.errors import WorldBug
from worlds.engine.surfaces.browser import BrowserMissing, Observation
from worlds.engine.surfaces.browsing.outline import read_snapshot

REPETITIONS = 25


def browser_reset_ms(workload: Workload) -> float | None:
    """Reset an episode that was worked on in its browser, until its start page is observed; None without a browser."""
    taken: list[float] = []
    try:
        with workload.opened() as episode:
            home = episode.browser().observe().url
            for _ in range(REPETITIONS):
                _well(episode.browser().act({"action": "goto", "path": home}))  # a reset comes after work, not in a row
                with timed(taken):
                    episode.reset()
                    seen = episode.browser().observe()
                _well(seen)
    except BrowserMissing:
        return None
    return median_ms(taken)


def browser_step_ms(workload: Workload) -> float | None:
    """Follow a link of the start page and observe where it leads, there and back; None without a browser."""
    taken: list[float] = []
    try:
        with workload.opened() as episode:
            browser = episode.browser()
            home = browser.observe()
            path = home.url
            for turn in range(REPETITIONS):
                links = [node.ref for node in read_snapshot(home.snapshot).find("link") if node.ref]
                step: list[float] = []
                with timed(step):
                    seen = browser.act({"action": "click", "ref": links[turn % len(links)]})
                if seen.ok:  # a link for screen readers lies outside of the window
                    taken += step
                home = browser.act({"action": "goto", "path": path})
                _well(home)
    except BrowserMissing:
        return None
    if not taken:
        raise WorldBug("No link of the start page could be clicked.")
    return median_ms(taken)


def _well(seen: Observation) -> None:
    if not seen.ok:
        raise WorldBug(f"A measured step in the browser failed: {seen.notice}")
