"""Promises of the outbox: what leaves is written down, and may come late or twice under one event id."""

import pytest

import worlds
from worlds.engine import outbox
from worlds.engine.bookkeeping import driver_of
from worlds.engine.events import Event, queue
from worlds.engine.faults.plan import FaultPlan, Rule


def opened(**params):
    rules = (Rule(fault="F33", times=0, params=params),) if params else ()
    return worlds.open("shop", population="small", role="support_l2", faults=FaultPlan(rules=rules))


def parcels(episode):
    with episode._fork.lease() as connection, connection.begin():
        return outbox.listed(driver_of(connection))


def order_of(episode):
    return episode.call("list_orders", {"page_size": 1}).body["items"][0]["order_id"]


def test_a_mail_to_a_customer_leaves_once_and_is_written_down():
    with opened() as episode:
        order_id = order_of(episode)
        assert episode.call("mail_customer", {"order_id": order_id, "message": "We are on it."}).ok
        (mail,) = parcels(episode)
        assert (mail.kind, mail.delivered) == ("email", 1)
        assert mail.subscriber.startswith("mailbox:")
        assert mail.payload["event"].startswith(f"message:{order_id}:")


def test_a_mail_can_come_late():
    with opened(late=7200) as episode:
        assert episode.call("mail_customer", {"order_id": order_of(episode), "message": "We are on it."}).ok
        assert [one.delivered for one in parcels(episode)] == [0]
        episode.call("wait", {"minutes": 121})
        assert parcels(episode)[0].delivered == 1


@pytest.mark.parametrize("twice", [True, False])
def test_a_message_that_comes_twice_keeps_its_event_id(twice):
    with opened(late=3600, twice=twice) as episode:
        whole = {"fulfilment_status": "fulfilled", "financial_status": "paid"}
        found = episode.call("list_orders", whole).body["items"][0]
        order = episode.call("get_order", {"order_id": found["order_id"]}).body
        line_id = order["lines"][0]["line_id"]
        asked = {"order_id": order["order_id"], "line_id": line_id, "units": 1, "approver": "Ruben"}
        with episode._fork.lease() as connection, connection.begin():
            now = int(episode.now.timestamp())
            queue(driver_of(connection), Event.of(now + 1, "ask_approval", asked, "person:Sanne", "world:Sanne"))
            decided = {"order_id": order["order_id"], "units": 1, "answer": "Fine with me."}
            queue(driver_of(connection), Event.of(now + 2, "decide_approval", decided, "person:Ruben", "world:Ruben"))
        episode.call("wait", {"minutes": 180})
        events = [one["event_id"] for one in episode.call("read_inbox").body["items"]]
        assert len(events) == (2 if twice else 1)
        assert len(set(events)) == 1


def test_nothing_of_the_outbox_is_judged():
    with opened() as episode:
        order_id = order_of(episode)
        episode.call("mail_customer", {"order_id": order_id, "message": "We are on it."})
        assert {change.table for change in episode.diff()} == {"outbox_email", "timeline_event", "audit_event"}
