"""Promises of the diversity proof: too few instances and too few wordings are named, shapes are told."""

from dataclasses import replace

from worlds.engine.proofs.diversity import PROOF
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View


def concluded(start, monkeypatch, family):
    monkeypatch.setitem(start.world.__dict__, "families", {family.name: family})
    return PROOF.conclude(View(start, family, range(3)), [])


def test_a_sound_family_has_different_instances_wordings_and_shapes(start, family):
    found = [PROOF.examine(Case.of(start, family, seed)) for seed in range(2)]
    verdict = PROOF.conclude(View(start, family, range(2)), found)
    assert verdict.holes == []
    assert verdict.figures["fingerprints"] >= 190
    assert verdict.figures["wordings"] == 3
    assert verdict.figures["shapes"] == 1


def test_an_alternative_by_other_operations_is_another_shape(start, family):
    case = Case.of(start, family, 0)

    def by_hand(worker):
        worker.call("get_item", item_id=1)
        return family.solve(worker)

    more = replace(case.task, family=replace(family, alternatives={"looks first": by_hand}, only_way=""))
    shapes = PROOF.examine(Case(start, more))
    assert shapes == [("list_items", "change_item"), ("get_item", "list_items", "change_item")]


def test_seeds_that_repeat_themselves_are_named(start, family, monkeypatch):
    def drawn(draw):
        return family.instance(replace(draw, seed=draw.seed % 100))

    verdict = concluded(start, monkeypatch, replace(family, name="repeating", instance=drawn))
    assert "200 seeds give only 100 different instances" in verdict.holes[0]


def test_a_single_wording_is_named(start, family, monkeypatch):
    def drawn(draw):
        plain = family.instance(draw)
        return replace(plain, instruction="Set {item} to {count}.".format(**plain.facts))

    verdict = concluded(start, monkeypatch, replace(family, name="monotone", instance=drawn))
    assert any("there are only 1 wordings" in hole for hole in verdict.holes)
