"""Promises of the quality score: the weakest part decides, and what nobody measured is never taken for whole."""

import pytest

from worlds.engine.proofs.quality import rated

WHOLE = {
    "mutants": {"kill": 1.0, "live": {"M1": 400, "M6": 600}},
    "equivalences": {"accept": 1.0},
    "grader mutants": {"necessity": 1.0},
    "constants": {"constant": 0.0},
    "blind": {"blind": 0.0},
}


def test_a_family_without_a_fault_has_quality_one_and_names_the_bound():
    quality = rated(WHOLE)
    assert quality.q == 1.0
    assert quality.weakest == ""
    assert "0 survivors of 1,000 live mutants: K ≥ 99.70 %".replace(" %", "%") in quality.sentence


@pytest.mark.parametrize(
    ("proof", "figures", "q"),
    [
        ("mutants", {"kill": 0.9, "live": 10}, 0.9),
        ("equivalences", {"accept": 0.75}, 0.75),
        ("grader mutants", {"necessity": 0.5}, 0.5),
        ("constants", {"constant": 0.25}, 0.75),
        ("blind", {"blind": 1.0}, 0.0),
    ],
)
def test_the_weakest_part_decides(proof, figures, q):
    quality = rated(WHOLE | {proof: figures})
    assert quality.q == q
    assert quality.weakest in figures


def test_a_part_that_nobody_measured_counts_as_the_worst_and_is_named():
    quality = rated({name: figures for name, figures in WHOLE.items() if name != "blind"})
    assert quality.q == 0.0
    assert quality.missing == ("blind",)
    assert "nobody measured blind" in quality.sentence


def test_with_survivors_no_bound_is_claimed():
    assert "survivors are holes" in rated(WHOLE | {"mutants": {"kill": 0.99, "live": 100}}).bound
    assert rated({}).bound == "no live mutant was judged"


def test_two_proofs_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="another one"):
        rated(WHOLE | {"others": {"kill": 0.5}})


def test_a_share_beyond_one_is_refused():
    with pytest.raises(ValueError, match="no share"):
        rated({"mutants": {"kill": 17}})


def test_the_quality_as_json_holds_its_parts():
    shown = rated(WHOLE).to_json()
    assert shown["q"] == shown["kill"] == 1.0
    assert shown["live"] == 1000
    assert shown["missing"] == []
