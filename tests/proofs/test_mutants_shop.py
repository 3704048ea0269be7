"""Promises of the mutants over the shop: real families stand them, and the operators know a shop's look-alikes."""

from dataclasses import replace
from functools import cache

import pytest

import worlds
from worlds.engine.proofs.mutants import PROOF
from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.invention import accepted
from worlds.engine.proofs.mutants.mutation import mutate
from worlds.engine.proofs.mutants.operators import BY_NAME
from worlds.engine.proofs.mutants.records import Records
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.engine.proofs.tapes import Tape
from worlds.engine.start import Start
from worlds.engine.task import SOLVABLE
from worlds.graders.expectation import Expectation

FAMILIES = ("refund-partial", "fix-tracking")


@cache
def start_of(name):
    world = worlds.discover()["shop"]
    population = world.families[name].population
    return Start.of(world, population)


def cases_of(name):
    """The first instances of a family where the task can be done."""
    start = start_of(name)
    cases = (Case.of(start, start.world.families[name], seed) for seed in range(20))
    return (case for case in cases if case.task.instance.branch == SOLVABLE)


def case_of(name):
    """The first of them."""
    return next(cases_of(name))


@pytest.fixture
def refund():
    case = case_of("refund-partial")
    with Records.of(case.start) as records:
        yield Ground(case, Tape.of(case.solution, case.start.world), records)


def arguments(ground, operator, name="refund_order"):
    """What a call of that name is given in the mutants of an operator."""
    tapes = [mutate(ground.tape, mutation).tape for mutation in BY_NAME[operator](ground)]
    return [call.plain for tape in tapes for call in tape.calls if call.operation == name]


@pytest.mark.parametrize("name", FAMILIES)
def test_no_live_mutant_of_a_family_passes_and_no_equivalent_one_fails(name):
    case = case_of(name)
    found = PROOF.examine(case)
    verdict = PROOF.conclude(View(case.start, case.family, [case.task.seed]), [found])
    assert verdict.holes == []
    assert verdict.figures["kill"] == 1.0
    live = {operator for operator, row in verdict.figures["operators"].items() if row["killed"]}
    assert live >= {"M1", "M4", "M8", "M9", "M13", "M15", "M17", "M18", "M19", "M20"}


def test_a_refund_grader_that_leaves_the_reason_open_lets_other_reasons_survive(refund):
    own = refund.case.task.instance.expectation
    loose = Expectation(
        any_of=[
            replace(bundle, required=[without(effect, "reason") for effect in bundle.required]) for bundle in own.any_of
        ],
        answer=own.answer,
    )
    task = replace(refund.case.task, instance=replace(refund.case.task.instance, expectation=loose))
    said = PROOF.examine(Case(refund.case.start, task)).survivors
    assert any(" M8 on refund_order" in one and "reason 'missing_item' -> 'defective'" in one for one in said) or any(
        " M8 on refund_order" in one and "reason 'defective' -> " in one for one in said
    )
    assert not any(" M9 " in one for one in said)


def without(effect, column):
    return replace(effect, set={name: one for name, one in effect.set.items() if name != column})


def test_the_lookalike_of_an_order_comes_with_its_own_lines(refund):
    (order,) = refund.case.task.instance.target["sales_order"]
    found = [one for one in arguments(refund, "M4") if one["order_id"] != order]
    together = [
        one for one in found if refund.records.row("order_line", one["lines"][0]["line_id"])["order_id"] != order
    ]
    assert together
    for one in together:
        assert refund.records.row("order_line", one["lines"][0]["line_id"])["order_id"] == one["order_id"]


def test_a_line_is_mistaken_for_another_line_of_the_same_order():
    tried = 0
    for case in cases_of("refund-partial"):
        with Records.of(case.start) as records:
            siblings = siblings_of(case, records)
            if siblings:
                ground = Ground(case, Tape.of(case.solution, case.start.world), records)
                assert siblings & {one["lines"][0]["line_id"] for one in arguments(ground, "M4")}
                tried += 1
        if tried == 3:
            break
    assert tried == 3


def siblings_of(case, records):
    """The other lines of the order that a case is about."""
    (line,) = case.task.instance.target["order_line"]
    order = records.row("order_line", line)["order_id"]
    return {row["id"] for row in records.children("order_line", "order_id", order)} - {line}


def test_every_reason_and_every_flag_of_a_refund_is_tried(refund):
    schema = refund.world.operations["refund_order"].input_schema["properties"]
    assert {one["reason"] for one in arguments(refund, "M8")} | {refund.writes[0].plain["reason"]} == set(
        schema["reason"]["enum"]
    )
    flipped = arguments(refund, "M9")
    assert any(one.get("shipping") for one in flipped)
    assert any(one.get("notify") is False for one in flipped)
    assert any(one["lines"][0].get("restock") for one in flipped)


def test_a_hand_over_is_found_by_its_name_and_is_about_the_right_order(refund):
    (order,) = refund.case.task.instance.target["sales_order"]
    found = arguments(refund, "M17", "escalate")
    assert found
    assert {one["order_id"] for one in found} == {order}


def test_the_twins_solution_is_aimed_at_this_instances_records(refund):
    twin = refund.sibling(refund.case.task.seed, 1 - refund.case.task.flip)
    (order,) = refund.case.task.instance.target["sales_order"]
    (mutation,) = BY_NAME["M20"](refund)
    assert twin.task.instance.branch != refund.case.task.instance.branch
    assert mutation.tape.writes
    assert {call.plain["order_id"] for call in mutation.tape.writes if "order_id" in call.plain} == {order}
    facts = refund.case.task.instance.facts
    assert not any(theirs in str(call.plain) for call in mutation.tape.writes for theirs in others(twin, facts))


def others(twin, facts):
    """What only the twin's request says, in words long enough to be nothing else."""
    return [value for name, value in twin.task.instance.facts.items() if value != facts.get(name) and len(value) > 6]


def test_extra_writes_are_ones_that_the_shop_took_from_that_role(refund):
    actor = refund.case.task.actor
    for name in ("add_order_note", "escalate", "refund_order"):
        found = accepted(refund.case.start, actor, name)
        assert found, f"nothing made up for {name} was accepted"
        assert all(one.classes - {"trace"} for one in found)
    assert "outward" in accepted(refund.case.start, actor, "refund_order")[0].classes
