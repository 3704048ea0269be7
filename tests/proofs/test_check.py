"""Promises of `worlds check`: a sound family has no holes, each kind of hole is named, and cores change nothing."""

from dataclasses import replace

import pytest

import worlds
from worlds.cli.reference import built_in
from worlds.engine.proofs.check import Plan, check_all, check_family, world_holes
from worlds.engine.proofs.chosen import PROOFS
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


def test_a_sound_family_has_no_holes_and_every_proof_says_something(world, family):
    report = check_family(world, family, seeds=10, browser_seeds=1)
    assert report.holes == []
    assert list(report.verdicts) == [proof.name for proof in PROOFS]
    assert all(verdict.says for verdict in report.verdicts.values())
    assert report.quality.q > 0.9
    right = report.verdicts["right ways"].figures
    assert (right["passed"]["the solution"], right["browser"], right["browser_of"]) == (10, 1, 1)
    wrong = report.verdicts["wrong ways"].figures
    assert (wrong["idle"], wrong["passing"]) == (0.0, {"the item beside it": 0, "the price as well": 0})


def test_a_report_is_the_same_on_one_core_and_on_two(world, family):
    alone = [report.to_json() for report in check_all([(world, family)], Plan(2, 1, 1))]
    together = [report.to_json() for report in check_all([(world, family)], Plan(2, 1, 2))]
    assert alone == together


def test_a_mistake_that_passes_is_a_hole(world, family, monkeypatch):
    loose = replace(family, name="loose", mistakes={**family.mistakes, "harmless": family.solve})
    report = checked(world, loose, monkeypatch)
    assert sum("the mistake “harmless” passes" in hole for hole in report.holes) == 4
    assert report.verdicts["wrong ways"].figures["passing"]["harmless"] == 4


def test_a_mistake_that_only_fails_is_a_hole(world, family, monkeypatch):
    def stumble(worker):
        worker.call("get_item", item_id=10_000)

    weak = replace(family, name="weak", mistakes={**family.mistakes, "stumbles": stumble})
    report = checked(world, weak, monkeypatch)
    assert any("“stumbles”" in hole and "mistake that only crashes" in hole for hole in report.holes)


def test_a_solution_that_misses_is_a_hole_that_says_what_was_missed(world, family, monkeypatch):
    def half(worker):
        return FinalAnswer(status="done", facts={"price": "1.00 EUR"})

    report = checked(world, replace(family, name="half", solve=half), monkeypatch)
    assert report.verdicts["right ways"].figures["passed"]["the solution"] == 0
    assert any("the solution earns 0.0" in hole and "quantity" in hole for hole in report.holes)


def test_a_solution_that_does_not_find_its_way_is_a_hole_and_ends_nothing_else(world, family, monkeypatch):
    def lost(worker):
        raise LookupError(f"no item is named {worker.facts['item']}")

    report = checked(world, replace(family, name="lost", solve=lost), monkeypatch)
    assert sum(": the solution earns 0.0: no item is named" in hole for hole in report.holes) == 4
    assert "diversity" in report.verdicts


def test_a_solution_that_breaks_is_a_hole_and_the_other_proofs_go_on(world, family, monkeypatch):
    def broken(worker):
        return worker.facts["no such fact"].strip() + 1

    report = checked(world, replace(family, name="broken", solve=broken), monkeypatch)
    assert any("the solution" in hole for hole in report.holes)
    assert list(report.verdicts["diversity"].holes) == []


def test_an_instance_that_cannot_be_drawn_is_a_hole(world, family, monkeypatch):
    def drawn(draw):
        if draw.seed == 2:
            raise LookupError("the population holds no case")
        return family.instance(draw)

    report = checked(world, replace(family, name="rare", instance=drawn), monkeypatch)
    assert "tiny/rare seed 2: the instance cannot be drawn: the population holds no case" in report.holes


def test_a_key_that_the_start_state_lacks_is_a_hole(world, family, monkeypatch):
    def drawn(draw):
        effect = Effect("made", "message", "insert", where={"item_id": 4711})
        return replace(family.instance(draw), expectation=Expectation(any_of=[Bundle(required=[effect])]))

    report = checked(world, replace(family, name="keyed", instance=drawn), monkeypatch)
    assert any("4711" in hole for hole in report.holes)


def test_seeds_that_give_the_same_instance_are_a_hole(world, family, monkeypatch):
    def same(draw):
        return family.instance(replace(draw, seed=0))

    report = checked(world, replace(family, name="same", instance=same), monkeypatch)
    assert any("200 seeds give only 1 different instances" in hole for hole in report.holes)


def test_a_world_of_which_most_families_break_no_written_rule_is_a_hole(world, family):
    assert any("tiny" in hole for hole in world_holes([(world, family)]))


@pytest.mark.parametrize("one", built_in(), ids=lambda one: one.name)
def test_no_world_of_the_house_is_one_of_which_most_families_break_no_written_rule(one):
    assert world_holes([(one, family) for family in one.families.values()]) == []


def test_a_family_with_fewer_than_two_mistakes_fails_at_import(family):
    with pytest.raises(TypeError, match="two or more"):
        replace(family, mistakes={})


def test_a_family_with_no_other_way_says_why(family):
    with pytest.raises(TypeError, match="only_way"):
        replace(family, only_way="")
