"""Every type of fact against its two corpora: what is the same value, and what only looks like it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from worlds.graders.normalizers import LONGEST, normalizer, normalizer_names

FOLDER = Path(__file__).parent / "corpora"
CORPORA = {path.stem: tomllib.loads(path.read_text("utf-8"))["group"] for path in sorted(FOLDER.glob("*.toml"))}

HOSTILE = [
    *(None, [], {}, float("nan"), 10**5000, -(10**5000), "\x00", "1\x002", "\ud800"),
    *("x" * (LONGEST + 1), "9" * 399, "(" * 399, "1" + ",000" * 90, "a@" * 190, "'" * 399),
]


def cases(kind: str) -> list[Any]:
    found = []
    for name, groups in CORPORA.items():
        for group in groups:
            for at, case in enumerate(group.get(kind, ())):
                found.append(pytest.param(name, group["options"], case, id=f"{name}-{at}-{case}"[:80]))
    return found


def test_every_normalizer_has_its_corpora_and_every_corpus_its_normalizer():
    assert set(CORPORA) == set(normalizer_names())


@pytest.mark.parametrize("name", sorted(CORPORA))
@pytest.mark.parametrize("kind", ["same", "near_miss"])
def test_a_corpus_holds_at_least_thirty_different_pairs(name, kind):
    pairs = {str((group["options"], pair)) for group in CORPORA[name] for pair in group.get(kind, ())}
    assert len(pairs) >= 30


@pytest.mark.parametrize(("name", "options", "pair"), cases("same"))
def test_two_spellings_of_one_value_are_one_value(name, options, pair):
    one, other = (normalizer(name).normalize(text, options) for text in pair)
    assert one is not None
    assert one == other


@pytest.mark.parametrize(("name", "options", "pair"), cases("near_miss"))
def test_a_near_miss_is_another_value_or_none(name, options, pair):
    expected, given = (normalizer(name).normalize(text, options) for text in pair)
    assert expected is not None
    assert given != expected


@pytest.mark.parametrize(("name", "options", "text"), cases("refused"))
def test_what_is_ambiguous_or_no_value_is_refused(name, options, text):
    assert normalizer(name).normalize(text, options) is None


@pytest.mark.parametrize(("name", "options", "case"), cases("stated"))
def test_prose_that_states_a_fact_is_found_to_state_it(name, options, case):
    reader = normalizer(name)
    assert reader.mentioned(case[0], reader.normalize(case[1], options), options)


@pytest.mark.parametrize(("name", "options", "case"), cases("not_stated"))
def test_prose_with_a_look_alike_does_not_state_the_fact(name, options, case):
    reader = normalizer(name)
    assert not reader.mentioned(case[0], reader.normalize(case[1], options), options)


@pytest.mark.parametrize("name", sorted(CORPORA))
@pytest.mark.parametrize("given", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values_are_refused_without_a_crash(name, given):
    options = CORPORA[name][0]["options"]
    read = normalizer(name).normalize(given, options)
    if not isinstance(given, str) or name not in ("record", "set"):
        assert read is None


@pytest.mark.parametrize("name", sorted(CORPORA))
@pytest.mark.parametrize(
    "piece", ["1", "1 ", "1.", "1,", "+", "a@", "a.", "-", "10:15 ", "2 March ", "not ", "''", "1 000"]
)
def test_reading_long_prose_takes_time_in_proportion_to_its_length(name, piece):
    group = CORPORA[name][0]
    reader = normalizer(name)
    wanted = reader.normalize(group["same"][0][0], group["options"])
    text = piece * (20_000 // len(piece))
    assert not reader.mentioned(text, wanted, group["options"])
