"""Promises of the provenance proof: guesses, borrowed decisions and rules that are not what they claim are named."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import worlds
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.engine.proofs.provenance import PROOF, world_holes
from worlds.engine.proofs.provenance.family import ENOUGH
from worlds.engine.proofs.provenance.told import DERIVED, JOINED, NOWHERE, STANDS, Told
from worlds.engine.start import Start
from worlds.graders.answers import FinalAnswer


def start_of(name):
    world = worlds.discover()[name]
    return Start.of(world, "small")


@pytest.fixture(scope="module")
def start():
    return start_of("tiny")


@pytest.fixture
def family(start):
    return start.world.families["recount"]


def found_by(worker):
    items = worker.call("list_items", page_size=100)["items"]
    return next(one for one in items if one["name"] == worker.facts["item"])


def concluded(start, family, **changes):
    """What the proof says of the tiny world's family with other parts."""
    case = Case.of(start, family, 3)
    changed = replace(family, **changes)
    found = PROOF.examine(Case(start, replace(case.task, family=changed)))
    return PROOF.conclude(View(start, changed, range(1)), [found])


def test_a_sound_family_guesses_nothing_and_decides_by_its_ruling(start, family):
    verdict = concluded(start, family)
    assert verdict.holes == []
    assert verdict.figures["literals"] == 2


def test_a_literal_that_nobody_told_is_named_with_its_argument(start, family):
    def guess(worker):
        worker.call("change_item", item_id=found_by(worker)["id"], quantity=int(worker.facts["count"]) * 31 % 997)
        return FinalAnswer(status="done")

    verdict = concluded(start, family, solve=guess)
    assert "the solution writes" in verdict.holes[0]
    assert "in change_item(quantity), which nothing that it was told says" in verdict.holes[0]


def test_an_id_must_come_from_a_reply_though_the_number_stands_elsewhere(start, family):
    def blind(worker):
        worker.call("change_item", item_id=7, quantity=int(worker.facts["count"]))
        return FinalAnswer(status="done", message="7")

    verdict = concluded(start, family, solve=blind)
    assert "writes 7 in change_item(item_id)" in verdict.holes[0]


def test_facts_in_free_words_need_a_source_and_the_words_do_not(start, family):
    def note(amount):
        def way(worker):
            item = found_by(worker)
            worker.call("change_item", item_id=item["id"], note=f"Dear colleagues, it costs {amount or item['price']}.")
            return FinalAnswer(status="done")

        return way

    assert concluded(start, family, solve=note(None)).holes == []
    assert "in change_item(note)" in concluded(start, family, solve=note("98765.43")).holes[0]


def test_an_alternative_that_guesses_is_named_as_one(start, family):
    def other(worker):
        worker.call("send_message", item_id=found_by(worker)["id"], recipient="boss@example.com", body="Counted.")
        return FinalAnswer(status="done")

    verdict = concluded(start, family, alternatives={"tells the boss": other}, only_way="")
    assert "the alternative “tells the boss” writes 'boss@example.com' in send_message(recipient)" in verdict.holes[0]


def test_the_words_of_a_ticked_box_need_no_source(start, family):
    def tick(word):
        def way(worker):
            worker.call("send_message", item_id=found_by(worker)["id"], recipient=word, body="Counted.")
            return FinalAnswer(status="done")

        return way

    assert concluded(start, family, solve=tick("true")).holes == []
    assert "writes 'True!' in send_message(recipient)" in concluded(start, family, solve=tick("True!")).holes[0]


def told():
    known = Told()
    known.ask("Parcel 204518837, two of them, ordered on 4 March 2026. Take 15 % off, please.")
    known.learn({"order_id": 77, "total": "1,018.40", "lines": [{"amount": "18.40"}, {"amount": "1.25"}]})
    known.learn({"text": "Numbers begin with `3SLK`; returns are taken for 30 days."})
    return known


@pytest.mark.parametrize(
    ("literal", "source"),
    [
        ("3SLK204518837", JOINED),
        ("204518837", STANDS),
        ("2045 18837", STANDS),
        ("9SLK204518837", NOWHERE),
        ("gratis", NOWHERE),
    ],
)
def test_a_word_stands_there_or_is_joined_of_two_that_do(literal, source):
    assert told().word(literal) == source


@pytest.mark.parametrize(
    ("number", "source"),
    [("1018.40", STANDS), ("2", STANDS), ("0", STANDS), ("19.65", DERIVED), ("2.76", DERIVED), ("36.80", DERIVED)],
)
def test_a_number_stands_there_or_is_worked_out(number, source):
    assert told().number(Decimal(number)) == source
    assert told().number(Decimal("777.77")) == NOWHERE


def test_a_day_stands_there_or_is_so_many_days_from_one():
    assert told().day(date(2026, 3, 4)) == STANDS
    assert told().day(date(2026, 4, 3)) == DERIVED
    assert told().day(date(2027, 1, 9)) == NOWHERE


# -- the decision -------------------------------------------------------------------------------------------------


def test_a_solution_that_calls_the_ruling_is_named(start, family):
    def cheat(worker):
        decided = family.ruling(worker)
        worker.call("change_item", item_id=found_by(worker)["id"], quantity=decided["quantity"])
        return FinalAnswer(status="done")

    verdict = concluded(start, family, solve=cheat)
    assert any("the solution calls `ruling`, with which the ruling decides" in hole for hole in verdict.holes)


def count_of(facts):
    return int(facts["count"])


def test_what_a_ruling_decides_with_is_not_for_solutions_either(start, family):
    def ruling(situation):
        return {"quantity": count_of(situation.facts)}

    def instance(draw):
        return replace(family.instance(draw), decision=ruling(draw))

    def borrow(worker):
        worker.call("change_item", item_id=found_by(worker)["id"], quantity=count_of(worker.facts))
        return FinalAnswer(status="done")

    verdict = concluded(start, family, ruling=ruling, instance=instance, mistakes={**family.mistakes, "b": borrow})
    assert [hole for hole in verdict.holes if "calls `count_of`" in hole] == [
        "tiny/recount: the mistake “b” calls `count_of`, with which the ruling decides"
    ]


def test_nothing_of_the_worlds_rulings_may_be_called(start, family):
    def window(_):
        return 30

    window.__module__ = f"{start.world.package}.rulings.returns"

    def peek(worker):
        window(worker)
        return family.solve(worker)

    verdict = concluded(start, family, alternatives={"peeks": peek}, only_way="")
    assert any("the alternative “peeks” calls" in hole and "window`" in hole for hole in verdict.holes)


def test_an_expectation_that_does_not_come_from_the_ruling_is_named(start, family):
    verdict = concluded(start, family, ruling=lambda _: {})
    assert any("`instance` never calls it" in hole for hole in verdict.holes)


# -- rules that no machine enforces -------------------------------------------------------------------------------


def test_words_that_no_policy_page_has_are_named():
    start = start_of("shop")
    family = next(one for one in start.world.families.values() if len(one.mistakes) > 1)
    first, second = sorted(family.mistakes)[:2]
    rules = {first: "Correct the one that was named and leave the other alone", second: "Customers are always right."}
    verdict = PROOF.conclude(View(start, replace(family, unenforced=rules), ()), [])
    unwritten = [hole for hole in verdict.holes if "no policy page says" in hole]
    assert len(unwritten) == 1
    assert f"“Customers are always right.”, the rule that the mistake “{second}” breaks" in unwritten[0]


def test_a_rule_that_the_world_enforces_is_not_an_unenforced_one(start, family):
    def oversell(worker):
        worker.call("sell_item", item_id=found_by(worker)["id"], quantity=1000)

    verdict = concluded(
        start, family, mistakes={**family.mistakes, "sells all": oversell}, unenforced={"sells all": "x"}
    )
    assert any("the world holds the agent to the rule of “sells all” itself" in hole for hole in verdict.holes)


def test_a_mistake_that_one_instance_keeps_out_is_tried_on_others(start, family):
    kept_out = Case.of(start, family, 3).task.instance.facts
    tried = []

    def miscounted(worker):
        tried.append(worker.facts)
        quantity = 10**9 if worker.facts == kept_out else int(worker.facts["count"]) + 1
        worker.call("change_item", item_id=found_by(worker)["id"], quantity=quantity)
        return FinalAnswer(status="done")

    mistakes = {**family.mistakes, "one too many": miscounted}
    (hole,) = concluded(start, family, mistakes=mistakes, unenforced={"one too many": "x"}).holes
    assert "no policy page says “x”" in hole
    assert len(tried) == 2


def test_an_enforced_rule_is_tried_so_often_and_no_more(start, family):
    tried = []

    def oversell(worker):
        tried.append(worker.facts)
        worker.call("sell_item", item_id=found_by(worker)["id"], quantity=1000)

    concluded(start, family, mistakes={**family.mistakes, "sells all": oversell}, unenforced={"sells all": "x"})
    assert len(tried) == ENOUGH


def test_a_broken_rule_that_passes_is_named(start, family):
    mistakes = {**family.mistakes, "harmless": family.solve}
    verdict = concluded(start, family, mistakes=mistakes, unenforced={"harmless": "x"})
    assert any("the mistake “harmless” breaks a written rule and passes" in hole for hole in verdict.holes)


def test_half_of_a_worlds_families_hinge_on_a_rule_that_it_does_not_enforce(start, family):
    ruled = replace(family, unenforced={"the item beside it": "Count what you see."})
    assert world_holes(start.world, [ruled, family]) == []
    (hole,) = world_holes(start.world, [ruled, family, family])
    assert hole.startswith("tiny: only 1 of 3 families hinge on a written rule")
