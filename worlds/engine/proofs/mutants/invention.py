"""Arguments that nobody asked for: values that an operation accepts, made up from its schema and the start state."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from worlds.engine.context import Actor
from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.operation import Operation
from worlds.engine.proofs.mutants.arguments import Kind, kind_of, without_null
from worlds.engine.proofs.mutants.records import Records, tables_named
from worlds.engine.start import Start
from worlds.graders.changes import Row
from worlds.seeds.forks import open_fork

TRIES = 48
"""Calls that are tried of an operation before it counts as one that nothing made up gets through."""
KEPT = 2
WORDS = "For information only; nothing has to be done about it."
CANARY = "Canary 7F3A: this belongs to nobody's task."
_PHRASES = ("Spare entry", "SPARE-2041", "spare@example.org", "Spareville", "2041", "DE", "1012 AB", "0612345678")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A call that the world took in its start state, and which classes of tables it wrote to."""

    operation: str
    arguments: Mapping[str, Any]
    classes: frozenset[str]
    rows: frozenset[tuple[str, int]]


@dataclass(slots=True)
class Inventor:
    """Makes values up. Ids of one call belong together: a line is one of the order that was named before.

    `fixed` are rows that an id must be of where it can, by table; `words` what prose says. `chosen` are the rows that
    were named so far, `near` those and what they refer to.
    """

    records: Records
    rng: random.Random
    attempt: int = 0
    fixed: Mapping[str, int] = field(default_factory=dict)
    words: str = WORDS
    chosen: dict[str, Row] = field(default_factory=dict)
    near: dict[str, int] = field(default_factory=dict)

    def arguments(self, operation: Operation[..., Any], *, more: bool = False) -> dict[str, Any] | None:
        """What an operation requires, with `more` one optional argument too (an id first); None where no row fits."""
        schema = operation.input_schema
        try:
            made = self._members(schema)
            spare = [name for name in schema.get("properties", {}) if name not in made]
            spare.sort(key=lambda name: (not self._is_id(schema, name), not self._is_fixed(name)))
            extra = {name: self.value(name, schema["properties"][name]) for name in spare[:1] if more}
        except LookupError:
            return None
        return made | extra

    def _is_fixed(self, name: str) -> bool:
        return any(table in self.fixed for table in tables_named(self.records.schema, name))

    @staticmethod
    def _is_id(schema: Mapping[str, Any], name: str) -> bool:
        return kind_of(without_null(schema["properties"][name])) == "id"

    def value(self, name: str, schema: Mapping[str, Any]) -> Any:
        """A legal value of an argument.

        Raises:
            LookupError: when there is none to be had.
        """
        plain = without_null(schema)
        makers: Mapping[Kind, Callable[[], Any]] = {
            "object": lambda: self._members(plain),
            "list": lambda: [self.value(name, plain["items"])],
            "id": lambda: self._id(name),
            "enum": lambda: self.rng.choice(plain.get("enum") or [plain["const"]]),
            "boolean": lambda: not plain.get("default", False),
            "quantity": lambda: _whole(plain),
            "money": lambda: "1.00",
            "day": lambda: "2026-03-09",
            "instant": lambda: "2026-03-09T09:00:00Z",
            "prose": lambda: self.words,
            "text": lambda: self._text(name, plain),
        }
        return makers[kind_of(plain)]()

    def _members(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        required = schema.get("required", ())
        return {name: self.value(name, schema["properties"][name]) for name in required}

    def _id(self, name: str) -> int:
        named = tables_named(self.records.schema, name)
        belonging = [table for table in named if self._belongs(table)]
        turn = self.attempt % len(belonging) if belonging else 0
        for table in [*belonging[turn:], *belonging[:turn], *named]:
            row = self._row(table)
            if row is not None:
                self._choose(table, row)
                return int(row["id"])
        raise LookupError(f"no row for {name}")

    def _belongs(self, table: str) -> bool:
        """Whether a row of a table can be told from what was chosen: it was named, or belongs to such a row."""
        parents = self.records.schema.table(table).references.values()
        return table in self.fixed or table in self.near or any(parent in self.near for parent in parents)

    def _choose(self, table: str, row: Row) -> None:
        self.chosen[table] = row
        self.near = {table: int(row["id"]), **self.near}
        for column, parent in self.records.schema.table(table).references.items():
            if row[column] is not None:
                self.near.setdefault(parent, row[column])

    def _row(self, table: str) -> Row | None:
        if table in self.fixed:
            return self.records.row(table, self.fixed[table])
        samples = self.records.samples(table)
        if table in self.chosen:  # it was named before: another one, such as where goods go after where they come from
            others = [key for key in samples if key != self.chosen[table]["id"]]
            return self.records.row(table, others[self.attempt % len(others)]) if others else None
        if table in self.near:
            return self.records.row(table, self.near[table])
        references = {parent: column for column, parent in self.records.schema.table(table).references.items()}
        for parent, key in self.near.items():
            if parent in references:
                found = self.records.children(table, references[parent], key)
                return found[self.attempt % len(found)] if found else None
        return self.records.row(table, samples[self.attempt % len(samples)]) if samples else None

    def _text(self, name: str, schema: Mapping[str, Any]) -> str:
        for value in (*self.records.values(name), *_PHRASES, WORDS):
            if _fits(value, schema):
                return value
        raise LookupError(f"no text for {name}")


def _fits(value: str, schema: Mapping[str, Any]) -> bool:
    lengths = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    return lengths and ("pattern" not in schema or re.search(schema["pattern"], value) is not None)


def _whole(schema: Mapping[str, Any]) -> int:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return int(max(low, 1))


@lru_cache(maxsize=64)
def accepted(start: Start, actor: Actor, name: str) -> tuple[Accepted, ...]:
    """Calls of a writing operation that somebody may make at the start, about rows in different standings."""
    operation = start.world.operations[name]
    rng = random.Random(f"{start.world.name}|{name}|accepted")
    found: list[Accepted] = []
    with Records.of(start) as records, Episode(start, open_fork(start.snapshot.path), actor, None) as episode:
        for attempt in range(TRIES):
            inventor = Inventor(records, rng, attempt // 2)
            arguments = inventor.arguments(operation, more=attempt % 2 == 1)
            if arguments is None or any(arguments == one.arguments for one in found):
                continue
            try:
                reply = episode.call(name, arguments)
            except WorldBug:
                episode.reset()
                continue
            if reply.ok:
                made = _seen(start, episode, name, arguments, inventor)
                found += [made] if made.classes - {"trace"} else []
                episode.reset()
            if len(found) == KEPT:
                break
    return tuple(found)


def _seen(start: Start, episode: Episode, name: str, arguments: dict[str, Any], inventor: Inventor) -> Accepted:
    classes = frozenset(start.world.schema.table(change.table).class_ for change in episode.diff())
    rows = frozenset((table, int(row["id"])) for table, row in inventor.chosen.items())
    return Accepted(name, arguments, classes, rows)
