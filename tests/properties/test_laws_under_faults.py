"""Under any plan and any valid actions: the shop's laws hold, a key has one effect, the diff names every change."""

import sqlite3
from collections import Counter
from contextlib import closing
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import worlds
from worlds.engine.build import broken_rows
from worlds.engine.faults.catalogue import faults_of
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.proofs.logs import apart
from worlds.engine.world import find
from worlds.graders.changes import fold

SHOP = find("shop")
ORDERS = 40
"""Orders that actions are drawn on: few, so that they meet on the same ones."""
CHANCE = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@cache
def records():
    """Orders with their lines and payments, parcels and stock, as somebody reads them before anything goes wrong."""
    with worlds.open("shop", role="admin") as episode:
        listed = episode.call("list_orders", {"page_size": ORDERS}).body["items"]
        orders = [episode.call("get_order", {"order_id": one["order_id"]}).body for one in listed]
        stock = episode.call("list_stock", {"page_size": 30}).body["items"]
    return orders, stock


@cache
def broken_at_start():
    with worlds.open("shop") as episode, closing(image_of(episode)) as database:
        return {law.name: frozenset(broken_rows(database, law)) for law in SHOP.invariants}


def image_of(episode):
    database = sqlite3.connect(":memory:")
    database.deserialize(episode.image())
    return database


@st.composite
def rules(draw):
    fault = draw(st.sampled_from(sorted(faults_of(SHOP))))
    given_rate = draw(st.one_of(st.none(), st.sampled_from((0.2, 0.5, 1.0))))
    return Rule(fault=fault, nth=draw(st.integers(1, 3)), times=draw(st.integers(0, 3)), rate=given_rate)


PLANS = st.builds(
    lambda found, seed: FaultPlan(rules=tuple(found), seed=seed),
    st.lists(rules(), min_size=1, max_size=4),
    st.integers(0, 10_000),
)
KEYS = st.one_of(st.none(), st.sampled_from(("a", "b")))


def refund(order, units):
    lines = [{"line_id": line["line_id"], "quantity": units} for line in order["lines"][:2]]
    return "refund_order", {"order_id": order["order_id"], "lines": lines, "reason": "damaged"}


def cancel(order, _):
    return "cancel_order", {"order_id": order["order_id"], "reason": "customer"}


def note(order, units):
    return "add_order_note", {"order_id": order["order_id"], "text": f"Looked at it {units} times."}


def capture(order, units):
    payments = order["payments"] or [{"payment_id": units}]
    return "capture_payment", {"payment_id": payments[0]["payment_id"]}


def take_back(order, units):
    lines = [{"line_id": line["line_id"], "quantity": units} for line in order["lines"][:1]]
    return "open_return", {"order_id": order["order_id"], "lines": lines, "reason": "damaged"}


BUSINESS = (refund, refund, cancel, note, capture, take_back)
ACTIONS = st.tuples(st.sampled_from(BUSINESS), st.integers(0, ORDERS - 1), st.integers(1, 2), KEYS)
SHELVES = st.tuples(st.integers(0, 29), st.integers(-2, 3), KEYS)


def act(episode, actions, shelves):
    orders, stock = records()
    for make, number, units, key in actions:
        episode.call(*make(orders[number % len(orders)], units), key=key)
    for number, change, key in shelves:
        level = stock[number % len(stock)]
        place = {"variant_id": level["variant_id"], "location_id": level["location_id"]}
        episode.call("adjust_stock", {**place, "change": change, "reason": "counted"}, key=key)
    episode.call("wait", {"minutes": 60 * 24})


@CHANCE
@given(plan=PLANS, actions=st.lists(ACTIONS, min_size=3, max_size=14), shelves=st.lists(SHELVES, max_size=5))
def test_the_laws_hold_and_the_diff_names_every_change(plan, actions, shelves):
    with worlds.open("shop", role="admin", faults=plan) as episode:
        act(episode, actions, shelves)
        with closing(image_of(episode)) as database:
            for law in SHOP.invariants:
                broken = set(broken_rows(database, law)) - broken_at_start()[law.name]
                assert not broken, f"{law.sentence} {law.table} {sorted(broken)[:3]}"
        logged = {(one.table, one.key): one for one in fold(episode.changes())}
        true = {(one.table, one.key): one for one in apart(episode.start.snapshot.path, episode.image(), SHOP.metadata)}
        assert logged == true
        done = Counter((entry.key, entry.operation) for entry in episode.journal if entry.key and entry.committed)
        assert max(done.values(), default=0) <= 1, "a key did its work twice"


@pytest.mark.parametrize("make", sorted(set(BUSINESS), key=lambda one: one.__name__))
def test_the_actions_are_ones_that_the_shop_takes(make):
    """So that the promise above speaks of work, not of refusals."""
    orders, _ = records()
    with worlds.open("shop", role="admin") as episode:
        assert any(episode.call(*make(order, 1)).ok for order in orders)
