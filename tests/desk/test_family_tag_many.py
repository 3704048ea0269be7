"""Promises of the family tag-many: exactly the tickets of a search get a tag, none loses one, what failed is told."""

import json

import pytest

from worlds.desk import WORLD
from worlds.engine.drawing import draw, rule
from worlds.engine.faults.plan import Conditions, FaultPlan, Rule
from worlds.engine.hands import Hands
from worlds.engine.proofs.equivalences.calling import change_surface
from worlds.engine.proofs.equivalences.variations import Solved
from worlds.engine.proofs.plays import Case, missed, play, through_browser

FAMILY = WORLD.families["tag-many"]
PAGE = 25


@pytest.fixture(scope="module")
def case(start):
    return Case.of(start, FAMILY, 3)


def tags_set(one):
    """The tags of each ticket before and after a play."""
    changed = [entry for entry in one.record.entries if entry.table == "ticket" and entry.kind == "update"]
    return {
        entry.key: (set(json.loads(entry.before["tags"])), set(json.loads(entry.after["tags"]))) for entry in changed
    }


def test_200_seeds_give_200_searches_of_many_kinds_that_no_page_shows_whole(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    assert len({tuple(one.target["ticket"]) for one in drawn}) >= 40
    assert len({tuple(sorted(one.facts.keys())) for one in drawn}) >= 3
    for one in drawn:
        assert one.target["ticket"] == one.decision["changed"]
        assert len(one.decision["changed"]) + len(one.decision["closed"]) > PAGE
        assert 0 < len(one.decision["closed"]) <= len(one.decision["changed"])


def test_the_decision_is_the_rulings_own(start, case):
    assert rule(start, case.task) == case.task.instance.decision


def test_every_ticket_that_can_be_changed_gets_the_tag_and_keeps_its_own(case):
    assert case.solution.earned, missed(case.solution)
    decision = case.task.instance.decision
    found = tags_set(case.solution)
    assert sorted(found) == decision["changed"]
    assert all(after == before | {decision["tag"]} for before, after in found.values())
    assert any(before for before, _ in found.values())


def test_the_list_is_turned_by_its_cursor_whatever_way_the_calls_go(case):
    asked = [entry.arguments for entry in case.solution.journal if entry.operation == "list_tickets"]
    turned = [one["after_cursor"] for one in asked if "after_cursor" in one]
    assert len(turned) == len(set(turned)) >= 1
    for variation in change_surface(Solved(case)):
        assert variation.play.earned, (variation.words, missed(variation.play))


def test_other_right_ways_pass_and_every_mistake_commits_something_and_fails(case):
    for right in case.alternatives.values():
        assert right.earned, missed(right)
    for name, wrong in case.mistakes.items():
        assert wrong.committed, (name, wrong.stopped)
        assert wrong.grade.reward == 0.0, name
    lost = [before - after for before, after in tags_set(case.mistakes["tags replaced"]).values()]
    assert any(lost)


def test_what_failed_for_a_passing_reason_is_tried_again_and_what_is_closed_is_not(start, case):
    plan = FaultPlan(rules=(Rule(fault="F29", times=0, rate=0.3),), seed=1)
    one = play(start, case.task, lambda episode: FAMILY.solve(Hands(episode)), Conditions(plan=plan))
    assert one.earned, missed(one)
    again = [entry.arguments["ticket_id"] for entry in one.journal if entry.operation == "add_tags"]
    assert again
    assert set(again) <= set(case.task.instance.decision["changed"])


@pytest.mark.browser
def test_a_search_is_tagged_page_by_page_in_the_browser(start):
    few = min((draw(start, FAMILY, seed) for seed in range(40)), key=lambda one: len(one.instance.target["ticket"]))
    one = through_browser(start, few)
    assert one.earned, missed(one)
