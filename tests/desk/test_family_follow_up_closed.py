"""Promises of the family follow-up-closed: what is closed goes on in a follow-up, what is only solved on itself."""

import pytest
from families import made

from worlds.desk import WORLD
from worlds.desk.models import Ticket
from worlds.desk.tasks.casework import MARKS, receivers, ticket_numbered
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.lints import unearned
from worlds.engine.proofs.plays import Case, missed, through_browser, through_tools

FAMILY = WORLD.families["follow-up-closed"]
BRANCHES = ("solvable", "reopen")
SEEDS = range(24)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twin."""
    pair = [Case.of(start, FAMILY, 5, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


def test_twins_are_worded_alike_and_differ_in_whether_the_ticket_is_closed(start):
    with start.reading() as (session, _):
        for seed in SEEDS:
            one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
            assert one.instruction.replace(one.facts["ticket"], "") == other.instruction.replace(
                other.facts["ticket"], ""
            )
            states = {twin.branch: session.get_one(Ticket, twin.target["ticket"][0]).status for twin in (one, other)}
            assert states == {"solvable": "closed", "reopen": "solved"}


def test_a_follow_up_keeps_what_the_closed_ticket_held_and_the_closed_one_stays_as_it_was(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    (row,) = made(one.solution, "ticket")
    (closed,) = one.task.instance.target["ticket"]
    assert row["follow_up_of_id"] == closed
    held = {str(field["field_id"]): field["value"] for field in made(one.solution, "field_value")}
    assert held == one.task.instance.decision["fields"]
    assert held
    touched = {entry.key for entry in one.solution.record.entries if entry.table == "ticket"}
    assert touched == {row["id"]}


def test_a_solved_ticket_is_opened_by_the_answer_itself(start, cases):
    one = cases["reopen"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    assert made(one.solution, "ticket") == []
    (reply,) = made(one.solution, "comment")
    assert (reply["public"], reply["ticket_id"]) == (1, one.task.instance.target["ticket"][0])


def test_the_requester_is_mailed_once_and_in_the_language_of_the_ticket(start, cases):
    for one in cases.values():
        (mail,) = made(one.solution, "outbox_email")
        with start.reading() as (session, _):
            (told,) = receivers(session, one.task.instance.target["ticket"][0])
        assert mail["to_address"] == told.address
        assert one.task.instance.facts["reference"] in mail["body"]
        assert set(MARKS[one.task.instance.decision["language"]]) & set(mail["body"].split())


def test_a_ticket_beside_it_another_language_or_nothing_in_public_earns_nothing(cases):
    for one in cases.values():
        for name in ("a new ticket", "in another language", "only noted", "tags replaced", "twice"):
            wrong = one.mistakes[name]
            assert wrong.committed, (one.label, name)
            assert not wrong.stopped, (one.label, name)
            assert wrong.grade.reward == 0.0, (one.label, name)


def test_the_answer_has_to_name_the_ticket_that_was_written_on(start, cases):
    one = cases["solvable"]

    def names_the_old_one(worker):
        done = FAMILY.solve(worker)
        number = ticket_numbered(worker, worker.facts["ticket"])["number"]
        return type(done)(status=done.status, facts={"ticket": f"#{number}"}, message=done.message)

    assert not through_tools(start, one.task, names_the_old_one).grade.passed


def test_clocks_that_begin_with_it_hold_nothing_that_a_lint_would_take_for_a_fixed_value(cases):
    one = cases["reopen"]
    begun = made(one.solution, "sla_timer")
    assert begun
    assert {clock["used_seconds"] for clock in begun} == {0}
    assert list(unearned(one)) == []


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
