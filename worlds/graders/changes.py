"""Row changes: the change log folded into what differs in the end; who may change what is judged elsewhere.

What a log is full of is not frozen, though nobody changes it: freezing makes each of them seven times as dear.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["insert", "update", "delete"]
Row = dict[str, Any]
"""A row by column name, in the table's order; values are int, str or None."""


@dataclass(slots=True)
class Entry:
    """One row written once: an entry of the change log.

    `tx` counts transactions and `step` the agent's calls. `actor` did it ("agent", "system", "person:<id>"); `root`
    is the first cause, through any number of triggers, jobs and people ("agent:<step>", "world:<event>",
    "fault:<n>", "setup").
    """

    seq: int
    tx: int
    step: int
    operation: str
    actor: str
    root: str
    table: str
    key: int
    kind: Kind
    before: Row | None
    after: Row | None

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the fields' names."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Entry":
        """The entry that `to_json` wrote."""
        return cls(**value)


@dataclass(slots=True)
class RowChange:
    """What became of one row. Two are equal if they say the same of the row, whichever entries they come from."""

    table: str
    key: int
    kind: Kind
    before: Row | None
    after: Row | None
    first_seq: int = field(default=0, compare=False)
    last_seq: int = field(default=0, compare=False)
    entries: tuple[int, ...] = field(default=(), compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose value changed, in the table's order; every column of a row that came or went."""
        if self.before is None or self.after is None:
            return tuple(self.after or self.before or ())
        return tuple(name for name, value in self.after.items() if value != self.before[name])

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the fields' names, and the changed columns for the reader's sake."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return fields | {"entries": list(self.entries), "columns": list(self.columns)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "RowChange":
        """The change that `to_json` wrote."""
        fields = {name: value[name] for name in cls.__slots__}
        return cls(**(fields | {"entries": tuple(value["entries"])}))


@dataclass(slots=True)
class _Story:
    """One row through the entries seen so far: how it was found, and how these entries left it."""

    first: Row | None
    last: Row | None
    entries: list[int]

    def follow(self, entry: Entry) -> None:
        """Take one more entry in."""
        self.entries.append(entry.seq)
        if entry.before is not None:
            self._catch_up(entry.before)
        if entry.before is None or entry.after is None or self.last is None:
            self.last = None if entry.after is None else dict(entry.after)
            return
        for name, value in entry.after.items():
            if value != entry.before[name]:
                self.last[name] = value

    def _catch_up(self, found: Row) -> None:
        """Take what others changed meanwhile as found, where the entries told here had not changed it themselves."""
        if self.last is None:
            self.last = dict(found)
            self.first = dict(found) if self.first is None else self.first
            return
        if self.last == found:
            return
        for name, value in found.items():
            if self.first is None or self.last[name] == self.first[name]:
                self.last[name] = value
                if self.first is not None:
                    self.first[name] = value


def fold(entries: Iterable[Entry]) -> list[RowChange]:
    """What the entries amount to, row by row, sorted by table and key; rows that end as they began are left out.

    The entries come in the order of `seq`. They may be a part of the log, such as one root's: what others did to a
    row in between is then not told as theirs.
    """
    changes = (_change(key, story) for key, story in sorted(_stories(entries).items()))
    return [change for change in changes if change is not None]


def reverted(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    """The rows, by table and key, that were touched and yet ended as they began; sorted."""
    return [key for key, story in sorted(_stories(entries).items()) if _change(key, story) is None]


def _stories(entries: Iterable[Entry]) -> dict[tuple[str, int], _Story]:
    stories: dict[tuple[str, int], _Story] = {}
    for entry in entries:
        story = stories.get((entry.table, entry.key))
        if story is None:
            before = None if entry.before is None else dict(entry.before)
            story = stories[entry.table, entry.key] = _Story(before, before and dict(before), [])
        story.follow(entry)
    return stories


def _change(key: tuple[str, int], story: _Story) -> RowChange | None:
    if story.first == story.last:
        return None
    kind: Kind = "insert" if story.first is None else "delete" if story.last is None else "update"
    return RowChange(*key, kind, story.first, story.last, story.entries[0], story.entries[-1], tuple(story.entries))
