"""What happened at the door of an episode, call by call: what was asked, what was committed, what the agent was told.

The two are kept apart, since a lost reply commits and a lost request does not, and the agent is told the same.
"""

import marshal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["done", "refused", "invalid", "replayed", "crashed", "failed", "lost", "undone"]
"""`failed` reached nothing, `lost` did its work and the answer was lost, `undone` was answered and not kept."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One call. `now` is virtual seconds since 1970 UTC; `committed` says whether the operation's changes were kept.

    `lasted` of the seconds up to `now` went by within the call: in waiting, or until nobody answered. They are not what
    it cost, so that whoever plays it again takes them off.

    `faults` names what struck the call. `answer` is what the agent was told, packed by `pack`: a copy that no caller
    can change, in a third of the memory.
    """

    step: int
    surface: str
    operation: str
    arguments: Any
    now: int
    outcome: Outcome
    committed: bool
    status: int
    answer: bytes
    key: str | None = None
    if_version: int | None = None
    faults: tuple[str, ...] = ()
    lasted: int = 0

    @property
    def told(self) -> Any:
        """What the agent was told, as JSON values."""
        return marshal.loads(self.answer)  # noqa: S302 - bytes that `pack` made in this process

    def to_json(self) -> dict[str, Any]:
        """The entry as JSON values."""
        return {"told": self.told, **{name: getattr(self, name) for name in self.__slots__ if name != "answer"}}

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "JournalEntry":
        """Read what `to_json` wrote."""
        fields = {name: value for name, value in entry.items() if name != "told"}
        return cls(**fields | {"answer": pack(entry["told"]), "faults": tuple(entry.get("faults", ()))})


def pack(told: Any) -> bytes:
    """JSON values as bytes, in a fifth of the time that JSON text takes."""
    return marshal.dumps(told)


class Journal:
    """An append-only list of entries whose beginning is shared by the branches of an episode."""

    __slots__ = ("_before", "_own")

    def __init__(self, before: Iterable[JournalEntry] = ()) -> None:
        self._before = tuple(before)
        self._own: list[JournalEntry] = []

    def __iter__(self) -> Iterator[JournalEntry]:
        yield from self._before
        yield from self._own

    def __len__(self) -> int:
        return len(self._before) + len(self._own)

    @property
    def last(self) -> JournalEntry | None:
        """What happened last, if anything did."""
        return self._own[-1] if self._own else (self._before[-1] if self._before else None)

    def append(self, entry: JournalEntry) -> None:
        """Add what just happened."""
        self._own.append(entry)

    def branch(self) -> "Journal":
        """A journal that begins with all that happened so far."""
        return Journal(self)

    def to_json(self) -> list[dict[str, Any]]:
        """All entries as JSON values."""
        return [entry.to_json() for entry in self]

    @classmethod
    def from_json(cls, entries: Iterable[dict[str, Any]]) -> "Journal":
        """Read what `to_json` wrote."""
        return cls(JournalEntry.from_json(entry) for entry in entries)
