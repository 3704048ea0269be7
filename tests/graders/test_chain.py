"""A journal whose entries are chained by hashes shows any change, insertion or removal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.graders.chain import START, link, verify

payloads = st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5)), min_size=1, max_size=6)


def chained(entries):
    previous, made = START, []
    for entry in entries:
        previous = link(previous, entry)
        made.append((entry, previous))
    return made


@given(payloads)
def test_an_untouched_chain_verifies(entries):
    assert verify(chained(entries)) is None


@given(payloads, st.data())
def test_an_altered_entry_is_found_at_its_place(entries, data):
    at = data.draw(st.integers(0, len(entries) - 1))
    chain = chained(entries)
    chain[at] = ({**chain[at][0], "forged": 1}, chain[at][1])
    assert verify(chain) == at


@given(payloads.filter(lambda entries: len(entries) > 1), st.data())
def test_a_removed_entry_is_found_at_its_place(entries, data):
    at = data.draw(st.integers(0, len(entries) - 2))
    chain = chained(entries)
    del chain[at]
    assert verify(chain) == at


def test_the_order_of_an_objects_names_does_not_matter_and_everything_else_does():
    assert link(START, {"a": 1, "b": 2}) == link(START, {"b": 2, "a": 1})
    assert len({link(START, one) for one in ({"a": 1}, {"a": "1"}, {"a": True}, ["a", 1], None, {"a": [1]})}) == 6
    assert link(START, 1) != link(link(START, 1), 1)


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        link(START, float("nan"))
