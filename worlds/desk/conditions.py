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
from collections.abc import Mapping
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


def holds(conditions: str, facts: Facts) -> bool:
    """Whether conditions hold of a ticket."""
    said = _read(conditions)
    if not all(_holds(one, facts) for one in said.get("all", ())):
        return False
    either = said.get("any", ())
    return not either or any(_holds(one, facts) for one in either)


@lru_cache(maxsize=256)
def _read(conditions: str) -> Mapping[str, Any]:
    """The same few rules are asked at every update."""
    said: Mapping[str, Any] = json.loads(conditions)
    return said


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    """A rule asks one comment for many words."""
    return fold(text)


def _holds(condition: Mapping[str, Any], facts: Facts) -> bool:
    name = condition["field"]
    (operator,) = condition.keys() - {"field"}
    wanted, value = condition[operator], facts.values.get(name)
    match operator:
        case "is":
            return bool(value == wanted)
        case "is_not":
            return bool(value != wanted)
        case "in":
            return value in wanted
        case "has" | "has_not":
            return _has(value, wanted) == (operator == "has")
        case "longer_than":
            since = facts.values.get(f"{name}_since")
            return since is not None and (facts.now - since).total_seconds() > wanted * 3_600
    was = facts.before.get(name)
    moved = bool(facts.before) and value != was
    return moved and (operator == "changed" or wanted == (value if operator == "changed_to" else was))


def _has(value: Any, wanted: str) -> bool:
    if value is None:
        return False
    return wanted in value if isinstance(value, list) else _folded(wanted) in _folded(str(value))
