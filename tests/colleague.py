"""Somebody at work on a world's pages without a browser: what they see, and what they changed."""

from typing import Any

import worlds
from worlds.engine.surfaces.visitor import Visitor


class Colleague:
    """Somebody of a role at work on the pages of a fresh copy of a world's small population."""

    def __init__(self, app: Any, world: str, role: str) -> None:
        self.episode = worlds.open(world, role=role)
        self.visitor = Visitor(app, self.episode)
        self.get, self.send, self.post = self.visitor.get, self.visitor.send, self.visitor.post

    @property
    def text(self) -> str:
        """The words of the page."""
        return self.visitor.text

    @property
    def status(self) -> int:
        """The status of the page."""
        return self.visitor.page.status_code

    @property
    def changed(self) -> set[str]:
        """Tables in which something changed."""
        return {change.table for change in self.episode.diff()}

    def rows(self, table: str) -> list[Any]:
        """What the changed rows of a table are now."""
        return [change.after for change in self.episode.diff() if change.table == table]
