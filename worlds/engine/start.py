"""Where an episode begins: the snapshot of a world's named population, and a look into it that changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from worlds.engine import bookkeeping
from worlds.engine.build import Report, Say, snapshot_of
from worlds.engine.world import World
from worlds.seeds.forks import open_fork
from worlds.seeds.snapshots import Snapshot, SnapshotStore


@dataclass(frozen=True)
class Start:
    """The start state of a world's population."""

    world: World
    population: str
    snapshot: Snapshot
    store: SnapshotStore

    @classmethod
    def of(
        cls,
        world: World,
        population: str,
        *,
        store: SnapshotStore | None = None,
        report: Report | None = None,
        say: Say | None = None,
    ) -> "Start":
        """The start of a named population, built if it is not there; arguments and errors as of `snapshot_of`."""
        store = store or SnapshotStore()
        return cls(world, population, snapshot_of(world, population, store=store, report=report, say=say), store)

    def __hash__(self) -> int:
        return hash((self.world.name, self.snapshot.hash))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Start) and self.snapshot == other.snapshot and self.world is other.world

    @contextmanager
    def reading(self) -> Iterator[tuple[Session, datetime]]:
        """A session over a fork of its own, and the virtual time at which episodes begin."""
        fork = open_fork(self.snapshot.path)
        try:
            with fork.lease() as connection, Session(connection, autoflush=False) as session:
                yield session, bookkeeping.read(bookkeeping.driver_of(connection)).instant
        finally:
            fork.close()
