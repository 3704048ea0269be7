"""Promises of the family merge-duplicates: one requester's second ticket goes into the first, unless that is over."""

from datetime import timedelta

import pytest

from worlds.desk import WORLD
from worlds.desk.models import Ticket
from worlds.desk.tasks.casework import spoken, ticket_numbered, tickets_where
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser, through_tools

FAMILY = WORLD.families["merge-duplicates"]
BRANCHES = ("solvable", "link")
SEEDS = range(12)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twin."""
    pair = [Case.of(start, FAMILY, 3, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


TRAIL = {"ticket_audit", "audit_event", "sla_timer"}


def changed(play):
    """Tables of business that the agent changed in a play, and how many rows of each."""
    found = {}
    for entry in play.record.entries:
        before, after = entry.before or {}, entry.after or {}
        own = {name for name in after if after[name] != before.get(name)} - {"updated_at"}
        if entry.actor == "agent" and entry.table not in TRAIL and own:
            found.setdefault(entry.table, set()).add(entry.key)
    return {table: len(keys) for table, keys in found.items()}


def test_twins_are_worded_alike_and_differ_in_whether_the_older_ticket_still_waits(start):
    with start.reading() as (session, _):
        for seed in SEEDS:
            one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
            assert {one.branch, other.branch} == set(BRANCHES)
            assert one.instruction.replace(one.facts["ticket"], "") == other.instruction.replace(
                other.facts["ticket"], ""
            )
            for twin in (one, other):
                first, second = (session.get_one(Ticket, key) for key in twin.target["ticket"])
                assert first.requester_id == second.requester_id
                assert timedelta() < second.created_at - first.created_at < timedelta(hours=24)
                assert (first.status in ("solved", "closed")) == (twin.branch == "link")


def test_the_request_names_now_the_older_and_now_the_newer_ticket(start):
    named = set()
    with start.reading() as (session, _):
        for seed in SEEDS:
            one = draw(start, FAMILY, seed).instance
            numbers = [spoken(session.get_one(Ticket, key).number) for key in one.target["ticket"]]
            named.add((one.branch, numbers.index(one.facts["ticket"])))
    assert named == {(branch, place) for branch in BRANCHES for place in (0, 1)}


def test_what_waits_takes_the_newer_one_in_and_nobody_is_written_to(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    assert {"comment", "merge_record", "ticket"} <= changed(one.solution).keys()
    assert not changed(one.solution).keys() & {"ticket_link", "outbox_email", "collaborator"}


def test_what_is_over_is_linked_and_stays_as_it_was(start, cases):
    one = cases["link"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    assert changed(one.solution) == {"ticket_link": 1, "comment": 1}


def test_a_third_ticket_of_theirs_on_another_matter_is_left_alone(start):
    """Most requesters have others; merging or linking all of them is damage."""

    def all_of_theirs(worker):
        done = FAMILY.solve(worker)
        known = ticket_numbered(worker, worker.facts["ticket"])
        theirs = tickets_where(worker, requester_id=known["requester"]["user_id"])
        about = {done.facts["ticket"], worker.facts["ticket"]}
        others = [one for one in theirs if spoken(one["number"]) not in about and one["status"] != "closed"]
        for other in others[:1]:
            worker.call("link_tickets", ticket_id=known["ticket_id"], other_id=other["ticket_id"])
        return done

    wrong = [through_tools(start, draw(start, FAMILY, seed), all_of_theirs) for seed in SEEDS]
    linked = [one for one in wrong if changed(one).get("ticket_link", 0) > ("merge_record" not in changed(one))]
    assert linked
    assert not [one for one in linked if one.grade.passed]


def test_merging_into_what_is_over_or_the_wrong_way_round_earns_nothing_though_the_desk_lets_it_be(cases):
    for one in cases.values():
        for name in ("the other way", "the wrong way round", "somebody else's as well"):
            wrong = one.mistakes[name]
            assert wrong.committed, (one.label, name)
            assert not wrong.stopped, (one.label, name)
            assert wrong.grade.reward == 0.0, (one.label, name)
    assert "merge_record" in changed(cases["link"].mistakes["the other way"])


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
