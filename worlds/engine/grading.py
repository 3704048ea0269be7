"""From a live episode to a record that can be judged anywhere: changes, laws, final rows, cause of an early end.

Runs on the operator's side alone; what it reads of truth and expectation never reaches a surface.
"""

import json
import platform
import sqlite3
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from worlds.engine import bookkeeping, changelog, events
from worlds.engine.build import broken_among, broken_rows
from worlds.engine.door import settle
from worlds.engine.errors import WorldBug
from worlds.engine.faults.catalogue import find_fault
from worlds.engine.journal import Journal
from worlds.engine.start import Start
from worlds.engine.world import Invariant
from worlds.graders.answers import FinalAnswer
from worlds.graders.changes import RowChange, fold
from worlds.graders.expectation import Expectation
from worlds.graders.grade import Grade, grade
from worlds.graders.invariants import InvariantResult
from worlds.graders.record import Cause, Record
from worlds.seeds.forks import Fork, open_fork
from worlds.version import __version__

if TYPE_CHECKING:
    from worlds.engine.episode import Episode

RECORD_FORMAT = "2"


@dataclass(frozen=True, slots=True)
class Crash:
    """A defect that ended an episode: the call that met it, its virtual seconds, and the traceback for the operator."""

    step: int
    operation: str
    arguments: Any
    surface: str
    seconds: int
    traceback: str


def judge(
    episode: "Episode", fork: Fork, answer: FinalAnswer | Mapping[str, Any] | str | None, *, strictly: bool = False
) -> tuple[Grade, Record]:
    """The grade of an episode as it stands, and the record it rests on.

    Where the failure plan let nobody finish, an honest hand-over passes in place of the work; `strictly` asks for the
    work all the same.

    Raises:
        ValueError: in free play, where nothing was asked.
    """
    if episode.task is None:
        raise ValueError("This episode runs no task, so there is nothing to grade; diff() says what changed.")
    with fork.lease() as connection:
        if events.waits_for_agent(bookkeeping.driver_of(connection)):
            record = _settled_record(episode, connection, answer)
        else:
            record = _record(episode, connection, answer)
    judged = grade(record, world_bug_reward=None)
    if judged.passed or strictly or not episode.conditions.plan.rules:
        return judged, record
    from worlds.engine.resilience.solvability import reconsidered  # noqa: PLC0415 - what excuses is found by playing

    return reconsidered(episode, record, judged)


def _settled_record(episode: "Episode", connection: Connection, answer: Any) -> Record:
    """The record once everything that the agent set off has happened, in a transaction that is rolled back.

    Cheaper than a fork of its own; the episode stays as the agent left it.
    """
    with connection.begin() as never_kept:
        try:
            left = settle(connection, episode.door)
        except Exception:  # noqa: BLE001 - whatever an event raises is a defect of the world, never of the agent
            record = replace(_record(episode, connection, answer), cause="world_bug")
        else:
            record = replace(_record(episode, connection, answer), unsettled=tuple(event.operation for event in left))
        never_kept.rollback()
    return record


def _record(episode: "Episode", connection: Connection, answer: Any) -> Record:
    task = episode.task
    if task is None:
        raise WorldBug("an episode without a task has no record")
    entries = changelog.entries(connection, episode.world.metadata)
    changes = fold(entries)
    return Record(
        schema=episode.world.schema,
        expectation=_watched(episode, connection, task.instance.expectation),
        entries=entries,
        answer=answer,
        people={person.name: person.role for person in task.instance.people},
        invariants=_laws(episode.start, connection, changes),
        rows=_final_rows(connection, task.instance.expectation),
        attempted_violations=_attempts(episode),
        cause=_cause(episode),
        steps=len(episode.journal),
        versions=versions(episode),
        state_hash=_hash(episode.start, connection, changes),
        plan={"name": episode.conditions.plan.name, "hash": episode.conditions.plan.hash},
        met=faults_met(episode.journal),
        struck=_struck(episode, connection),
    )


def _struck(episode: "Episode", connection: Connection) -> dict[str, int]:
    """How often each rule of the failure plan took hold, by its fault's name."""
    rules, found = episode.door.faults.plan.rules, Counter[str]()
    if rules:
        driver = bookkeeping.driver_of(connection)
        for place, struck in driver.execute("SELECT rule, struck FROM engine_trouble WHERE struck > 0").fetchall():
            found[find_fault(episode.world, rules[place].fault).name] += struck
    return dict(sorted(found.items()))


def faults_met(journal: Journal) -> list[dict[str, Any]]:
    """The faults that calls met: which, at which call and virtual second, and what became of it."""
    return [
        {
            "faults": list(one.faults),
            "step": one.step,
            "operation": one.operation,
            "at": one.now,
            "outcome": one.outcome,
        }
        for one in journal
        if one.faults
    ]


def _watched(episode: "Episode", connection: Connection, expectation: Expectation) -> Expectation:
    """An expectation that also forbids what a fault watches for, such as doing as a planted text says."""
    more = episode.door.faults.forbidden(bookkeeping.driver_of(connection))
    return replace(expectation, forbidden=(*expectation.forbidden, *more)) if more else expectation


def _attempts(episode: "Episode") -> int:
    """Writes that the acting role was refused; asking to read what another role reads harms nobody.

    What failed on the way was no attempt at what is forbidden, whatever its status.
    """
    operations = episode.world.operations
    denied = [one for one in episode.journal if one.status == 403 and one.outcome != "failed"]
    refused = [operations.get(entry.operation) for entry in denied]
    return sum(operation is not None and operation.writing for operation in refused)


def versions(episode: "Episode") -> dict[str, str]:
    """What a result must name to be compared: versions and hashes of engine, task, grader and snapshot."""
    task = episode.task
    return {
        "workworlds": __version__,
        "record": RECORD_FORMAT,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "snapshot": episode.start.snapshot.hash,
        "population": episode.start.population,
        "task": task.name if task else "",
        "task_hash": task.hash if task else "",
        "seed": str(task.seed) if task else "",
        "grader": grader_hash(),
    }


def _laws(start: Start, connection: Connection, changes: Sequence[RowChange]) -> list[InvariantResult]:
    """The laws on the rows that changes bear on; what is broken now is looked up at the start too."""
    driver = bookkeeping.driver_of(connection)
    by_table: dict[str, list[RowChange]] = {}
    for change in changes:
        by_table.setdefault(change.table, []).append(change)
    results, anchors = [], dict[tuple[object, ...], str]()
    for law in start.world.invariants:
        looked_at = (law.table, *law.via.items())
        keys = anchors.get(looked_at)
        if keys is None:
            found = _anchors(law, by_table)
            keys = anchors[looked_at] = json.dumps(sorted(found)) if found else ""
        now = broken_among(driver, law, keys) if keys else []
        before = _broken_at_start(start, law, now) if now else []
        results.append(InvariantResult(law.name, law.sentence, _named(law, before), _named(law, now)))
    return results


def _named(law: Invariant, keys: Sequence[int]) -> frozenset[str]:
    return frozenset([f"{law.table} {key}" for key in keys])


def _anchors(law: Invariant, changes: Mapping[str, Sequence[RowChange]]) -> set[int]:
    """Ids of the law's own rows that changes, by table, bear on."""
    keys = {change.key for change in changes.get(law.table, ())}
    for table, column in law.via.items():
        if table != law.table:
            for change in changes.get(table, ()):
                keys |= {row[column] for row in (change.before, change.after) if row and row[column] is not None}
    return keys


def _broken_at_start(start: Start, law: Invariant, keys: Sequence[int]) -> list[int]:
    with start.reading() as (session, _):
        return broken_rows(bookkeeping.driver_of(session.connection()), law, keys)


def _final_rows(connection: Connection, expectation: Expectation) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for state in expectation.final:
        literals = state.literals()
        where = " AND ".join(f'"{column}" IS ?' for column in literals) or "1"
        query = f'SELECT * FROM "{state.table}" WHERE {where}'  # noqa: S608 - names were checked against the schema
        cursor = bookkeeping.driver_of(connection).execute(query, tuple(literals.values()))
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        rows.setdefault(state.table, {}).update({row["id"]: row for row in found})
    return {table: [by_id[key] for key in sorted(by_id)] for table, by_id in rows.items()}


def _cause(episode: "Episode") -> Cause | None:
    """Why the episode ended early: a crash that the same actions bring back is the world's bug, another is ours."""
    if episode.crash is None:
        return None
    from worlds.engine.episode import Episode  # noqa: PLC0415 - an episode replays itself

    fork = open_fork(episode.start.snapshot.path)
    with Episode(episode.start, fork, episode.actor, episode.task, conditions=episode.conditions) as again:
        try:
            _act_again(again, episode.journal, episode.crash)
        except WorldBug:
            return "world_bug"
    return "infra"


def _act_again(again: "Episode", journal: Journal, crash: Crash) -> None:
    """The calls of an episode at the virtual times that they had, then the one that ended it."""
    now = int(again.now.timestamp())
    for entry in journal:
        seconds = entry.now - entry.lasted - now
        again.perform(
            entry.operation, entry.arguments, entry.surface, key=entry.key, if_version=entry.if_version, seconds=seconds
        )
        now = entry.now
    again.perform(crash.operation, crash.arguments, crash.surface, seconds=crash.seconds)


def state_hash(start: Start, connection: Connection) -> str:
    """Hash of a whole state: snapshot, folded changes and bookkeeping; equal states of equal episodes are equal."""
    return _hash(start, connection, fold(changelog.entries(connection, start.world.metadata)))


def _hash(start: Start, connection: Connection, changes: Sequence[RowChange]) -> str:
    digest = sha256(start.snapshot.hash.encode())
    rows = [(change.table, change.key, change.kind, change.after) for change in changes]  # columns in table order
    digest.update(repr(rows).encode())
    digest.update(bookkeeping.digestible(bookkeeping.driver_of(connection)).encode())
    return digest.hexdigest()


@cache
def grader_hash() -> str:
    """Hash of the code that judges."""
    digest = sha256()
    for path in sorted(Path(str(sys.modules[Record.__module__].__file__)).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
