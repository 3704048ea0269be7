"""Promises of the family merge-next-step: both stand beside each other; of two days for one thing the talk decides."""

import pytest

from worlds.crm import WORLD
from worlds.crm.models import Opportunity
from worlds.crm.tasks.merge_next_step import clashes, joined, right
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["merge-next-step"]
BRANCHES = ("solvable", "theirs", "mine")
PLAN, OTHER = "Name Ada Bos two references by 20 March 2026", "Collect the trial set from Ada Bos by 3 April 2026"
CLASH = "Name Ada Bos two references by 3 April 2026"


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twins."""
    found = [Case.of(start, FAMILY, 4, flip=flip) for flip in range(3)]
    return {one.task.instance.branch: one for one in found}


def steps(play, who="agent"):
    """The next steps of the deal that the agent, or somebody else, wrote in a play."""
    found = [one for one in play.record.entries if one.table == "opportunity" and one.root.split(":")[0] == who]
    return [one.after["next_step"] for one in found if one.before["next_step"] != one.after["next_step"]]


def bare(instance):
    """The words of a request without what it is about."""
    text = instance.instruction
    for name, value in sorted(instance.facts.items(), key=lambda pair: -len(pair[1])):
        text = text.replace(value, name)
    return text


def test_200_seeds_give_200_deals_and_each_branch_a_third(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.target["opportunity"][0] for one in drawn}) >= 190
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.4 for share in shares)


def test_twins_are_worded_alike_and_the_request_never_says_what_others_do(start):
    for seed in range(6):
        drawn = [draw(start, FAMILY, seed, flip=flip).instance for flip in range(3)]
        assert {one.branch for one in drawn} == set(BRANCHES)
        assert len({bare(one) for one in drawn}) == 1
        for one in drawn:
            assert one.decision["theirs"] not in one.instruction


def test_the_colleague_stands_above_the_owner_and_is_somebody_else(start):
    for seed in range(30):
        task = draw(start, FAMILY, seed)
        writes = task.instance.happenings[-1]
        assert writes.operation == "colleague_updates"
        assert writes.arguments["who"] != task.actor.name
        with start.reading() as (session, _):
            deal = session.get_one(Opportunity, task.instance.target["opportunity"][0])
            assert deal.owner_id == task.actor.person


def test_two_days_for_one_thing_clash_and_two_things_do_not():
    assert clashes(CLASH, PLAN)
    assert not clashes(OTHER, PLAN)
    assert not clashes(joined(OTHER, PLAN), PLAN)
    assert right(OTHER, PLAN, first=True) == (f"{OTHER}; n{PLAN[1:]}", "both")
    assert right(CLASH, PLAN, first=True) == (CLASH, "theirs")
    assert right(CLASH, PLAN, first=False) == (PLAN, "mine")


def test_the_right_words_stand_in_the_end(start, cases):
    for branch, one in cases.items():
        assert one.solution.earned, missed(one.solution)
        assert rule(start, one.task) == one.task.instance.decision
        (theirs,), written = steps(one.solution, "world"), steps(one.solution)
        wish = one.task.instance.facts["step"]
        assert written == {"solvable": [joined(theirs, wish)], "theirs": [], "mine": [wish]}[branch]


def test_the_reference_is_the_subject_of_the_only_note(cases):
    for one in cases.values():
        notes = [entry.after for entry in one.solution.record.entries if entry.table == "activity"]
        (own,) = [note for note in notes if note["kind"] == "note"]
        assert own["subject"] == one.task.instance.facts["reference"]


def test_what_was_read_first_is_refused_with_its_version_and_lost_work_without(cases):
    for one in cases.values():
        hasty = one.alternatives["refused first, after a note"]
        first = next(entry for entry in hasty.journal if entry.operation == "update_opportunity")
        assert (first.status, first.committed) == (409, False)
        blind = one.mistakes["overwritten blindly"]
        assert steps(blind) == [one.task.instance.facts["step"]]
        assert blind.grade.reward == 0.0


def test_every_mistake_commits_something_and_fails(cases):
    for one in cases.values():
        for name, wrong in one.mistakes.items():
            assert wrong.committed, (one.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (one.label, name)


@pytest.mark.browser
def test_every_branch_is_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
