"""Promises of the family undo-transfer: each record of a wrong change goes back to its own owner, and no other."""

import pytest
from sqlalchemy import select

from worlds.crm import WORLD
from worlds.crm.models import Account, FieldHistory, Opportunity
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["undo-transfer"]
BRANCHES = {"solvable", "spoken"}
SEEDS = range(12)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twin."""
    pair = [Case.of(start, FAMILY, 2, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


def owners(play, table):
    """Whom the agent gave records of a table to in a play, by their ids."""
    rows = [one.after for one in play.record.entries if one.actor == "agent" and one.table == table and one.after]
    return {row["id"]: row["owner_id"] for row in rows}


def handed(play):
    """The records that the agent handed over in a play."""
    rows = [one.after for one in play.record.entries if one.actor == "agent" and one.table == "hand_over" and one.after]
    return [row["record_id"] for row in rows]


def test_twins_differ_in_whether_somebody_was_spoken_with(start):
    seen = set()
    for seed in SEEDS:
        pair = [draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1)]
        assert {one.branch for one in pair} == BRANCHES
        for one in pair:
            decision = one.decision
            seen.add(str(decision["accounts"]))
            assert len(decision["waits"]) == (one.branch == "spoken")
            assert 2 <= len(decision["accounts"]) <= 9
            assert len({owner for _, owner in decision["accounts"]}) > 1
            assert decision["kept"]
    assert len(seen) >= 8


def test_every_record_goes_back_to_whom_it_had_before_the_change(start, cases):
    for one in cases.values():
        assert one.solution.earned, missed(one.solution)
        decision = one.task.instance.decision
        assert rule(start, one.task) == decision
        assert owners(one.solution, "account") == dict(decision["accounts"])
        assert owners(one.solution, "opportunity") == dict(decision["deals"])
        with start.reading() as (session, _):
            for kind, model, given in (
                ("account", Account, decision["accounts"]), ("opportunity", Opportunity, decision["deals"])
            ):  # fmt: skip
                for key, owner in given:
                    last = session.scalars(
                        select(FieldHistory)
                        .where(FieldHistory.kind == kind, FieldHistory.record_id == key)
                        .where(FieldHistory.field == "owner_id")
                        .order_by(FieldHistory.id.desc())
                    ).first()
                    assert (last.before, last.after) == (str(owner), str(session.get_one(model, key).owner_id))


def test_who_was_spoken_with_is_handed_over_and_stays(cases):
    one = cases["spoken"]
    waits = one.task.instance.decision["waits"]
    assert handed(one.solution) == waits
    assert not set(waits) & set(owners(one.solution, "account"))
    assert not handed(cases["solvable"].solution)


def test_later_changes_that_somebody_meant_are_not_undone(cases):
    for one in cases.values():
        kept = set(one.task.instance.decision["kept"])
        assert not kept & set(owners(one.solution, "account"))
        wrong = one.mistakes["moved on as well"]
        assert kept <= set(owners(wrong, "account"))
        assert wrong.grade.reward == 0.0


def test_the_crm_moves_what_the_handbook_leaves_and_the_grader_does_not_pay_it(cases):
    for one in cases.values():
        for name in ("all to one", "the whole change", "both ways", "the other way"):
            assert owners(one.mistakes[name], "account")
            assert one.mistakes[name].grade.reward == 0.0, name


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
