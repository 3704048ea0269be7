"""Building a world's snapshot: tables, population by the real operations, laws checked, change log installed."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import faker
from sqlalchemy import Connection, Engine, MetaData, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from worlds.engine import bookkeeping, changelog, events
from worlds.engine.building import building
from worlds.engine.context import Actor, Context
from worlds.engine.errors import WorldBug
from worlds.engine.naming import speaking
from worlds.engine.world import App, Invariant, World
from worlds.seeds.snapshots import Snapshot, SnapshotStore

Report = Callable[[str, float], None]
Say = Callable[[str], None]


@dataclass(slots=True)
class Build:
    """What a world's `populate(build)` is given.

    `sizes` and `rates` come from seeds.toml; `start` is the virtual moment at which episodes begin.
    """

    session: Session
    seed: int
    start: datetime
    sizes: Mapping[str, int]
    rates: Mapping[str, float]
    settings: Mapping[str, Any]
    report: Report
    _connection: sqlite3.Connection
    _apps: Mapping[str, App] = field(default_factory=dict)
    _app: str = ""

    def rng(self, *names: object) -> random.Random:
        """A stream of chance keyed by the population's seed and names, never by the order of use."""
        digest = sha256("|".join(map(str, (self.seed, *names))).encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))

    def context(self, now: datetime, role: str = "admin", person: int | None = None, step: int = 0) -> Context:
        """A context for running a real operation at a moment of the past."""
        return Context(
            session=self.session,
            now=now,
            actor=Actor(role, person),
            step=step,
            chance=f"population|{self.seed}|{now.isoformat()}",
            _next_id=lambda name: bookkeeping.next_id(self._connection, name),
            _schedule=_lived_through,
        )

    def later(self, due: datetime, operation: str, who: str, /, **arguments: Any) -> None:
        """Let an event operation happen once episodes have begun, rooted in `world:<who>`."""
        known = f"{self._app}_{operation}" if self._app else operation
        events.queue(self._connection, events.Event.of(int(due.timestamp()), known, arguments, who, f"world:{who}"))

    @contextmanager
    def app(self, name: str) -> Iterator["Build"]:
        """The same for one app of a company: meanwhile all statements are in its names.

        Its settings are those below its name in seeds.toml (`[small.shop.sizes]`), beside those of one of its own
        populations that `like` names (`[small.shop] like = "small"`); seed and start are the company's.
        """
        app = self._apps[name]
        settings = _settings_of(app, self.settings.get(name, {}))
        self.flush()
        connection = self.session.connection()
        with speaking(connection, app.names), _session(connection) as session:
            part = replace(
                self,
                session=session,
                sizes=settings.get("sizes", {}),
                rates=settings.get("rates", {}),
                settings={**settings, "seed": self.seed, "start": self.start},
                _connection=bookkeeping.driver_of(connection),
                _apps={},
                _app=name,
            )
            yield part
            part.flush()

    def flush(self) -> None:
        """Write what is pending and forget the rows, so that the session stays small."""
        self.session.flush()
        self.session.expunge_all()


def _settings_of(app: App, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a company says of one of its apps, over what the population says that it is to be like."""
    own = app.world.seeds[said["like"]].settings if "like" in said else {}
    return {**own, **said, **{name: {**own.get(name, {}), **said.get(name, {})} for name in ("sizes", "rates")}}


def _lived_through(due: datetime, operation: str, arguments: Mapping[str, Any], who: str) -> None:
    """What operations schedule in the past: a population says itself what happens next, and when."""


def snapshot_of(
    world: World, seed: str, *, store: SnapshotStore | None = None, report: Report | None = None, say: Say | None = None
) -> Snapshot:
    """The snapshot of a named population, built if it is not there or not sound.

    Without `report` and `say`, a bar on a terminal's standard error shows the build, and remarks are printed there.

    Raises:
        LookupError: when seeds.toml has no such population.
        WorldBug: when the population breaks one of the world's laws.
    """
    if seed not in world.seeds:
        raise LookupError(f"World {world.name} has no population {seed!r}; it has: {', '.join(world.seeds)}.")
    store = store or SnapshotStore()
    place = (store.root, world.package, seed)
    known = _KNOWN.get(place)
    if known is None or not store.is_whole(known):
        with building() as shown:
            known = _KNOWN[place] = store.ensure(
                f"{world.name}-{seed}",
                content_key(world, seed),
                lambda connection, progress: build(world, seed, connection, progress),
                progress=report or shown.report,
                say=say or shown.say,
            )
    return known


_KNOWN: dict[tuple[Path, str, str], Snapshot] = {}
"""Snapshots that this process has seen to; its code, and so their keys, cannot change under it."""


def build(world: World, seed: str, connection: sqlite3.Connection, report: Report) -> object:
    """Fill an empty in-memory database with a population; answers the sealed truth."""
    connection.isolation_level = None
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.begin() as schema:
        for app in world.apps.values():
            with speaking(schema, app.names):
                _create_tables(schema, app.world.metadata)
        if not world.apps:
            _create_tables(schema, world.metadata)
    settings = world.seeds[seed].settings
    start = settings["start"].astimezone(UTC)
    bookkeeping.install(connection, start)
    for app in world.apps.values():
        for statement in app.names.views():
            connection.execute(statement)
    connection.execute("BEGIN")
    with _session(engine) as session:
        truth = world.part("population").populate(
            Build(
                session=session,
                seed=settings["seed"],
                start=start,
                sizes=settings.get("sizes", {}),
                rates=settings.get("rates", {}),
                settings=settings,
                report=report,
                _connection=connection,
                _apps=world.apps,
            )
        )
        session.flush()
        bookkeeping.seal(connection)
        connection.execute("COMMIT")
    report("checking the laws", 0.98)
    for law in world.invariants:
        if broken := broken_rows(connection, law):
            raise WorldBug(
                f"The population {seed} of {world.name} breaks “{law.sentence}” at {law.table} {broken[:5]}."
            )
    changelog.install(connection, world.metadata)
    return truth


def _session(bind: Engine | Connection) -> Session:
    return Session(bind, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only")


def _create_tables(connection: Connection, metadata: MetaData) -> None:
    """Tables, then indexes, each sorted by name: `create_all` takes indexes in the order of a set."""
    tables = [metadata.tables[name] for name in sorted(metadata.tables)]  # foreign keys are deferred: any order will do
    for table in tables:
        connection.execute(CreateTable(table))
    for index in sorted((index for table in tables for index in table.indexes), key=lambda one: str(one.name)):
        connection.execute(CreateIndex(index))


def broken_rows(connection: sqlite3.Connection, law: Invariant, keys: Iterable[int] | None = None) -> list[int]:
    """Ids of the anchor rows that break a law, among `keys` (all rows where none are given)."""
    if keys is None:
        keys = [row[0] for row in connection.execute(f'SELECT id FROM "{law.table}"')]  # noqa: S608 - a table of the world's own
    return broken_among(connection, law, json.dumps(sorted(keys)))


def broken_among(connection: sqlite3.Connection, law: Invariant, keys: str) -> list[int]:
    """The same, among the rows of a JSON array of ids: most laws of a table are asked of the same ones."""
    return sorted([row[0] for row in connection.execute(law.sql, {"keys": keys}).fetchall()])


BUILT_WITH = (
    "build", "bookkeeping", "changelog", "context", "days", "events", "fields", "folding", "history", "hours",
    "naming", "rows", "schema",
)  # fmt: skip
"""Modules of the engine that decide what stands in a population."""
NOT_BUILT_FROM = ("pages", "tasks", "rulings", "faults", "people", "people.py", "variants")
"""Parts of a world that no population is built with."""


def content_key(world: World, seed: str) -> str:
    """Hash of all that decides a snapshot's content: code of world, engine and craft, the seed, versions."""
    here = Path(__file__).parent
    digest = sha256(f"{world.name}|{seed}|{faker.VERSION}|{sqlite3.sqlite_version}".encode())
    for path in (
        *(here / f"{name}.py" for name in BUILT_WITH),
        *_sources(here.parent / "seeds", ()),
        *_sources(world.folder, NOT_BUILT_FROM),
        *(path for app in world.apps.values() for path in _sources(app.world.folder, NOT_BUILT_FROM)),
    ):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path, without: tuple[str, ...]) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in {".py", ".toml", ".md", ".json", ".txt"}
        and path.relative_to(folder).parts[0] not in without
        and path.name != "README.md"
    )
