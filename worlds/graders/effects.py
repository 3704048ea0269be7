"""What an expectation names: a kind of change to one table, a state that must hold at the end, an order of two changes.

Each checks itself when made; whether tables and columns exist is checked against a schema in `lint`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from worlds.graders import predicates
from worlds.graders.predicates import (
    AnyValue,
    ChangedBy,
    Eq,
    Mentions,
    NoLater,
    NotNull,
    Pred,
    Ref,
    Scalar,
    Unchanged,
    pred,
)
from worlds.graders.text import listed

Kind = Literal["insert", "update", "delete"]
Where = Mapping[str, Pred | Scalar]
Preds = Mapping[str, Pred]
KINDS: Final = frozenset(get_args(Kind))
_BY: Final = re.compile(r"agent|automation|own|any|person(:.+)?")
_OPEN: Final = (AnyValue, NotNull, Unchanged)


class ExpectationError(ValueError):
    """An expectation that could not be judged, or could be met by doing nothing."""


def _preds(where: Where) -> Preds:
    """Return a pattern with bare values as equalities."""
    return {column: pred(value) for column, value in where.items()}


def _phrase(pattern: Preds) -> str:
    """Return a pattern in words."""
    return listed(f"{column} {predicate}" for column, predicate in pattern.items())


@dataclass(frozen=True, slots=True)
class Effect:
    """A change that an expectation requires, allows or forbids.

    `where` speaks of the row before the change (after it, for inserts), `set` of the row after it. An update covers
    only the columns that `set` and `total` name. `count` is exact, or a range `(low, high)`; an allowed effect may
    always be missing. `total=(column, value)` asks that the column adds up to `value` over all matched rows: its
    values for inserts and deletes, its differences for updates. `by` is `agent`, `automation` (the system, set off by
    the agent), `own` (either of the two: a call, or a job that was asked for), `person`, `person:ROLE` or `any`; left
    out, it is `agent` where required and whoever the agent set off where allowed or forbidden. `bind` names the
    matched rows for `ref`.
    """

    id: str
    table: str
    kind: Kind
    where: Where = field(default_factory=dict)
    set: Where = field(default_factory=dict)
    count: int | tuple[int, int] = 1
    total: tuple[str, int] | None = None
    by: str | None = None
    bind: str | None = None
    words: str = ""
    weight: int = 1
    low: int = field(init=False, repr=False, compare=False)
    high: int = field(init=False, repr=False, compare=False)
    covers: frozenset[str] = field(init=False, repr=False, compare=False)
    set_tests: tuple[tuple[str, Pred], ...] = field(init=False, repr=False, compare=False)
    """What was set, column by column, in the order in which it is asked: prose last, since reading it is dearest."""

    def __post_init__(self) -> None:
        """Check the pattern and fill in what was left out."""
        object.__setattr__(self, "where", _preds(self.where))
        object.__setattr__(self, "set", _preds(self.set))
        low, high = (self.count, self.count) if isinstance(self.count, int) else self.count
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)
        named = [*self.set, *([self.total[0]] if self.total else [])]
        object.__setattr__(self, "covers", frozenset(named))
        tests = sorted(self.set_preds.items(), key=lambda one: isinstance(one[1], Mentions))
        object.__setattr__(self, "set_tests", tuple(tests))
        self._check_numbers()
        self._check_pattern()
        if not self.words:
            object.__setattr__(self, "words", self._described())

    def _refuse(self, why: str) -> None:
        raise ExpectationError(f"Effect {self.id!r}: {why}")

    def _check_numbers(self) -> None:
        if self.kind not in KINDS:
            self._refuse(f"{self.kind!r} is no kind of change.")
        if not 0 <= self.low <= self.high or self.high < 1:
            self._refuse(f"count {self.count!r} is empty.")
        if self.by is not None and not _BY.fullmatch(self.by):
            self._refuse(f"{self.by!r} is nobody; say agent, automation, own, person:ROLE or any.")
        if self.weight < 1:
            self._refuse("a weight is a positive integer.")

    def _check_pattern(self) -> None:
        for predicate in self.where.values():
            if isinstance(predicate, Unchanged | ChangedBy):
                self._refuse("unchanged and changed_by speak of the row after; they belong into set.")
        changing = [p for p in self.set.values() if not isinstance(p, Unchanged)]
        if self.kind == "update" and not changing and self.total is None:
            self._refuse("an update names the columns that it covers in set.")
        if self.kind == "delete" and self.set:
            self._refuse("a deleted row has no columns after it; use where.")
        if self.kind == "insert" and any(isinstance(p, Unchanged | ChangedBy) for p in self.set.values()):
            self._refuse("an inserted row has no columns before it.")

    def _described(self) -> str:
        verb = {"insert": "New", "update": "Changed", "delete": "Deleted"}[self.kind]
        where = f" where {_phrase(self.where)}" if self.where else ""  # type: ignore[arg-type]
        changed = f" with {_phrase(self.set)}" if self.set else ""  # type: ignore[arg-type]
        return f"{verb} {self.table}{where}{changed}"

    @property
    def where_preds(self) -> Preds:
        """The pattern of the row, all predicates."""
        return self.where  # type: ignore[return-value]

    @property
    def set_preds(self) -> Preds:
        """The pattern of what was set, all predicates."""
        return self.set  # type: ignore[return-value]

    @property
    def is_open(self) -> bool:
        """Whether `where` leaves every row of the table possible."""
        return all(isinstance(predicate, _OPEN) for predicate in self.where.values())

    def refs(self) -> Iterator[Ref | NoLater]:
        """Yield the references to bindings."""
        for predicate in (*self.where.values(), *self.set.values()):
            if isinstance(predicate, Ref | NoLater):
                yield predicate

    def to_json(self) -> dict[str, Any]:
        """Return the effect as JSON, without what was left out."""
        data: dict[str, Any] = {"id": self.id, "table": self.table, "kind": self.kind}
        data["where"] = {column: predicates.to_json(p) for column, p in self.where_preds.items()}
        data["set"] = {column: predicates.to_json(p) for column, p in self.set_preds.items()}
        data["count"] = self.count if isinstance(self.count, int) else list(self.count)
        data["total"] = list(self.total) if self.total else None
        for name in ("by", "bind", "words", "weight"):
            data[name] = getattr(self, name)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Effect:
        """Read what `to_json` wrote."""
        fields = dict(data)
        for name in ("where", "set"):
            fields[name] = {column: predicates.from_json(p) for column, p in data[name].items()}
        if not isinstance(data["count"], int):
            fields["count"] = (data["count"][0], data["count"][1])
        if data["total"]:
            fields["total"] = (data["total"][0], data["total"][1])
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class State:
    """Rows that must be so at the end, however that was reached.

    Without `count`, at least one row matches `where` and each that does fulfils `set`; with it, so many rows fulfil
    both. `holds_at_start=True` says that it was so from the start: then it is a gate and earns nothing.
    """

    id: str
    table: str
    where: Where
    set: Where = field(default_factory=dict)
    count: int | None = None
    words: str = ""
    weight: int = 1
    holds_at_start: bool = False

    def __post_init__(self) -> None:
        """Check the pattern and fill in what was left out."""
        object.__setattr__(self, "where", _preds(self.where))
        object.__setattr__(self, "set", _preds(self.set))
        for predicate in (*self.where.values(), *self.set.values()):
            if isinstance(predicate, Unchanged | ChangedBy | Ref | NoLater):
                raise ExpectationError(f"State {self.id!r}: a state knows no before and no bindings.")
        if not self.set and self.count is None:
            raise ExpectationError(f"State {self.id!r}: say what must be set, or how many rows there are.")
        if self.weight < 1:
            raise ExpectationError(f"State {self.id!r}: a weight is a positive integer.")
        if not self.words:
            pattern = {**self.where_preds, **self.set_preds}
            object.__setattr__(self, "words", f"At the end, {self.table} with {_phrase(pattern)}")

    @property
    def where_preds(self) -> Preds:
        """The pattern of the rows, all predicates."""
        return self.where  # type: ignore[return-value]

    @property
    def set_preds(self) -> Preds:
        """The pattern of what they hold, all predicates."""
        return self.set  # type: ignore[return-value]

    def literals(self) -> dict[str, Scalar]:
        """Return the equalities in `where`: enough for an engine to fetch the rows that this state needs."""
        return {column: p.value for column, p in self.where_preds.items() if isinstance(p, Eq)}

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON."""
        data: dict[str, Any] = {"id": self.id, "table": self.table}
        data["where"] = {column: predicates.to_json(p) for column, p in self.where_preds.items()}
        data["set"] = {column: predicates.to_json(p) for column, p in self.set_preds.items()}
        for name in ("count", "words", "weight", "holds_at_start"):
            data[name] = getattr(self, name)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """Read what `to_json` wrote."""
        fields = dict(data)
        for name in ("where", "set"):
            fields[name] = {column: predicates.from_json(p) for column, p in data[name].items()}
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Before:
    """The effect `first` is complete before the effect `then` begins, by order of commit."""

    first: str
    then: str


def before(first: str, then: str) -> Before:
    """Ask that all that matched effect `first` was committed before anything that matched effect `then`."""
    return Before(first, then)
