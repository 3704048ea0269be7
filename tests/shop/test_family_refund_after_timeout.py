"""Promises of refund-after-timeout: twins that look alike until one looks at the order, and one refund in the end."""

import pytest

from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, play, through_browser
from worlds.shop.tasks.refund_after_timeout import FAMILY, TIMEOUTS

SEEDS = range(6)


@pytest.fixture(scope="module")
def cases(start):
    return [Case.of(start, FAMILY, seed, flip=flip) for seed in SEEDS for flip in (0, 1)]


def timeout(task):
    (fault,) = task.instance.faults
    return fault.fault


def outcomes(one, operation="refund_order"):
    return [(entry.outcome, entry.status) for entry in one.journal if entry.operation == operation]


def test_seeds_differ_and_a_twin_differs_in_nothing_but_what_became_of_the_first_attempt(start):
    drawn = [draw(start, FAMILY, seed) for seed in range(200)]
    assert len({task.instance.fingerprint for task in drawn}) >= 190
    assert sum(timeout(task) == TIMEOUTS[0] for task in drawn) == 100
    assert {task.instance.decision["noted"] for task in drawn} == {True, False}
    for task in drawn[:40]:
        twin = draw(start, FAMILY, task.seed, flip=1)
        assert twin.instruction == task.instruction
        assert twin.instance.fingerprint == task.instance.fingerprint
        assert {timeout(task), timeout(twin)} == set(TIMEOUTS)


def test_the_decision_is_the_rulings_own(start, cases):
    for case in cases:
        assert rule(start, case.task) == case.task.instance.decision


def test_right_ways_pass_and_every_mistake_commits_something_and_fails(cases):
    for case in cases:
        for right in (case.solution, *case.alternatives.values()):
            assert right.earned, missed(right)
        for name, wrong in case.mistakes.items():
            assert wrong.committed, (case.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (case.label, name)


def test_the_first_refund_is_always_lost_and_only_the_journal_knows_how(cases):
    for case in cases:
        if timeout(case.task) == "timeout-after-commit":
            assert outcomes(case.solution) == [("lost", 504)]
        else:
            assert outcomes(case.solution) == [("failed", 504), ("done", 200)]


def test_a_second_refund_is_possible_so_that_not_looking_shows(cases):
    for case in cases:
        wrong = case.mistakes["once more to be sure"]
        assert sum(entry.committed for entry in wrong.journal if entry.operation == "refund_order") == 2


def test_an_agent_that_meets_no_failure_has_made_no_refund(start, cases):
    def only_looks(episode):
        episode.call("list_orders", {"query": case.task.instance.facts["email"]})

    for case in cases[:2]:
        one = play(start, case.task, only_looks)
        assert one.grade.reward == 0.0
        assert not any(entry.faults for entry in one.journal)


@pytest.mark.browser
def test_both_twins_are_solved_in_the_browser(start, cases):
    for case in cases[:2]:
        one = through_browser(start, case.task)
        assert one.earned, missed(one)
