"""Promises of the margin: what is right stands still for hours, and a family that moves, or claims to, is named."""

from dataclasses import replace
from datetime import timedelta

import pytest

from worlds.engine.proofs.margin import PROOF
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.engine.task import Situation
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import between


@pytest.fixture
def faults(start, family, monkeypatch):
    """The holes of a variant of the family, registered under a name of its own."""

    def of(name, **changes):
        variant = replace(family, name=name, **changes)
        monkeypatch.setitem(start.world.__dict__, "families", {name: variant})
        found = [PROOF.examine(Case.of(start, variant, seed)) for seed in range(2)]
        return PROOF.conclude(View(start, variant, range(2)), found)

    return of


def hour(situation):
    return {"quantity": int(situation.facts["count"]), "hour": situation.now.hour}


def day(situation):
    return {"quantity": int(situation.facts["count"]), "week": situation.now.isocalendar().week}


def ruled_by(family, ruling):
    """An instance whose decision is what a ruling says, while its expectation asks for the count alone."""

    def drawn(draw):
        made = family.instance(draw)

        return replace(made, decision=ruling(Situation(draw.session, draw.now, made.target, made.facts)))

    return drawn


def test_a_family_that_stands_still_has_no_hole(faults):
    verdict = faults("still")
    assert verdict.holes == []
    assert verdict.says == "2 of 2 ask for the same 4 virtual hours later"


def test_the_solution_is_also_played_some_hours_later(start, family):
    case = Case.of(start, family, 1)
    PROOF.examine(case)
    [kept] = case.corpus
    began = start.world.seeds["small"].settings["start"].timestamp()
    assert kept.right
    assert kept.play.earned
    assert kept.play.journal[-1].now - began >= timedelta(hours=4).total_seconds()


def test_an_expectation_that_moves_with_time_is_named(faults, family):
    def drawn(draw):
        made = family.instance(draw)
        quantity = made.decision["quantity"]
        effect = Effect(
            "counted",
            "item",
            "update",
            {"id": made.target["item"][0]},
            {"quantity": between(quantity, quantity + draw.now.hour)},
        )
        expectation = Expectation(any_of=[Bundle(required=[effect])], answer=made.expectation.answer)
        return replace(made, expectation=expectation)

    verdict = faults("moving", instance=drawn)
    assert len(verdict.holes) == 2
    assert (
        "4 virtual hours later the expectation is another one: any_of[0].required[0].set.quantity.high was"
        in (verdict.holes[0])
    )


def test_a_ruling_that_moves_with_time_is_named(faults, family):
    verdict = faults("hourly", ruling=hour, instance=ruled_by(family, hour))
    assert "tiny/hourly seed 0: 4 virtual hours later the ruling says" in verdict.holes[0]
    assert verdict.figures["still"] == 0


def test_a_ruling_that_does_not_say_again_what_was_decided_is_named(faults):
    verdict = faults("fickle", ruling=lambda _: {"quantity": 1})
    assert "the ruling says {'quantity': 1}, but the expectation was built from" in verdict.holes[0]


def test_a_solution_that_comes_too_late_is_named(faults):
    def early(worker):
        raise LookupError("the shelf is closed by now")

    assert "the solution earns 0.0: the shelf is closed by now" in faults("late", solve=early).holes[0]


def test_a_deadline_that_does_not_change_what_is_right_is_a_hole(faults):
    verdict = faults("unhurried", deadline="it must be counted before the evening")
    assert verdict.holes == ["tiny/unhurried: claims a deadline, but no ruling changes within 40 days"]


def test_a_deadline_that_moves_the_ruling_is_none(faults, family):
    verdict = faults("hurried", deadline="counted by the week", ruling=day, instance=ruled_by(family, day))
    assert verdict.holes == []
    assert verdict.figures["turning"] == 2
    assert 1 <= verdict.figures["first_day"] <= 7
