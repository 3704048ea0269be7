"""A saved rollout is judged again without running, and its trace played again comes out the same or says where not."""

import json

import pytest

from worlds.engine.rollouts.replay import grade_trace, replay
from worlds.engine.rollouts.rollout import play


@pytest.fixture
def saved(plan):
    """A solved rollout."""
    return play(plan())


def change(path, edit):
    """Alter a file of JSON."""
    value = json.loads(path.read_text())
    edit(value)
    path.write_text(json.dumps(value))


def rewrite(path, old, new):
    """Alter a file of text."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_replay_through_tools_comes_out_the_same(saved):
    again = replay(saved.plan.trace)
    assert (again.same, again.steps, again.differences, again.state_same, again.remarks) == (True, 2, (), True, ())


def test_a_replay_of_refusals_and_bad_input_comes_out_the_same(plan):
    rollout = play(plan("random", options={"steps": "9", "seed": "6"}))
    assert replay(rollout.plan.record).same


def test_a_replay_of_a_crash_crashes_again(plan, monkeypatch):
    monkeypatch.setattr("worlds.engine.rollouts.agents.solution.Solution.work", lambda _, seat: seat.call("jam"))
    rollout = play(plan())
    again = replay(rollout.plan.trace)
    assert (again.crashed, again.differences) == (True, ())


@pytest.mark.browser
@pytest.mark.parametrize(("agent", "options"), [("solution", {}), ("random", {"steps": "8", "seed": "5"})])
def test_a_replay_through_the_browser_sees_the_same_pages(plan, agent, options):
    rollout = play(plan(agent, "browser", options=options))
    again = replay(rollout.plan.trace)
    assert (again.same, again.state_same, again.differences, again.steps) == (True, True, (), rollout.steps)


def test_another_observation_is_found_with_its_step(saved):
    rewrite(saved.plan.trace, '"shelf": "B"', '"shelf": "X"')
    again = replay(saved.plan.trace)
    assert not again.same
    assert [(one.step, one.what) for one in again.differences] == [(1, "call")]
    assert ("'shelf': 'X'" in again.differences[0].was, "'shelf': 'B'" in again.differences[0].now) == (True, True)


def test_another_final_state_is_found(saved):
    rewrite(saved.plan.trace, '"reason": "miscounted"', '"reason": "broken"')
    assert replay(saved.plan.trace).state_same is False


def test_another_build_of_the_world_is_remarked(saved):
    change(saved.plan.record, lambda value: value["versions"].update(snapshot="older"))
    (remark,) = replay(saved.plan.trace).remarks
    assert remark.startswith("snapshot was older and is ")


def test_a_saved_record_is_judged_again_from_either_path(saved):
    for path in (saved.plan.trace, saved.plan.record):
        again = grade_trace(path)
        assert (again.same, again.grade, again.altered, again.remarks) == (True, saved.grade, (), ())


def test_a_forged_grade_or_journal_is_found_out(saved):
    change(saved.plan.record, lambda value: value["record"].update(answer="status: not_done"))
    again = grade_trace(saved.plan.trace)
    assert (again.same, again.grade.reward) == (False, 0.0)
    change(saved.plan.record, lambda value: value["journal"][1]["arguments"].update(stock=1))
    rewrite(saved.plan.trace, "miscounted", "found")
    assert grade_trace(saved.plan.trace).altered == (
        "The journal was altered, from entry 1 on.",
        "The trace is not the one that this record was made with.",
    )
    change(saved.plan.record, lambda value: value["journal"].pop())
    assert any("another length" in one for one in grade_trace(saved.plan.trace).altered)


def test_files_that_are_none_are_refused(saved, tmp_path):
    with pytest.raises(FileNotFoundError):
        grade_trace(tmp_path / "none.jsonl")
    saved.plan.trace.write_text("hello\n")
    with pytest.raises(ValueError, match="is no trace: line 1 is not JSON"):
        replay(saved.plan.trace)
    saved.plan.record.write_text("[]")
    with pytest.raises(ValueError, match="is no record of a rollout"):
        grade_trace(saved.plan.trace)
    saved.plan.record.write_text('{"run": 1, "grade": 2}')
    with pytest.raises(ValueError, match="is no record of a rollout"):
        grade_trace(saved.plan.trace)
