"""Promises of the family link-one-order: two people's tickets are linked, one person's become one."""

import pytest
from families import bare
from sqlalchemy import func, select

from worlds.desk import WORLD
from worlds.desk.models import Comment, Ticket
from worlds.desk.tasks.casework import spoken
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser, through_tools

FAMILY = WORLD.families["link-one-order"]
BRANCHES = ("solvable", "merge")
SEEDS = range(12)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twin."""
    pair = [Case.of(start, FAMILY, 4, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


TRAIL = {"ticket_audit", "audit_event", "sla_timer"}


def tables(play):
    """Tables of business that the agent changed in a play."""
    found = set()
    for entry in play.record.entries:
        before, after = entry.before or {}, entry.after or {}
        own = {name for name in after if after[name] != before.get(name)} - {"updated_at"}
        if entry.actor == "agent" and entry.table not in TRAIL and own:
            found.add(entry.table)
    return found


def test_twins_are_worded_alike_and_differ_in_whose_records_brought_the_tickets(start):
    with start.reading() as (session, _):
        for seed in SEEDS:
            one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
            assert {one.branch, other.branch} == set(BRANCHES)
            assert bare(one) == bare(other)
            for twin in (one, other):
                tickets = [session.get_one(Ticket, key) for key in twin.target["ticket"]]
                assert (len({ticket.requester_id for ticket in tickets}) == 1) == (twin.branch == "merge")
                assert {ticket.status for ticket in tickets} <= {"new", "open", "pending", "hold"}


def test_two_peoples_tickets_are_linked_and_neither_of_them_hears_of_it(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    assert tables(one.solution) == {"ticket_link", "comment"}
    said = [entry.after["public"] for entry in one.solution.record.entries if entry.table == "comment"]
    assert not any(said)


def test_one_persons_tickets_become_one(start, cases):
    one = cases["merge"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    assert "merge_record" in tables(one.solution)
    assert not tables(one.solution) & {"ticket_link", "outbox_email", "collaborator"}


def test_a_merge_that_shows_each_what_the_other_wrote_passes_the_desk_and_not_the_grader(cases):
    wrong = cases["solvable"].mistakes["the other way"]
    assert {"merge_record", "collaborator"} <= tables(wrong)
    assert wrong.grade.reward == 0.0
    told = cases["solvable"].mistakes["told of the other"]
    assert "outbox_email" in tables(told)
    assert told.grade.reward == 0.0


def test_the_answer_has_to_say_where_the_later_ticket_goes_on(start, cases):
    for one in cases.values():
        first, second = one.task.instance.target["ticket"]
        with start.reading() as (session, _):
            numbers = {key: spoken(session.get_one(Ticket, key).number) for key in (first, second)}
            assert session.scalar(select(func.count()).where(Comment.ticket_id == first))
        goes_on = numbers[first if one.task.instance.branch == "merge" else second]
        assert one.solution.answer.facts["ticket"] == goes_on
        (other,) = set(numbers.values()) - {goes_on}

        def misreported(worker, other=other):
            done = FAMILY.solve(worker)
            return type(done)(status=done.status, facts={**done.facts, "ticket": other}, message=done.message)

        assert not through_tools(start, one.task, misreported).grade.passed


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
