"""Promises of background actors: automations interfere a bounded number of times, and nobody else is blamed for it."""

import json

from troubles import roots, stored

import worlds
from worlds.engine.faults.catalogue import faults_of
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.world import find


def noted(episode, times=1):
    order_id = episode.call("list_orders", {"page_size": 1}).body["items"][0]["order_id"]
    for number in range(times):
        assert episode.call("add_order_note", {"order_id": order_id, "text": f"Seen {number}."}).ok
    return order_id


def test_an_automation_tags_an_order_right_after_it_was_changed():
    with worlds.open("shop", population="small", role="support_l2", faults="F34") as episode:
        order_id = noted(episode)
        assert "noted" in episode.call("get_order", {"order_id": order_id}).body["tags"]
        assert [entry.faults for entry in episode.journal] == [(), ("automation-interferes",), ()]
        assert roots(episode, "sales_order") == {("trigger 4", "world")}


def test_an_automation_gives_up_after_so_many_times():
    with worlds.open("shop", population="small", role="support_l2", faults="F34") as episode:
        noted(episode, times=4)
        met = [entry.faults for entry in episode.journal if entry.operation == "add_order_note"]
        assert met == [("automation-interferes",), ("automation-interferes",), (), ()]


def test_calls_that_no_automation_looks_at_are_not_counted():
    plan = FaultPlan(rules=(Rule(fault="F34", nth=1, times=0),))
    with worlds.open("shop", population="small", role="support_l2", faults=plan) as episode:
        order_id = noted(episode, times=0)
        assert episode.call("mail_customer", {"order_id": order_id, "message": "Hello."}).ok
        assert not any(entry.faults for entry in episode.journal)


def test_the_same_plan_gives_the_same_deliveries_twice():
    def state():
        with worlds.open("shop", population="small", role="support_l2", faults="F33", seed=4) as episode:
            order_id = noted(episode)
            for number in range(6):
                episode.call("mail_customer", {"order_id": order_id, "message": f"Message {number}."})
            episode.call("wait", {"minutes": 600})
            sent = stored(episode, "SELECT id, delivered FROM engine_outbox ORDER BY id")
            return episode.state_hash(), json.dumps(sent)

    first = state()
    assert first == state()
    delivered = [count for _, count in json.loads(first[1])]
    assert set(delivered) == {1, 2}


def test_both_faults_are_found_by_their_shape():
    named = {fault.code: fault.name for fault in faults_of(find("shop")).values()}
    assert (named["F33"], named["F34"]) == ("webhooks-astray", "automation-interferes")
