"""Promises of the family discount-approved: the level follows from the percent, and what approvers say is final."""

import pytest
from sqlalchemy import select

from worlds.crm import WORLD
from worlds.crm.models import CrmUser, Quote
from worlds.crm.tasks.approver_talk import QUESTIONS, answer, asked_for
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser, through_tools

FAMILY = WORLD.families["discount-approved"]
BRANCHES = {"solvable", "rejected"}
SEEDS = range(40)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch with one approver, and of each with two of whom the second asks."""
    found = {}
    for seed in SEEDS:
        for flip in (0, 1):
            one = draw(start, FAMILY, seed, flip=flip).instance
            levels, asks = len(one.decision["levels"]), one.decision["asks"]
            small = draw_is_small(start, one)
            name = (one.branch, "one" if small else "two")
            if name not in found and (small or (levels == 2 and asks == 1)):
                found[name] = Case.of(start, FAMILY, seed, flip=flip)
    return found


def draw_is_small(start, instance):
    """Whether a sales manager decides alone about the discount of an instance."""
    with start.reading() as (session, _):
        return session.get_one(Quote, instance.target["quote"][0]).discount_bp <= 2_000


def written(play, table, *, by="agent"):
    """The rows of a table that somebody wrote in a play, as they were afterwards."""
    return [
        one.after
        for one in play.record.entries
        if one.actor.startswith(by) and one.table == table and one.after
    ]  # fmt: skip


def bare(instance):
    """The words of a request without what it is about."""
    text = instance.instruction
    for name, value in instance.facts.items():
        text = text.replace(value, name)
    return text


def test_twins_are_worded_alike_and_only_the_approvers_differ(start):
    for seed in range(8):
        pair = [draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1)]
        assert {one.branch for one in pair} == BRANCHES
        assert len({one.facts["quote"] for one in pair}) == 1
        assert bare(pair[0]) == bare(pair[1])


def test_who_has_to_decide_follows_from_the_percent(start, cases):
    assert cases.keys() == {(branch, size) for branch in BRANCHES for size in ("one", "two")}
    for (_, size), one in cases.items():
        assert one.solution.earned, missed(one.solution)
        assert rule(start, one.task) == one.task.instance.decision
        with start.reading() as (session, _):
            roles = [
                session.scalars(select(CrmUser.role).where(CrmUser.name == name)).one()
                for _, _, name in one.task.instance.decision["levels"]
            ]
        assert roles == (["sales_manager"] if size == "one" else ["vp", "finance"])


def test_what_was_approved_to_the_end_is_presented_and_what_was_refused_is_not(cases):
    for (branch, _), one in cases.items():
        mails = written(one.solution, "outbox_email")
        assert bool(mails) == (branch == "solvable")
        last = written(one.solution, "quote")[-1]
        assert last["status"] == ("presented" if branch == "solvable" else "in_review")
        assert bool(written(one.solution, "activity")) == (branch == "rejected")


def test_the_question_is_answered_in_the_request_with_what_the_records_say(cases):
    for one in cases.values():
        (said,) = written(one.solution, "approval_message")
        assert one.task.instance.decision["fact"] in said["body"]
        wrong = one.mistakes["by heart"]
        assert written(wrong, "approval_message")
        assert wrong.grade.reward == 0.0


def test_ten_per_cent_after_a_refusal_goes_through_in_the_crm_and_fails(cases):
    wrong = cases["rejected", "two"].mistakes["around it"]
    assert written(wrong, "quote")[-1]["discount_bp"] == 1_000
    assert written(wrong, "outbox_email")
    assert wrong.grade.reward == 0.0


def test_a_quote_is_not_presented_after_the_first_of_two_approvals(start, cases):
    one = cases["rejected", "two"]
    first, second = one.task.instance.decision["levels"]
    decided = [row["state"] for row in written(one.solution, "approval_request", by="person:")]
    assert (first[2], second[2]) == ("Helena Brandt", "Ruben Mulder")
    assert decided[0] == "approved"
    assert decided[-1] == "rejected"


def test_every_question_is_known_by_its_words():
    records = {kind: lambda _, kind=kind: kind.upper() for kind in QUESTIONS}
    for kind, wordings in QUESTIONS.items():
        for words in wordings:
            text = words.format(product="Fire bowl 80")
            assert asked_for(text) == kind
            assert kind.upper() in answer(text, records)


def test_another_request_in_the_answer_does_not_pass(start, cases):
    def misreported(worker):
        done = FAMILY.solve(worker)
        return done.model_copy(update={"facts": {**done.facts, "request": "AP-999"}})

    assert not through_tools(start, cases["rejected", "one"].task, misreported).grade.passed


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for name in (("solvable", "two"), ("rejected", "one")):
        browsed = through_browser(start, cases[name].task)
        assert browsed.earned, missed(browsed)
