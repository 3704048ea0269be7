"""Promises of the handbook: its pages say the house's own numbers and name what there is."""

import re

from handbook import Handbook

from worlds.desk import WORLD, rules
from worlds.desk.models.records import ESCALATION_REASONS
from worlds.desk.models.tickets import STATUSES, TYPES
from worlds.desk.population.staffing import GROUPS
from worlds.engine.fields import format_money

BOOK = Handbook(WORLD)
PAGES = BOOK.pages
said, rows = BOOK.said, BOOK.rows


def test_every_page_is_for_staff():
    assert {page.audience for page in PAGES.values()} == {"staff"}


def test_every_reason_of_handing_up_has_a_group_that_works():
    table = [cells for cells in rows("escalations") if cells[0] in ESCALATION_REASONS]
    assert {cells[0] for cells in table} == set(ESCALATION_REASONS)
    assert {cells[1] for cells in table} <= {name for name, _, _ in GROUPS[:-1]}
    for page in PAGES.values():
        assert set(re.findall(r"`(\w+)`", page.text)) <= set(ESCALATION_REASONS), page.slug


def test_pages_hand_up_to_the_group_that_the_table_names():
    table = {(cells[0], cells[1]) for cells in rows("escalations")}
    for page in PAGES.values():
        text = " ".join(page.text.split())
        for group, reason in re.findall(r"escalate[^.]*?to \*([^*]+)\* with reason `(\w+)`", text):
            assert (reason, group) in table, page.slug


def test_limits_of_goodwill_are_those_of_the_house():
    agent, lead = (f"{format_money(rules.GOODWILL_LIMITS[role])} EUR" for role in ("agent", "team_lead"))
    assert f"An agent may give up to {agent} on one ticket, a team lead up to {lead}" in said("goodwill")
    assert f"Amounts up to {lead} are decided by a team lead" in said("approvals")
    assert f"{agent} for agents, {lead} for team leads" in said("refunds")
    assert f"lapse after {rules.APPROVAL_LIFE.days} days" in said("approvals")


def test_periods_are_those_of_the_house():
    assert f"within {rules.DUPLICATE_WINDOW.days * 24} hours of the oldest" in said("duplicates")
    assert f"final, after {rules.CLOSE_AFTER.days} days" in said("statuses")
    assert f"on hold for at most {rules.HOLD_DAYS} working days" in said("statuses")
    assert f"{rules.RATING_AFTER.days * 24} hours after the ticket was solved" in said("ratings")
    assert f"{rules.LOCK_LIFE.seconds // 60} minutes" in said("working-together")
    assert f"{rules.MISSING_AFTER} working days or more have gone by" in said("parcels")
    assert f"it was expected {rules.EXPECTED_AFTER} working days after it was sent" in said("parcels")


def test_the_matrix_is_that_of_the_house():
    matrix = {
        cells[0]: cells[1:] for cells in rows("priorities") if len(cells) == 4 and cells[0] in rules.PRIORITY_MATRIX
    }
    levels = ("low", "medium", "high")
    assert matrix == {
        impact: [rules.PRIORITY_MATRIX[impact][urgency] for urgency in levels] for impact in rules.PRIORITY_MATRIX
    }


def test_sorting_names_the_groups_of_the_house():
    groups = {cells[1] for cells in rows("triage") if len(cells) == 2}
    assert set(rules.GROUPS_OF_TOPICS.values()) | {"Frontline"} <= groups
    assert {cells[0] for cells in rows("triage")} >= set(TYPES)


def test_every_status_is_explained():
    explained = {cells[0] for cells in rows("statuses")}
    assert {"on hold" if status == "hold" else status for status in STATUSES} <= explained
