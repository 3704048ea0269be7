"""Promises of the blind baselines: replays pass nowhere else, bounds are exact, and who pays them is named."""

import pickle
from dataclasses import replace

import pytest

from worlds.engine.proofs.blind import ENOUGH, PAIRS, PROOF
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View


def registered(start, family, monkeypatch):
    monkeypatch.setitem(start.world.__dict__, "families", {family.name: family})
    return family


def concluded(start, family, seeds):
    found = [PROOF.examine(Case.of(start, family, seed)) for seed in range(seeds)]
    return PROOF.conclude(View(start, family, range(seeds)), found), found


def test_a_recording_holds_the_writes_and_the_answer_and_travels_between_processes(start, family):
    case = Case.of(start, family, 3)
    found = PROOF.examine(case)
    [write] = found.calls
    assert (write.operation, found.answer) == ("change_item", case.solution.answer)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - bytes that this test made


def test_few_instances_give_an_honest_bound_and_no_hole(start, family):
    verdict, _ = concluded(start, family, 4)
    assert verdict.holes == []
    assert verdict.figures["B1"] == {"passes": 0, "trials": 12, "below": pytest.approx(0.2209, abs=1e-4)}
    assert "0 of 12 replays of another instance pass (below 22.09% with 95% confidence)" in verdict.says


def test_thirteen_instances_suffice_for_a_bound_below_two_percent(start, family):
    verdict, _ = concluded(start, family, 13)
    assert verdict.figures["B1"]["trials"] == 156 >= ENOUGH
    assert verdict.figures["B1"]["below"] < 0.02
    assert verdict.figures["blind"] == 0.0
    assert verdict.holes == []


def test_no_more_pairs_are_played_than_the_bound_needs(start, family):
    verdict, _ = concluded(start, family, 20)
    assert verdict.figures["B1"]["trials"] == PAIRS


def test_a_family_whose_recordings_pass_elsewhere_is_named(start, family, monkeypatch):
    def same_work(draw):
        drawn = family.instance(replace(draw, seed=5))
        return replace(drawn, target={**drawn.target, "message": [draw.seed]})

    verdict, _ = concluded(
        start, registered(start, replace(family, name="same-work", instance=same_work), monkeypatch), 3
    )
    assert verdict.figures["blind"] == 1.0
    assert "another instance's calls pass 6 of 6 times" in verdict.holes[0]
    assert "seed 0: the calls of seed 1, word for word, pass" in verdict.holes[1]


def test_an_instance_that_is_drawn_twice_is_no_other_instance(start, family, monkeypatch):
    def same(draw):
        return family.instance(replace(draw, seed=5))

    verdict, _ = concluded(start, registered(start, replace(family, name="one-only", instance=same), monkeypatch), 3)
    assert verdict.figures["B1"]["trials"] == 0
    assert verdict.holes == []


def test_a_constant_that_passes_is_named(start, family):
    _, found = concluded(start, family, 2)
    lucky = [replace(one, passed=["refuse (final_sale)"]) for one in found]
    verdict = PROOF.conclude(View(start, family, range(2)), lucky)
    assert "the constant policy “refuse (final_sale)” pass" in verdict.holes[0]
    assert verdict.figures["blind"] == 1.0
