"""Opening an episode: find the world and the task, see to the snapshot, draw the instance, fork."""

import os
from collections.abc import Callable
from functools import lru_cache

from worlds.engine.build import snapshot_of
from worlds.engine.context import Actor
from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.faults.meeting import check_plan
from worlds.engine.faults.mixture import plan_for
from worlds.engine.faults.plan import CLEAN, Conditions, FaultPlan
from worlds.engine.journal import Journal
from worlds.engine.start import Start
from worlds.engine.task import find_task
from worlds.engine.world import World, find
from worlds.seeds.forks import open_fork
from worlds.seeds.snapshots import SnapshotStore

POPULATION = "small"


def open_episode(  # noqa: PLR0913 - the front door: all that a caller may wish, by name
    target: str | None = None,
    *,
    seed: int = 0,
    population: str | None = None,
    role: str | None = None,
    snapshot: str | None = None,
    faults: str | FaultPlan | None = None,
    variant: int = 0,
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
        faults: what goes wrong: a failure plan, or the name of one of the world's, seeded by `seed`; "training" draws
            one for the seed from a mixture.
        variant: which face the pages wear; 0 is the plain one.
        store: where snapshots lie; the user's cache folder by default.
        report: told (label, fraction) while a snapshot is built.
        say: told a sentence when a damaged or stale snapshot is built anew.

    Raises:
        LookupError: when there is no such world, task, population or snapshot.
        ValueError: when the arguments contradict each other.
    """
    store = store or _store()
    if snapshot is not None:
        if target or population or role or seed or faults or variant:
            raise ValueError("A saved snapshot knows its task, seed, population and role; give nothing beside it.")
        return _reopened(snapshot, store, report, say)
    if target is None:
        raise ValueError("Name a task such as shop/refund-partial, a world, or a saved snapshot.")
    if "/" not in target:
        world = find(target)
        start = Start.of(world, population or POPULATION, store=store, report=report, say=say)
        under = conditions_of(world, faults, variant, seed)
        return Episode(start, open_fork(start.snapshot.path), stand_in(start, role), None, conditions=under)
    world, family = find_task(target)
    if role is not None and role != family.role:
        raise ValueError(f"The task {target} is done in the role {family.role}, not {role}.")
    chosen = population or family.population
    start = Start.of(world, chosen, store=store, report=report, say=say)
    task = draw(start, family, seed)
    under = conditions_of(world, faults, variant, seed)
    return Episode(start, open_fork(start.snapshot.path), task.actor, task, conditions=under)


def conditions_of(world: World, faults: str | FaultPlan | None, variant: int, seed: int) -> Conditions:
    """What is meant by the arguments of `open_episode`.

    Raises:
        LookupError: when the world has no such plan, or the plan names what the world lacks.
    """
    plan = plan_for(world, faults, seed) if isinstance(faults, str) else faults or CLEAN
    check_plan(world, plan)
    return Conditions(plan=plan, variant=variant)


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
    choose = getattr(world.part("seats" if world.apps else "models"), "stand_in", None)
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
    under = Conditions.model_validate(meta["conditions"])
    actor = Actor(role, person, label)
    return Episode(start, open_fork(saved.path), actor, task, journal, conditions=under, begun=True)
