"""What became of a world in a play, in full, and whether two plays came to the same; the grader's view has no part.

Only what the schema calls volatile, session or engine is left out. Keys, numbers and places in lists that were made in
the episode are renamed by colour refinement over what refers to what. "The same" is said only of outcomes that are
isomorphic: rows that stay indistinguishable and refer to one another count as different, so an error here shows as a
red proof.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from worlds.engine.fields import iso_instant
from worlds.engine.proofs.plays import Play
from worlds.engine.proofs.tapes import leaves, name_of
from worlds.graders import answers
from worlds.graders.answers import FromRow
from worlds.graders.changes import Entry, Row, fold
from worlds.graders.shape import Schema, TableShape
from worlds.graders.text import canonical, members, plain

Place = tuple[str, int]
"""A row by table and key."""
Cell = tuple[str, int, str]
"""A column of a row: table, key, column."""

HIDDEN_TABLES = frozenset({"session", "engine"})
THE_TIME = "the time of the call"
RANK = "position"
"""A column that counts rows of one parent as they are made, like a key, unless a call says it."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Left:
    """What is left out of an outcome beyond what the schema says: rows, and single columns of rows."""

    rows: Collection[Place] = ()
    columns: Collection[Cell] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every change as a colour that no longer knows made keys, sorted; `unresolved` if some could not be told apart."""

    colours: tuple[str, ...]
    unresolved: bool

    @classmethod
    def of(cls, one: Play, schema: Schema, left: Left | None = None) -> "Outcome":
        """The outcome of a play."""
        graph = _Graph(schema, one, left or Left())
        return cls(*graph.refined())

    def same_as(self, other: "Outcome") -> bool:
        """Whether the two are isomorphic beyond doubt."""
        return self.colours == other.colours and not self.unresolved and not other.unresolved


def same_outcome(one: Play, other: Play, schema: Schema) -> bool:
    """Whether two plays came to the same state, wrote the same letters and gave the same answer."""
    return Outcome.of(one, schema).same_as(Outcome.of(other, schema))


Piece = str | int
"""A literal, or the index of the node that is meant."""


@dataclass(slots=True)
class _Node:
    """One change, or the answer: what it is, and by column what it says, where an index stands for a made row."""

    what: str
    says: list[tuple[str, tuple[Piece, ...]]] = field(default_factory=list)

    def meant(self) -> Iterable[tuple[str, int]]:
        """The nodes that this one refers to, with the column that does."""
        return ((column, piece) for column, pieces in self.says for piece in pieces if isinstance(piece, int))


def _of_concern(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that the agent set off, and others' on the same rows: what time alone brings is nobody's work."""
    own = {(entry.table, entry.key) for entry in entries if entry.root.startswith("agent:")}
    return [entry for entry in entries if (entry.table, entry.key) in own and entry.root != "setup"]


class _Graph:
    """The changes of a play and what they say of one another."""

    def __init__(self, schema: Schema, one: Play, left: Left) -> None:
        self.schema = schema
        self.left = left
        self.nodes: list[_Node] = []
        entries = _of_concern(one.record.entries)
        self.times = _times(schema, entries, one)
        self.made = {(entry.table, entry.key): entry for entry in entries if entry.kind == "insert"}
        self.by_key: dict[int, list[Place]] = {}
        for place in sorted(self.made):
            self.by_key.setdefault(place[1], []).append(place)
        done = [entry for entry in one.journal if entry.committed]
        self.given = {v for entry in done for _, v in leaves(entry.arguments) if isinstance(v, str)}
        self.asked = {name_of(path) for entry in done for path, _ in leaves(entry.arguments)}
        self.numbers = _made_numbers(self.made, self.given)
        self.names = re.compile("|".join(rf"(?<!\w){re.escape(n)}(?!\w)" for n in sorted(self.numbers)) or r"(?!)")
        changes = list(self._changes([e for e in entries if schema.table(e.table).class_ not in HIDDEN_TABLES]))
        changes = [change for change in changes if (change.table, change.key) not in self.left.rows]
        self.index = {(c.table, c.key): i for i, c in enumerate(changes) if c.before is None}
        self.nodes = [self._node(change) for change in changes]
        self.nodes += _touched(schema, entries)
        self._answer(one)

    def _changes(self, entries: Sequence[Entry]) -> Iterable["_Change"]:
        """Net changes of business and trace rows, then every single entry of what left the world."""
        by_seq = {entry.seq: entry for entry in entries}
        outward = [entry for entry in entries if self.schema.table(entry.table).class_ == "outward"]
        inner = [entry for entry in entries if self.schema.table(entry.table).class_ != "outward"]
        for change in fold(inner):
            yield _Change(change.table, change.key, change.before, change.after, [by_seq[s] for s in change.entries])
        for entry in outward:
            yield _Change(entry.table, entry.key, entry.before, entry.after, [entry])

    def _node(self, change: "_Change") -> _Node:
        shape = self.schema.table(change.table)
        who = sorted({(e.actor.partition(":")[0], e.root.partition(":")[0]) for e in change.entries})
        kind = "insert" if change.before is None else "delete" if change.after is None else "update"
        where = "" if (change.table, change.key) in self.made else str(change.key)
        node = _Node(repr((change.table, kind, where, who)))
        if kind == "update" and not where:
            node.says.append(("(row)", (self.index.get((change.table, change.key), "(gone)"),)))
        for column, value in change.told():
            hidden = shape.class_of(column) == "volatile" or (change.table, change.key, column) in self.left.columns
            ranked = column == RANK and kind == "insert" and RANK not in self.asked
            if column != shape.key and not hidden and not ranked:
                node.says.append((column, self._pieces(shape, column, value, change)))
        return node if node.says or kind != "update" else _Node("")

    def _pieces(self, shape: TableShape, column: str, value: Any, change: "_Change") -> tuple[Piece, ...]:
        last = change.entries[-1]
        target = shape.references.get(column)
        if target and isinstance(value, int) and (target, value) in self.made:
            return (self._meant((target, value)),)
        if column in shape.sets and (found := members(value)) is not None:
            return (repr(sorted({canonical(item) for item in found})),)
        if isinstance(value, str):
            prose = shape.class_of(column) == "prose"
            if since := self._since(value, change):
                return (since,)
            if shape.class_ == "outward" and prose and not any("\n" in g and g in value for g in self.given):
                value = "\n".join(sorted(value.split("\n")))  # the world composed it: its lines may come in any order
            loose = shape.class_ == "trace" or (shape.class_ == "outward" and not prose)
            return tuple(self._words(plain(value), last if loose else None))
        if shape.class_ == "trace" and column.endswith("_id") and isinstance(value, int) and not target:
            return (self._key(value, last),)
        return (repr(value),)

    def _since(self, value: str, change: "_Change") -> str:
        """An instant that the world worked out from the time of a call, by how much later it is; "" for other text."""
        for time in sorted({time for entry in change.entries for time in self.times.get(entry.tx, ())}):
            if value == time:
                return THE_TIME
            if value > time and value not in self.given and _INSTANT.fullmatch(value):
                return f"{THE_TIME} and {datetime.fromisoformat(value) - datetime.fromisoformat(time)}"
        return ""

    def _words(self, text: str, entry: Entry | None) -> Iterable[Piece]:
        """Text in pieces: numbers that the episode gave out, and in trails also bare keys, mean the row they name."""
        at = 0
        for match in self.names.finditer(text):
            yield from self._bare(text[at : match.start()], entry)
            yield self._meant(self.numbers[match[0]])
            at = match.end()
        yield from self._bare(text[at:], entry)

    def _bare(self, text: str, entry: Entry | None) -> Iterable[Piece]:
        at = 0
        for match in _NUMBER.finditer(text) if entry else ():
            piece = self._key(int(match[0]), entry) if entry and len(match[0]) < 16 else match[0]
            if isinstance(piece, int):
                yield repr(text[at : match.start()])
                yield piece
                at = match.end()
        yield repr(text[at:])

    def _key(self, value: int, entry: Entry) -> Piece:
        """The made row that a key without a table means: the only one of that key, or of the same transaction."""
        found = self.by_key.get(value, [])
        if len(found) > 1:
            found = [place for place in found if self.made[place].tx == entry.tx]
        if len(found) > 1:
            named = {str(v) for v in (entry.after or {}).values() if isinstance(v, str)}
            found = [place for place in found if any(name and name in place[0] for name in named)]
        return self._meant(found[0]) if len(found) == 1 else repr(value)

    def _meant(self, place: Place) -> Piece:
        return self.index.get(place, f"(a made row of {place[0]})")

    def _answer(self, one: Play) -> None:
        expected = one.record.expectation.answer
        if expected is None:
            return
        said = answers.read(one.record.answer)
        node = _Node("answer")
        status = "as expected" if said.status in expected.statuses else str(said.status)
        node.says.append(("status", (status, repr(sorted(said.reasons)), said.problem)))
        for name in sorted(said.facts):
            slot = expected.slots.get(name)
            for value in said.facts[name]:
                read = slot.read(value) if slot and not isinstance(slot, FromRow) else None
                pieces = (repr(read),) if read is not None else self._words(plain(str(value)), None)
                node.says.append((name, tuple(pieces)))
        self.nodes.append(node)

    def refined(self) -> tuple[tuple[str, ...], bool]:
        """The colours once refinement stands still, and whether some that matter are still shared."""
        colours = [_hash(node.what) for node in self.nodes]
        count = 0
        while count < (count := len(set(colours))):
            incoming: list[list[tuple[str, str]]] = [[] for _ in self.nodes]
            for source, node in enumerate(self.nodes):
                for column, piece in node.meant():
                    incoming[piece].append((column, colours[source]))
            colours = [
                _hash((own, _said(node, colours), sorted(found)))
                for own, node, found in zip(colours, self.nodes, incoming, strict=True)
            ]
        return tuple(sorted(c for n, c in zip(self.nodes, colours, strict=True) if n.what)), self._shared(colours)

    def _shared(self, colours: Sequence[str]) -> bool:
        counts = Counter(colours)
        twins = [index for index, colour in enumerate(colours) if counts[colour] > 1 and self.nodes[index].what]
        pointed = {piece for node in self.nodes for _, piece in node.meant()}
        return any(i in pointed or any(counts[colours[p]] > 1 for _, p in self.nodes[i].meant()) for i in twins)


@dataclass(frozen=True, slots=True)
class _Change:
    """One row's change with the entries that made it."""

    table: str
    key: int
    before: Row | None
    after: Row | None
    entries: Sequence[Entry]

    def told(self) -> Iterable[tuple[str, Any]]:
        """The columns that say what changed: all of a row that came, none of one that went, else the new values."""
        if self.after is None:
            return ()
        before = self.before
        return ((name, value) for name, value in self.after.items() if before is None or before[name] != value)


def _touched(schema: Schema, entries: Iterable[Entry]) -> list[_Node]:
    """Sensitive columns that were written at all: putting one back does not undo it."""
    found = {
        (entry.table, entry.key, column)
        for entry in entries
        if entry.before and entry.after
        for column in schema.table(entry.table).sensitive
        if entry.before.get(column) != entry.after.get(column)
    }
    return [_Node(repr(("touched", *place))) for place in sorted(found)]


def _times(schema: Schema, entries: Iterable[Entry], one: Play) -> dict[int, set[str]]:
    """The moments of each transaction: that of the agent's call, and what its volatile columns were stamped with."""
    calls = {entry.step: iso_instant(datetime.fromtimestamp(entry.now, UTC)) for entry in one.journal}
    found: dict[int, set[str]] = {}
    for entry in entries:
        times = found.setdefault(entry.tx, {calls[entry.step]} if entry.actor == "agent" else set())
        shape = schema.table(entry.table)
        before = entry.before or {}
        written = {name: value for name, value in (entry.after or {}).items() if before.get(name) != value}
        stamps = {value for name, value in written.items() if shape.class_of(name) == "volatile"}
        times |= {value for value in stamps if isinstance(value, str) and _INSTANT.fullmatch(value)}
    return found


def _made_numbers(made: Mapping[Place, Entry], given: Collection[str]) -> dict[str, Place]:
    """Numbers that rows got in the episode, such as RF-1003: in a column `number` or `…_ref`, and in no argument."""
    found = {}
    for place, entry in made.items():
        for column, value in (entry.after or {}).items():
            named = column == "number" or column.endswith(("_number", "_ref"))
            if named and isinstance(value, str) and value and value not in given:
                found[value] = place
    return found


def _said(node: _Node, colours: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    return [(column, tuple(colours[p] if isinstance(p, int) else p for p in pieces)) for column, pieces in node.says]


def _hash(value: Any) -> str:
    return sha256(repr(value).encode()).hexdigest()
