"""Conditions as SQL: which tickets of all meet them now, for views, their counts and the hourly automations.

What is asked of one ticket by `conditions.holds` is asked of all tickets here; a test holds the two together. What only
an update knows (what was just said, what changed) is no matter of a list.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from worlds.desk.automation.facts import groups_at_work
from worlds.engine.context import Context
from worlds.engine.fields import iso_instant
from worlds.engine.listing import Conditions

_OF_TICKET: Final = (
    "status", "type", "priority", "impact", "urgency", "topic", "channel", "language", "requester_id", "assignee_id",
    "group_id", "organization_id", "problem_id", "spam", "reopens", "reassigned",
)  # fmt: skip
COLUMNS: Final = {
    **{name: f"t.{name}" for name in _OF_TICKET},
    "group": "g.name",
    "requester_tier": "o.tier",
    "requester_vip": "u.vip",
}
"""What a list can ask about, by field, over the tables `ticket t`, their requester `u`, group `g`, organisation `o`."""
SINCE: Final = {"status": "t.state_since", "updated": "t.updated_at"}
_DUE: Final = """t.id IN (SELECT s.ticket_id FROM sla_timer s WHERE s.state = 'active' AND s.breached_at IS NULL
    AND s.due_at < {until})"""
_BESIDE: Final = {
    "u.": " JOIN desk_user u ON u.id = t.requester_id",
    "g.": " LEFT JOIN desk_group g ON g.id = t.group_id",
    "o.": " LEFT JOIN organization o ON o.id = t.organization_id",
}


@dataclass(slots=True)
class _Writer:
    """Writes conditions as SQL with parameters whose names begin with `prefix`."""

    ctx: Context
    prefix: str
    found: Conditions

    def text(self, condition: Mapping[str, Any]) -> str:
        name = condition["field"]
        (operator,) = condition.keys() - {"field"}
        wanted = condition[operator]
        if operator == "longer_than":
            return f"{SINCE[name]} < {self.value(iso_instant(self.ctx.now - timedelta(hours=wanted)))}"
        if operator == "sooner_than":
            return _DUE.format(until=self.value(iso_instant(self.ctx.now + timedelta(hours=wanted))))
        if name == "tags":
            return f"instr(t.tags, {self.value(as_member(wanted))}) {'> 0' if operator == 'has' else '= 0'}"
        if name == "in_hours":
            return self._in_hours(wanted=bool(wanted) == (operator == "is"))
        if operator == "in":
            return f"{COLUMNS[name]} IN (SELECT value FROM json_each({self.value(json.dumps(wanted))}))"
        if wanted == "current_user":
            wanted = self.ctx.actor.person
        return f"{COLUMNS[name]} {'IS' if operator == 'is' else 'IS NOT'} {self.value(wanted)}"

    def value(self, wanted: Any) -> str:
        """A parameter with a value; answers how the text names it."""
        name = f"{self.prefix}{len(self.found.values)}"
        self.found.values[name] = wanted
        return f":{name}"

    def _in_hours(self, *, wanted: bool) -> str:
        groups, default = groups_at_work(self.ctx, self.ctx.now)
        listed = f"t.group_id IN (SELECT value FROM json_each({self.value(json.dumps(groups))}))"
        default_works = self.value(int(default))
        said = f"(CASE WHEN t.group_id IS NULL THEN {default_works} ELSE {listed} END)"
        return said if wanted else f"NOT {said}"


def as_member(tag: str) -> str:
    """A tag as it stands in the JSON array of a ticket's tags and nowhere else: no tag holds a quotation mark."""
    return json.dumps(tag, ensure_ascii=False)


def written(ctx: Context, conditions: str, prefix: str = "c") -> Conditions:
    """Conditions as they are stored, as conditions of a list; `current_user` is who acts."""
    said = json.loads(conditions)
    writer = _Writer(ctx, prefix, Conditions())
    for one in said.get("all", ()):
        writer.found.texts.append(writer.text(one))
    if either := [writer.text(one) for one in said.get("any", ())]:
        writer.found.texts.append(f"({' OR '.join(either)})")
    return writer.found


def source_of(asked: Conditions) -> str:
    """The tables that such conditions look at, and no others: counting tickets is quick without joins."""
    return "ticket t" + "".join(join for at, join in _BESIDE.items() if any(at in text for text in asked.texts))
