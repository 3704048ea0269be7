"""Promises of failure plans: named ones for every world, a mixture for training, rules that a task brings along."""

import json
from collections import Counter
from pathlib import Path

import pytest

import worlds
from worlds.engine.faults.catalogue import faults_of
from worlds.engine.faults.meeting import check_plan
from worlds.engine.faults.mixture import faults_in, held_out_combinations, names_of, plan_for, training_plan
from worlds.engine.faults.plan import FaultPlan, Rule, seconds_of
from worlds.engine.faults.plans import find_plan, plans_of, rules_beside
from worlds.engine.rollouts.limits import Limits
from worlds.engine.rollouts.rollout import Plan, play
from worlds.engine.world import find

SEEDS = range(800)
EVERYWHERE = sorted(worlds.discover())
FIXTURES = Path(__file__).parent.parent / "fixtures"
WORLDS = [name for name, world in sorted(worlds.discover().items()) if FIXTURES not in world.folder.parents]
"""Those that are more than examples."""


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_world_has_the_named_plans_and_one_for_each_fault(name):
    world = find(name)
    plans = plans_of(world)
    assert {"clean", "realistic", "stormy"} <= plans.keys()
    assert {fault.name for fault in faults_of(world).values()} <= plans.keys()
    for plan in plans.values():
        check_plan(world, plan)


def test_a_plan_is_found_by_its_name_and_by_a_faults_code():
    world = find("shop")
    assert find_plan(world, "F1") == find_plan(world, "timeout-after-commit")
    with pytest.raises(LookupError, match="no failure plan 'F99'"):
        find_plan(world, "F99")


@pytest.mark.parametrize("name", WORLDS)
def test_an_ordinary_day_is_mostly_calm_and_a_stormy_one_is_not(name):
    plans = plans_of(find(name))
    shares = {
        day: {rule.fault: rule.rate for rule in plans[day].rules if rule.rate is not None}
        for day in ("realistic", "stormy")
    }
    assert max(shares["realistic"].values()) <= 0.1
    for fault in shares["realistic"].keys() & shares["stormy"].keys():
        assert shares["realistic"][fault] < shares["stormy"][fault], fault


def test_the_clean_plan_changes_nothing():
    with worlds.open("shop", faults="clean") as calm, worlds.open("shop") as plain:
        calls = [("list_orders", {"page_size": 3}), ("get_policy", {"slug": "refunds"})]
        assert [calm.call(*one).body for one in calls] == [plain.call(*one).body for one in calls]
        assert calm.image() == plain.image()


def test_a_rule_that_names_what_is_not_there_is_refused():
    world = find("shop")
    for wrong in ({"fault": "F99"}, {"fault": "F1", "operations": ("fly",)}, {"fault": "F1", "tables": ("moon",)}):
        with pytest.raises(LookupError):
            worlds.open("shop", faults=FaultPlan(rules=(Rule(**wrong),)))
    with pytest.raises(ValueError, match="minutes"):
        check_plan(world, FaultPlan(rules=(Rule(fault="F1", params={"minutes": 1}),)))


def test_durations_are_read_as_people_write_them():
    assert [seconds_of(text) for text in ("90s", "10m", "2h", "1d", "1h30m", 7)] == [90, 600, 7_200, 86_400, 5_400, 7]
    with pytest.raises(ValueError, match="no duration"):
        seconds_of("soon")


def test_a_family_may_keep_its_rules_in_a_file_beside_it(tmp_path):
    (tmp_path / "late.toml").write_text('[[rules]]\nfault = "F1"\nnth = 2\nafter = "10m"\n', "utf-8")
    (rule,) = rules_beside(str(tmp_path / "late.py"))
    assert (rule.fault, rule.nth, rule.after) == ("F1", 2, 600)


# -- the mixture --------------------------------------------------------------------------------------------------


def test_the_mixture_gives_a_seed_the_same_plan_every_time():
    world = find("shop")
    for seed in (0, 7, 99):
        assert training_plan(world, seed) == training_plan(world, seed) == plan_for(world, "training", seed)
    assert len({training_plan(world, seed).hash for seed in SEEDS}) > len(SEEDS) / 2


def test_three_in_ten_episodes_of_training_or_more_stay_clean():
    world = find("shop")
    clean = sum(not training_plan(world, seed).rules for seed in SEEDS)
    assert 0.3 * len(SEEDS) <= clean <= 0.5 * len(SEEDS)


def test_a_lost_answer_and_a_lost_request_are_as_likely_as_each_other():
    world = find("shop")
    alone = Counter(faults_in(world, training_plan(world, seed)) for seed in SEEDS)
    lost = [alone[frozenset({name})] for name in ("timeout-after-commit", "timeout-before-commit")]
    assert min(lost) > 0.08 * len(SEEDS)
    assert max(lost) < 1.5 * min(lost)


@pytest.mark.parametrize("name", WORLDS)
def test_training_meets_every_fault_and_nothing_that_is_kept_for_evaluation(name):
    world = find(name)
    plans = [training_plan(world, seed) for seed in SEEDS]
    drawn = [faults_in(world, plan) for plan in plans if plan.name == "training"]
    assert {fault.name for fault in faults_of(world).values()} <= frozenset().union(*drawn)
    kept = held_out_combinations(world)
    assert len(kept) >= 3
    assert not [one for one in drawn if any(combination <= one for combination in kept)]
    assert not any(plan.held_out for plan in plans)


# -- what is said of a plan, and to whom --------------------------------------------------------------------------


def test_the_record_says_which_plan_it_was_and_what_was_met_and_the_trace_says_neither(tmp_path):
    plan = Plan(
        name="run", task="shop/refund-partial", seed=0, agent="resilient", surface="tools", out=str(tmp_path),
        limits=Limits(), faults="F1",
    )  # fmt: skip
    assert play(plan).reward == 1.0
    record = json.loads(plan.record.read_text("utf-8"))
    met = record["record"]["met"]
    assert record["run"]["faults"] == "F1"
    assert record["record"]["plan"]["name"] == "timeout-after-commit"
    assert record["record"]["plan"]["hash"] == find_plan(find("shop"), "F1").with_seed(0).hash
    assert [(one["faults"], one["operation"], one["outcome"]) for one in met] == [
        (["timeout-after-commit"], "refund_order", "lost")
    ]
    assert met[0]["at"] > 0
    trace = plan.trace.read_text("utf-8")
    assert "504" in trace
    assert "timeout-after-commit" not in trace
    assert record["record"]["plan"]["hash"] not in trace


@pytest.mark.parametrize("name", WORLDS)
def test_every_name_can_be_opened(name):
    world = find(name)
    assert {"training", "stormy", "clean"} <= set(names_of(world))
    for plan in ("training", "stormy", *(one for one in names_of(world) if one.startswith("held-out"))):
        with worlds.open(name, seed=3, faults=plan) as episode:
            assert episode.conditions.plan.seed == 3
