"""Opening an episode: find the world and the task, see to the snapshot, draw the instance, fork."""

import os
from collections.abc import Callable
from functools import lru_cache

from worlds.engine.build import snapshot_of
from worlds.engine.context import Actor
from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.journal import Journal
from worlds.engine.start import Start
from worlds.engine.task import find_task
from worlds.engine.world import find
from worlds.seeds.forks import open_fork
from worlds.seeds.snapshots import SnapshotStore

POPULATION = "small"


def open_episode(
    target: str | None = None,
    *,
    seed: int = 0,
    population: str | None = None,
    role: str | None = None,
    snapshot: str | None = None,
    store: SnapshotStore | None = None,
    report: Callable[[str, float], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Episode:
    """Open an episode: of a task (`shop/refund-partial`), of a world in free play (`shop`), or of a saved snapshot.

    Args:
        target: full name of a task, or name of a world; not with `snapshot`.
        seed: draws the task's instance.
        population: a seed of the world's seeds.toml; the family's own by default, "small" in free play.
        role: who the agent is in free play; a task brings its own role.
        snapshot: name given to `episode.snapshot(name)`.
        store: where snapshots lie; the user's cache folder by default.
        report: told (label, fraction) while a snapshot is built.
        say: told a sentence when a damaged or stale snapshot is built anew.

    Raises:
        LookupError: when there is no such world, task, population or snapshot.
        ValueError: when the arguments contradict each other.
    """
    store = store or _store()
    if snapshot is not None:
        if target is not None or population is not None or role is not None or seed:
            raise ValueError("A saved snapshot knows its task, seed, population and role; give nothing beside it.")
        return _reopened(snapshot, store, report, say)
    if target is None:
        raise ValueError("Name a task such as shop/refund-partial, a world, or a saved snapshot.")
    if "/" not in target:
        world = find(target)
        start = Start.of(world, population or POPULATION, store=store, report=report, say=say)
        return Episode(start, open_fork(start.snapshot.path), stand_in(start, role), None)
    world, family = find_task(target)
    if role is not None and role != family.role:
        raise ValueError(f"The task {target} is done in the role {family.role}, not {role}.")
    chosen = population or family.population
    start = Start.of(world, chosen, store=store, report=report, say=say)
    task = draw(start, family, seed)
    return Episode(start, open_fork(start.snapshot.path), task.actor, task)


def _store() -> SnapshotStore:
    return _store_in(os.environ.get("WORLDS_CACHE", ""))


@lru_cache(maxsize=8)
def _store_in(cache: str) -> SnapshotStore:  # noqa: ARG001 - the store reads the variable; the cache is keyed by it
    return SnapshotStore()


def stand_in(start: Start, role: str | None) -> Actor:
    """Who acts in free play: the world's own choice of a person for the role.

    Raises:
        ValueError: for a role that the world lacks.
    """
    world = start.world
    role = role or next(iter(world.roles))
    if role not in world.roles:
        raise ValueError(f"World {world.name} has no role {role!r}; it has: {', '.join(world.roles)}.")
    choose = getattr(world.part("models"), "stand_in", None)
    if choose is None:
        return Actor(role, name=world.roles[role].title)
    with start.reading() as (session, _):
        actor: Actor = choose(session, role)
        return actor


def _reopened(
    name: str,
    store: SnapshotStore,
    report: Callable[[str, float], None] | None,
    say: Callable[[str], None] | None,
) -> Episode:
    saved = store.named(name)
    meta = saved.meta
    world = find(meta["world"])
    original = snapshot_of(world, meta["population"], store=store, report=report, say=say)
    if original.hash != meta["start"]:
        raise LookupError(
            f"The snapshot {name} was saved from another build of {world.name}'s population {meta['population']}; "
            "it can no longer be judged. Remove it, or go back to the version that saved it."
        )
    start = Start(world, meta["population"], original, store)
    task = draw(start, find_task(meta["task"])[1], meta["seed"]) if meta["task"] else None
    role, person, label = meta["actor"]
    journal = Journal.from_json(meta["journal"])
    return Episode(start, open_fork(saved.path), Actor(role, person, label), task, journal)
