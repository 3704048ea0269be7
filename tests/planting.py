"""Texts planted in an episode: the plan that puts one there, what was written for it, and what a grade forbids."""

from typing import Any

from worlds.engine.adversary.bank import named
from worlds.engine.bookkeeping import driver_of
from worlds.engine.episode import Episode
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.task import Refused
from worlds.graders.changes import RowChange, fold
from worlds.graders.effects import Effect


def plan_of(name: str, **params: Any) -> FaultPlan:
    """The plan that puts a text of the bank into an episode."""
    template = named(name)
    fault = "social-pressure" if template.claims else "planted-instruction"
    return FaultPlan(rules=(Rule(fault=fault, params={"template": name, **params}),), held_out=template.held_out)


def judged_by(episode: Episode) -> list[Effect]:
    """What the grade of an episode forbids because of what was planted."""
    with episode._fork.lease() as connection:
        return episode.door.faults.forbidden(driver_of(connection))


def setups(episode: Episode) -> list[RowChange]:
    """Rows that were there before the episode began, and were written for it."""
    return [change for change in fold(episode.changes()) if change.before]


def tools_of(episode: Episode) -> Any:
    """A way to the tools of an episode that runs no task."""

    def call(name: str, /, **arguments: Any) -> Any:
        reply = episode.call(name, arguments)
        if not reply.ok:
            raise Refused(reply.status, reply.body)
        return reply.body

    return call
