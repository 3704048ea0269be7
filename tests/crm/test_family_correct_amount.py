"""Promises of the family correct-amount: a quantity is corrected on its line, what was accepted is handed over."""

import pytest
from families import bare
from sqlalchemy import select

from worlds.crm import WORLD
from worlds.crm.models import Opportunity, OpportunityLine, Quote
from worlds.crm.tasks.quantity_mails import MAILS, wanted
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.failures.cells import look
from worlds.engine.proofs.failures.matrix import plans_for
from worlds.engine.proofs.plays import Case, missed, through_browser, through_tools

FAMILY = WORLD.families["correct-amount"]
BRANCHES = {"solvable", "accepted"}
SEEDS = range(8)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twin."""
    pair = [Case.of(start, FAMILY, 3, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


def tables(play):
    """Tables of which the agent changed rows in a play, traces aside."""
    found = {entry.table for entry in play.record.entries if entry.root.startswith("agent:")}
    return found - {"field_history", "stage_history", "workflow_run"}


def test_twins_are_worded_alike_and_differ_in_what_the_customer_has_accepted(start):
    with start.reading() as (session, _):
        for seed in SEEDS:
            pair = [draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1)]
            assert {one.branch for one in pair} == BRANCHES
            assert bare(pair[0]) == bare(pair[1])
            for one in pair:
                (line_id,) = one.target["opportunity_line"]
                deal_id = session.get_one(OpportunityLine, line_id).opportunity_id
                statuses = set(session.scalars(select(Quote.status).where(Quote.opportunity_id == deal_id)))
                assert ("accepted" in statuses) == (one.branch == "accepted")
                assert session.get_one(Opportunity, deal_id).owner_id == one.actor.person


def test_a_line_is_corrected_and_the_amount_that_is_told_is_that_of_the_deal(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    assert tables(one.solution) == {"opportunity_line", "opportunity", "activity"}
    (amount,) = {
        entry.after["amount"] for entry in one.solution.record.entries
        if entry.table == "opportunity" and entry.root.startswith("agent:")
    }  # fmt: skip
    told, _, currency = one.solution.answer.facts["amount"].partition(" ")
    assert (round(float(told) * 100), currency) == (amount, one.task.instance.decision["currency"])


def test_what_was_accepted_stays_and_is_handed_over(start, cases):
    one = cases["accepted"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    assert tables(one.solution) == {"hand_over"}


def test_the_crm_lets_an_accepted_deal_be_changed_and_the_grader_does_not(cases):
    wrong = cases["accepted"].mistakes["the other way"]
    assert "opportunity_line" in tables(wrong)
    assert wrong.grade.reward == 0.0


def test_a_line_that_is_entered_anew_has_the_same_amount_and_is_wrong(cases):
    wrong = cases["solvable"].mistakes["entered anew"]
    assert wrong.answer.facts["amount"] == cases["solvable"].solution.answer.facts["amount"]
    assert wrong.grade.reward == 0.0


def test_another_amount_in_the_answer_does_not_pass(start, cases):
    for one in cases.values():

        def misreported(worker):
            done = FAMILY.solve(worker)
            return done.model_copy(update={"facts": {"amount": "1.00 EUR"}})

        assert not through_tools(start, one.task, misreported).grade.passed


def test_every_mail_says_how_many_are_wanted_of_what_the_product_is_called():
    for texts in MAILS.values():
        for text in texts:
            mail = text.format(right=12, wrong=30, product="Fire bowl 80")
            assert wanted(mail, "Fire bowl 80", 30) == 12
            assert wanted(mail, "Fire bowl 60", 30) is None


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)


def test_where_calls_are_few_a_hand_over_that_was_not_kept_is_sent_once_more(start):
    (plan,) = plans_for(WORLD, ("held-out-4",)).values()
    seen = look(start, FAMILY.name, 1, plan, closely=False)
    assert (seen.state, seen.runs["resilient"].passed, seen.runs["naive"].passed) == ("solvable", True, False)
    assert not seen.runs["resilient"].excused
