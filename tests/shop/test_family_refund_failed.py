"""Promises of the family refund-failed: failed money is made good for once, by the written rule, or handed over."""

import re

import pytest
from families import of_each_branch

from worlds.engine.drawing import draw, rule
from worlds.shop import WORLD
from worlds.shop.rulings.refund_failed import TRIED_AGAIN
from worlds.shop.tasks.refund_failed import LIMIT

FAMILY = WORLD.families["refund-failed"]
BRANCHES = ("solvable", "hand_over")


@pytest.fixture(scope="module")
def cases(start):
    """Of each branch the instances of two seeds."""
    return of_each_branch(start, FAMILY)


def entries(play, table):
    return [entry for entry in play.record.entries if entry.table == table]


def test_200_seeds_give_200_instances_of_both_branches(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.7 for share in shares)


def test_twins_are_worded_alike_and_differ_in_what_had_failed(start):
    for seed in range(8):
        one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
        assert {one.branch, other.branch} == set(BRANCHES)
        words = [without_facts(twin) for twin in (one, other)]
        assert words[0] == words[1]
        assert one.facts["email"] != other.facts["email"]


def without_facts(one):
    words = one.instruction
    for value in one.facts.values():
        words = words.replace(value, "")
    return words


def test_the_ruling_says_the_same_some_hours_later(start, cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        assert rule(start, one.task) == one.task.instance.decision


def test_every_right_way_earns_everything(cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        assert one.solution.earned, one.label
        assert all(play.earned for play in one.alternatives.values()), one.label


def test_the_second_refund_covers_what_the_first_did_and_the_bank_reports_on_it_before_the_grade(cases):
    for one in cases["solvable"]:
        decision = one.task.instance.decision
        made, reported = entries(one.solution, "refund")
        assert (made.after["status"], made.after["amount"]) == ("pending", decision["amount"])
        assert one.task.instance.facts["notice"] in made.after["note"]
        assert (reported.actor, reported.root, reported.after["status"]) == ("system", made.root, "succeeded")
        assert [entry.after["kind"] for entry in entries(one.solution, "outbox_email")] == ["refund_created"]


def test_what_is_handed_over_moves_no_money(cases):
    for one in cases["hand_over"]:
        assert not entries(one.solution, "refund")
        (over,) = entries(one.solution, "escalation")
        assert (over.after["team"], over.after["reason"]) == ("risk", "payment_problem")


def test_each_mistake_commits_something_and_earns_nothing(cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        for name, play in one.mistakes.items():
            assert play.committed, (one.label, name)
            assert not play.stopped, (one.label, name)
            assert (play.grade.reward, play.grade.passed) == (0.0, False), (one.label, name)


def test_the_page_names_the_sum_up_to_which_a_card_is_tried_again():
    text = (WORLD.folder / "policy" / "returned-refunds.md").read_text("utf-8")
    (upto,), (above,) = re.findall(r"\*\*Up to (\S+)\*\*", text), re.findall(r"\*\*Above (\S+)\*\*", text)
    assert upto == above == f"{TRIED_AGAIN / 100:.2f}"
    assert LIMIT == TRIED_AGAIN
