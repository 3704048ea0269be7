"""Promises of the constant policies: they earn nothing where a task can be done; a family that pays one is named."""

from dataclasses import replace

import pytest

from worlds.engine.proofs.constants import DRAWS, PROOF, reason_codes
from worlds.engine.proofs.handing_over import escalations
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.engine.start import Start
from worlds.engine.task import find_task
from worlds.graders.answers import Answer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import any_value

BLIND = {"nothing", "refuse", "wait, then wait on", "wait, then done", "say the request again", "answer only"}


def started(name):
    world, family = find_task(name)
    return Start.of(world, family.population), family


@pytest.fixture(scope="module")
def tiny():
    return started("tiny/recount")


@pytest.fixture(scope="module")
def shop():
    return started("shop/refund-partial")


def is_solvable(case):
    return case.task.instance.branch == "solvable"


def handing_over(start, family, **changes):
    """An instance that asks for nothing but a hand-over, whatever it says."""
    task = Case.of(start, family, 0).task
    order = task.instance.target["sales_order"][0]
    effect = Effect(
        "handed", "escalation", "insert", {"order_id": order}, {"team": "finance", "message": any_value("any words")}
    )
    expectation = Expectation(any_of=[Bundle(required=[effect])], answer=Answer("waiting"))
    return Case(start, replace(task, instance=replace(task.instance, expectation=expectation, **changes)))


def branching(start, family, monkeypatch, name, branches):
    """A family whose instances are right in these ways, in turn."""

    def drawn(draw):
        decision = {"branch": branches[draw.seed % len(branches)]}
        return replace(family.instance(draw), decision=decision)

    other = replace(family, name=name, instance=drawn)
    monkeypatch.setitem(start.world.__dict__, "families", {name: other})
    return View(start, other, range(4))


def test_no_constant_policy_earns_anything_in_a_sound_family(tiny):
    found = PROOF.examine(Case.of(*tiny, 3))
    assert set(found.earned) == BLIND
    assert set(found.earned.values()) == {0.0}
    assert PROOF.conclude(View(*tiny, range(4)), [found]).figures["constant"] == 0.0


def test_every_team_and_reason_is_tried_on_the_target_and_every_code_as_a_refusal(shop):
    found = PROOF.examine(next(case for case in (Case.of(*shop, seed) for seed in range(9)) if is_solvable(case)))
    assert set(found.earned) > BLIND
    assert {"refuse (final_sale)", "refuse (approval_needed)", "escalate (finance, approval_needed)"} < set(
        found.earned
    )
    assert sum(name.startswith("escalate") for name in found.earned) >= 40
    assert set(found.earned.values()) == {0.0}


def test_the_codes_come_from_the_policy_pages_and_the_reasons_of_handing_over(shop):
    codes = reason_codes(shop[0], "support_l2")
    assert {"outside_window", "used_or_worn", "suspected_fraud", "customer_complaint"} < set(codes)
    assert [one.name for one in escalations(shop[0].world, "support_l2")] == ["escalate"]
    assert escalations(shop[0].world, "customer") == []


def test_a_family_that_pays_for_handing_everything_over_is_named(shop):
    found = PROOF.examine(handing_over(*shop, decision={"branch": "solvable"}))
    assert found.branch == "solvable"
    assert "escalate (finance, approval_needed)" in found.passed
    verdict = PROOF.conclude(View(*shop, range(1)), [found])
    assert any("the constant policy “escalate (finance, approval_needed)” scores 2" in hole for hole in verdict.holes)
    assert verdict.figures["constant"] == 1.0


def test_where_handing_over_is_right_its_rate_is_told_and_no_hole(shop):
    found = PROOF.examine(handing_over(*shop, decision={"branch": "hand_over"}))
    verdict = PROOF.conclude(View(*shop, range(1)), [found])
    assert verdict.holes == []
    assert verdict.figures["elsewhere"]["hand_over"]["rate"] == 1.0
    assert "100% of 1 where “hand_over” is right" in verdict.says


def test_a_family_in_which_refusing_is_always_right_is_a_hole(tiny, monkeypatch):
    view = branching(*tiny, monkeypatch, "always-no", ["decline"])
    assert f"none of {DRAWS} instances can be done" in PROOF.conclude(view, []).holes[0]


def test_a_family_in_which_refusing_is_hardly_ever_right_is_a_hole(tiny, monkeypatch):
    view = branching(*tiny, monkeypatch, "hardly-no", ["solvable"] * 4 + ["decline"])
    assert PROOF.conclude(view, []).holes == ["tiny/hardly-no: 80% of 200 instances can be done, not 30% to 70%"]


def test_a_family_with_even_branches_is_none(tiny, monkeypatch):
    view = branching(*tiny, monkeypatch, "even", ["solvable", "decline"])
    verdict = PROOF.conclude(view, [])
    assert verdict.holes == []
    assert verdict.figures["branches"] == {"decline": 100, "solvable": 100}
