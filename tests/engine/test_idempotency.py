"""Promises of idempotency keys: one effect for one key, however and however often it is sent."""

import pytest

import worlds
from worlds.engine import bookkeeping
from worlds.engine.faults.plan import FaultPlan, Rule

SALE = {"item_id": 3, "quantity": 1}


def sold(episode):
    return sum(one.before["quantity"] - one.after["quantity"] for one in episode.diff() if one.table == "item")


def test_a_key_may_stand_among_the_arguments_beside_them_or_both(stall):
    first = stall.call("sell_item", {**SALE, "idempotency_key": "a"})
    again = stall.call("sell_item", SALE, key="a")
    both = stall.call("sell_item", {**SALE, "idempotency_key": "a"}, key="a")
    assert first.body == again.body == both.body
    assert [entry.outcome for entry in stall.journal] == ["done", "replayed", "replayed"]
    assert [entry.key for entry in stall.journal] == ["a"] * 3
    assert all(entry.arguments == SALE for entry in stall.journal)
    assert sold(stall) == 1


def test_two_keys_for_one_call_are_refused(stall):
    reply = stall.call("sell_item", {**SALE, "idempotency_key": "a"}, key="b")
    assert (reply.status, reply.body["error"]["code"]) == (422, "invalid_idempotency_key")
    assert stall.diff() == []


@pytest.mark.parametrize("key", ["", 5, "x" * 256, ["a"]])
def test_a_key_that_is_none_is_refused_among_the_arguments_too(stall, key):
    reply = stall.call("sell_item", {**SALE, "idempotency_key": key})
    assert (reply.status, reply.body["error"]["code"]) == (422, "invalid_idempotency_key")
    assert stall.diff() == []


def test_a_reading_operation_takes_no_key_among_its_arguments(stall):
    reply = stall.call("get_item", {"item_id": 3, "idempotency_key": "a"})
    assert (reply.status, reply.body["error"]["code"]) == (422, "unknown_argument")


def test_a_replayed_answer_says_so(stall):
    first = stall.call("sell_item", SALE, key="a")
    again = stall.call("sell_item", SALE, key="a")
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_same_arguments_in_another_spelling_are_the_same_and_others_are_refused(stall):
    stall.call("change_item", {"item_id": 3, "price": "2.50", "note": None}, key="a")
    assert stall.call("change_item", {"price": "2.50", "item_id": 3}, key="a").ok
    other = stall.call("change_item", {"item_id": 3, "price": "2.51"}, key="a")
    assert (other.status, other.body["error"]["code"]) == (409, "idempotency_key_reused")
    assert stall.call("get_item", {"item_id": 3}).body["price"] == "2.50"


def test_a_replay_comes_before_the_version_is_looked_at(stall):
    first = stall.call("change_item", {"item_id": 3, "note": "mine", "if_version": 1}, key="a")
    again = stall.call("change_item", {"item_id": 3, "note": "mine", "if_version": 1}, key="a")
    assert again.body == first.body


def test_bad_arguments_keep_nothing_under_a_key(stall):
    assert stall.call("sell_item", {"item_id": 3}, key="a").status == 422
    assert stall.call("sell_item", SALE, key="a").ok


def test_a_missing_permission_keeps_nothing_under_a_key():
    with worlds.open("tiny", role="visitor") as episode:
        assert episode.call("sell_item", SALE, key="a").status == 403
        with episode._fork.lease() as connection:
            driver = bookkeeping.driver_of(connection)
            assert driver.execute("SELECT count(*) FROM engine_idempotency").fetchone() == (0,)


def test_a_refusal_of_the_business_is_kept(stall):
    first = stall.call("sell_item", {"item_id": 3, "quantity": 1000}, key="a")
    stall.call("change_item", {"item_id": 3, "quantity": 1000})
    again = stall.call("sell_item", {"item_id": 3, "quantity": 1000}, key="a")
    assert again.body == first.body
    assert again.status == 409
    assert stall.journal.last.outcome == "replayed"


def test_a_key_belongs_to_its_operation(stall):
    stall.call("sell_item", SALE, key="a")
    assert stall.call("change_item", {"item_id": 3, "note": "mine"}, key="a").ok


def test_a_version_conflict_keeps_nothing_under_a_key(stall):
    assert stall.call("change_item", {"item_id": 3, "note": "mine", "if_version": 2}, key="a").status == 409
    assert stall.call("change_item", {"item_id": 3, "note": "mine", "if_version": 1}, key="a").ok


@pytest.mark.parametrize(("code", "outcome"), [("F1", "replayed"), ("F2", "done")])
def test_a_lost_call_is_sent_again_with_one_effect_whether_it_was_done_or_not(code, outcome):
    plan = FaultPlan(rules=(Rule(fault=code),))
    with worlds.open("tiny", role="keeper", faults=plan) as episode:
        assert episode.call("sell_item", SALE, key="a").status == 504
        assert episode.call("sell_item", SALE, key="a").ok
        assert episode.journal.last.outcome == outcome
        assert sold(episode) == 1


def test_an_error_that_is_kept_is_answered_again_on_every_surface_alike():
    plan = FaultPlan(rules=(Rule(fault="F3", params={"kept": True}),))
    with worlds.open("tiny", role="keeper", faults=plan) as episode:
        first = episode.call("sell_item", SALE, key="a")
        again = episode.call("sell_item", SALE, key="a")
        over_http = episode.perform("sell_item", SALE, "http", key="a")
        assert first.status == again.status == over_http.status == 500
        assert again.body["body"] == first.body["body"] == over_http.body
        assert over_http.headers["Idempotent-Replayed"] == "true"
        assert sold(episode) == 0
        assert episode.call("sell_item", SALE, key="b").ok


def test_a_key_is_forgotten_a_day_after_it_was_first_used(stall):
    stall.call("sell_item", SALE, key="a")
    seconds = bookkeeping.KEYS_LIVE
    stall.perform("sell_item", SALE, "tools", key="a", seconds=seconds)
    assert stall.journal.last.outcome == "replayed"
    stall.perform("sell_item", SALE, "tools", key="a", seconds=1)
    assert stall.journal.last.outcome == "done"
    assert sold(stall) == 2


def test_keys_are_part_of_a_fork_and_gone_after_a_reset(stall):
    stall.call("sell_item", SALE, key="a")
    with stall.fork() as other:
        other.call("sell_item", SALE, key="a")
        assert other.journal.last.outcome == "replayed"
    stall.reset()
    stall.call("sell_item", SALE, key="a")
    assert stall.journal.last.outcome == "done"
