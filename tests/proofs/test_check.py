"""Promises of `worlds check`: a sound family has no holes, and each kind of hole is named."""

from dataclasses import replace

import pytest

import worlds
from worlds.engine.proofs.check import check_family
from worlds.graders.answers import FinalAnswer
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation


@pytest.fixture
def world():
    return worlds.discover()["tiny"]


@pytest.fixture
def family(world):
    return world.families["recount"]


def checked(world, family, monkeypatch):
    monkeypatch.setitem(world.__dict__, "families", {family.name: family})
    return check_family(world, family, seeds=4, browser_seeds=0)


def test_a_sound_family_has_no_holes(world, family):
    report = check_family(world, family, seeds=20, browser_seeds=2)
    assert report.holes == []
    assert (report.solved, report.browsed, report.idle_score, report.fingerprints) == (20, 2, 0.0, 20)
    assert report.mistakes == {"the item beside it": 0, "the price as well": 0}


def test_a_mistake_that_passes_is_a_hole(world, family, monkeypatch):
    loose = replace(family, name="loose", mistakes={**family.mistakes, "harmless": family.solve})
    report = checked(world, loose, monkeypatch)
    assert "the mistake “harmless” passes" in report.holes[0]
    assert report.mistakes["harmless"] == 4


def test_a_mistake_that_only_fails_is_a_hole(world, family, monkeypatch):
    def stumble(worker):
        worker.call("get_item", item_id=10_000)

    weak = replace(family, name="weak", mistakes={**family.mistakes, "stumbles": stumble})
    report = checked(world, weak, monkeypatch)
    assert any("the mistake “stumbles” only fails: 404" in hole for hole in report.holes)


def test_a_solution_that_misses_is_a_hole_that_says_what_was_missed(world, family, monkeypatch):
    def half(worker):
        return FinalAnswer(status="done", facts={"price": "1.00 EUR"})

    report = checked(world, replace(family, name="half", solve=half), monkeypatch)
    assert report.solved == 0
    assert any("the solution earns 0.0" in hole and "quantity" in hole for hole in report.holes)


def test_a_solution_that_does_not_find_its_way_is_a_hole_and_ends_nothing_else(world, family, monkeypatch):
    def lost(worker):
        raise LookupError(f"no item is named {worker.facts['item']}")

    report = checked(world, replace(family, name="lost", solve=lost), monkeypatch)
    assert sum("the solution earns 0.0: no item is named" in hole for hole in report.holes) == 4


def test_a_key_that_the_start_state_lacks_is_a_hole(world, family, monkeypatch):
    def drawn(draw):
        effect = Effect("made", "message", "insert", where={"item_id": 4711})
        return replace(family.instance(draw), expectation=Expectation(any_of=[Bundle(required=[effect])]))

    report = checked(world, replace(family, name="keyed", instance=drawn), monkeypatch)
    assert any("names item 4711, which is not in the start state" in hole for hole in report.holes)


def test_seeds_that_give_the_same_instance_are_a_hole(world, family, monkeypatch):
    def same(draw):
        return family.instance(replace(draw, seed=0))

    report = checked(world, replace(family, name="same", instance=same), monkeypatch)
    assert any("4 seeds give only 1 different instances" in hole for hole in report.holes)


def test_a_family_with_fewer_than_two_mistakes_fails_at_import(family):
    with pytest.raises(TypeError, match="two or more"):
        replace(family, mistakes={})
