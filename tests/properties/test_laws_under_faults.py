"""Under any plan and any work at the shop: its laws hold, a key has one effect, the diff names every change."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keeping import KEYS, chance, check, plans

import worlds
from worlds.engine.world import find

SHOP = find("shop")
ORDERS = 40
"""Orders that actions are drawn on: few, so that they meet on the same ones."""


@cache
def records():
    """Orders with their lines and payments, parcels and stock, as somebody reads them before anything goes wrong."""
    with worlds.open("shop", role="admin") as episode:
        listed = episode.call("list_orders", {"page_size": ORDERS}).body["items"]
        orders = [episode.call("get_order", {"order_id": one["order_id"]}).body for one in listed]
        stock = episode.call("list_stock", {"page_size": 30}).body["items"]
    return orders, stock


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


@chance(30)
@given(plan=plans(SHOP), actions=st.lists(ACTIONS, min_size=3, max_size=14), shelves=st.lists(SHELVES, max_size=5))
def test_the_laws_hold_and_the_diff_names_every_change(plan, actions, shelves):
    with worlds.open("shop", role="admin", faults=plan) as episode:
        act(episode, actions, shelves)
        check(episode)


@pytest.mark.parametrize("make", sorted(set(BUSINESS), key=lambda one: one.__name__))
def test_the_actions_are_ones_that_the_shop_takes(make):
    """So that the promise above speaks of work, not of refusals."""
    orders, _ = records()
    with worlds.open("shop", role="admin") as episode:
        assert any(episode.call(*make(order, 1)).ok for order in orders)
