"""Promises of the family merge-edits: what a colleague changes meanwhile stays, beside the wish or in its place."""

import pytest

import worlds
from worlds.desk import WORLD
from worlds.desk.models import DeskUser, Ticket
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.naive import Naive
from worlds.engine.start import Start

FAMILY = WORLD.families["merge-edits"]
BRANCHES = ("solvable", "theirs")
TRAILS = {"updated_at", "search_text", "state_since"}


@pytest.fixture(scope="module")
def start():
    return Start.of(WORLD, FAMILY.population)


@pytest.fixture(scope="module")
def cases(start):
    """Of each branch the instances of two seeds."""
    pairs = [Case.of(start, FAMILY, seed, flip=flip) for seed in (3, 4) for flip in (0, 1)]
    return {branch: [one for one in pairs if one.task.instance.branch == branch] for branch in BRANCHES}


def changed(case, play):
    """Columns of the ticket that the agent's own calls changed, and those that the colleague did."""
    found = {"agent": set(), "world": set()}
    (ticket_id,) = case.task.instance.target["ticket"]
    for entry in play.record.entries:
        if (entry.table, entry.key) == ("ticket", ticket_id):
            own = {name for name in entry.after if entry.before[name] != entry.after[name]}
            found[entry.root.split(":")[0]] |= own - TRAILS
    return found


def test_200_seeds_give_200_instances_of_both_branches(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.7 for share in shares)
    assert len({one.target["ticket"][0] for one in drawn}) >= 60


def test_twins_are_worded_alike_and_differ_in_what_the_colleague_sets(start):
    for seed in range(8):
        one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
        assert {one.branch, other.branch} == set(BRANCHES)
        words = [item.instruction.replace(item.facts["ticket"], "…") for item in (one, other)]
        assert words[0] == words[1]
        theirs = [set(item.happenings[0].arguments["changes"]) for item in (one, other)]
        assert sorted(map(sorted, theirs)) == [["impact", "priority"], ["priority", "urgency"]]


def test_the_decision_is_the_rulings_own(start, cases):
    for one in (*cases["solvable"], *cases["theirs"]):
        assert rule(start, one.task) == one.task.instance.decision


def test_the_colleague_is_somebody_else_at_work_and_first_of_all_whose_ticket_it_is(start):
    for seed in range(20):
        task = draw(start, FAMILY, seed)
        (happening,) = task.instance.happenings
        with start.reading() as (session, _):
            ticket = session.get_one(Ticket, task.instance.target["ticket"][0])
            owner = session.get(DeskUser, ticket.assignee_id) if ticket.assignee_id else None
            assert happening.name != task.actor.name
            if owner and owner.role == "agent" and owner.away_until is None and owner.name != task.actor.name:
                assert happening.name == owner.name


def test_whoever_looks_again_is_never_refused_and_a_change_of_what_was_read_is(cases):
    for one in (*cases["solvable"], *cases["theirs"]):
        assert all(entry.status < 400 for entry in one.solution.journal)
        hasty = one.alternatives["refused first, after a note"]
        first = next(entry for entry in hasty.journal if entry.operation == "update_ticket")
        assert (first.status, first.committed) == (409, False)


@pytest.mark.parametrize("seed", range(4))
def test_the_agent_that_knows_nothing_of_failures_does_it_where_nothing_fails(seed):
    with worlds.open("desk/merge-edits", seed=seed) as episode:
        grade = episode.grade(Naive(Desk.at(episode)).work())
    assert grade.passed, [one.words for one in grade.criteria if not one.satisfied]


def test_where_both_fit_the_priority_follows_from_what_both_have_set(cases):
    for one in cases["solvable"]:
        assert one.solution.earned, missed(one.solution)
        assert changed(one, one.solution) == {
            "agent": {"urgency", "priority", "tags"},
            "world": {"impact", *({"priority"} & changed(one, one.solution)["world"])},
        }
        blind = one.mistakes["overwritten blindly"]
        assert blind.grade.reward == 0.0
        assert changed(one, blind)["agent"] <= {"urgency", "priority", "tags"}


def test_where_both_set_the_urgency_theirs_stays_and_a_note_says_what_was_wished(cases):
    for one in cases["theirs"]:
        assert one.solution.earned, missed(one.solution)
        assert changed(one, one.solution)["agent"] == {"tags"}
        (note,) = [entry.after for entry in one.solution.record.entries if entry.table == "comment"]
        assert not note["public"]
        assert one.task.instance.facts["call"] in note["body"]


def test_every_mistake_commits_something_and_fails_and_other_right_ways_pass(cases):
    for one in (*cases["solvable"], *cases["theirs"]):
        for name, wrong in one.mistakes.items():
            assert wrong.committed, (one.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (one.label, name)
        for right in one.alternatives.values():
            assert right.earned, missed(right)


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for branch in BRANCHES:
        one = through_browser(start, cases[branch][0].task)
        assert one.earned, missed(one)
