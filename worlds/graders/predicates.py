"""The predicates that an expectation sets on one column of one row: plain data with one question, `holds`.

They know nothing of tables; which predicate suits which class of column is checked by `lint`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final, get_args
from zoneinfo import ZoneInfo

from worlds.graders.text import canonical, listed, members, plain, same, shown
from worlds.graders.typed import Typed

Bound = Mapping[str, tuple[Mapping[str, Any], ...]]
"""The rows that each binding stands for, as they are after the change."""

MESSAGE_CAP: Final = 2000


class PredicateError(ValueError):
    """A predicate that could never be judged."""


def _scalar(value: Any) -> Any:
    """Return a value that a column can hold, or raise: no floats, since a world stores none."""
    if value is None or isinstance(value, str | int | bool):
        return value
    raise PredicateError(f"A column holds text, an integer, a boolean or nothing, never {shown(value)}.")


@dataclass(frozen=True, slots=True)
class Eq:
    """The column holds this value: typed, text after NFC and trimming."""

    tag: ClassVar[str] = "eq"
    value: str | int | bool | None

    def __post_init__(self) -> None:
        """Refuse what no column holds."""
        _scalar(self.value)

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the value is the expected one."""
        return same(value, self.value)

    def __str__(self) -> str:
        return shown(self.value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The column holds one of these values."""

    tag: ClassVar[str] = "one_of"
    values: tuple[str | int | bool | None, ...]

    def __post_init__(self) -> None:
        """Refuse an empty list and what no column holds."""
        if not self.values:
            raise PredicateError("one_of needs at least one value.")
        for value in self.values:
            _scalar(value)

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the value is among the expected ones."""
        return any(same(value, one) for one in self.values)

    def __str__(self) -> str:
        return f"one of {listed(map(shown, self.values))}"


@dataclass(frozen=True, slots=True)
class Between:
    """The column holds a number, or a text such as a UTC time, from `low` to `high`, both included."""

    tag: ClassVar[str] = "between"
    low: int | str
    high: int | str

    def __post_init__(self) -> None:
        """Refuse bounds of two types or in the wrong order."""
        if type(self.low) is not type(self.high) or type(self.low) not in (int, str):
            raise PredicateError("between needs two integers or two texts.")
        if self.low > self.high:  # type: ignore[operator]
            raise PredicateError(f"between({self.low!r}, {self.high!r}) holds for nothing.")

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the value lies within the bounds."""
        low: Any = self.low
        return type(value) is type(low) and bool(low <= value <= self.high)

    def __str__(self) -> str:
        return f"between {shown(self.low)} and {shown(self.high)}"


@dataclass(frozen=True, slots=True)
class Multiset:
    """The column holds a list with exactly these members, as often as named, in any order."""

    tag: ClassVar[str] = "multiset"
    values: tuple[str | int | bool | None, ...]

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the stored list has these members."""
        found = members(value)
        return found is not None and Counter(map(canonical, found)) == Counter(map(canonical, self.values))

    def __str__(self) -> str:
        return f"the members {listed(map(shown, self.values))}"


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The column holds what it held before."""

    tag: ClassVar[str] = "unchanged"

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the value is the one before."""
        return same(value, before)

    def __str__(self) -> str:
        return "unchanged"


@dataclass(frozen=True, slots=True)
class ChangedBy:
    """The agent's own changes to an integer column add up to this, whatever others did to it meanwhile."""

    tag: ClassVar[str] = "changed_by"
    amount: int

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the difference is the expected one."""
        return isinstance(value, int) and isinstance(before, int) and value - before == self.amount

    def __str__(self) -> str:
        return f"changed by {self.amount:+d}"


@dataclass(frozen=True, slots=True)
class NotNull:
    """The column holds something."""

    tag: ClassVar[str] = "not_null"

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether there is a value."""
        return value is not None

    def __str__(self) -> str:
        return "anything but nothing"


@dataclass(frozen=True, slots=True)
class Ref:
    """The column holds the key (or another column) of a row that an effect with `bind` matched."""

    tag: ClassVar[str] = "ref"
    binding: str
    column: str | None = None

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the value is that of a bound row."""
        column = self.column or ""
        return value is not None and any(same(value, row.get(column)) for row in bound.get(self.binding, ()))

    def __str__(self) -> str:
        return f"the {self.column or 'key'} of the {self.binding}"


@dataclass(frozen=True, slots=True)
class NoLater:
    """The column holds a UTC moment, and at most so many days have begun since the one on which a bound row's lies.

    Days are those of the clocks of `zone`; what is earlier than the bound moment is in time.
    """

    tag: ClassVar[str] = "no_later"
    binding: str
    column: str
    days: int
    zone: str

    def __post_init__(self) -> None:
        """Refuse a zone that no clock follows, and days before the first."""
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise PredicateError(f"no_later knows no zone {self.zone!r}.") from error
        if self.days < 0:
            raise PredicateError(f"no_later counts days from 0 on, not from {self.days}.")

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the moment is in time."""
        day = self._day(value)
        rows = [self._day(row.get(self.column)) for row in bound.get(self.binding, ())]
        return day is not None and any(since is not None and (day - since).days <= self.days for since in rows)

    def _day(self, value: Any) -> date | None:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return None
        return moment.astimezone(ZoneInfo(self.zone)).date() if moment.tzinfo else None

    def __str__(self) -> str:
        return f"at most {self.days} days after the {self.column} of the {self.binding}"


@dataclass(frozen=True, slots=True)
class Mentions:
    """A prose column states each of these facts and none of those, within `cap` characters.

    Without `facts` the text is free but for `must_not`, and may be missing.
    """

    tag: ClassVar[str] = "mentions"
    facts: tuple[Typed, ...]
    must_not: tuple[Typed, ...] = ()
    cap: int = MESSAGE_CAP

    def __post_init__(self) -> None:
        """Refuse a message of which nothing is asked."""
        if not self.facts and not self.must_not:
            raise PredicateError("mentions needs a fact; use any_value(reason) where the text is free.")
        if any(fact.type == "yesno" for fact in (*self.facts, *self.must_not)):
            raise PredicateError("Prose states no yes or no; ask for it in a slot of the answer.")

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Say whether the text states what it must and nothing that it must not."""
        if value is None:
            return not self.facts
        if not isinstance(value, str) or len(value) > self.cap:
            return False
        text = plain(value)
        stated = all(fact.mentioned(text) for fact in self.facts)
        return stated and not any(fact.mentioned(text) for fact in self.must_not)

    def __str__(self) -> str:
        stated = f" that states {listed(map(str, self.facts))}" if self.facts else f" of up to {self.cap} characters"
        return f"a text{stated}" + (f" and never {listed(map(str, self.must_not))}" if self.must_not else "")


@dataclass(frozen=True, slots=True)
class AnyValue:
    """The column may hold anything, for a reason that a reviewer can read."""

    tag: ClassVar[str] = "any"
    reason: str

    def __post_init__(self) -> None:
        """Refuse to leave a column open without a reason."""
        if not plain(self.reason):
            raise PredicateError("any_value needs a reason.")

    def holds(self, value: Any, before: Any, bound: Bound) -> bool:  # noqa: ARG002 (one signature for all)
        """Hold."""
        return True

    def __str__(self) -> str:
        return "anything"


Pred = Eq | OneOf | Between | Multiset | Unchanged | ChangedBy | NotNull | Ref | NoLater | Mentions | AnyValue
Scalar = str | int | bool | None
KINDS: Final[dict[str, type[Any]]] = {kind.tag: kind for kind in get_args(Pred)}


def eq(value: Scalar) -> Eq:
    """Hold for this value; a bare value in `where` or `set` means the same."""
    return Eq(value)


def one_of(*values: Scalar) -> OneOf:
    """Hold for any of these values."""
    return OneOf(values)


def between(low: int | str, high: int | str) -> Between:
    """Hold from `low` to `high`, both included."""
    return Between(low, high)


def multiset(*values: Scalar) -> Multiset:
    """Hold for a list of exactly these members in any order."""
    return Multiset(values)


def unchanged() -> Unchanged:
    """Hold where the column was left as it was."""
    return Unchanged()


def changed_by(amount: int) -> ChangedBy:
    """Hold where the agent moved an integer by this much."""
    return ChangedBy(amount)


def not_null() -> NotNull:
    """Hold for anything but NULL."""
    return NotNull()


def ref(binding: str, column: str | None = None) -> Ref:
    """Hold for the key, or another column, of the row that the effect with `bind=binding` matched."""
    return Ref(binding, column)


def no_later(binding: str, column: str, days: int, zone: str) -> NoLater:
    """Hold for a UTC moment at most so many days of a zone after that in the row that `bind=binding` matched."""
    return NoLater(binding, column, days, zone)


def mentions(*facts: Typed, must_not: tuple[Typed, ...] = (), cap: int = MESSAGE_CAP) -> Mentions:
    """Hold for prose that states these facts, none of `must_not`, in at most `cap` characters."""
    return Mentions(facts, must_not, cap)


def any_value(reason: str) -> AnyValue:
    """Hold for anything, for this reason."""
    return AnyValue(reason)


def pred(value: Pred | Scalar) -> Pred:
    """Return a predicate; a bare value means equality with it."""
    return value if isinstance(value, get_args(Pred)) else Eq(_scalar(value))


def to_json(predicate: Pred) -> Any:
    """Return a predicate as JSON: equality as the bare value, any other as an object with its name under `is`."""
    if isinstance(predicate, Eq):
        return predicate.value
    data: dict[str, Any] = {"is": predicate.tag}
    for name in predicate.__slots__:
        value = getattr(predicate, name)
        data[name] = [_item(one) for one in value] if isinstance(value, tuple) else value
    return data


def _item(value: Any) -> Any:
    return value.to_json() if isinstance(value, Typed) else value


def from_json(data: Any) -> Pred:
    """Read what `to_json` wrote. Raises PredicateError for an unknown predicate."""
    if not isinstance(data, dict):
        return Eq(_scalar(data))
    fields = {name: value for name, value in data.items() if name != "is"}
    kind = KINDS.get(data.get("is", ""))
    if kind is None:
        raise PredicateError(f"There is no predicate {data.get('is')!r}.")
    if "values" in fields:
        fields["values"] = tuple(fields["values"])
    for name in ("facts", "must_not"):
        if name in fields:
            fields[name] = tuple(map(Typed.from_json, fields[name]))
    made: Pred = kind(**fields)
    return made
