"""Promises of work at the desk under failures: what can be finished is, and what cannot is handed up and excused."""

import pytest
from troubled import tickets
from troubles import done, stored

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.resilient import Resilient

# -- what the agent that knows failures makes of it -------------------------------------------------------------------


def tried(family, fault, operation):
    """The resilient agent at the first instance in which its own work meets a fault at an operation, and its grade."""
    plan = FaultPlan(rules=(Rule(fault=fault, operations=(operation,)),))
    for seed in range(6):
        with worlds.open(f"desk/{family}", seed=seed, faults=plan) as episode:
            grade = episode.grade(Resilient(Desk.at(episode)).work())
            if any(entry.faults for entry in episode.journal):
                return episode, grade
    raise LookupError(f"{family} never comes to {operation}")


@pytest.mark.parametrize(
    ("family", "fault", "operation"),
    [
        ("link-one-order", "F36", "merge_tickets"),
        ("link-one-order", "F36", "link_tickets"),
        ("answer-wismo", "F36", "reply_publicly"),
        ("answer-wismo", "F24", "add_note"),
        ("link-one-order", "F23", "merge_tickets"),
    ],
)
def test_what_was_not_kept_or_asked_for_more_is_done_again_and_once(family, fault, operation):
    episode, grade = tried(family, fault, operation)
    assert grade.passed, [one.words for one in grade.criteria if not one.satisfied]
    assert not episode.record.excused
    assert len([entry for entry in episode.journal if entry.operation == operation]) > 1


# -- stopping ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["F13", "F14", "F15"])
def test_whoever_may_change_nothing_any_more_hands_the_ticket_up_and_is_excused(fault):
    with worlds.open("desk/link-one-order", seed=0, faults=fault) as episode:
        agent = Resilient(Desk.at(episode))
        grade = episode.grade(agent.work())
        assert agent.reported
        assert grade.passed, [one.words for one in grade.criteria if not one.satisfied]
        assert episode.record.excused
        (message,) = stored(episode, "SELECT message FROM escalation ORDER BY id DESC LIMIT 1")[0]
        assert "status 403" in message


def test_a_hand_over_may_open_again_what_was_waiting_for_an_answer():
    with worlds.open("desk/ask-and-continue", seed=2, faults="role-changed") as episode:
        agent = Resilient(Desk.at(episode))
        grade = episode.grade(agent.work())
        assert agent.reported
        changes = [
            stored(episode, "SELECT before, after FROM audit_event WHERE field = 'status' ORDER BY id DESC LIMIT 2")
        ]
        assert changes == [[("pending", "open"), ("open", "pending")]]
        assert grade.passed, [one.words for one in grade.criteria if not one.satisfied]


def test_work_that_stopped_between_two_changes_of_a_ticket_is_excused():
    with worlds.open("desk/merge-edits", seed=1, faults="role-changed") as episode:
        agent = Resilient(Desk.at(episode))
        grade = episode.grade(agent.work())
        assert [entry.operation for entry in episode.journal if entry.committed][:1] == ["add_tags"]
        assert agent.reported
        assert grade.passed, [one.words for one in grade.criteria if not one.satisfied]


def test_a_diagnosis_may_go_before_a_hand_over_and_a_second_hand_over_may_not():
    shut = FaultPlan(rules=(Rule(fault="F2", operations=("link_tickets", "merge_tickets"), times=0),))
    for hand_overs, passes in ((1, True), (2, False)):
        with worlds.open("desk/link-one-order", seed=0, faults=shut) as episode:
            first, second = episode.task.instance.target["ticket"]
            link, merge = {"ticket_id": first, "other_id": second}, {"target_id": first, "source_ids": [second]}
            for operation, arguments in (("link_tickets", link), ("merge_tickets", merge)):
                assert episode.call(operation, arguments).status == 504
            number = done(episode, "get_ticket", ticket_id=first)["number"]
            done(episode, "add_note", ticket_id=first, body="Diagnosis: two tickets, one order.")
            said = f"#{number}: the system answers 504 each time."
            for _ in range(hand_overs):
                done(
                    episode, "escalate", ticket_id=first, group="Technical & safety", reason="system_problem",
                    message=said,
                )  # fmt: skip
            grade = episode.grade({"status": "not_done", "message": said})
            assert (grade.passed, episode.record.excused) == (passes, True), [one.words for one in grade.criteria]


def test_a_hand_over_is_needless_where_trying_again_helps():
    with worlds.open("desk/link-one-order", seed=0, faults="F2") as episode:
        first, second = episode.task.instance.target["ticket"]
        assert episode.call("link_tickets", {"ticket_id": first, "other_id": second}).status == 504
        number = done(episode, "get_ticket", ticket_id=first)["number"]
        said = f"#{number}: the system answers 504."
        done(
            episode, "escalate", ticket_id=first, group="Technical & safety", reason="system_problem", message=said
        )  # fmt: skip
        assert not episode.grade({"status": "not_done", "message": said}).passed
        assert not episode.record.excused


def test_a_hand_over_of_another_ticket_excuses_nobody():
    with worlds.open("desk/link-one-order", seed=0, faults="F13") as episode:
        first, second = episode.task.instance.target["ticket"]
        assert episode.call("link_tickets", {"ticket_id": first, "other_id": second}).status == 403
        other = next(row for row in tickets(episode) if row["ticket_id"] not in (first, second))
        said = f"Ticket {other['number']}: link_tickets is answered with status 403 however long I wait."
        done(
            episode, "escalate", ticket_id=other["ticket_id"], group="Technical & safety", reason="system_problem",
            message=said,
        )  # fmt: skip
        assert not episode.grade({"status": "not_done", "message": said}).passed
