"""Salience: whether what a task is about can be picked out without reading the task, as the newest, the first, the odd.

200 instances are drawn. A probe names one row of a table, or one of the rows that share something with the target (its
customer, or a text that the instruction says), and hits where that is a target. It may hit by chance: one over the
number of candidates, averaged over the instances in which there were two candidates or more. A hole is a probe that
hits in more than max(2 x chance, 10 %) of them *and* more often than chance explains at a level of 0.1 %; the second
matters only where few instances have candidates. Probes that named the same rows throughout are one hole.

Among one customer's rows only age, id and place in a list must not tell: which of them has the size or the parts that
the request speaks of is what a solution has to find out, so these are shown there as hints. Candidates among them are
the rows that the request could be about: in the same state (status, kind) and, where it says a day, of that day.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Table

from worlds.engine.context import Actor
from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.operation import Operation
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.proofs.statistics import lower_bound
from worlds.engine.schema import Day, Flag, Instant
from worlds.engine.start import Start
from worlds.engine.task import Task
from worlds.graders.normalizers import normalizer
from worlds.graders.text import listed
from worlds.seeds.forks import open_fork

SEEDS: Final = 200
MOST: Final = 0.1
LEVEL: Final = 0.999
SHOWN: Final = 5
SHARED: Final = " with the same "
SHELVES: Final = 12
"""Tables that are kept."""
KINDS: Final = 12
"""A text column with so few values or fewer says what state a row is in."""
DAY: Final = " (day)"
"""Ends the name of what a row is given beside its columns: the calendar day of a moment, in the world's zone."""

Row = Mapping[str, Any]
Shared = tuple[tuple[str, Any], ...]
"""Columns and the values that rows share in them; text as `_plain` reads it."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The id of the row that a probe names, and whether it goes by size or parts alone."""

    id: int
    by_size: bool = False


@dataclass(slots=True)
class Tally:
    """In which instances with two candidates or more a probe hit, and the sum of its chances there.

    A `hint` may tell: what it looks at is what the request is about.
    """

    hint: bool = False
    chances: float = 0.0
    outcomes: list[tuple[int, bool]] = field(default_factory=list)

    def add(self, seed: int, *, hit: bool, chance: float) -> None:
        """Count an instance."""
        self.outcomes.append((seed, hit))
        self.chances += chance

    @property
    def hits(self) -> int:
        """Instances in which it named a target."""
        return sum(hit for _, hit in self.outcomes)

    @property
    def instances(self) -> int:
        """Instances in which there was something to choose."""
        return len(self.outcomes)

    @property
    def rate(self) -> float:
        """Share of the instances that it hit."""
        return self.hits / self.instances

    @property
    def chance(self) -> float:
        """Share that it would hit by chance."""
        return self.chances / self.instances

    @property
    def most(self) -> float:
        """Share that it may hit."""
        return max(2 * self.chance, MOST)

    @property
    def tells(self) -> bool:
        """Whether it gives the target away."""
        return self.rate > self.most and lower_bound(self.hits, self.instances, level=LEVEL) > self.chance


@dataclass(slots=True)
class Shelf:
    """All rows of a table in the start state, and what stands out in a group of them."""

    name: str
    rows: Mapping[int, Row]
    times: Sequence[str]
    sizes: Sequence[str]
    texts: Sequence[str]
    parents: Sequence[str]
    kinds: Sequence[str]
    children: Mapping[str, Mapping[int, int]]
    groups: dict[str, dict[Any, list[Row]]] = field(default_factory=dict)
    seen: dict[Shared, Mapping[str, Guess]] = field(default_factory=dict)

    def alike(self, shared: Shared) -> list[Row]:
        """The rows that hold the same values in some columns, by id."""
        (first, value), *rest = shared
        found = self._holding(first).get(value, [])
        return [row for row in found if all(_plain(row[column]) == held for column, held in rest)]

    def _holding(self, column: str) -> dict[Any, list[Row]]:
        if column not in self.groups:
            index: dict[Any, list[Row]] = {}
            for row in self.rows.values():
                index.setdefault(_plain(row[column]), []).append(row)
            self.groups[column] = index
        return self.groups[column]

    def standing_out(self) -> Mapping[str, Guess]:
        """What every probe names among all rows."""
        if () not in self.seen:
            rows = list(self.rows.values())
            self.seen[()] = {**dict(self._extremes(rows)), **dict(self._odd(rows))}
        return self.seen[()]

    def standing_out_among(self, shared: Shared) -> Mapping[str, Guess]:
        """What every probe names among the rows that share some values."""
        if shared not in self.seen:
            self.seen[shared] = dict(self._extremes(self.alike(shared)))
        return self.seen[shared]

    def _extremes(self, rows: Sequence[Row]) -> Iterator[tuple[str, Guess]]:
        """Of equal rows the one with the smaller id, as a list would show it."""
        yield "largest id", Guess(rows[-1]["id"])
        yield "smallest id", Guess(rows[0]["id"])
        for names, most, least in ((self.times, "newest", "oldest"), (self.sizes, "largest", "smallest")):
            for column in names:
                held = [row for row in rows if row[column] is not None]
                if held:
                    by_size = names is self.sizes
                    yield f"{most} {column}", Guess(max(held, key=itemgetter(column))["id"], by_size)
                    yield f"{least} {column}", Guess(min(held, key=itemgetter(column))["id"], by_size)
        for table, counts in self.children.items():
            order = sorted((counts.get(row["id"], 0), place) for place, row in enumerate(rows))
            most_of = next(place for count, place in order if count == order[-1][0])
            yield f"most rows in {table}", Guess(rows[most_of]["id"], by_size=True)
            yield f"fewest rows in {table}", Guess(rows[order[0][1]]["id"], by_size=True)

    def _odd(self, rows: Sequence[Row]) -> Iterator[tuple[str, Guess]]:
        """The one row with a value of its own in a column in which all others share theirs."""
        for column in (name for name in rows[0] if not name.endswith(DAY)):
            counts = Counter(row[column] for row in rows)
            own = [value for value, count in counts.items() if count == 1]
            if len(own) == 1 and len(rows) > 2:
                odd = next(row["id"] for row in rows if row[column] == own[0])
                yield f"only {column} of its kind", Guess(odd)


def _plain(value: Any) -> Any:
    return value.strip().casefold() if isinstance(value, str) else value


class Salience:
    """The proof; it looks at draws alone, so that single cases have nothing to add."""

    name = "salience"

    def examine(self, case: Case) -> None:
        """Nothing."""

    def conclude(self, view: View, found: Sequence[None]) -> Verdict:  # noqa: ARG002 - one signature for all proofs
        """Every probe over 200 instances."""
        tasks = [draw(view.start, view.family, seed) for seed in range(SEEDS)]
        tallies = _tallies(view.start, tasks)
        order = sorted(tallies, key=lambda name: (-tallies[name].rate / tallies[name].most, name))
        probes = _grouped({name: tallies[name] for name in order if not tallies[name].hint})
        telling = {name: tally for name, tally in probes.items() if tally.tells}
        figures = {
            "probes": len(tallies),
            "instances": len(tasks),
            "telling": list(telling),
            "strongest": {name: _words(probes[name]) for name in list(probes)[:SHOWN]},
            "hints": {name: _words(tallies[name]) for name in order if tallies[name].hint and tallies[name].tells},
        }
        holes = [
            f"{_hole(name)}: {view.name}: “{name}” gives the target away: {_words(telling[name])}" for name in telling
        ]
        says = next((_strongest(name, tally) for name, tally in probes.items()), "no target to find")
        return Verdict(figures=figures, holes=holes, says=says)


def _hole(probe: str) -> str:
    """The hole's name: a target that age alone tells, or one that stands out otherwise."""
    return "newest-is-target" if probe.startswith(("newest", "largest id", "last of")) else "target stands out"


def _grouped(tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    """The tallies without those whose outcomes another one has already, who gets their names too."""
    names: dict[tuple[tuple[int, bool], ...], list[str]] = {}
    for name, tally in tallies.items():
        names.setdefault(tuple(tally.outcomes), []).append(name)
    return {f"{one} (also {listed(also)})" if also else one: tallies[one] for one, *also in names.values()}


def _words(tally: Tally) -> str:
    return f"{tally.hits} of {tally.instances}, {tally.chance:.1%} by chance, at most {tally.most:.1%}"


def _strongest(name: str, tally: Tally) -> str:
    """A line for people: the strongest probe, without those that find the same."""
    return f"best guess, {name.partition(' (also ')[0]}, finds {_words(tally)}"


def _tallies(start: Start, tasks: Sequence[Task]) -> dict[str, Tally]:
    names = sorted({table for task in tasks for table in task.instance.target})
    shelves = {name: _shelf_of(start, name) for name in names}
    lists = Lists(start, shelves)
    tallies: dict[str, Tally] = {}
    for task in tasks:
        for table in sorted(task.instance.target):
            targets = set(task.instance.target[table])
            for probe, guess, chance in _guesses(task, shelves[table], targets, lists):
                hint = guess.by_size and SHARED in probe
                tallies.setdefault(probe, Tally(hint)).add(task.seed, hit=guess.id in targets, chance=chance)
    return tallies


def _guesses(task: Task, shelf: Shelf, targets: set[int], lists: "Lists") -> Iterator[tuple[str, Guess, float]]:
    """Each probe's name, what it names and its chance to hit."""
    if len(shelf.rows) > 1:
        overall = len(targets) / len(shelf.rows)
        for probe, guess in shelf.standing_out().items():
            yield f"{probe} of {shelf.name}", guess, overall
    for probe, named, shown in lists.ends(task.actor, shelf.name):
        yield probe, Guess(named), len(targets & shown) / len(shown)
    for words, shared in _related(task, shelf, targets):
        candidates = shelf.alike(shared)
        if len(candidates) > 1:
            chance = sum(row["id"] in targets for row in candidates) / len(candidates)
            for probe, guess in shelf.standing_out_among(shared).items():
                yield f"{probe} of {shelf.name}{SHARED}{words}", guess, chance


def _related(task: Task, shelf: Shelf, targets: Iterable[int]) -> Iterator[tuple[str, Shared]]:
    """What the first target shares with others: each row that it refers to, and all texts that the instruction says."""
    row = shelf.rows.get(min(targets, default=0))
    if row is None:
        return
    facts = {_plain(value) for value in task.instance.facts.values()}
    days = {normalizer("date").normalize(value, {}) for value in facts} - {None}
    state = tuple((column, _plain(row[column])) for column in shelf.kinds)
    state += tuple((f"{column}{DAY}", row[f"{column}{DAY}"]) for column in shelf.times if row[f"{column}{DAY}"] in days)
    for column in shelf.parents:
        if row[column] is not None:
            yield column, ((column, row[column]), *state)
    said = tuple((c, _plain(row[c])) for c in shelf.texts if row[c] is not None and _plain(row[c]) in facts)
    if said:
        yield "facts of the instruction", (*said, *state)


# -- rows ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=SHELVES)
def _shelf_of(start: Start, name: str) -> Shelf:
    """A table's rows in a start state. Many families are about the same few tables, so the last ones are kept."""
    tables = start.world.metadata.tables
    with start.reading() as (session, _):
        connection = session.connection()
        cursor = connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY id')  # noqa: S608 - a model's name
        names = list(cursor.keys())
        found = [dict(zip(names, row, strict=True)) for row in cursor.all()]
        children = {}
        for child, column in _references(tables.values(), name):
            query = f'SELECT "{column}", count(*) FROM "{child}" GROUP BY 1'  # noqa: S608 - a model's names
            children[child] = dict(connection.exec_driver_sql(query).tuples().all())
    return _shelf(tables[name], found, children, ZoneInfo(start.world.zone))


def _references(tables: Iterable[Table], name: str) -> Iterator[tuple[str, str]]:
    for table in sorted(tables, key=lambda one: one.name):
        for column in table.columns:
            if any(key.column.table.name == name for key in column.foreign_keys):
                yield table.name, column.name


def _shelf(table: Table, found: Sequence[Row], children: Mapping[str, Mapping[int, int]], zone: ZoneInfo) -> Shelf:
    times, sizes, texts, parents = [], [], [], []
    for column in table.columns:
        if column.primary_key:
            continue
        if column.foreign_keys:
            parents.append(column.name)
        elif isinstance(column.type, Instant | Day):
            times.append(column.name)
        elif isinstance(column.type, Flag):
            continue
        elif column.type.python_type is int:
            sizes.append(column.name)
        else:
            texts.append(column.name)
    rows = {row["id"]: {**row, **{f"{one}{DAY}": _day(row[one], zone) for one in times}} for row in found}
    kinds = [column for column in texts if len({row[column] for row in found}) <= KINDS]
    return Shelf(table.name, rows, times, sizes, texts, parents, kinds, children)


def _day(moment: str | None, zone: ZoneInfo) -> str | None:
    """The local calendar day of a stored moment, in ISO form; a stored day is one already."""
    if moment is None or "T" not in moment:
        return moment
    return datetime.fromisoformat(moment).astimezone(zone).date().isoformat()


# -- lists --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Lists:
    """What a role's lists show when nothing is asked of them: the ends of the first page, for each acting person."""

    start: Start
    shelves: Mapping[str, Shelf]
    shown: dict[Actor, list[tuple[str, str, list[int]]]] = field(default_factory=dict)
    bare: dict[str, list[Operation[..., Any]]] = field(default_factory=dict)

    def ends(self, actor: Actor, table: str) -> Iterator[tuple[str, int, set[int]]]:
        """The first and the last row that each list of a table shows to somebody, and all that it shows."""
        if actor not in self.shown:
            self.shown[actor] = list(self._listed(actor))
        for operation, name, ids in self.shown[actor]:
            if name == table and len(set(ids)) > 1:
                yield f"first of {operation}", ids[0], set(ids)
                yield f"last of {operation}", ids[-1], set(ids)

    def _listed(self, actor: Actor) -> Iterator[tuple[str, str, list[int]]]:
        operations = self.bare.get(actor.role)
        telling = []
        with Episode(self.start, open_fork(self.start.snapshot.path), actor, None) as episode:
            for operation in self._asking_nothing(actor.role) if operations is None else operations:
                reply = episode.call(operation.name)
                found = list(self._ids(operation.name, reply.body)) if reply.ok else []
                telling += [operation] if found else []
                yield from ((operation.name, table, ids) for table, ids in found)
        self.bare[actor.role] = telling if operations is None else operations

    def _asking_nothing(self, role: str) -> list[Operation[..., Any]]:
        reading = (one for one in self.start.world.operations.values() if not one.writing and role in one.roles)
        open_ = (one for one in reading if "tools" in one.doors and not one.input_schema.get("required"))
        return [one for one in open_ if _has_list(one.output_schema)]

    def _ids(self, operation: str, body: Any) -> Iterator[tuple[str, list[int]]]:
        """Ids of a table's rows in the lists of a reply: under `<table>_id`, or `id` where the list is named so."""
        for items in body.values() if isinstance(body, Mapping) else ():
            rows = items if isinstance(items, list) and items and isinstance(items[0], Mapping) else []
            for name in rows[0] if rows else ():
                ids = [row.get(name) for row in rows]
                for table, shelf in self.shelves.items():
                    meant = name == "id" and table.split("_")[-1] in operation
                    meant = meant or (name.endswith("_id") and table.endswith(name.removesuffix("_id")))
                    if meant and all(one in shelf.rows for one in ids):
                        yield table, [one for one in ids if isinstance(one, int)]


def _has_list(schema: Mapping[str, Any]) -> bool:
    return any(inner.get("type") == "array" for inner in schema.get("properties", {}).values())


PROOF: Final = Salience()
