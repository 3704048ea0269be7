"""Promises of the equivalence operators over the shop's families: they apply and pass; strict graders are named."""

from dataclasses import replace

import pytest

from worlds.engine.proofs.equivalences import PROOF
from worlds.engine.proofs.plays import Case
from worlds.engine.start import Start
from worlds.engine.task import find_task
from worlds.graders.expectation import before


@pytest.fixture(scope="module")
def cases():
    def of(name, seed):
        world, family = find_task(name)
        start = Start.of(world, family.population)
        return Case.of(start, family, seed)

    return of


def noted(cases):
    """An instance of a partial refund of which the rules want a note, so that there are two writes."""
    found = (cases("shop/refund-partial", seed) for seed in range(20))
    wanted = (case for case in found if "note" in [one.id for one in case.task.instance.expectation.any_of[0].required])
    return next(wanted)


def with_bundle(case, **changes):
    """The same instance with a bundle that asks for something else."""
    expectation = case.task.instance.expectation
    bundle = replace(expectation.any_of[0], **changes)
    instance = replace(case.task.instance, expectation=replace(expectation, any_of=[bundle]))
    return Case(case.start, replace(case.task, instance=instance))


@pytest.mark.parametrize(
    ("name", "operators"),
    [
        ("shop/refund-partial", {"E9 alternatives"}),
        ("shop/fix-tracking", {"E4 saved unchanged", "E10 typo corrected"}),
        ("shop/buy-with-code", {"E5 cart in and out"}),
    ],
)
def test_every_right_way_passes_and_the_operators_find_something_to_vary(cases, name, operators):
    found = PROOF.examine(cases(name, 0))
    always = {"E1 random reads", "E3 retried", "E6 ten times slower", "E7 another surface", "E8 spelt otherwise"}
    assert found.failures == []
    assert always | operators | {"E11 other wordings", "E12 more politely"} <= {n for n in found.played if n[0] == "E"}


def test_replays_keep_the_pace_where_others_act_meanwhile(cases):
    case = next(case for case in (cases("shop/move-stock", seed) for seed in range(9)) if case.task.instance.happenings)
    found = PROOF.examine(case)
    assert found.failures == []
    assert found.passed["E3 retried"] == 1


def test_a_street_that_a_letter_repeats_is_no_prose(cases):
    found = PROOF.examine(cases("shop/relabel-parcel", 0))
    assert found.failures == []
    assert found.passed["E12 more politely"] == 1


def test_note_and_refund_pass_in_either_order(cases):
    found = PROOF.examine(noted(cases))
    assert found.failures == []
    assert found.passed["E2 another order"] == 1
    assert found.passed["E12 more politely"] == 2


def test_a_grader_that_wants_the_note_word_for_word_is_named(cases):
    case = noted(cases)
    written = next(e.after["text"] for e in case.solution.record.entries if e.table == "order_note")
    required = case.task.instance.expectation.any_of[0].required
    exact = [replace(one, set={"text": written}) if one.id == "note" else one for one in required]
    failures = PROOF.examine(with_bundle(case, required=exact)).failures
    assert [one.split(": ")[1] for one in failures] == ["E12 more politely (politer notes and mails) fails"]
    assert "One note on the order" in failures[0]


def test_a_grader_that_wants_the_refund_before_the_note_is_named(cases):
    found = PROOF.examine(with_bundle(noted(cases), order=[before("refund", "note")]))
    assert len(found.failures) == 1
    assert "E9 alternatives (the alternative “note before" in found.failures[0]
    assert "E2 another order" in found.why_not


def test_a_corrected_typo_leaves_the_customer_with_one_letter(cases):
    case = cases("shop/fix-tracking", 0)
    PROOF.examine(case)
    [play] = [kept.play for kept in case.corpus if kept.label.startswith("E10")]
    assert len(play.journal) == 2
    assert sum(e.table == "outbox_email" for e in play.record.entries) == 1


def test_the_cart_is_empty_again_before_the_work_begins(cases):
    case = cases("shop/buy-with-code", 0)
    PROOF.examine(case)
    [play] = [kept.play for kept in case.corpus if kept.label.startswith("E5")]
    there, gone = play.journal[:2]
    assert (there.operation, gone.operation) == ("add_to_cart", "change_cart_line")
    assert there.told["units"] > gone.told["units"]
