"""One rollout leaves a trace of what the agent saw and a record of how it was judged, whatever happens in it."""

import json

import pytest

from worlds.engine.rollouts.agents import AgentGaveUp, agent_names, find_agent
from worlds.engine.rollouts.limits import Limits, Truncated
from worlds.engine.rollouts.replay import replay
from worlds.engine.rollouts.rollout import Rollout, play
from worlds.engine.rollouts.runner import Batch
from worlds.engine.rollouts.seat import Seat
from worlds.engine.rollouts.summary import summary
from worlds.engine.rollouts.traces import TraceWriter, read_trace


def lines(rollout, kind):
    return [line for line in read_trace(rollout.plan.trace) if line["kind"] == kind]


def record(rollout):
    return json.loads(rollout.plan.record.read_text())


class Scripted:
    """An agent that does what a test says."""

    def __init__(self, work):
        self.work = work


@pytest.fixture
def acts(monkeypatch):
    """Puts a function in the place of an agent."""

    def place(work):
        monkeypatch.setattr("worlds.engine.rollouts.rollout.find_agent", lambda *_: Scripted(work))

    return place


def broken(_):
    """A defect of our own."""
    return {}["nothing"]


def test_agents_are_found_by_file():
    assert agent_names() == ["naive", "noop", "openai", "random", "resilient", "solution"]
    known = f"There is no agent named 'genius'; there are: {', '.join(agent_names())}, or name a module of your own"
    with pytest.raises(LookupError, match=known):
        find_agent("genius")
    with pytest.raises(ValueError, match="The agent noop has no option 'speed'; it has: none"):
        find_agent("noop", {"speed": "high"})


def test_the_solution_passes_through_tools(plan):
    rollout = play(plan())
    assert (rollout.reward, rollout.grade.passed, rollout.steps, rollout.cause) == (1.0, True, 2, None)
    assert [line["operation"] for line in lines(rollout, "call")] == ["list_parts", "correct_stock"]


@pytest.mark.browser
def test_the_solution_passes_through_the_browser_and_every_step_is_traced(plan):
    rollout = play(plan(surface="browser", screenshots=True))
    assert rollout.reward == 1.0
    actions = [line["action"]["action"] for line in lines(rollout, "act")]
    assert actions == ["click", "fill", "select", "click"]
    assert len(lines(rollout, "look")) == 1
    seen = lines(rollout, "act")[-1]["observation"]
    assert "was corrected" in seen["snapshot"]
    assert (rollout.plan.trace.parent / seen["image"]).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("agent", ["noop", "random"])
def test_doing_nothing_or_anything_earns_nothing(plan, agent):
    rollout = play(plan(agent, options={"steps": "1", "seed": "3"} if agent == "random" else {}))
    assert (rollout.reward, rollout.grade.score) == (0.0, 0.0)


def test_the_random_agent_does_the_same_with_the_same_seed_and_else_not(plan):
    def done(seed):
        rollout = play(plan("random", options={"seed": seed, "steps": "4"}))
        return [(line["operation"], line["arguments"]) for line in lines(rollout, "call")]

    runs = [done(seed) for seed in ("1", "2", "3", "1")]
    assert runs[0] == runs[3]
    assert len({str(one) for one in runs}) > 1


@pytest.mark.browser
def test_the_random_agent_clicks_about(plan):
    rollout = play(plan("random", "browser", options={"steps": "6", "seed": "2"}))
    assert rollout.cause in (None, "world_bug")
    assert rollout.reward == 0.0


def test_the_trace_holds_nothing_that_the_agent_did_not_see(plan):
    rollout = play(plan(seed=11))
    text = rollout.plan.trace.read_text()
    start = lines(rollout, "start")[0]
    assert set(start) == {"kind", "format", "task", "agent", "surface", "instruction", "role", "tools"}
    for word in ("expectation", '"seed"', "reward", "grade", "criteria", "corrected", "state_hash", "mistake"):
        assert word not in text
    assert "11" not in rollout.plan.trace.name


def test_the_record_holds_all_that_a_judgement_rests_on(plan):
    rollout = play(plan(seed=11))
    saved = record(rollout)
    assert saved["run"]["seed"] == 11
    assert saved["grade"] == rollout.grade.to_json()
    assert {"task_hash", "snapshot", "grader", "workworlds", "sqlite"} <= saved["versions"].keys()
    assert [entry["operation"] for entry in saved["journal"]] == ["list_parts", "correct_stock"]
    assert {change["table"] for change in saved["diff"]} == {"part", "slip"}
    assert saved["record"]["expectation"]
    assert len(saved["state_hash"]) == 64


def test_equal_plans_leave_equal_files(plan):
    files = []
    for _ in range(2):
        rollout = play(plan())
        files.append((rollout.plan.trace.read_bytes(), rollout.plan.record.read_bytes()))
    assert files[0] == files[1]


def test_an_agent_that_gives_up_is_judged_as_it_stands(plan, acts):
    def work(seat):
        seat.call("correct_stock", part_id=1, stock=3, reason="found")
        raise AgentGaveUp("I am lost")

    acts(work)
    rollout = play(plan())
    assert (rollout.reward, rollout.cause, rollout.error) == (0.0, None, "I am lost")
    assert any(not one.satisfied for one in rollout.grade.criteria if one.id == "collateral")


def test_a_defect_of_our_own_is_no_failure_of_the_agent_and_is_tried_again(plan, acts):
    acts(broken)
    rollout = play(plan(limits=Limits(retries=2)))
    assert (rollout.reward, rollout.cause, rollout.attempts) == (None, "infra", 3)
    assert "KeyError" in rollout.error
    assert record(rollout)["grade"]["reward"] is None


def test_a_crash_that_comes_back_is_the_worlds_bug_and_counts(plan, acts):
    acts(lambda seat: seat.call("jam"))
    rollout = play(plan())
    assert (rollout.reward, rollout.cause, rollout.attempts) == (0.0, "world_bug", 1)
    assert "the drawer is jammed" in record(rollout)["crash"]["traceback"]
    assert "jammed" not in rollout.plan.trace.read_text()
    assert lines(rollout, "call")[-1]["ok"] is None


@pytest.mark.browser
def test_a_page_that_fails_again_is_the_worlds_bug_and_counts(plan, acts):
    acts(lambda seat: seat.act({"action": "goto", "path": "/counter/broken"}))
    rollout = play(plan(surface="browser"))
    assert (rollout.reward, rollout.cause, rollout.attempts) == (0.0, "world_bug", 1)
    assert lines(rollout, "act")[-1]["observation"] is None
    assert replay(rollout.plan.trace).crashed


def test_a_crash_that_does_not_come_back_is_tried_again(plan, acts, monkeypatch, tmp_path):
    monkeypatch.setenv("KIOSK_STUMBLE", str(tmp_path / "wet"))
    acts(lambda seat: seat.call("stumble") and "status: done")
    rollout = play(plan())
    assert (rollout.attempts, rollout.cause, rollout.reward) == (2, None, 0.0)


def test_steps_beyond_the_limit_are_not_made(plan, acts):
    made = []

    def work(seat):
        while True:
            made.append(seat.call("list_parts"))

    acts(work)
    rollout = play(plan(limits=Limits(steps=3)))
    assert (len(made), rollout.truncated, rollout.cause, rollout.reward) == (3, "steps", "agent_limit", 0.0)
    assert lines(rollout, "end")[0]["truncated"] == "steps"


def test_seconds_beyond_the_limits_end_the_rollout(tiny, tmp_path):
    clock = iter([0.0, 1.0, 1.0, 6.0, 7.0, 8.0, 10.5])
    with TraceWriter(tmp_path / "t.jsonl") as trace:
        limits = Limits(step_seconds=4.0, episode_seconds=10.0)
        seat = Seat(tiny, "tools", trace, limits, clock=lambda: next(clock))
        with pytest.raises(Truncated, match="step seconds") as reached:
            seat.use("list_items", {})
        assert reached.value.limit == "step_seconds"
        assert seat.seconds_left == 3.0
        clock = iter([10.5])
        with pytest.raises(Truncated, match="episode seconds"):
            seat.use("list_items", {})


def test_an_agent_works_through_its_own_surface_alone(tiny, tmp_path):
    with TraceWriter(tmp_path / "t.jsonl") as trace:
        for surface, other in (("browser", lambda seat: seat.call("list_items")), ("tools", Seat.observe)):
            with pytest.raises(ValueError, match=f"works through {surface}, not through"):
                other(Seat(tiny, surface, trace, Limits()))


def test_any_text_can_stand_in_a_trace(tiny, tmp_path):
    with TraceWriter(tmp_path / "t.jsonl") as trace:
        seat = Seat(tiny, "tools", trace, Limits())
        seat.use("list_items", {"page": "\ud800 \u2028 \x00 é"})
        seat.use("list_items", {"page": float("nan")})
    odd, nan = read_trace(tmp_path / "t.jsonl")
    assert odd["arguments"] == {"page": "\ud800 \u2028 \x00 é"}
    assert (odd["status"], nan["status"], nan["arguments"]) == (422, 422, "{'page': nan}")


@pytest.mark.parametrize("answer", [{"facts": {"x": float("nan")}}, "\ud800", {1, 2}, 7, ["done"]])
def test_no_answer_can_break_a_rollout(plan, acts, answer):
    acts(lambda _: answer)
    rollout = play(plan())
    assert (rollout.reward, rollout.cause, record(rollout)["run"]["task"]) == (0.0, None, "kiosk/recount")


def test_a_batch_names_its_files_by_number_and_refuses_what_is_not_there(tmp_path):
    made = Batch(tasks=["kiosk/recount", "tiny/recount", "kiosk/recount"], n=2, seed=7, out=tmp_path).plans()
    assert [(plan.trace.name, plan.seed) for plan in made] == [
        ("kiosk.recount.solution.tools.0000.jsonl", 7),
        ("kiosk.recount.solution.tools.0001.jsonl", 8),
        ("tiny.recount.solution.tools.0000.jsonl", 7),
        ("tiny.recount.solution.tools.0001.jsonl", 8),
    ]
    with pytest.raises(LookupError, match="has no task 'x'"):
        Batch(tasks=["kiosk/x"], out=tmp_path).plans()
    with pytest.raises(ValueError, match="There is no surface 'phone'"):
        Batch(tasks=["kiosk/recount"], surface="phone", out=tmp_path).plans()


def test_a_summary_counts_what_failed_on_our_side_apart(plan, acts):
    passed = play(plan())
    failed = play(plan("noop"))
    acts(broken)
    lost = play(plan())
    (line,) = summary([passed, failed, lost])
    assert (line.count, line.passed, line.none, line.mean_score, line.mean_steps) == (3, 1, 1, 0.5, 1.0)
    assert (round(line.pass_low, 2), round(line.pass_high, 2)) == (0.33, 0.67)
    assert isinstance(lost, Rollout)
