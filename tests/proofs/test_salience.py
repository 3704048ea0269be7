"""Promises of the salience probes: a target that stands out is named, one drawn evenly is not."""

from dataclasses import replace

import pytest
from sqlalchemy import select

import worlds
from worlds.engine.context import Actor
from worlds.engine.drawing import draw
from worlds.engine.proofs.proof import View
from worlds.engine.proofs.salience import PROOF, Tally
from worlds.engine.start import Start
from worlds.engine.task import Instance
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.shop.models import SalesOrder


def start_of(name):
    world = worlds.discover()[name]
    return Start.of(world, "small")


def concluded(start, monkeypatch, family):
    monkeypatch.setitem(start.world.__dict__, "families", {family.name: family})
    return PROOF.conclude(View(start, family, range(3)), [])


def recount_of(start, name, choose):
    """The tiny world's family with another way to choose the item."""
    family = start.world.families["recount"]

    def drawn(draw):
        items = list(draw.session.scalars(select(start.world.part("models").Item)))
        return family.instance(replace(draw, pinned=choose(draw, items)))

    return replace(family, name=name, instance=drawn)


@pytest.fixture
def tiny():
    return start_of("tiny")


def test_targets_that_are_drawn_evenly_do_not_stand_out(tiny):
    family = tiny.world.families["recount"]
    verdict = PROOF.conclude(View(tiny, family, range(3)), [])
    assert verdict.holes == []
    assert verdict.figures["instances"] == 200
    assert verdict.figures["probes"] >= 10


def test_a_target_that_is_always_the_largest_id_is_named(tiny, monkeypatch):
    last = recount_of(tiny, "always-last", lambda _, items: max(items, key=lambda one: one.id))
    verdict = concluded(tiny, monkeypatch, last)
    assert any("largest id of item" in hole and "gives the target away: 200 of 200" in hole for hole in verdict.holes)


def test_a_target_that_is_the_dearest_now_and_then_is_named(tiny, monkeypatch):
    def choose(draw, items):
        dearest = max(items, key=lambda one: one.price)
        return dearest if draw.seed % 4 == 0 else draw.rng("item").choice(items)

    verdict = concluded(tiny, monkeypatch, recount_of(tiny, "often-dearest", choose))
    assert len(verdict.holes) == 1
    assert "largest price of item" in verdict.holes[0]


def test_the_first_row_of_the_list_that_the_role_sees_is_named(tiny, monkeypatch):
    first = recount_of(tiny, "always-first", lambda _, items: min(items, key=lambda one: one.id))
    verdict = concluded(tiny, monkeypatch, first)
    assert any("first of list_items" in hole for hole in verdict.holes)


def orders_of_a_customer(name, choose):
    """A family of the shop about one of the orders of somebody who has several."""
    family = worlds.discover()["shop"].families["fix-tracking"]

    def instance(draw):
        orders = draw.pick(customers)
        order_id = choose(draw, orders)
        effect = Effect("changed", "sales_order", "update", where={"id": order_id}, set={"source": "seen"})
        return Instance(
            instruction=f"One of the orders of {orders[0][1]}, please.",
            facts={"email": orders[0][1]},
            actor=Actor("ops"),
            expectation=Expectation([Bundle([effect])]),
            target={"sales_order": [order_id]},
        )

    return replace(family, name=name, instance=instance)


def customers(draw):
    """Id and address of the orders of everybody who has three or more, oldest first."""
    by_customer = {}
    query = select(SalesOrder).where(SalesOrder.customer_id.is_not(None)).order_by(SalesOrder.placed_at, SalesOrder.id)
    for order in draw.session.scalars(query):
        by_customer.setdefault(order.customer_id, []).append((order.id, order.email))
    return [tuple(orders) for _, orders in sorted(by_customer.items()) if len(orders) > 2]


def test_the_newest_order_of_the_customer_that_the_instruction_names_is_named(monkeypatch):
    newest = orders_of_a_customer("newest-of-theirs", lambda _, orders: orders[-1][0])
    verdict = concluded(start_of("shop"), monkeypatch, newest)
    assert any("newest placed_at of sales_order with the same customer_id" in hole for hole in verdict.holes)


def test_any_order_of_the_customer_is_not_named(monkeypatch):
    some = orders_of_a_customer("any-of-theirs", lambda draw, orders: draw.rng("order").choice(orders)[0])
    start = start_of("shop")
    verdict = concluded(start, monkeypatch, some)
    assert verdict.holes == []
    assert draw(start, some, 0).instance.target != draw(start, some, 1).instance.target


def test_few_instances_with_candidates_prove_nothing():
    tally = Tally()
    for seed in range(2):
        tally.add(seed, hit=True, chance=0.3)
    assert tally.rate > tally.most
    assert not tally.tells
    for seed in range(2, 12):
        tally.add(seed, hit=True, chance=0.3)
    assert tally.tells
