"""Triggers: rules that run when a ticket is made or changed, in their order, and may set each other off.

After every rule that changed something all are looked at again from the first; each fires once an update at most, so
that rules which contradict each other come to an end.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from worlds.desk.automation.conditions import Facts, holds
from worlds.desk.tickets.ticket_file import Head
from worlds.engine.context import Context
from worlds.engine.rows import Query

Apply = Callable[[Head, Mapping[str, Any], str], Head]
"""Carries out the actions of a rule, named by its title, on a ticket; answers the ticket as it is then."""
Look = Callable[[Head], Facts]
"""What conditions can look at, of a ticket as it is now."""


class Rule(NamedTuple):
    """A rule as it is stored."""

    id: int
    title: str
    conditions: str
    actions: str


_TRIGGERS = Query(Rule, "SELECT {fields} FROM trigger_rule WHERE active = 1 ORDER BY position, id")


@dataclass(slots=True)
class Fired:
    """Which rules fired in an update, by title, in order."""

    titles: list[str]


def fire(ctx: Context, ticket: Head, look: Look, apply: Apply) -> tuple[Head, Fired]:
    """Run all triggers over a ticket that was just made or changed."""
    rules, fired = _TRIGGERS.all(ctx), Fired([])
    done: set[int] = set()
    while True:
        facts = look(ticket)
        rule = next((one for one in rules if one.id not in done and holds(one.conditions, facts)), None)
        if rule is None:
            return ticket, fired
        done.add(rule.id)
        fired.titles.append(rule.title)
        ticket = apply(ticket, json.loads(rule.actions), rule.title)
