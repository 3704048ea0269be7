"""Promises of the family merge-address: what a colleague changes meanwhile stays, beside the own change or over it."""

import pytest
from families import of_each_branch

from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import missed, through_browser
from worlds.shop import WORLD
from worlds.shop.models import SalesOrder

FAMILY = WORLD.families["merge-address"]
BRANCHES = ("solvable", "hand_over")


@pytest.fixture(scope="module")
def cases(start):
    """Of each branch the instances of two seeds."""
    return of_each_branch(start, FAMILY)


def changed(case, play):
    """Columns of the order that the agent's own calls changed, and those that the colleague did."""
    found = {"agent": set(), "world": set()}
    (order_id,) = case.task.instance.target["sales_order"]
    for entry in play.record.entries:
        if (entry.table, entry.key) == ("sales_order", order_id):
            own = {name for name in entry.after if entry.before[name] != entry.after[name]}
            found[entry.root.split(":")[0]] |= own - {"search_text"}
    return found


def test_200_seeds_give_200_instances_of_both_branches(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.7 for share in shares)
    assert len({one.target["sales_order"][0] for one in drawn}) >= 25


def test_twins_are_worded_alike_and_differ_in_what_the_colleague_does(start):
    for seed in range(8):
        one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
        assert {one.branch, other.branch} == set(BRANCHES)
        words = [item.instruction.replace(item.facts["order"], "…") for item in (one, other)]
        assert words[0] == words[1]
        named = [set(item.happenings[0].arguments) - {"order_id"} for item in (one, other)]
        assert sorted(named, key=str) == [{"line2"}, {"phone"}]


def test_the_decision_is_the_rulings_own_and_the_same_some_hours_later(start, cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        assert rule(start, one.task) == one.task.instance.decision


def test_the_colleague_is_somebody_else_who_works_there_and_is_booked_for_their_own_change(cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        (happening,) = one.task.instance.happenings
        assert happening.name != one.task.actor.name
        theirs = [entry for entry in one.solution.record.entries if entry.operation == happening.operation]
        assert {(entry.actor, entry.root) for entry in theirs} == {(happening.name, f"world:{happening.name}")}
        assert {entry.table for entry in theirs} == {"sales_order", "timeline_event", "audit_event"}


def test_the_first_try_is_told_of_the_colleague_and_changes_nothing(cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        first = next(entry for entry in one.solution.journal if entry.operation == "edit_shipping_address")
        assert (first.status, first.committed, first.if_version) == (409, False, 1)
        assert one.task.instance.happenings[0].name in str(first.told)


def test_where_both_fit_both_stand_in_the_end(start, cases):
    for one in cases["solvable"]:
        assert one.solution.earned, missed(one.solution)
        assert changed(one, one.solution) == {"agent": {"ship_line2"}, "world": {"ship_phone"}}


def test_where_they_contradict_theirs_stays_and_both_are_told_to_the_lead(start, cases):
    for one in cases["hand_over"]:
        assert one.solution.earned, missed(one.solution)
        assert changed(one, one.solution) == {"agent": set(), "world": {"ship_line2"}}
        (row,) = [entry.after for entry in one.solution.record.entries if entry.table == "escalation"]
        assert (row["team"], row["reason"]) == ("support_lead", "other")
        assert one.task.instance.facts["line"] in row["message"]
        assert one.task.instance.decision["theirs"] in row["message"]


def test_a_blind_overwrite_is_the_agents_own_damage(cases):
    for one in cases["solvable"]:
        blind = one.mistakes["overwritten blindly"]
        assert blind.grade.reward == 0.0
        assert changed(one, blind)["agent"] == {"ship_line2", "ship_phone"}


def test_every_mistake_commits_something_and_fails(cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        for name, wrong in one.mistakes.items():
            assert wrong.committed, (one.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (one.label, name)


def test_other_right_ways_pass(cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        for right in one.alternatives.values():
            assert right.earned, missed(right)


def test_the_orders_say_nothing_of_the_way_that_is_right_but_a_telephone_number(start):
    for seed in range(20):
        instance = draw(start, FAMILY, seed).instance
        with start.reading() as (session, _):
            order = session.get_one(SalesOrder, instance.target["sales_order"][0])
            assert order.ship_line2 is None
            assert order.fulfilment_status == "unfulfilled"
            assert (order.ship_phone is None) == (instance.branch == "solvable")


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for branch in BRANCHES:
        one = through_browser(start, cases[branch][0].task)
        assert one.earned, missed(one)
