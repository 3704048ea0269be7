"""The typical work of a world: a task, the large read and the main write of its solution.

A world names them in a module `bench` (`TASK = "refund-partial"`, `READ = "get_order"`, `WRITE = "refund_order"`);
where it does not, they are its first task, its solution's last read, and the last write. `LEAST_READS` and
`LEAST_WRITES` in that module leave out instances that are solved with fewer calls, so that no figure rests on them.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from types import ModuleType
from typing import Any

import worlds
from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.hands import Hands
from worlds.engine.journal import JournalEntry
from worlds.engine.start import Start
from worlds.engine.task import Family, Task
from worlds.engine.world import World
from worlds.seeds.forks import open_fork
from worlds.seeds.snapshots import SnapshotStore

POPULATION = "medium"
INSTANCES = 20
MOST_DRAWN = 400
"""Seeds looked at for instances with enough to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: an operation's name and its arguments."""

    operation: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Workload:
    """What is measured with. `before` are the writes that the main write comes after; `tasks` are drawn and warm."""

    world: World
    family: Family
    start: Start
    tasks: tuple[Task, ...]
    read: Asked
    before: tuple[Asked, ...]
    write: Asked

    @property
    def name(self) -> str:
        """The task's full name."""
        return self.tasks[0].name

    def opened(self, turn: int = 0) -> Episode:
        """A new episode, opened as a user opens it."""
        seed = self.tasks[turn % len(self.tasks)].seed
        return worlds.open(self.name, seed=seed, population=POPULATION, store=self.start.store)


def workload_of(world: World, store: SnapshotStore | None = None, report: Any = None) -> Workload:
    """The workload of a world, its medium population built if it is not there.

    Raises:
        LookupError: when the world has no task, no population `medium`, or no instance with enough to do.
    """
    store = store or SnapshotStore()
    named = _named(world)
    if not world.families:
        raise LookupError(f"World {world.name} has no task to measure with.")
    family = world.families[getattr(named, "TASK", next(iter(world.families)))]
    start = Start.of(world, POPULATION, store=store, report=report)
    tasks = _instances(start, family, getattr(named, "LEAST_READS", 0), getattr(named, "LEAST_WRITES", 0))
    calls = _solved(start, tasks[0])
    reading = _reading(calls, getattr(named, "READ", None))
    writing = _writing(calls, getattr(named, "WRITE", None))
    before = tuple(_asked(entry) for entry in calls[: calls.index(writing)] if entry.committed)
    return Workload(world, family, start, tasks, _asked(reading), before, _asked(writing))


def _instances(start: Start, family: Family, reads: int, writes: int) -> tuple[Task, ...]:
    """The first instances whose solution reads and writes often enough."""
    found: list[Task] = []
    for seed in range(MOST_DRAWN):
        task = draw(start, family, seed)
        written = [entry.committed for entry in _solved(start, task)]
        if written.count(False) >= reads and written.count(True) >= writes:
            found.append(task)
        if len(found) == INSTANCES:
            return tuple(found)
    raise LookupError(
        f"Of {MOST_DRAWN} instances of {family.name}, {len(found)} are solved with {reads} reads and {writes} writes "
        f"or more; {INSTANCES} are needed."
    )


def _solved(start: Start, task: Task) -> list[JournalEntry]:
    """The calls of a task's solution that were answered."""
    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
        task.family.solve(Hands(episode))
        return [entry for entry in episode.journal if entry.outcome == "done"]


def _named(world: World) -> ModuleType | None:
    return world.part("bench") if importlib.util.find_spec(f"{world.package}.bench") else None


def _reading(calls: list[JournalEntry], name: str | None) -> JournalEntry:
    found = [entry for entry in calls if not entry.committed and name in (None, entry.operation)]
    return _last(found, "reads", name)


def _writing(calls: list[JournalEntry], name: str | None) -> JournalEntry:
    return _last([entry for entry in calls if entry.committed and name in (None, entry.operation)], "writes", name)


def _last(found: list[JournalEntry], what: str, name: str | None) -> JournalEntry:
    if not found:
        raise WorldBug(f"The solution to be measured never {what}" + (f" through {name}." if name else "."))
    return found[-1]


def _asked(entry: JournalEntry) -> Asked:
    return Asked(entry.operation, dict(entry.arguments))


def median_ms(seconds: list[float]) -> float:
    """The median of durations, in milliseconds."""
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1000


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Add how long the `with` took, in seconds."""
    begun = perf_counter()
    yield
    into.append(perf_counter() - begun)


def must(reply: Any) -> None:
    """Stop where a call that is measured was refused; a refusal is faster than the work.

    Raises:
        WorldBug: naming the answer.
    """
    if not reply.ok:
        raise WorldBug(f"A measured call was refused: {reply.body}")
