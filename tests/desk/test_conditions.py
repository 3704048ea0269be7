"""Conditions asked of one ticket and of all tickets at once say the same, and nothing senseless can be saved."""

import json
import tomllib
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from served import brought, night_shift
from tiny_desk import ANNA, BEN, CARLA, FRONTLINE, KADE, NOOR, RETURNS, SAM, START, Desk, opened_desk

from worlds.desk import WORLD
from worlds.desk.automation.condition_sql import source_of, written
from worlds.desk.automation.conditions import OPERATORS, holds
from worlds.desk.automation.rule_grammar import (
    CHOICES,
    FIELDS,
    FLAGS,
    USES,
    actions_problem,
    conditions_problem,
    operators_of,
)
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import facts_of

TAGS = ("parcel", "vip", "b2b")
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.sampled_from(choices) for name, choices in CHOICES.items()},
    **{name: st.booleans() for name in FLAGS},
    "tags": st.sampled_from(TAGS),
    "group": st.sampled_from(("Frontline", "Returns & Refunds")),
    "assignee_id": st.sampled_from((SAM, NOOR)),
    "group_id": st.sampled_from((FRONTLINE, RETURNS)),
    "requester_id": st.sampled_from((ANNA, BEN, CARLA)),
    "organization_id": st.just(KADE),
    "problem_id": st.just(1),
    "reopens": st.integers(0, 2),
    "reassigned": st.integers(0, 2),
    "updated": st.integers(0, 99),
}
LISTED = sorted(name for name in FIELDS if operators_of(name, "view") and name != "sla")


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """One condition that views may ask."""
    field = draw(st.sampled_from(LISTED))
    operator = draw(st.sampled_from(operators_of(field, "view")))
    if operator == "longer_than":
        return {"field": field, operator: draw(st.integers(0, 99))}
    if operator == "in":
        return {"field": field, operator: draw(st.lists(VALUES[field], min_size=1, max_size=3))}
    nothing = operator in {"is", "is_not"} and field not in FLAGS and draw(st.integers(0, 4)) == 0
    return {"field": field, operator: None if nothing else draw(VALUES[field])}


def varied(desk: Desk) -> None:
    """Some more tickets, of all kinds."""
    night_shift(desk)
    kinds: tuple[dict[str, Any], ...] = (
        {"tags": '["b2b", "vip"]', "type": "problem", "priority": "urgent", "requester_id": CARLA,
         "submitter_id": CARLA, "organization_id": KADE, "reopens": 2, "language": "de"},
        {"status": "hold", "group_id": RETURNS, "assignee_id": NOOR, "topic": "damaged", "impact": "high"},
        {"status": "open", "assignee_id": SAM, "spam": True, "channel": "phone", "urgency": "low", "reassigned": 1},
        {"group_id": None, "tags": '["parcel"]', "language": "nl", "type": "incident", "problem_id": 20},
    )  # fmt: skip
    for at, kind in enumerate(kinds, 20):
        desk.wait(hours=7)
        brought(desk, at, **kind)


def test_asking_all_tickets_at_once_finds_those_that_meet_the_conditions_one_by_one() -> None:
    with opened_desk() as desk:
        varied(desk)
        ids = [row[0] for row in desk.rows("SELECT id FROM ticket ORDER BY id")]

        def ask(every: list[dict[str, Any]], some: list[dict[str, Any]], hours: int) -> None:
            desk.now = START + timedelta(hours=hours)
            ctx = desk.as_("agent")
            text = json.dumps({"all": every, "any": some})
            assert conditions_problem(json.loads(text), "view") is None
            alone = [one for one in ids if holds(text, facts_of(ctx, head(ctx, one)))]
            asked = written(ctx, text)
            found = desk.db.execute(f"SELECT t.id FROM {source_of(asked)}{asked.where} ORDER BY t.id", asked.values)  # noqa: S608 - the text under test
            assert [row[0] for row in found.fetchall()] == alone

        several = st.lists(conditions(), max_size=3)
        strategy = given(several, several, st.integers(28, 200))
        settings(max_examples=200, deadline=None, database=None, derandomize=True)(strategy(ask))()


def test_every_operator_has_a_field_that_can_be_asked_and_every_field_a_use() -> None:
    asked = {operator for use in USES for field in FIELDS for operator in operators_of(field, use)}
    assert asked == set(OPERATORS)
    assert all(any(operators_of(field, use) for use in USES) for field in FIELDS)


def test_conditions_and_actions_of_the_house_are_such_as_could_be_saved() -> None:
    book = tomllib.loads((WORLD.folder / "population" / "service.toml").read_text("utf-8"))
    for shelf, use in (("policy", "sla"), ("trigger", "trigger"), ("automation", "automation"), ("view", "view")):
        for one in book[shelf]:
            assert conditions_problem(json.loads(one["when"]), use) is None, one
            assert use in {"view", "sla"} or actions_problem(json.loads(one["then"])) is None, one
