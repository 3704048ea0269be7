"""Whether the record that a grade rests on is whole: nothing behind the log, nothing lost by a crash or left undone.

What the grade makes of the record is judged by the other proofs.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table

from worlds.engine import changelog
from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.hands import Hands
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.task import Refused, Worker
from worlds.graders.changes import Kind, Row, RowChange, fold
from worlds.seeds.forks import open_fork

NAMED = 3
"""Rows that a hole names."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What an instance showed: how many plays were compared with the whole database, and what was wrong."""

    compared: int
    holes: tuple[str, ...]


class Logs:
    """The proof; the first seed's plays are compared with the whole database, since that reads every row."""

    name = "logs"

    def examine(self, case: Case) -> Kept:
        """What the plays of one instance left behind."""
        holes = list(_ends(case))
        compared = 0
        if case.task.seed == 0 and not case.task.flip:
            for name, way in _ways(case).items():
                compared += 1
                holes += [f"REPLACE: {case.label}: {why}" for why in behind_the_log(case, name, way)]
        return Kept(compared, tuple(holes))

    def conclude(self, view: View, found: Sequence[Kept]) -> Verdict:  # noqa: ARG002 - as of every proof
        """All holes of the instances."""
        compared = sum(one.compared for one in found)
        holes = [hole for one in found for hole in one.holes]
        return Verdict({"compared": compared}, holes, f"{compared} change logs compared with the database, row by row")


PROOF = Logs()


def _ways(case: Case) -> dict[str, Callable[[Worker], Any]]:
    family = case.family
    return {
        "the solution": family.solve,
        **{f"the alternative “{name}”": way for name, way in family.alternatives.items()},
        **{f"the mistake “{name}”": way for name, way in family.mistakes.items()},
    }


def _ends(case: Case) -> Iterator[str]:
    """How plays ended: without a reward, without having done anything, or before all they set off had happened."""
    right = {"the solution": case.solution}
    right |= {f"the alternative “{name}”": one for name, one in case.alternatives.items()}
    wrong = {f"the mistake “{name}”": one for name, one in case.mistakes.items()}
    for name, one in {**right, **wrong}.items():
        if one.grade.reward is None:
            yield f"`None` on crash: {case.label}: {name} ends without a reward: {one.stopped or one.grade.cause}"
        for event in one.record.unsettled:
            yield f"unsettled job: {case.label}: {name} leaves {event} to happen after the horizon"
    for name, one in wrong.items():
        if not one.committed and not one.answered:
            yield f"mistake that only crashes: {case.label}: {name} does nothing: {one.stopped}"


def behind_the_log(case: Case, name: str, way: Callable[[Worker], Any]) -> Iterator[str]:
    """Rows of which the folded log says something else than a comparison of the whole database, start and end."""
    start, metadata = case.start, case.start.world.metadata
    with Episode(start, open_fork(start.snapshot.path), case.task.actor, case.task) as episode:
        with suppress(Refused, WorldBug, LookupError):  # how far it came is compared all the same
            way(Hands(episode))
        logged, image = _by_row(fold(episode.changes())), episode.image()
    true = _by_row(apart(start.snapshot.path, image, metadata))
    if rows := sorted(row for row in logged.keys() | true.keys() if logged.get(row) != true.get(row)):
        shown = ", ".join(f"{table} {key}" for table, key in rows[:NAMED])
        yield f"{name} changes {shown} behind the change log"


def _by_row(changes: Sequence[RowChange]) -> Mapping[tuple[str, int], RowChange]:
    return {(one.table, one.key): one for one in changes}


def apart(start: Path, image: bytes, metadata: MetaData) -> list[RowChange]:
    """What `changelog.compare` answers for a snapshot's file and an image, with the rows compared inside SQLite.

    A family of a large population has ten plays to compare, and reading every row of each takes a second.
    """
    with closing(sqlite3.connect("file::memory:", uri=True)) as database:
        database.deserialize(image)
        database.execute("ATTACH ? AS begun", (f"file:{start}?mode=ro&immutable=1",))
        database.execute(f"PRAGMA begun.mmap_size={len(image)}")
        return [change for table in changelog.logged_tables(metadata) for change in _apart(database, table)]


def _apart(database: sqlite3.Connection, table: Table) -> Iterator[RowChange]:
    names = table.columns.keys()
    name = '"' + table.name.replace('"', '""') + '"'
    unlike = " OR ".join(f'new."{one}" COLLATE BINARY IS NOT old."{one}"' for one in names)
    query = (
        f"SELECT new.id FROM main.{name} AS new LEFT JOIN begun.{name} AS old ON old.id = new.id "  # noqa: S608 - names are the schema's, quoted
        f"WHERE old.id IS NULL OR {unlike} "
        f"UNION SELECT old.id FROM begun.{name} AS old LEFT JOIN main.{name} AS new ON new.id = old.id "
        "WHERE new.id IS NULL ORDER BY 1"
    )
    for (key,) in database.execute(query).fetchall():
        before, after = (_row(database, f"{side}.{name}", names, key) for side in ("begun", "main"))
        kind: Kind = "insert" if before is None else "delete" if after is None else "update"
        yield RowChange(table.name, key, kind, before, after)


def _row(database: sqlite3.Connection, table: str, names: Sequence[str], key: int) -> Row | None:
    columns = ", ".join(f'"{one}"' for one in names)
    found = database.execute(f"SELECT {columns} FROM {table} WHERE id = ?", (key,)).fetchone()  # noqa: S608 - as above
    return None if found is None else dict(zip(names, found, strict=True))
