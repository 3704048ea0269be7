"""Every law of clocks notices what breaks it, and reading how the desk works takes a fixed number of statements."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from served import brought, promise, rule, works
from tiny_desk import SAM, Desk

from worlds.desk import models
from worlds.desk.operations.macros import list_macros
from worlds.desk.operations.rule_keeping import list_automations, list_triggers
from worlds.desk.operations.service import (
    list_agents,
    list_groups,
    list_sla_policies,
    list_ticket_fields,
    list_view_tickets,
    list_views,
)
from worlds.desk.service.service_laws import SERVICE
from worlds.engine.context import Context

T = 20
BROKEN = {
    "clocks_run_on_work_alone": "UPDATE ticket SET spam = 1 WHERE id = 20",
    "tickets_done_have_no_clock": "UPDATE ticket SET status = 'solved' WHERE id = 20",
    "one_clock_of_a_metric": "UPDATE sla_timer SET metric = 'next_reply', state = 'active', ended_at = NULL",
    "clocks_pause_with_the_state": "UPDATE ticket SET status = 'hold' WHERE id = 20",
    "running_clocks_are_due": "UPDATE sla_timer SET due_at = NULL WHERE metric = 'resolution'",
    "clocks_count_forward": "UPDATE sla_timer SET used_seconds = 7201 WHERE metric = 'resolution'",
    "broken_promises_are_noted": "UPDATE sla_timer SET target_minutes = 60 WHERE state = 'paused'",
    "breaches_are_in_the_history": "UPDATE sla_timer SET breached_at = due_at WHERE metric = 'resolution'",
}


def broken(desk: Desk) -> set[str]:
    """The laws of clocks that any row breaks now."""
    found = set()
    for law in SERVICE:
        keys = json.dumps([row[0] for row in desk.rows(f"SELECT id FROM {law.table}")])  # noqa: S608 - tables of the desk
        if desk.db.execute(law.sql, {"keys": keys}).fetchall():
            found.add(law.name)
    return found


def at_work(desk: Desk) -> None:
    """A ticket that was answered and is pending, after two hours, with clocks of every state but stopped."""
    promise(desk)
    brought(desk)
    desk.wait(hours=1)
    works(desk, T, reply="Which parcel?", assignee_id=SAM)
    desk.wait(hours=1)
    works(desk, T, status="pending")


def test_the_laws_hold_of_a_desk_at_work(desk: Desk) -> None:
    at_work(desk)
    assert broken(desk) == set()
    assert set(BROKEN) == {law.name for law in SERVICE}


@pytest.mark.parametrize(("law", "tampering"), sorted(BROKEN.items()))
def test_a_law_of_clocks_notices_what_breaks_it(desk: Desk, law: str, tampering: str) -> None:
    at_work(desk)
    desk.db.execute(tampering)
    assert law in broken(desk)


def more(desk: Desk, begin: int, end: int) -> None:
    """Some more of everything that is listed."""
    for at in range(begin, end):
        promise(desk, at=at)
        condition = {"all": [{"field": "tags", "has": f"t{at}"}]}
        rule(desk, at, f"Rule {at}", condition, {"add_tags": ["a"]})
        rule(desk, at, f"Rule {at}", condition, {"add_tags": ["a"]}, hourly=True)
        desk.add(
            models.TicketView(
                id=at, title=f"View {at}", position=at, conditions=json.dumps(condition), sort="due", active=True
            )
        )
        desk.add(
            models.Macro(
                id=at, title=f"Macro {at}", language="en", body="Hello", public=True, actions="{}", active=True,
                updated_at=desk.now,
            )
        )  # fmt: skip
        desk.add(
            models.DeskGroup(
                id=at + 10, name=f"Group {at}", description="", schedule_id=1, is_default=False, active=True
            )
        )  # fmt: skip


def first_view(ctx: Context) -> Any:
    return list_view_tickets(ctx, 3)


@pytest.mark.parametrize(
    "reading",
    [
        list_views, first_view, list_sla_policies, list_triggers, list_automations, list_groups, list_agents,
        list_ticket_fields, list_macros,
    ],
)  # fmt: skip
def test_a_list_takes_as_many_statements_however_long_it_is(desk: Desk, reading: Callable[[Context], Any]) -> None:
    def statements() -> int:
        said: list[str] = []
        ctx = desk.as_("light_agent")
        desk.db.set_trace_callback(said.append)
        reading(ctx)
        desk.db.set_trace_callback(None)
        return len(said)

    more(desk, 3, 5)
    few = statements()
    more(desk, 5, 25)
    assert statements() == few <= 4
