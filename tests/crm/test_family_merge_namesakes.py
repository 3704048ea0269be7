"""Promises of the family merge-namesakes: one person becomes one contact; father and son, and namesakes, do not."""

import pytest

from worlds.crm import WORLD
from worlds.crm.models import Contact
from worlds.crm.rulings.merge_namesakes import Marks, are_apart, are_one, surname
from worlds.crm.tasks.namesake_pages import Told, bare, in_one
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["merge-namesakes"]
BRANCHES = ("solvable", "people", "unclear")
SEEDS = range(9)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twins."""
    found = [Case.of(start, FAMILY, 4, flip=flip) for flip in range(3)]
    return {one.task.instance.branch: one for one in found}


@pytest.fixture(scope="module")
def drawn(start):
    """Instances of two hundred seeds."""
    return [draw(start, FAMILY, seed).instance for seed in range(200)]


def written(play, table):
    """The rows of a table that the agent wrote in a play, as they were afterwards."""
    return [one.after for one in play.record.entries if one.actor == "agent" and one.table == table and one.after]


def bare_words(instance):
    """The words of a request without what it is about."""
    text = instance.instruction
    for name, value in instance.facts.items():
        text = text.replace(value, name)
    return text


def test_twins_are_worded_alike_and_only_the_people_differ(start):
    for seed in SEEDS:
        pair = [draw(start, FAMILY, seed, flip=flip).instance for flip in range(3)]
        assert {one.branch for one in pair} == set(BRANCHES)
        assert len({bare_words(one) for one in pair}) == 1


def test_two_hundred_seeds_are_about_sixty_names_at_least(drawn):
    assert len({str(one.target) for one in drawn}) >= 60


def test_beside_most_true_pairs_somebody_else_bears_the_name(drawn):
    pairs = [one for one in drawn if one.branch == "solvable"]
    assert sum(len(one.decision["left"]) > 1 for one in pairs) >= len(pairs) / 2


def test_contacts_of_a_name_are_all_of_one_rep(start, drawn):
    with start.reading() as (session, _):
        for one in drawn[:60]:
            contacts = [session.get_one(Contact, key) for key in one.target["contact"]]
            assert {each.owner_id for each in contacts} == {one.actor.person}
            assert len({surname(each.last_name) for each in contacts}) == 1


def test_the_true_pair_is_merged_and_nobody_else(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    decision = one.task.instance.decision
    assert rule(start, one.task) == decision
    merged = [(row["winner_id"], row["loser_id"]) for row in written(one.solution, "merge_record")]
    assert merged == [(decision["stays"], key) for key in decision["goes"]]
    noted = {row["contact_id"] for row in written(one.solution, "activity")}
    assert noted == set(decision["left"])


def test_different_people_stay_and_each_gets_a_note(start, cases):
    one = cases["people"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    assert not written(one.solution, "merge_record")
    noted = [row["contact_id"] for row in written(one.solution, "activity")]
    assert sorted(noted) == sorted(one.task.instance.target["contact"])


def test_what_may_be_of_either_is_handed_over_and_nothing_is_merged(cases):
    one = cases["unclear"]
    assert one.solution.earned, missed(one.solution)
    (passed_on,) = written(one.solution, "hand_over")
    assert (passed_on["reason"], passed_on["to_role"]) == ("unclear_identity", "sales_ops")
    assert not written(one.solution, "merge_record")


def test_the_crm_merges_father_and_son_and_the_grader_does_not_pay_it(cases):
    for branch, one in cases.items():
        wrong = one.mistakes["everybody in one"]
        assert written(wrong, "merge_record") or branch == "unclear"
        assert wrong.grade.reward == 0.0


def test_a_birthday_a_job_or_a_generation_tells_apart_and_a_number_makes_one():
    def told(first="ada", generation="", birthday="", job="", *numbers):
        return Marks(first, generation, birthday, job, frozenset(numbers))

    bare_one, reached = told(), told("ada", "", "", "", "31611")
    assert are_one(reached, told("ada", "", "", "owner", "31611"))
    assert are_one(told("ada", "jun", "1990-01-01"), told("ada", "", "1990-01-01"))
    assert not are_one(bare_one, reached)
    assert not are_apart(bare_one, reached)
    for other in (
        told("eva", "", "", "", "31611"),
        told("ada", "", "", "", "31622"),
        told("ada", "sen", "1950-01-01", "", "31611"),
    ):
        assert are_apart(other, told("ada", "jun", "1990-01-01", "", "31611"))


def test_a_record_that_may_be_of_father_or_son_is_nobodys():
    number = frozenset({"5551234"})
    son, father = Told("Jan", "Smit jun.", "1990-01-01", "", number), Told("Jan", "Smit sen.", "1950-01-01", "", number)
    either = Told("Jan", "Smit", "", "", number)
    assert in_one([son, father]) == ()
    assert in_one([son, father, either]) is None
    assert in_one([son, father, either._replace(birthday="1990-01-01")]) == (0, 2)
    assert in_one([either, either._replace(numbers=frozenset())]) is None
    assert bare("Gérard Petitjean jun.") == "gerard petitjean"


@pytest.mark.browser
def test_every_branch_is_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
