"""Promises of the family rescue-breaches: only running reply clocks count, in their order, and nothing is filled in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from worlds.desk import WORLD
from worlds.desk.models import SideConversation, SlaTimer, Ticket
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["rescue-breaches"]
BRANCHES = ("solvable", "hand_up")
REPLIES = ("first_reply", "next_reply")


@pytest.fixture(scope="module")
def cases(start):
    """The instance of a seed and its twin, by their branches."""
    pair = [Case.of(start, FAMILY, 5, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


def said(play, *, public: bool) -> dict[int, str]:
    """What the agent wrote on each ticket."""
    written = [entry.after for entry in play.record.entries if entry.table == "comment"]
    return {one["ticket_id"]: one["body"] for one in written if bool(one["public"]) is public}


def test_200_seeds_give_200_instances_of_both_branches(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.7 for share in shares)
    hours = [{one.facts["hours"] for one in drawn if one.branch == branch} for branch in BRANCHES]
    assert len(hours[0] & hours[1]) >= 3


def test_both_branches_name_the_same_four_kinds_of_ticket_and_two_are_due(start):
    for seed in range(8):
        for flip in (0, 1):
            task = draw(start, FAMILY, seed, flip=flip)
            with start.reading() as (session, now):
                tickets = [session.get_one(Ticket, one) for one in task.instance.target["ticket"]]
                assert sorted(one.status for one in tickets) == ["hold", "open", "open", "pending"]
                (asked,) = task.instance.target["side_conversation"]
                assert session.get_one(SideConversation, asked).state == "waiting"
                assert task.actor.person not in {one.assignee_id for one in tickets}
                clocks = session.scalars(
                    select(SlaTimer)
                    .where(SlaTimer.ticket_id.in_([one.id for one in tickets]), SlaTimer.state == "active")
                    .where(SlaTimer.metric.in_(REPLIES))
                ).all()
                until = now + timedelta(hours=int(task.instance.facts["hours"].split(maxsplit=1)[0]))
                due = [one.ticket_id for one in sorted(clocks, key=lambda one: one.due_at) if one.due_at < until]
            assert due == [one["ticket_id"] for one in task.instance.decision["work"]]
            assert len(due) == 2


def test_the_decision_is_the_rulings_own(start, cases):
    for one in cases.values():
        assert rule(start, one.task) == one.task.instance.decision


def test_who_can_be_answered_is_told_of_the_parcel_and_the_turns_stand_in_the_notes(cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    decision = one.task.instance.decision
    replies, notes = said(one.solution, public=True), said(one.solution, public=False)
    for turn, work in enumerate(decision["work"], start=1):
        assert work["tracking_number"] in replies[work["ticket_id"]]
        assert f"{decision['quoted']}-{turn}" in notes[work["ticket_id"]]
    assert len(replies) == 2


def test_what_waits_outside_is_handed_up_and_not_filled_in(cases):
    one = cases["hand_up"]
    assert one.solution.earned, missed(one.solution)
    (held,) = [work for work in one.task.instance.decision["work"] if work["party"]]
    assert held["ticket_id"] not in said(one.solution, public=True)
    (handed,) = [entry.after for entry in one.solution.record.entries if entry.table == "escalation"]
    assert (handed["ticket_id"], handed["reason"]) == (held["ticket_id"], "breach_risk")
    assert held["party"] in handed["message"]


def test_other_right_ways_pass_and_every_mistake_commits_something_and_fails(cases):
    for one in cases.values():
        for right in one.alternatives.values():
            assert right.earned, missed(right)
        for name, wrong in one.mistakes.items():
            assert wrong.committed, (one.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (one.label, name)


def test_the_one_that_is_due_first_comes_first_whatever_the_notes_say(cases):
    for one in cases.values():
        acts = [
            "escalation" if work["party"] else f"reply-{turn}"
            for turn, work in zip(("first", "second"), one.task.instance.decision["work"], strict=True)
        ]
        unmet = {item.id for item in one.mistakes["backwards"].grade.criteria if not item.satisfied}
        assert unmet - {"answer.status"} == {f"before.{acts[0]}.{acts[1]}"}


@pytest.mark.browser
def test_a_ticket_that_waits_outside_is_handed_up_in_the_browser(start, cases):
    one = through_browser(start, cases["hand_up"].task)
    assert one.earned, missed(one)
