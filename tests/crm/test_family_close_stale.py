"""Promises of the family close-stale: what has gone quiet is closed, but for what the handbook keeps open."""

import pytest
from sqlalchemy import select

from worlds.crm import WORLD
from worlds.crm.models import Opportunity, PipelineStage
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["close-stale"]
BRANCHES = {"solvable", "stays_open"}
SEEDS = range(12)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twin."""
    pair = [Case.of(start, FAMILY, 4, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


def lost(play):
    """The deals that the agent closed in a play, with their reasons."""
    rows = [one.after for one in play.record.entries if one.actor == "agent" and one.table == "opportunity"]
    return {row["id"]: row["loss_reason"] for row in rows if row and row["loss_reason"]}


def written(play, table):
    """The rows of a table that the agent wrote in a play."""
    return [one.after for one in play.record.entries if one.actor == "agent" and one.table == table and one.after]


def test_twins_differ_in_whether_the_named_deal_stays_open(start):
    seen = set()
    with start.reading() as (session, _):
        for seed in SEEDS:
            pair = [draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1)]
            assert {one.branch for one in pair} == BRANCHES
            for one in pair:
                decision = one.decision
                seen.add((tuple(decision["closed"]), decision["named"]))
                assert (one.facts["deal"] in decision["kept"]) == (one.branch == "stays_open")
                assert 2 <= len(decision["closed"]) <= 7
                assert decision["kept"]
                owners = {session.get_one(Opportunity, key).owner_id for key in decision["closed"]}
                assert owners == {one.actor.person}
    assert len(seen) >= 10


def test_the_stale_ones_are_closed_for_want_of_a_response_and_no_others(start, cases):
    for one in cases.values():
        assert one.solution.earned, missed(one.solution)
        decision = one.task.instance.decision
        assert rule(start, one.task) == decision
        assert lost(one.solution) == dict.fromkeys(decision["closed"], "no_response")


def test_the_named_deal_that_stays_has_a_note_that_says_why(cases):
    (note,) = written(cases["stays_open"].solution, "activity")
    decision = cases["stays_open"].task.instance.decision
    assert (note["opportunity_id"], note["subject"]) == (decision["named"], decision["quoted"])
    assert decision["why"][1] in note["body"]
    assert not written(cases["solvable"].solution, "activity")


def test_the_crm_closes_what_the_handbook_keeps_open_and_the_grader_does_not_pay_it(start, cases):
    for one in cases.values():
        decision = one.task.instance.decision
        with start.reading() as (session, _):
            kept = set(session.scalars(select(Opportunity.id).where(Opportunity.number.in_(decision["kept"]))))
            open_ones = select(Opportunity.id).join(PipelineStage, PipelineStage.id == Opportunity.stage_id)
            assert kept <= set(session.scalars(open_ones.where(PipelineStage.kind == "open")))
        wrong = one.mistakes["all of the list"]
        assert set(lost(wrong)) == kept | set(decision["closed"])
        assert wrong.grade.reward == 0.0


def test_a_made_up_reason_and_deals_outside_the_span_are_wrong(cases):
    for one in cases.values():
        for name in ("another reason", "the whole pipeline", "the other way"):
            assert lost(one.mistakes[name])
            assert one.mistakes[name].grade.reward == 0.0, name


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
