"""Promises of the other spellings of an answer: every type has some, none is ambiguous, and the graders take all."""

import tomllib
from pathlib import Path

import pytest

from worlds.engine.proofs.equivalences.answering import as_lines
from worlds.engine.proofs.equivalences.spellings import SPELLERS, respelt
from worlds.graders.answers import FinalAnswer, read
from worlds.graders.normalizers import normalizer, normalizer_names

CORPORA = Path(__file__).parents[1] / "graders" / "corpora"


def values(kind):
    """The options and every value of a type's corpus, as an agent could have given it."""
    for group in tomllib.loads((CORPORA / f"{kind}.toml").read_text("utf-8"))["group"]:
        for pair in group["same"]:
            for value in pair:
                yield group["options"], value


def test_every_type_of_fact_has_other_spellings():
    assert set(SPELLERS) == set(normalizer_names())


@pytest.mark.parametrize("kind", normalizer_names())
def test_every_other_spelling_is_read_as_the_same_value(kind):
    tried = 0
    for options, value in values(kind):
        expected = normalizer(kind).normalize(value, options)
        for other in respelt(kind, value, options):
            assert normalizer(kind).normalize(other, options) == expected, (value, other)
            tried += 1
    assert tried >= 60


@pytest.mark.parametrize("kind", normalizer_names())
def test_no_spelling_is_the_one_that_was_given(kind):
    for options, value in values(kind):
        others = respelt(kind, value, options)
        assert value not in [other for other in others if type(other) is type(value)]


def test_a_value_that_cannot_be_read_has_no_other_spelling():
    assert respelt("money", "about 18 or 20", {"currency": "EUR"}) == []


def test_an_answer_as_plain_lines_says_the_same():
    answer = FinalAnswer(
        status="not_done",
        reasons=["outside_window", "final_sale"],
        facts={"order_number": "LK-10023", "returns": ["RT-1", "RT-2"], "paid": True},
        message="It was opened:\nso it stays. Reason: none other.",
    )
    said = read(as_lines(answer))
    assert said.problem == ""
    assert said.status == "not_done"
    assert said.reasons == frozenset({"outside_window", "final_sale"})
    assert said.facts == {"order_number": ("LK-10023",), "returns": ("RT-1; RT-2",), "paid": ("yes",)}
