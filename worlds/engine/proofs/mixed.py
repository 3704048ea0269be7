"""A browser whose user keeps a list of the pages that they come to, and may look at something by a tool in between."""

from collections.abc import Mapping, Sequence
from typing import Any

from worlds.engine.episode import Episode
from worlds.engine.surfaces.browsing.observation import Observation


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
