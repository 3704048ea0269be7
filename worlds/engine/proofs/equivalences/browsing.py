"""E4, E6 and E7 in the real browser: pages with forms opened and left as they are, tools and pages in turn.

A page costs ten times as long as a tool, so what passes here passes slowly too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from worlds.engine.episode import Episode
from worlds.engine.proofs.equivalences.looking import sound_reads
from worlds.engine.proofs.equivalences.variations import NotApplicable, Played, Solved, Variation
from worlds.engine.proofs.plays import play
from worlds.engine.surfaces.browser import Page
from worlds.engine.surfaces.browsing.observation import Observation
from worlds.graders.answers import FinalAnswer


def browse(solved: Solved) -> Played:
    """The browser solution; then once more with all its pages opened before, and a tool's read between its actions."""
    case = solved.case
    if not case.browser:
        return NotApplicable("the real browser is for the first seeds")
    visited: list[str] = []

    def plainly(episode: Episode) -> FinalAnswer:
        return case.family.browse(Page(Mixed(episode, visited)))

    def mixed(episode: Episode) -> FinalAnswer:
        session = episode.browser()
        for path in list(dict.fromkeys(visited)):
            session.act({"action": "goto", "path": path})
        session.act({"action": "goto", "path": visited[0]})
        names = sound_reads(case.start, case.task.actor.role)
        needless = [one for one in names if not episode.world.operations[one].input_schema.get("required")]
        return case.family.browse(Page(Mixed(episode, [], needless)))

    plain = Variation("in the browser", play(case.start, case.task, plainly))
    if not (visited and plain.play.earned):
        return [plain]
    words = "in the browser, its pages opened before, with reads by tools in between"
    return [plain, Variation(words, play(case.start, case.task, mixed))]


class Mixed:
    """A browser that remembers the pages it came to, and whose user looks at something by a tool before each action."""

    def __init__(self, episode: Episode, visited: list[str], reads: Sequence[str] = ()) -> None:
        """Work through an episode's browser; `reads` are tools that need no arguments."""
        self._episode = episode
        self._session = episode.browser()
        self._visited = visited
        self._reads = reads
        self._turn = 0

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""
        return self._session.instruction

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name."""
        return self._session.facts

    def observe(self) -> Observation:
        """The page as it is."""
        return self._noted(self._session.observe())

    def act(self, action: Mapping[str, Any]) -> Observation:
        """The page after an action."""
        if self._reads:
            self._episode.call(self._reads[self._turn % len(self._reads)], {})
            self._turn += 1
        return self._noted(self._session.act(action))

    def meaning(self, text: str) -> str:
        """What the plain page says in place of these words; words that are unknown as they are."""
        return self._session.meaning(text)

    def _noted(self, seen: Observation) -> Observation:
        self._visited.append(seen.url)
        return seen
