"""Promises of the wording probe: words, length and facts that betray a branch are named; honest twins are not."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from worlds.engine.proofs.proof import View
from worlds.engine.proofs.wording import PROOF, alike, masked
from worlds.engine.task import Instance

BRANCHES = ("solvable", "decline")


@pytest.fixture
def concluded(start, monkeypatch):
    """What the probe says of the tiny world's family with branches: `tell` words the instruction of an instance."""
    family = start.world.families["recount"]

    def conclude(name, tell, branches=BRANCHES, choose=None):
        def instance(draw):
            branch = draw.branch(branches)
            plain = family.instance(replace(draw, pinned=choose(draw, branch)) if choose else draw)
            text, facts = tell(draw, plain, branch)
            return replace(plain, instruction=text, facts=facts, decision={"branch": branch})

        branching = replace(family, name=name, instance=instance)
        monkeypatch.setitem(start.world.__dict__, "families", {name: branching})
        return PROOF.conclude(View(start, branching, range(3)), [])

    return conclude


def test_a_family_with_one_branch_has_nothing_to_betray(start):
    verdict = PROOF.conclude(View(start, start.world.families["recount"], range(3)), [])
    assert (verdict.says, verdict.holes) == ("one right way for all, so nothing to tell apart", ())


def test_honest_twins_betray_nothing(concluded):
    verdict = concluded("honest", lambda _, plain, __: (plain.instruction, plain.facts))
    assert verdict.holes == []
    assert verdict.figures["twins worded apart"] == 0
    assert verdict.figures["accuracy"]["its words"] == verdict.figures["base"] == 0.5


def test_a_word_that_stands_in_one_branch_alone_is_named(concluded):
    def tell(draw, plain, branch):
        late = branch == "decline" and draw.rng("late").random() < 0.4
        return plain.instruction + (" It is rather urgent." if late else " It is not urgent."), plain.facts

    verdict = concluded("urgent", tell)
    assert any("the branch can be told from the instruction" in hole and "“rather”" in hole for hole in verdict.holes)
    assert any("the twin is worded otherwise" in hole for hole in verdict.holes)


def test_a_length_that_differs_is_enough(concluded):
    def tell(_, plain, branch):
        return "please " * (9 if branch == "decline" else 2) + plain.instruction, plain.facts

    verdict = concluded("lengthy", tell)
    assert verdict.figures["accuracy"]["its words"] > 0.8
    assert verdict.holes


def test_a_fact_whose_value_tells_is_found_in_the_facts_alone(concluded):
    def tell(_, plain, branch):
        shelf = "red" if branch == "decline" else "blue"
        return f"{plain.instruction} It stands on the {shelf} shelf.", {**plain.facts, "shelf": shelf}

    verdict = concluded("shelved", tell)
    assert verdict.figures["accuracy"] == {"its words": 0.5, "its facts": 1.0}
    assert len(verdict.holes) == 1


def test_a_branch_that_hardly_ever_comes_is_named(concluded):
    verdict = concluded("rarely", lambda _, p, __: (p.instruction, p.facts), branches=(*["decline"] * 6, "solvable"))
    assert any("of the instances are solvable" in hole for hole in verdict.holes)


def test_a_record_known_by_heart_is_no_fault_of_the_words(start, concluded):
    """Each item is of one branch and comes ten times: who has seen it once could tell it by its name."""
    items = start.world.part("models").Item

    def choose(draw, branch):
        found = draw.session.scalars(select(items).where(items.id % 2 == (branch == "decline")))
        return draw.rng("item").choice(list(found))

    verdict = concluded("known", lambda _, plain, __: (plain.instruction, plain.facts), choose=choose)
    assert verdict.figures["accuracy"]["its facts"] < 0.7
    assert verdict.holes == []


def test_facts_are_masked_as_whole_words_and_longest_first():
    plain = Instance(
        instruction="Set 2 of Lantern 2 to 22.",
        facts={"item": "Lantern 2", "count": "2", "to": "22"},
        actor=None,
        expectation=None,
        target={},
    )
    assert masked(plain) == "Set <count> of <item> to <to>."
    other = replace(plain, instruction="Set 5 of Lamp to 1.", facts={"item": "Lamp", "count": "5", "to": "1"})
    assert alike(plain, other)
    assert not alike(plain, replace(other, instruction="Put 5 of Lamp to 1."))
