"""Promises of record locks: who has a record to themselves is named, others wait, and it ends by the virtual clock."""

from datetime import timedelta

import pytest

import worlds
from worlds.engine import bookkeeping, locks
from worlds.engine.operation import Operation
from worlds.engine.targets import parts_of, wholes_of

MINUTE = 60


def locked(episode, table, key, seconds=MINUTE, holder="Ann", why="stock count"):
    """Lock a record for somebody, as the business of a world would."""
    until = int((episode.now + timedelta(seconds=seconds)).timestamp())
    with episode._fork.lease() as connection, connection.begin():
        locks.lock(bookkeeping.driver_of(connection), table, key, holder, why, until)
    return until


def test_a_write_on_a_locked_record_is_refused_with_who_why_and_until_when(stall):
    locked(stall, "item", 3)
    reply = stall.call("change_item", {"item_id": 3, "note": "mine"})
    error = reply.body["body"]["error"]
    assert (reply.status, error["code"]) == (423, "record_locked")
    assert (error["record"], error["id"], error["holder"], error["why"]) == ("item", 3, "Ann", "stock count")
    assert int(reply.body["headers"]["Retry-After"]) == MINUTE - 2
    assert stall.diff() == []
    assert not stall.journal.last.committed


def test_reading_a_locked_record_and_writing_another_one_go_on(stall):
    locked(stall, "item", 3)
    assert stall.call("get_item", {"item_id": 3}).ok
    assert stall.call("change_item", {"item_id": 4, "note": "mine"}).ok


def test_a_lock_ends_by_itself_for_who_waits_as_long_as_they_are_asked_to(stall):
    locked(stall, "item", 3)
    asked = int(stall.call("sell_item", {"item_id": 3, "quantity": 1}).body["headers"]["Retry-After"])
    assert stall.perform("sell_item", {"item_id": 3, "quantity": 1}, "tools", seconds=asked - 1).status == 423
    assert stall.perform("sell_item", {"item_id": 3, "quantity": 1}, "tools", seconds=1).ok
    assert len(stall.diff()) == 1


def test_a_refused_write_keeps_nothing_under_its_key(stall):
    locked(stall, "item", 3)
    assert stall.call("sell_item", {"item_id": 3, "quantity": 1}, key="once").status == 423
    seconds = MINUTE
    assert stall.perform("sell_item", {"item_id": 3, "quantity": 1}, "tools", key="once", seconds=seconds).ok
    assert stall.journal.last.outcome == "done"


def test_a_lock_that_is_released_is_gone(stall):
    until = locked(stall, "item", 3)
    with stall._fork.lease() as connection, connection.begin():
        driver = bookkeeping.driver_of(connection)
        assert locks.holder(driver, "item", 3, until - 1) == locks.Lock("item", 3, "Ann", "stock count", until)
        assert locks.holder(driver, "item", 3, until) is None
        locks.release(driver, "item", 3)
        assert not locks.any_at(driver, until - 1)
    assert stall.call("change_item", {"item_id": 3, "note": "mine"}).ok


def test_locks_are_part_of_the_state_and_of_a_fork(stall):
    before = stall.state_hash()
    locked(stall, "item", 3)
    assert stall.state_hash() != before
    with stall.fork() as other:
        assert other.call("change_item", {"item_id": 3, "note": "mine"}).status == 423
    stall.reset()
    assert stall.state_hash() == before


@pytest.fixture
def order():
    """The back office, and an open order of it."""
    with worlds.open("shop", role="admin") as episode:
        rows = episode.call("list_orders", {"fulfilment_status": "unfulfilled", "cancelled": False}).body["items"]
        yield episode, rows[0]["order_id"]


def test_what_is_only_put_beside_a_record_is_not_stopped(order):
    episode, order_id = order
    locked(episode, "sales_order", order_id, holder="Dana", why="approval")
    refused = episode.call("cancel_order", {"order_id": order_id, "reason": "customer"})
    assert refused.status == 423
    assert "Order" in str(refused.body["body"])
    assert "Dana" in str(refused.body["body"])
    assert episode.call("add_order_note", {"order_id": order_id, "text": "It is locked."}).ok
    handed_over = {"team": "operations", "reason": "other", "message": "It is locked.", "order_id": order_id}
    assert episode.call("escalate", handed_over).ok


def test_who_has_a_record_to_themselves_is_not_in_their_own_way(order):
    episode, order_id = order
    asked = {"order_id": order_id, "reason": "customer"}
    for holder in ("Dana", ""):
        locked(episode, "sales_order", order_id, holder=holder)
        assert episode.call("cancel_order", asked).status == 423
    assert episode.actor.name
    locked(episode, "sales_order", order_id, holder=episode.actor.name)
    assert episode.call("cancel_order", asked).status != 423


def test_who_has_locked_the_whole_has_locked_its_parts():
    with worlds.open("shop", role="merch") as episode:
        product = episode.call("list_products", {"page_size": 1}).body["items"][0]["product_id"]
        variant = episode.call("get_product_record", {"product_id": product}).body["variants"][0]
        locked(episode, "product", product)
        assert episode.call("update_variant", {"variant_id": variant["variant_id"], "weight": 1}).status == 423
        metadata = episode.world.metadata
        assert parts_of(metadata, "product") == (("variant", "product_id"),)
        with episode._fork.lease() as connection:
            driver = bookkeeping.driver_of(connection)
            assert wholes_of(driver, metadata, ("variant", variant["variant_id"])) == (("product", product),)


def test_every_writing_operation_of_the_shop_that_hands_over_is_free_of_locks():
    operations = worlds.discover()["shop"].operations
    free = {one.name for one in operations.values() if isinstance(one, Operation) and not one.locks_bind}
    assert {"escalate", "add_order_note", "mail_customer"} <= free
    assert "edit_shipping_address" not in free
