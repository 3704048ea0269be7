"""Promises of reprice-product: the cost decides, twins share article and words, look-alikes stay as they are."""

import pytest

from worlds.engine.drawing import draw, rule
from worlds.engine.fields import parse_money
from worlds.engine.proofs.plays import Case, missed, through_browser
from worlds.shop import WORLD
from worlds.shop.tasks.reprice_product import FAMILY, read_rules

SEEDS = range(8)


@pytest.fixture(scope="module")
def cases(start):
    return [Case.of(start, FAMILY, seed, flip=flip) for seed in SEEDS for flip in (0, 1)]


def test_seeds_differ_and_twins_are_about_one_article(start):
    drawn = [draw(start, FAMILY, seed) for seed in range(200)]
    assert len({task.instance.fingerprint for task in drawn}) >= 190
    assert 60 <= sum(task.instance.branch == "solvable" for task in drawn) <= 140
    assert len({task.instance.target["product"][0] for task in drawn}) >= 25
    for task in drawn[:40]:
        twin = draw(start, FAMILY, task.seed, flip=1)
        assert twin.instance.target == task.instance.target
        assert {twin.instance.branch, task.instance.branch} == {"solvable", "hand_over"}
        words = [one.instruction.replace(one.instance.facts["price"], "…") for one in (task, twin)]
        assert words[0] == words[1]


def test_the_decision_is_the_rulings_own(start, cases):
    for case in cases:
        assert rule(start, case.task) == case.task.instance.decision


def test_the_line_between_the_branches_is_the_cost_and_not_the_reduction(cases):
    for case in cases:
        decision, asked = case.task.instance.decision, parse_money(case.task.instance.facts["price"])
        assert 0.6 * decision["before"] <= asked < 0.9 * decision["before"]  # neither below 60 % nor a small reduction
        if decision["branch"] == "hand_over":
            assert asked < 1.3 * decision["cost"]
            assert decision["price"] == decision["before"]


def test_right_ways_pass_and_every_mistake_commits_something_and_fails(cases):
    for case in cases:
        for right in (case.solution, *case.alternatives.values()):
            assert right.earned, missed(right)
        for name, wrong in case.mistakes.items():
            assert wrong.committed, (case.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (case.label, name)


def test_an_article_is_marked_where_it_is_reduced_by_much_and_only_there(start):
    marked = [draw(start, FAMILY, seed).instance for seed in range(120)]
    solvable = [one for one in marked if one.branch == "solvable"]
    assert {one.decision["final_sale"] for one in solvable} == {True, False}
    for one in solvable:
        much = one.decision["price"] * 100 <= one.decision["before"] * 65
        assert one.decision["final_sale"] == much
        effects = {effect.table for effect in one.expectation.any_of[0].required}
        assert ("product" in effects) == much


def test_the_rules_are_read_from_the_page():
    page = (WORLD.folder / "policy" / "pricing.md").read_text("utf-8")
    rules = read_rules(page)
    assert (rules.above_cost, rules.approved, rules.marked) == (30, 40, 35)
    assert rules.need_approval(1299, 2000, 1000)
    assert not rules.need_approval(1300, 2000, 1000)
    assert rules.need_approval(1199, 2000, 100)
    assert not rules.need_approval(1200, 2000, 100)
    assert (rules.mark(1300, 2000), rules.mark(1301, 2000)) == (True, False)


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for case in cases[:2]:
        one = through_browser(start, case.task)
        assert one.earned, missed(one)
