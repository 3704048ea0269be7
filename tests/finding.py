"""Records on which pages can be tried, looked for through the operations."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Finder:
    """Looks for records as whoever acts in an episode would, an administrator mostly; each is found once."""

    episode: Any

    def _call(self, name: str, **arguments: Any) -> Any:
        reply = self.episode.call(name, arguments)
        assert reply.ok, reply.body
        return reply.body
