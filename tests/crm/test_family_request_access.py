"""Promises of the family request-access: who is there is not entered again, and what is closed is asked for."""

import pytest

from worlds.crm import WORLD
from worlds.crm.models import Contact
from worlds.crm.tasks.entering import matches_in
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["request-access"]
BRANCHES = ("solvable", "closed", "known")


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch, and of those who are to be entered one with a namesake and one without."""
    found = [Case.of(start, FAMILY, seed, flip=flip) for seed in (0, 3) for flip in range(3)]
    others = {one.task.instance.branch: one for one in found if one.task.instance.branch != "solvable"}
    return {**others, **{kind_of(one): one for one in found if one.task.instance.branch == "solvable"}}


def kind_of(one):
    """Whether somebody who is to be entered has a namesake."""
    return "namesake" if one.task.instance.decision["match"] else "stranger"


def written(play, table):
    """The rows of a table that the agent wrote in a play, as they were afterwards."""
    return [one.after for one in play.record.entries if one.actor == "agent" and one.table == table and one.after]


def bare(instance):
    """The words of a request without what it is about."""
    text = instance.instruction
    for name, value in sorted(instance.facts.items(), key=lambda pair: -len(pair[1])):
        text = text.replace(value, name)
    return text


def test_200_seeds_give_a_third_of_each_branch_and_many_people(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.4 for share in shares)
    assert len({one.facts["email"] for one in drawn}) >= 150
    entered = [one.decision["match"] for one in drawn if one.branch == "solvable"]
    assert 0.3 <= sum(match is not None for match in entered) / len(entered) <= 0.7


def test_twins_are_worded_alike(start):
    for seed in range(6):
        drawn = [draw(start, FAMILY, seed, flip=flip).instance for flip in range(3)]
        assert {one.branch for one in drawn} == set(BRANCHES)
        assert len({bare(one) for one in drawn}) == 1


def test_a_closed_match_belongs_to_somebody_of_the_other_region(start):
    for seed in range(30):
        one = draw(start, FAMILY, seed).instance
        if one.branch == "closed":
            with start.reading() as (session, _):
                assert session.get_one(Contact, one.decision["match"]).owner_id != one.actor.person


def test_a_refusal_is_read_by_what_it_names():
    said = "Like contact 7 (Ada Bos, Hotel); contact 12, a record you cannot open, owned by Orla Keane; ask its owner."
    assert matches_in(said) == (["7"], [("12", "Orla Keane")])


def test_all_ways_are_the_rulings(start, cases):
    assert set(cases) == {"stranger", "namesake", "closed", "known"}
    for one in cases.values():
        assert one.solution.earned, missed(one.solution)
        assert rule(start, one.task) == one.task.instance.decision
        for right in one.alternatives.values():
            assert right.earned, missed(right)


def test_access_is_asked_for_to_read_and_nobody_is_made(cases):
    play = cases["closed"].solution
    (asked,) = written(play, "access_request")
    assert (asked["level"], asked["record_id"]) == ("read", cases["closed"].task.instance.decision["match"])
    assert not written(play, "contact")
    assert not written(play, "activity")


def test_who_is_there_keeps_what_the_record_has(cases):
    one = cases["known"]
    assert {row["id"] for row in written(one.solution, "contact")} <= {one.task.instance.decision["match"]}
    (number,) = written(one.solution, "phone_number")
    assert number["contact_id"] == one.task.instance.decision["match"]


def test_a_note_names_the_namesake(start, cases):
    one = cases["namesake"]
    (note,) = written(one.solution, "activity")
    with start.reading() as (session, _):
        like = session.get_one(Contact, one.task.instance.decision["match"])
        assert f"{like.first_name} {like.last_name}" in note["body"]


def test_the_crm_lets_a_closed_match_be_got_past_and_the_grader_does_not(cases):
    for name in ("without the address", "another address"):
        wrong = cases["closed"].mistakes[name]
        assert len({row["id"] for row in written(wrong, "contact")}) == 1
        assert wrong.grade.reward == 0.0


def test_every_mistake_commits_something_and_fails(cases):
    for one in cases.values():
        for name, wrong in one.mistakes.items():
            assert wrong.committed, (one.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (one.label, name)


@pytest.mark.browser
def test_every_way_is_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
