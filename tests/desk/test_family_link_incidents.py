"""Promises of the family link-incidents: what shows the problem's own fault is linked, what sounds like it is left."""

import pytest
from families import of_each_branch

from worlds.desk import WORLD
from worlds.desk.models import Ticket
from worlds.desk.rulings.link_incidents import fault_of, hit_by, shows, sounds
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import missed, through_browser

FAMILY = WORLD.families["link-incidents"]
BRANCHES = ("solvable", "none")


@pytest.fixture(scope="module")
def cases(start):
    """Of each branch the instances of two seeds."""
    return of_each_branch(start, FAMILY)


def linked(play):
    """Tickets that the play made incidents, with the problem of each."""
    changed = [entry for entry in play.record.entries if entry.table == "ticket" and entry.kind == "update"]
    return {entry.key: entry.after["problem_id"] for entry in changed if entry.after["problem_id"]}


def test_200_seeds_give_200_instances_of_both_branches(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.7 for share in shares)
    assert len({one.target["ticket"][0] for one in drawn}) >= 10
    assert {len(one.decision["belong"]) for one in drawn} <= {0, 1, 2}


def test_twins_are_worded_alike_and_name_three_tickets_that_nobody_has_linked(start):
    for seed in range(8):
        one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
        assert {one.branch, other.branch} == set(BRANCHES)
        with start.reading() as (session, _):
            for item in (one, other):
                problem, *named = (session.get_one(Ticket, key) for key in item.target["ticket"])
                assert (problem.type, problem.status, len(named)) == ("problem", "open", 3)
                assert all(ticket.problem_id is None and ticket.created_at > problem.created_at for ticket in named)


def test_the_decision_is_the_rulings_own(start, cases):
    for one in (*cases["solvable"], *cases["none"]):
        assert rule(start, one.task) == one.task.instance.decision


def test_what_belongs_is_linked_and_counted_and_the_rest_is_left(cases):
    for one in (*cases["solvable"], *cases["none"]):
        assert one.solution.earned, missed(one.solution)
        instance = one.task.instance
        problem = instance.target["ticket"][0]
        assert linked(one.solution) == dict.fromkeys(instance.decision["belong"], problem)
        (note,) = [entry.after for entry in one.solution.record.entries if entry.table == "comment"]
        assert note["ticket_id"] == problem
        assert f"{instance.decision['incidents']} incidents" in note["body"]


def test_a_depot_a_flaw_or_an_article_alone_makes_no_incident(start):
    """In each instance something is put to the problem that shares one of them with it, and is no incident of it."""
    for seed in range(12):
        instance = draw(start, FAMILY, seed).instance
        problem_id, *named = instance.target["ticket"]
        with start.reading() as (session, _):
            fault = fault_of(session, session.get_one(Ticket, problem_id))
            hits = [hit_by(session, key) for key in named if key not in instance.decision["belong"]]
        assert hits
        assert not any(shows(fault, hit) for hit in hits)
        assert any(sounds(fault, hit) or fault.article in hit.articles for hit in hits)


def test_linking_more_counting_wrongly_or_answering_earns_nothing(cases):
    for one in (*cases["solvable"], *cases["none"]):
        for name, wrong in one.mistakes.items():
            assert wrong.committed, (one.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (one.label, name)
        assert len(linked(one.mistakes["all of them"])) == 3


def test_other_right_ways_pass(cases):
    for one in (*cases["solvable"], *cases["none"]):
        for right in one.alternatives.values():
            assert right.earned, missed(right)


@pytest.mark.browser
def test_an_instance_with_incidents_is_solved_in_the_browser(start, cases):
    one = through_browser(start, cases["solvable"][0].task)
    assert one.earned, missed(one)
