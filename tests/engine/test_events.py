"""Promises of queued events: they happen when they are due, keep their first cause, and are settled before a grade."""

from dataclasses import replace
from datetime import timedelta

import pytest

import worlds
from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.events import HORIZON
from worlds.engine.faults.plan import NORMAL, Conditions, FaultPlan, Rule
from worlds.engine.hands import Hands
from worlds.engine.task import Happening
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.seeds.forks import open_fork

DAY = 86_400


@pytest.fixture
def episode():
    with worlds.open("tiny/recount", seed=3) as opened:
        yield opened


def count_of(episode, item_id):
    return episode.call("get_item", {"item_id": item_id}).body["quantity"]


def roots(episode):
    episode.grade({"status": "done"})
    return [(entry.table, entry.operation, entry.actor, entry.root) for entry in episode.record.entries]


def test_an_event_happens_before_the_first_call_after_it_is_due(episode):
    before = count_of(episode, 3)
    episode.call("order_delivery", {"item_id": 3, "quantity": 7, "days": 2})
    assert count_of(episode, 3) == before
    episode.perform("get_item", {"item_id": 3}, "tools", seconds=2 * DAY)
    assert count_of(episode, 3) == before + 7


def test_what_an_event_sets_off_is_rooted_in_the_call_that_began_it(episode):
    episode.call("order_delivery", {"item_id": 3, "quantity": 7, "days": 1})
    episode.perform("list_items", {}, "tools", seconds=3 * DAY)
    assert roots(episode) == [
        ("item", "deliver", "system", "agent:1"),
        ("message", "thank", "system", "agent:1"),
    ]


def test_an_event_sees_the_time_at_which_it_was_due(episode):
    begin = episode.now
    episode.call("order_delivery", {"item_id": 3, "quantity": 7, "days": 1})
    episode.perform("list_items", {}, "tools", seconds=20 * DAY)
    (message,) = [change.after for change in episode.diff() if change.table == "message"]
    assert message["body"] == f"{begin + timedelta(days=2, seconds=2):%Y-%m-%d}"


def test_an_event_that_the_business_refuses_by_then_does_not_happen(episode):
    left = count_of(episode, 3)
    with opened(episode, Happening(name="trade", operation="pass_by", arguments={"item_id": 3, "quantity": 5})) as busy:
        busy.call("change_item", {"item_id": 3, "quantity": 4})
        assert count_of(busy, 3) == 4 != left


def opened(episode, *happenings, conditions=NORMAL):
    """An episode of the recount in which others act."""
    with worlds.open("tiny/recount", seed=3) as one:
        instance = replace(one.task.instance, happenings=happenings)
        task, fork = replace(one.task, instance=instance), open_fork(one.start.snapshot.path)
        return Episode(one.start, fork, one.actor, task, conditions=conditions)


def test_what_others_do_happens_once_after_the_call_that_it_hangs_on_and_is_not_the_agents(episode):
    sale = Happening(name="trade", operation="pass_by", arguments={"item_id": 3, "quantity": 2}, after="list_items")
    with opened(episode, sale) as busy:
        before = count_of(busy, 3)
        busy.call("list_items")
        assert count_of(busy, 3) == before - 2
        busy.call("list_items")
        assert count_of(busy, 3) == before - 2
        assert roots(busy) == [("item", "pass_by", "trade", "world:trade")]
        assert busy.grade().score == 0.0


def test_what_hangs_on_a_call_about_one_record_waits_for_that_record(episode):
    what = {"name": "trade", "operation": "pass_by", "arguments": {"item_id": 3, "quantity": 2}}
    with opened(episode, Happening(**what, after="change_item", given={"item_id": 3})) as busy:
        before = count_of(busy, 3)
        busy.call("change_item", {"item_id": 4, "quantity": 1})
        assert count_of(busy, 3) == before
        busy.call("change_item", {"item_id": 3, "quantity": before})
        assert count_of(busy, 3) == before - 2


def test_a_call_that_is_undone_sets_nothing_off_and_the_one_that_is_kept_does(episode):
    plan = FaultPlan(name="green light", rules=(Rule(fault="false-success", operations=("change_item",)),))
    sale = Happening(name="trade", operation="pass_by", arguments={"item_id": 3, "quantity": 2}, after="change_item")
    with opened(episode, sale, conditions=Conditions(plan=plan)) as busy:
        before = count_of(busy, 3)
        assert busy.call("change_item", {"item_id": 3, "quantity": before + 1}).ok
        assert count_of(busy, 3) == before
        assert busy.call("change_item", {"item_id": 3, "quantity": before + 1}).ok
        assert count_of(busy, 3) == before + 1 - 2


def test_what_hangs_on_the_start_happens_whatever_the_agent_does(episode):
    sale = Happening(name="trade", operation="pass_by", arguments={"item_id": 3, "quantity": 2}, delay=60)
    with opened(episode, sale) as busy:
        before = count_of(busy, 3)
        busy.perform("list_items", {}, "pages", seconds=61)
        assert count_of(busy, 3) == before - 2


def test_a_reset_undoes_what_was_queued_and_a_fork_keeps_it(episode):
    before = count_of(episode, 3)
    episode.call("order_delivery", {"item_id": 3, "quantity": 7, "days": 1})
    with episode.fork() as other:
        other.perform("list_items", {}, "tools", seconds=2 * DAY)
        assert count_of(other, 3) == before + 7
    episode.reset()
    episode.perform("list_items", {}, "tools", seconds=2 * DAY)
    assert count_of(episode, 3) == before


def test_the_same_actions_give_the_same_dump_with_events(episode):
    def image():
        with worlds.open("tiny", role="keeper") as one:
            one.call("order_delivery", {"item_id": 3, "quantity": 7, "days": 1})
            one.perform("list_items", {}, "tools", seconds=9 * DAY)
            return one.image(), one.state_hash()

    assert image() == image()


def graded(days, operation="order_delivery"):
    """The grade of a recount in which the agent also ordered something to come so many days later."""
    with worlds.open("tiny/recount", seed=3) as episode:
        answer = episode.task.family.solve(Hands(episode))
        beside = episode.task.instance.target["item"][0] % 40 + 1
        assert episode.call(operation, {"item_id": beside, "quantity": 7, "days": days}).ok
        before = episode.image()
        grade = episode.grade(answer)
        assert episode.image() == before
        return grade, episode.record


def test_what_the_agent_queued_is_settled_before_it_is_graded():
    grade, record = graded(days=5)
    assert not grade.passed
    assert {one.table for one in grade.collateral} == {"item", "message"}
    assert record.unsettled == ()


def test_what_lies_beyond_the_horizon_is_named_in_the_record():
    _, record = graded(days=HORIZON.days + 10)
    assert record.unsettled == ("deliver",)


def test_what_the_agent_queued_can_be_what_was_asked_for():
    with worlds.open("tiny/recount", seed=3) as one:
        ordered = Effect("came", "item", "update", where={"id": 9}, set={"quantity": 7 + count_of(one, 9)}, by="any")
        thanked = Effect("thanks", "message", "insert", where={"item_id": 9}, by="automation")
        instance = replace(one.task.instance, expectation=Expectation(any_of=[Bundle(required=[ordered, thanked])]))
        with Episode(
            one.start, open_fork(one.start.snapshot.path), one.actor, replace(one.task, instance=instance)
        ) as own:
            own.call("order_delivery", {"item_id": 9, "quantity": 7, "days": 2})
            assert own.grade().passed


def test_only_event_operations_can_be_queued_and_no_surface_offers_them(episode):
    assert episode.call("deliver", {"item_id": 3, "quantity": 1}).body["error"]["code"] == "unknown_operation"
    assert not {"deliver", "thank", "pass_by"} & {tool["function"]["name"] for tool in episode.tools()}
    wrong = Happening(name="keeper", operation="sell_item", arguments={"item_id": 3, "quantity": 1})
    with opened(episode, wrong) as broken:
        broken.call("get_item", {"item_id": 3})
        with pytest.raises(WorldBug):
            broken.perform("list_items", {}, "tools", seconds=60)


def test_an_event_that_crashes_ends_the_episode_as_our_defect(episode):
    fire = Happening(name="fire", operation="burn_down", arguments={"item_id": 3})
    with opened(episode, fire) as burning:
        burning.call("list_items")
        with pytest.raises(WorldBug):
            burning.call("list_items")
        grade = burning.grade({"status": "done"})
        assert (grade.reward, grade.cause) == (None, "world_bug")
