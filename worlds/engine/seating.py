"""As whom somebody works in the apps of a company: one person, and in each app the record that it has of them.

A company's module `seats` says so with one function, asked once for each app of an episode:

    seat(session, role, actor, app) -> Actor       role: the app's role; session: in the app's own names
"""

from dataclasses import replace
from functools import lru_cache

from worlds.engine.context import Actor
from worlds.engine.door import Door
from worlds.engine.naming import speaking
from worlds.engine.start import Start


def with_apps(door: Door, start: Start) -> Door:
    """The door of a company with a door for each app in which the actor has a seat; any other door as it is."""
    if not start.world.apps:
        return door
    doors: dict[str, Door] = {}
    whole = replace(door, apps=doors)
    for name, actor in _seated(start, door.actor).items():
        app = start.world.apps[name]
        doors[name] = replace(door, world=app.world, actor=actor, names=app.names, company_door=whole)
    return whole


@lru_cache(maxsize=1024)
def _seated(start: Start, actor: Actor) -> dict[str, Actor]:
    """Who the actor is in every app; somebody without a role there is nobody, and may do nothing."""
    role = start.world.roles[actor.role]
    seats = start.world.part("seats")
    found = {}
    with start.reading() as (session, _):
        for name, app in start.world.apps.items():
            if name not in role.seats:
                found[name] = Actor("", name=actor.name)
                continue
            with speaking(session.connection(), app.names):
                found[name] = seats.seat(session, role.seats[name], actor, name)
    return found
