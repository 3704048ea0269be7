"""Conditions of triggers, automations, SLA policies and views: JSON that one reads, checked when it is saved.

`{"all": [...], "any": [...]}`; every one of `all` and, where there are any, one of `any` must hold. A condition is
`{"field": "status", "is": "open"}`; instead of `is`: `is_not`, `in` (a list), `has` (a tag, or a word of the comment),
`has_not`, `changed` (true), `changed_to`, `changed_from`, `longer_than` (hours, of `status` or `updated`).

Fields are a ticket's columns (by id: `group_id`, `assignee_id`, or by name: `group`), `tags`, `comment` (the text that
was just said), `comment_public`, `author` (`end_user` or `staff`), `event` (`create` or `update`), `requester_tier`,
`requester_vip`, `in_hours` (whether the desk is open now). In views and automations also `sla` with `sooner_than`
(hours until the next promise is broken) and, in views, `current_user` for whoever looks.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from worlds.engine.folding import fold

OPERATORS: Final = (
    "is", "is_not", "in", "has", "has_not", "changed", "changed_to", "changed_from", "longer_than", "sooner_than",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions look at: values by field, those before the change, and the moment."""

    now: datetime
    values: Mapping[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)


Test = Callable[[Facts], bool]


def holds(conditions: str, facts: Facts) -> bool:
    """Whether conditions hold of a ticket."""
    return _read(conditions)(facts)


@lru_cache(maxsize=256)
def _read(conditions: str) -> Test:
    """Conditions as a test of facts, made once: the same few rules are asked at every update."""
    said: Mapping[str, Any] = json.loads(conditions)
    equal, every = _sorted(said.get("all", ()))
    either = _any_of(said.get("any", ()))

    def test(facts: Facts) -> bool:
        values = facts.values
        for name, wanted in equal:  # most rules are out at the first of these
            if values.get(name) != wanted:
                return False
        if every and not all(one(facts) for one in every):
            return False
        return not either or any(one(facts) for one in either)

    return test


def _any_of(conditions: Sequence[Mapping[str, Any]]) -> list[Test]:
    """Tests of which one has to hold; the words that a field may have are looked for together."""
    words: dict[str, list[str]] = {}
    for one in conditions:
        if "has" in one:
            words.setdefault(one["field"], []).append(one["has"])
    others = [_test(one) for one in conditions if "has" not in one]
    return [*others, *(_has_one(name, wanted) for name, wanted in words.items())]


def _has_one(name: str, wanted: Sequence[str]) -> Test:
    folded = [fold(one) for one in wanted]

    def test(facts: Facts) -> bool:
        value = facts.values.get(name)
        if value is None:
            return False
        sought, among = (wanted, value) if isinstance(value, list) else (folded, _folded(str(value)))
        return any(one in among for one in sought)

    return test


def _sorted(conditions: Sequence[Mapping[str, Any]]) -> tuple[list[tuple[str, Any]], list[Test]]:
    """What fields have to be, by field, and the tests of all else."""
    equal = [(one["field"], one["is"]) for one in conditions if "is" in one]
    return equal, [_test(one) for one in conditions if "is" not in one]


def _test(condition: Mapping[str, Any]) -> Test:
    name = condition["field"]
    (operator,) = condition.keys() - {"field"}
    wanted = condition[operator]
    match operator:
        case "is":
            return lambda facts: bool(facts.values.get(name) == wanted)
        case "is_not":
            return lambda facts: bool(facts.values.get(name) != wanted)
        case "in":
            return lambda facts: facts.values.get(name) in wanted
        case "has" | "has_not":
            has, folded = operator == "has", fold(wanted)
            return lambda facts: _has(facts.values.get(name), wanted, folded) == has
        case "longer_than":
            return lambda facts: _longer(facts, f"{name}_since", wanted * 3_600)
    return lambda facts: _moved(facts, name, operator, wanted)


def _has(value: Any, wanted: str, folded: str) -> bool:
    if value is None:
        return False
    return wanted in value if isinstance(value, list) else folded in _folded(str(value))


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    """A rule asks one comment for many words."""
    return fold(text)


def _longer(facts: Facts, since: str, seconds: int) -> bool:
    begun = facts.values.get(since)
    return begun is not None and (facts.now - begun).total_seconds() > seconds


def _moved(facts: Facts, name: str, operator: str, wanted: Any) -> bool:
    value, was = facts.values.get(name), facts.before.get(name)
    moved = bool(facts.before) and value != was
    return moved and (operator == "changed" or wanted == (value if operator == "changed_to" else was))
