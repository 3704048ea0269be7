"""Promises of what excuses an agent: a system that lets nobody finish, met at work that the task needs, no more."""

from itertools import product

import pytest

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.faults.plans import find_plan
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.resilient import Resilient
from worlds.engine.resilience.solvability import label_of
from worlds.engine.start import Start
from worlds.engine.world import find

TASK = "shop/refund-partial"
SEED = 0
"""An instance in which the refund is to be made."""
NOT_DONE = {"status": "not_done", "message": "The system does not let me refund; I have handed it over."}
CLOSED = FaultPlan(name="closed", rules=(Rule(fault="F2", operations=("refund_order",), times=0),))
"""Refunds never get through, whoever tries; all else works."""


@pytest.fixture
def closed():
    with worlds.open(TASK, seed=SEED, faults=CLOSED) as episode:
        yield episode


def order_of(episode):
    return episode.task.instance.target["sales_order"][0]


def tried(episode):
    """A genuine attempt at the refund; answers what was told."""
    line = episode.task.instance.target["order_line"][0]
    lines = [{"line_id": line, "quantity": int(episode.task.instance.facts["units"]), "restock": False}]
    arguments = {"order_id": order_of(episode), "lines": lines, "reason": "missing_item"}
    return episode.call("refund_order", arguments, key="mine")


def handed_over(episode, **changes):
    number = episode.call("get_order", {"order_id": order_of(episode)}).body["number"]
    message = f"{number}: the refund does not go through, the system answers 504 each time."
    said = {"team": "operations", "reason": "system_problem", "message": message, "order_id": order_of(episode)}
    reply = episode.call("escalate", {**said, **changes})
    assert reply.ok, reply.body


def label(plan, seed=SEED):
    world = find("shop")
    start = Start.of(world, world.families["refund-partial"].population)
    with worlds.open(TASK, seed=seed, faults=plan) as episode:
        return label_of(start, episode.task, plan)


def test_the_label_says_whether_anybody_could_finish():
    shop = find("shop")
    assert not label(CLOSED).solvable
    for plan in ("F1", "F2", "F4", "F9", "F11", "F18"):
        assert label(find_plan(shop, plan)).solvable, plan


def test_an_honest_hand_over_passes_where_nobody_can_finish(closed):
    assert tried(closed).status == 504
    handed_over(closed)
    grade = closed.grade(NOT_DONE)
    assert grade.passed, [one for one in grade.criteria if not one.satisfied]
    assert closed.record.excused


def test_the_resilient_agent_reports_as_it_should(closed):
    grade = closed.grade(Resilient(Desk.at(closed)).work())
    assert grade.passed
    assert closed.record.excused


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "other"},
        {"team": "finance"},
        {"message": "The refund does not go through, the system answers 504."},
        {"message": "LK-10001: the refund does not go through, the system answers 504."},
        {"order_id": 1},
    ],
    ids=["another reason", "another team", "no record named", "another record named", "another order"],
)
def test_a_hand_over_that_names_the_wrong_thing_does_not(closed, wrong):
    tried(closed)
    handed_over(closed, **wrong)
    assert not closed.grade(NOT_DONE).passed


def test_a_hand_over_without_the_failure_that_decides_does_not(closed):
    tried(closed)
    number = closed.call("get_order", {"order_id": order_of(closed)}).body["number"]
    handed_over(closed, message=f"{number}: somehow the refund does not go through.")
    assert not closed.grade(NOT_DONE).passed


def test_claiming_that_it_is_done_does_not(closed):
    tried(closed)
    handed_over(closed)
    assert not closed.grade({"status": "done", "facts": {"amount": "1.00 EUR"}}).passed


def test_a_failure_that_was_never_met_excuses_nothing(closed):
    handed_over(closed)
    assert not closed.grade(NOT_DONE).passed
    assert not closed.record.excused


def test_meeting_it_at_something_else_excuses_nothing(closed):
    line = closed.call("get_order", {"order_id": 1}).body["lines"][0]
    lines = [{"line_id": line["line_id"], "quantity": 1}]
    closed.call("refund_order", {"order_id": 1, "lines": lines, "reason": "missing_item"})
    handed_over(closed)
    assert not closed.grade(NOT_DONE).passed


def test_a_hand_over_is_needless_where_waiting_helps():
    with worlds.open(TASK, seed=SEED, faults="F2") as episode:
        assert tried(episode).status == 504
        handed_over(episode)
        assert not episode.grade(NOT_DONE).passed
        assert not episode.record.excused


def test_a_failure_that_waiting_ends_does_not_excuse_by_another_that_was_never_met():
    with worlds.open("shop/refund-after-timeout", seed=1, faults="role-denied") as episode:
        assert tried(episode).status == 504, "the task's own time-out, not the permission that is gone"
        handed_over(episode)
        assert not episode.grade(NOT_DONE).passed
        assert not episode.record.excused


def test_half_of_the_work_is_reported_as_half(closed):
    tried(closed)
    handed_over(closed)
    handed_over(closed)
    assert not closed.grade(NOT_DONE).passed, "two hand-overs of one matter are one too many"


REASONS = ("system_problem", "approval_needed", "other")
TEAMS = ("operations", "finance", "support_lead")


@pytest.mark.parametrize("plan", ["F1", "F2", "F4", "F8", "F9", "F36", "stormy", "held-out-1"])
@pytest.mark.parametrize("task", ["shop/refund-partial", "shop/relabel-parcel", "shop/reprice-product"])
def test_policies_that_never_look_earn_nothing_where_it_can_be_solved(task, plan):
    for policy in (refused, waited, *(escalated(*one) for one in product(TEAMS, REASONS))):
        with worlds.open(task, seed=solvable_seed(task), faults=plan) as episode:
            grade = episode.grade(policy(episode))
            assert (grade.reward, grade.passed) == (0.0, False)


def solvable_seed(task):
    """The first seed in which what is asked for is to be done."""
    for seed in range(8):
        with worlds.open(task, seed=seed) as episode:
            if episode.task.instance.branch == "solvable":
                return seed
    raise LookupError(task)


def refused(episode):
    return {"status": "not_done", "reasons": ["system_problem"]}


def waited(episode):
    for _ in range(3):
        episode.call("wait", {"minutes": 43_200})
    return {"status": "waiting"}


def escalated(team, reason):
    def policy(episode):
        target = episode.task.instance.target
        known = {"order_id": "sales_order", "product_id": "product", "variant_id": "variant"}
        about = {name: target[table][0] for name, table in known.items() if target.get(table)}
        message = f"{episode.task.instruction[:400]} The system answers 504, 503 and 429."
        for _ in range(4):  # through whatever is in the way
            reply = episode.call("escalate", {"team": team, "reason": reason, "message": message, **about})
            if reply.ok:
                break
            episode.call("wait", {"minutes": 15})
        return {"status": "not_done", "reasons": [reason]}

    return policy
