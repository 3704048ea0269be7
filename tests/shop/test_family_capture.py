"""Promises of the family capture-expiring: exactly what the rules let finance take, whole, and nothing else."""

import pytest

from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, through_tools
from worlds.shop import WORLD
from worlds.shop.rulings.capture_expiring import held, instant
from worlds.shop.tasks.capture_expiring import FEWEST, MOST

FAMILY = WORLD.families["capture-expiring"]
BRANCHES = ("solvable", "leave_out")


@pytest.fixture(scope="module")
def cases(start):
    return [Case.of(start, FAMILY, seed, flip=flip) for seed in (3, 4) for flip in (0, 1)]


def test_200_seeds_give_200_instances_of_both_branches(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.7 for share in shares)
    assert {len(one.target["payment"]) for one in drawn} == set(range(FEWEST, MOST + 1))


def test_twins_differ_in_the_order_alone_that_is_asked_for(start):
    for seed in range(8):
        one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
        assert {one.branch, other.branch} == set(BRANCHES)
        assert one.instruction.replace(one.facts["order"], "") == other.instruction.replace(other.facts["order"], "")
        assert one.target["payment"] == other.target["payment"]


def test_a_hold_a_hand_over_to_risk_and_missing_goods_each_keep_an_authorization_from_being_taken(start):
    with start.reading() as (session, now):
        everything = held(session, now)
    assert {(one.tagged, one.at_risk) for one in everything} >= {(False, False), (True, False), (False, True)}
    for seed in range(20):
        one = draw(start, FAMILY, seed).instance
        begin, end = instant(one.facts["start"]), instant(one.facts["end"])
        within = {held.payment_id: held for held in everything if begin <= held.expires < end}
        assert all(within[payment].capturable for payment in one.target["payment"])


def test_the_window_opens_long_after_the_start_so_that_slow_work_changes_nothing(start, cases):
    with start.reading() as (_, now):
        for one in cases:
            assert (instant(one.task.instance.facts["start"]) - now).total_seconds() > 12 * 3600
            assert rule(start, one.task) == one.task.instance.decision


def test_every_right_way_earns_everything(cases):
    for one in cases:
        assert one.solution.earned, one.label
        assert all(play.earned for play in one.alternatives.values()), one.label


def test_each_mistake_commits_something_and_earns_nothing(cases):
    for one in cases:
        for name, play in one.mistakes.items():
            assert play.committed, (one.label, name)
            assert not play.stopped, (one.label, name)
            assert (play.grade.reward, play.grade.passed) == (0.0, False), (one.label, name)


def test_who_misreports_the_order_that_was_asked_for_earns_nothing(start, cases):
    def misreported(worker):
        answer = FAMILY.solve(worker)
        other = {"yes": "no", "no": "yes"}[answer.facts["named"]]
        return answer.model_copy(update={"status": "done", "facts": answer.facts | {"named": other}})

    for one in cases:
        assert not through_tools(start, one.task, misreported).grade.passed, one.label
