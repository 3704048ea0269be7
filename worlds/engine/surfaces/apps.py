"""The pages of a company: each app's own below `/<app>/`, and a page before them from which one goes into an app.

An app's pages are the very ones of the world that it is. They are given an episode of that world; that it is one seat
in a company's episode they need not know.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from flask import Flask, redirect, render_template, request

from worlds.engine.context import Actor
from worlds.engine.door import Door
from worlds.engine.episode import Episode
from worlds.engine.journal import JournalEntry
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply
from worlds.engine.surfaces.page_door import door_of
from worlds.engine.world import World

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class SeatJournal:
    """What an app's pages know of what was done: the calls of the app and those that all have, by the app's names."""

    def __init__(self, seat: "Seat") -> None:
        """The journal as a seat has it."""
        self._seat = seat

    @property
    def last(self) -> JournalEntry | None:
        """The last call of the episode, in whatever app: it has the episode's time and step."""
        return self._seat.episode.journal.last

    def __iter__(self) -> Iterator[JournalEntry]:
        own, operations = f"{self._seat.app}_", self._seat.episode.world.operations
        for entry in self._seat.episode.journal:
            operation = operations.get(entry.operation)
            if operation is None or not operation.app:
                yield entry
            elif operation.app == self._seat.app:
                yield replace(entry, operation=entry.operation.removeprefix(own))


class Seat:
    """An episode of a company as the pages of one of its apps have it."""

    def __init__(self, episode: Episode, app: str) -> None:
        """The agent's place in an app."""
        self.episode = episode
        self.app = app
        self.journal = SeatJournal(self)

    def __getattr__(self, name: str) -> Any:
        """Time, inbox, conditions and whether it is over are those of the whole episode."""
        return getattr(self.episode, name)

    @property
    def door(self) -> Door:
        """The door of the app."""
        return self.episode.door.apps[self.app]

    @property
    def world(self) -> World:
        """The world that the app is."""
        return self.door.world

    @property
    def actor(self) -> Actor:
        """Who the agent is in this app."""
        return self.door.actor

    def permitted(self, operation: Operation[..., Any]) -> bool:
        """As of an episode, for an operation of the app."""
        return self.episode.permitted(self.episode.world.operations[self.door.called(operation.name)])

    def perform(self, name: str, *arguments: Any, **named: Any) -> Reply:
        """As of an episode, by the app's own name of an operation."""
        return self.episode.perform(self.door.called(name), *arguments, **named)


class Passages:
    """The WSGI application of a company: requests below `/<app>/` go to that app's pages, others to the company's own.

    Args:
        own: the company's own pages.
        apps: by name, the pages of its apps.
    """

    def __init__(self, own: Wsgi, apps: Mapping[str, Flask]) -> None:
        self._own = own
        self._apps = apps

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        _, name, rest = [*str(environ["PATH_INFO"]).split("/", 2), "", ""][:3]
        episode = environ["worlds.episode"]
        seated = name in self._apps and episode.door.apps[name].actor.role
        if not seated:
            return self._own(environ, start_response)
        if environ["PATH_INFO"] == f"/{name}":
            return redirect(f"{environ['SCRIPT_NAME']}/{name}/", 308)(environ, start_response)
        inside = {
            **environ,
            "SCRIPT_NAME": f"{environ['SCRIPT_NAME']}/{name}",
            "PATH_INFO": f"/{rest}",
            "worlds.episode": Seat(episode, name),
        }
        return self._apps[name](inside, start_response)


def with_apps(own: Flask, apps: Mapping[str, Flask]) -> Flask:
    """A company's own pages with those of its apps below them; as they are where there are none."""
    if apps:
        own.wsgi_app = Passages(own.wsgi_app, apps)  # type: ignore[method-assign]  # as Flask says to wrap an app
    return own


class Way(NamedTuple):
    """One app on the page from which one goes into them: its title, whom one is there, its address; None if nobody."""

    title: str
    role: str
    sentence: str
    address: str | None


def launcher() -> str:
    """The page that joins the apps."""
    door = door_of(request)
    episode: Episode = request.environ["worlds.episode"]
    return render_template("pages/launcher.html", door=door, ways=list(_ways(episode, request.script_root)))


def _ways(episode: Episode, root: str) -> Iterator[Way]:
    titles = [inner.world.title for inner in episode.door.apps.values()]
    for name, inner in episode.door.apps.items():
        title = inner.world.title if titles.count(inner.world.title) == 1 else f"{inner.world.title} ({name})"
        role = inner.world.roles.get(inner.actor.role)
        if role is None:
            yield Way(title, "", "You do not work here.", None)
        else:
            yield Way(title, role.title, role.sentence, f"{root}/{name}/")
