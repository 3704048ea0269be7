"""Promises of `worlds check --faults`: who passes what, what cannot be passed, and that planted holes are named."""

import json

import pytest
from click.testing import CliRunner

from worlds.cli.commands.check import command
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.proofs.failures.cells import look
from worlds.engine.proofs.failures.matrix import Cell, Search, concluded, plans_for, search
from worlds.engine.resilience.merging import Versions, changed_since, merged
from worlds.engine.resilience.sights import Key, Look, shows
from worlds.engine.resilience.signs import Sign
from worlds.engine.start import Start
from worlds.engine.world import find

FAMILY = "fix-tracking"
SEEDS = range(2)
CLOSED = FaultPlan(name="closed", rules=(Rule(fault="F2", operations=("update_tracking",), times=0),))
UNTOUCHED = FaultPlan(name="untouched", rules=(Rule(fault="F2", operations=("refund_order",)),))


@pytest.fixture(scope="module")
def shop():
    return find("shop")


@pytest.fixture(scope="module")
def start(shop):
    return Start.of(shop, shop.families[FAMILY].population)


@pytest.fixture(scope="module")
def matrix(shop):
    what = Search(plans=("F1", "F2", "F4", "F13"), seeds=2, again=True)
    (found,) = search([(shop, shop.families[FAMILY])], what)
    return found


def test_the_resilient_agent_passes_and_the_naive_one_does_worse(matrix):
    assert matrix.holes == ()
    for plan in matrix.plans:
        cell = matrix.cells[plan, FAMILY]
        assert cell.passed("resilient") == cell.met == len(SEEDS)
    assert sum(matrix.cells[plan, FAMILY].passed("naive") for plan in matrix.plans) < len(SEEDS) * len(matrix.plans)


def test_a_cell_says_how_many_passed_and_how_many_cannot_be_solved(matrix):
    assert matrix.cells["role-denied", FAMILY].text.startswith("2/0:2u")
    assert matrix.cells["leaky-bucket", FAMILY].text == "2/0:2"


def test_what_was_not_met_is_told_apart(start):
    seen = look(start, FAMILY, 0, UNTOUCHED, closely=False)
    assert seen.state == "unmet"
    assert Cell("untouched", FAMILY, [seen]).text == "\u00b7"


def test_what_nobody_can_finish_passes_by_a_report(start):
    seen = look(start, FAMILY, 0, CLOSED, closely=False)
    assert seen.state == "unsolvable"
    assert seen.runs["resilient"].passed
    assert seen.runs["resilient"].excused
    assert not seen.runs["naive"].passed


def test_where_nobody_can_finish_nor_hand_over_it_is_a_dead_end(start):
    rule = Rule(fault="F2", operations=("update_tracking", "escalate"), times=0)
    seen = look(start, FAMILY, 0, FaultPlan(name="shut", rules=(rule,)), closely=False)
    assert seen.state == "dead end"
    assert not any(run.passed for run in seen.runs.values())


def test_a_pass_is_compared_with_the_whole_database(start):
    seen = look(start, FAMILY, 0, plans_for(start.world, ("F1",))["timeout-after-commit"], closely=True)
    assert seen.runs["resilient"].passed
    assert seen.runs["resilient"].wrong == ()


@pytest.mark.parametrize(
    ("family", "plan", "seed"),
    [
        ("merge-address", "F31", 0),
        ("capture-expiring", "F8", 1),
        ("buy-with-code", "F8", 0),
        ("buy-with-code", "F22", 0),
        ("capture-expiring", "F32", 1),
        ("book-damage", "F36", 0),
        ("refund-after-timeout", "F14", 2),
    ],
    ids=[
        "an old reading",
        "a day's few calls",
        "a week of few calls",
        "goods sold out for now",
        "a lost place in a list",
        "one name for stock of one place and of all",
        "a lost answer before the permission is gone",
    ],
)
def test_what_patience_and_a_second_look_can_finish_is_finished(shop, family, plan, seed):
    (found,) = plans_for(shop, (plan,)).values()
    seen = look(Start.of(shop, shop.families[family].population), family, seed, found, closely=False)
    assert (seen.state, seen.runs["resilient"].passed) == ("solvable", True)
    assert not seen.runs["resilient"].excused
    assert not seen.runs["naive"].passed


def test_what_a_limit_made_too_late_passes_by_a_report_of_the_limit(start):
    (few,) = plans_for(start.world, ("F8",)).values()
    seen = look(start, FAMILY, 1, few, closely=False)
    assert seen.state == "unsolvable"
    assert (seen.runs["resilient"].passed, seen.runs["resilient"].excused) == (True, True)
    assert not seen.runs["naive"].passed


def lookup(body, *, whole=False):
    return Look(("get_order", ""), body, whole)


def test_a_reading_without_what_was_changed_confirms_nothing():
    own = Key("order_id", 7)
    old = {"order_id": 7, "number": "LK-7", "address": {"line2": None, "phone": "1"}}
    told = {"order_id": 7, "number": "LK-7", "address": {"line2": "Unit 5", "phone": "1"}}
    before = {("get_order", ""): old}
    lost, theirs = lookup(old), lookup({**old, "address": {"line2": None, "phone": "2"}})
    card, kept = lookup({"customer_id": 3, "orders": [{"order_id": 7, "number": "LK-7"}]}), lookup(told)
    assert not shows([card, lost], own, told, before, named=True)
    assert not shows([theirs], own, told, before, named=True), "another field was changed by somebody else"
    assert shows([card, kept], own, told, before, named=True)


def test_where_a_conflict_does_not_say_what_differs_the_readings_do():
    was = {"ticket_id": 7, "tags": ["a"], "priority": "low", "version": 1}
    now = {**was, "tags": ["a", "b"], "version": 2}
    arguments = {"ticket_id": 7, "tags": ["a"], "priority": "high"}
    place = ("get_ticket", "")
    changes = changed_since(arguments, {place: was}, {place: now})
    told = Sign("changed", 409, {"error": "UpdateConflict", "description": "It was changed."}, "It was changed.")
    assert merged(arguments, told, changes) == {"ticket_id": 7, "tags": ["a", "b"], "priority": "high"}


def test_a_write_is_conditional_on_the_oldest_reading_that_it_may_build_on(shop):
    tool, versions = shop.operations["edit_shipping_address"], Versions()
    versions.given({"order_id": 7, "version": 1})
    versions.given({"order_id": 7, "version": 2})
    assert versions.condition(tool, {"order_id": 7}, {}) == {"if_version": 1}
    versions.written({"order_id": 7, "version": 3})
    assert versions.condition(tool, {"order_id": 7}, {}) == {"if_version": 3}
    assert versions.is_stale({"order_id": 7, "version": 2})


def test_who_waits_and_looks_at_a_record_again_goes_by_what_it_is_then(shop):
    tool, versions = shop.operations["edit_shipping_address"], Versions()
    versions.given({"order_id": 7, "version": 1})
    versions.waited()
    versions.given({"orders": [{"order_id": 7, "version": 2}]})
    assert versions.condition(tool, {"order_id": 7}, {}) == {"if_version": 1}, "a list is no look at the order"
    versions.given({"order_id": 7, "version": 3})
    versions.given({"order_id": 7, "version": 4})
    assert versions.condition(tool, {"order_id": 7}, {}) == {"if_version": 3}, "the first look since"


def test_a_fault_that_harms_nobody_is_a_hole_where_it_is_meant_to_teach(shop, start, monkeypatch):
    plans = plans_for(shop, ("F16",))
    fault = next(iter(plans))
    seen = [look(start, FAMILY, seed, plans[fault], closely=False) for seed in SEEDS]
    families = list(shop.families.values())
    calm = concluded(shop, families, plans, seen, again=0)
    assert not [hole for hole in calm.holes if "the naive agent passes" in hole]
    monkeypatch.setattr("worlds.engine.faults.layers.concurrency.OptimisticConflict.catches", True)
    meant = concluded(shop, families, plans, seen, again=0)
    assert [hole for hole in meant.holes if f"under {fault}: the naive agent passes" in hole]
    alone = concluded(shop, [shop.families[FAMILY]], plans, seen, again=0)
    assert not alone.holes, "one family is too little to say what a fault teaches"
    assert [said for said in alone.remarks if f"under {fault}: the naive agent passes" in said]


def test_the_command_prints_the_matrix_for_programs():
    told = CliRunner().invoke(
        command, ["shop/fix-tracking", "--faults", "--plan", "F2", "--seeds", "1", "--jobs", "1", "--json"]
    )
    assert told.exit_code == 0, told.output
    (world,) = json.loads(told.stdout)["worlds"]
    (cell,) = world["cells"]
    assert (cell["plan"], cell["met"], cell["resilient"]) == ("timeout-before-commit", 1, 1)
    assert world["holes"] == []


def test_the_command_prints_the_matrix_for_people():
    told = CliRunner().invoke(command, ["shop/fix-tracking", "--faults", "--plan", "F2", "--seeds", "1", "--jobs", "1"])
    assert told.exit_code == 0, told.output
    assert "timeout-before-commit" in told.stdout
    assert "A: fix-tracking" in told.stdout


def test_a_plan_without_faults_is_a_mistake_in_the_command():
    told = CliRunner().invoke(command, ["shop/fix-tracking", "--plan", "F2"])
    assert told.exit_code == 2
