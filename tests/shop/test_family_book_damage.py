"""Promises of book-damage: each line is turned away before it is taken, and each is booked once in the end."""

import pytest

from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser
from worlds.shop.tasks.book_damage import FAMILY, LINES

SEEDS = range(3)


@pytest.fixture(scope="module")
def cases(start):
    return [Case.of(start, FAMILY, seed) for seed in SEEDS]


def booked(one):
    return [(entry.status, entry.committed) for entry in one.journal if entry.operation == "adjust_stock"]


def test_seeds_differ_and_name_five_variants_at_one_place(start):
    drawn = [draw(start, FAMILY, seed) for seed in range(200)]
    assert len({task.instance.fingerprint for task in drawn}) >= 190
    assert len({task.instance.facts["place"] for task in drawn}) >= 2
    for task in drawn:
        assert len(set(task.instance.target["variant"])) == LINES == len(task.instance.decision["broken"])


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


def test_every_line_is_turned_away_once_and_taken_once_by_whoever_waits(cases):
    for case in cases:
        assert booked(case.solution) == [(429, False), (200, True)] * LINES
        waits = [entry for entry in case.solution.journal if entry.operation == "wait"]
        assert len(waits) == LINES


def test_lost_lines_are_seen_in_the_journal_and_in_the_stock(cases):
    for case in cases:
        lost = booked(case.mistakes["lines lost"])
        assert len(lost) == LINES
        assert 0 < sum(committed for _, committed in lost) < LINES


def test_looking_is_not_limited(cases):
    for case in cases:
        assert not any(entry.faults for entry in case.solution.journal if entry.operation != "adjust_stock")


@pytest.mark.browser
def test_it_is_solved_in_the_browser_which_meets_the_limit_too(start, cases):
    one = through_browser(start, cases[0].task)
    assert one.earned, missed(one)
    assert 429 in {entry.status for entry in one.journal}
