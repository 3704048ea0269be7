"""Folding the log: the whole of it, or the part of it that one cause is answerable for."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from worlds.graders.changes import Entry, RowChange, fold, reverted


def entry(seq, before, after, key=1, root="agent:1", table="item"):
    kind = "insert" if before is None else "delete" if after is None else "update"
    return Entry(seq, seq, 1, "write", "agent", root, table, key, kind, before, after)


A, B, C = {"id": 1, "x": 1, "y": 1}, {"id": 1, "x": 2, "y": 1}, {"id": 1, "x": 2, "y": 2}


def story(*states, **more):
    return [entry(seq, *pair, **more) for seq, pair in enumerate(pairwise(states), 1)]


def net(entries):
    return [(change.kind, change.before, change.after) for change in fold(entries)]


def test_a_row_that_came_and_went_is_no_change():
    assert net(story(None, A, B, None)) == []
    assert reverted(story(None, A, B, None)) == [("item", 1)]


def test_a_row_changed_and_changed_back_is_no_change():
    assert net(story(A, B, C, A)) == []
    assert reverted(story(A, B, C, A)) == [("item", 1)]


def test_a_row_saved_unchanged_is_no_change():
    assert net(story(A, A)) == []


def test_a_row_deleted_and_written_anew_is_an_update():
    assert net(story(A, None, B)) == [("update", A, B)]
    assert net(story(A, None, A)) == []


def test_the_ends_of_a_story_decide_its_kind():
    assert net(story(None, A, B)) == [("insert", None, B)]
    assert net(story(A, B, None)) == [("delete", A, None)]
    assert net(story(A, B, C)) == [("update", A, C)]


def test_a_change_tells_its_columns_and_its_entries():
    (change,) = fold(story(A, B, C))
    assert (change.columns, change.first_seq, change.last_seq, change.entries) == (("x", "y"), 1, 2, (1, 2))
    assert fold(story(None, A))[0].columns == fold(story(A, None))[0].columns == ("id", "x", "y")


def test_changes_are_sorted_by_table_and_key():
    entries = [
        entry(1, None, {"id": 9}, key=9),
        entry(2, None, {"id": 2}, key=2),
        entry(3, None, {"id": 5}, key=5, table="a"),
    ]
    assert [(change.table, change.key) for change in fold(entries)] == [("a", 5), ("item", 2), ("item", 9)]


def test_what_the_world_changed_in_between_is_not_told_as_the_agents():
    agents = [
        entry(1, {"id": 1, "x": 1, "y": 1, "z": 1}, {"id": 1, "x": 2, "y": 1, "z": 1}),
        # between the two, the world set y to 7
        entry(3, {"id": 1, "x": 2, "y": 7, "z": 1}, {"id": 1, "x": 2, "y": 7, "z": 5}),
    ]
    (change,) = fold(agents)
    assert change.columns == ("x", "z")
    assert change.after == {"id": 1, "x": 2, "y": 7, "z": 5}


def test_what_the_agent_changed_stays_its_own_when_the_world_overwrites_it():
    agents = [entry(1, A, B), entry(3, {"id": 1, "x": 50, "y": 1}, {"id": 1, "x": 50, "y": 2})]
    (change,) = fold(agents)
    assert (change.before, change.after) == (A, C)


def test_a_row_of_the_worlds_own_making_is_updated_not_inserted():
    agents = [entry(1, None, A), entry(2, A, None), entry(4, B, C)]  # the world wrote it anew as B
    assert net(agents) == [("update", B, C)]


def test_entries_and_changes_survive_json():
    for entries in (story(None, A, B), story(A, None), story(A, B, C)):
        again = [Entry.from_json(json.loads(json.dumps(one.to_json()))) for one in entries]
        assert again == entries
        (change,) = fold(entries)
        copy = RowChange.from_json(json.loads(json.dumps(change.to_json())))
        assert copy == change
        assert (copy.first_seq, copy.last_seq, copy.entries) == (change.first_seq, change.last_seq, change.entries)


STATES = st.one_of(st.none(), st.fixed_dictionaries({"id": st.just(1), "x": st.integers(0, 2), "y": st.integers(0, 2)}))


@given(st.lists(STATES, min_size=2, max_size=12))
def test_a_whole_log_folds_to_its_first_and_last_state(states):
    kept = [state for index, state in enumerate(states) if index == 0 or (state, states[index - 1]) != (None, None)]
    entries = story(*kept)
    found = [(change.before, change.after) for change in fold(entries)]
    ends = (kept[0], kept[-1])
    assert found == ([] if ends[0] == ends[1] or not entries else [ends])


@given(st.lists(STATES, min_size=2, max_size=12))
def test_folding_leaves_the_entries_as_they_are(states):
    kept = [state for index, state in enumerate(states) if index == 0 or (state, states[index - 1]) != (None, None)]
    entries = story(*kept)
    before = json.dumps([one.to_json() for one in entries])
    fold(entries)
    reverted(entries)
    assert json.dumps([one.to_json() for one in entries]) == before
