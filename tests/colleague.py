"""Somebody before a world's pages without a browser: what they see, what they type, and what they changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from worlds.engine.context import Actor
from worlds.engine.episode import Episode
from worlds.engine.surfaces.visitor import Visitor


class Colleague:
    """Whoever acts in an episode, before its pages; `person` is their id where the role has more than one."""

    def __init__(self, app: Any, episode: Episode) -> None:
        self.episode = episode
        self.person = episode.actor.person
        self.visitor = Visitor(app, self.episode)
        self.get, self.send, self.post = self.visitor.get, self.visitor.send, self.visitor.post

    @property
    def text(self) -> str:
        """The words of the page."""
        return self.visitor.text

    @property
    def source(self) -> str:
        """The page's HTML."""
        return self.visitor.page.text

    @property
    def status(self) -> int:
        """The status of the page."""
        return self.visitor.page.status_code

    @property
    def did(self) -> list[Any]:
        """What they changed; what time brings meanwhile is none of their doing."""
        return self.episode.diff(of_agent=True)

    @property
    def changed(self) -> set[str]:
        """Tables in which they changed something."""
        return {change.table for change in self.did}

    def rows(self, table: str) -> list[Any]:
        """What the rows of a table that they changed are now."""
        return [change.after for change in self.did if change.table == table]

    def typed(self, action: str) -> dict[str, str]:
        """What stands in the fields of the form that goes to an address."""
        return dict(self.visitor.form(action).fields)

    def tick(self, action: str, *pairs: tuple[str, str], **typed: str) -> None:
        """Send the page's form that goes to an address with more fields than it shows, as ticked boxes are."""
        self.post(self.visitor.page.request.path, [*self.visitor.fields(action, typed), *pairs])


def sit(episode: Episode, role: str, person: int, name: str = "Somebody") -> Episode:
    """Let somebody sit down before an episode's pages; answers the episode."""
    episode.actor = Actor(role, person, name)
    episode.door = replace(episode.door, actor=episode.actor)
    return episode


class Seated(Protocol):
    """Somebody with an episode."""

    episode: Episode


S = TypeVar("S", bound=Seated)


@contextmanager
def seats(make: Callable[..., S]) -> Iterator[Callable[..., S]]:
    """Has people made and sit down, each before a copy of their own, which is closed in the end."""
    opened: list[S] = []

    def seat(*who: Any) -> S:
        opened.append(make(*who))
        return opened[-1]

    yield seat
    for one in opened:
        one.episode.close()
