"""Checking tasks, running agents, judging and replaying what they did."""

import json
from pathlib import Path

import pytest

import worlds
from worlds.new import write_world


def test_check_plays_tasks_and_finds_no_hole(say, home):
    said = say("check", "office", "--seeds", 3, "--browser-seeds", 0, "--json")
    assert said.code == 0
    (report,) = said.json["families"]
    assert report["proofs"]["right ways"]["passed"] == {"the solution": 3, "the alternative “by subject”": 3}
    assert (report["holes"], said.json["holes"]) == ([], [])
    assert "No holes." in say("check", "office/approve-request", "--seeds", 1, "--browser-seeds", 0).out


def test_check_names_a_hole_with_code_1(say, tmp_path, monkeypatch):
    """A mistake that is none: it does what the solution does."""
    folder = write_world("leaky", tmp_path)
    family = folder / "tasks" / "approve_request.py"
    family.write_text(family.read_text().replace('"nobody is told": untold', '"nobody is told": solve'))
    monkeypatch.setenv("WORLDS_PATH", str(tmp_path))
    said = say("check", "leaky", "--seeds", 2, "--browser-seeds", 0)
    assert said.code == 1
    assert "Hole: leaky/approve-request seed 0: the mistake “nobody is told” passes" in said.out


def test_run_writes_traces_that_grade_and_replay_alike(say, tmp_path):
    said = say("run", "tiny/recount", "-n", 2, "--seed", 3, "--jobs", 0, "--out", tmp_path, "--json")
    assert said.code == 0
    assert [one["reward"] for one in said.json["rollouts"]] == [1.0, 1.0]
    trace = said.json["rollouts"][1]["trace"]
    graded = say("grade", trace, "--json")
    assert graded.code == 0
    assert graded.json["grade"]["passed"]
    assert "reward 1.0, passed" in say("grade", trace).out
    replayed = say("replay", trace, "--json")
    assert (replayed.code, replayed.json["same"]) == (0, True)
    assert "0 observations differ; the final state is the same" in say("replay", trace).out


def test_a_folder_that_cannot_be_made_is_told_with_code_3_before_anything_is_played(say, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    said = say("run", "tiny/recount", "--jobs", 1, "--out", in_the_way / "runs")
    assert said.code == 3
    assert "Traceback" not in said.err
    assert f"{in_the_way / 'runs'} cannot be written to" in said.err


def test_without_a_browser_nothing_is_played_and_it_is_said_what_to_do(say, home, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLDS_CHROMIUM", "/nowhere/chromium")
    for words in (("run", "tiny/recount", "--surface", "browser"), ("demo", "office/approve-request")):
        said = say(*words, "--out", tmp_path / "out")
        assert said.code == 3
        assert said.err.strip().startswith("WORLDS_CHROMIUM names '/nowhere/chromium'")
        assert not list((tmp_path / "out").glob("*"))


def test_doing_nothing_is_no_failure_of_the_run(say, tmp_path):
    said = say("run", "tiny/recount", "--agent", "noop", "--jobs", 0, "--out", tmp_path)
    assert said.code == 0
    assert "0%" in said.out


def test_an_altered_record_is_told_with_code_1(say, tmp_path):
    say("run", "tiny/recount", "--jobs", 0, "--out", tmp_path)
    (path,) = tmp_path.glob("*.record.json")
    record = json.loads(path.read_text())
    record["journal"][0]["told"] = "something else"
    path.write_text(json.dumps(record))
    said = say("grade", path)
    assert said.code == 1
    assert "altered" in said.out


def test_an_observation_that_comes_out_differently_is_shown_with_code_1(say, tmp_path):
    say("run", "tiny/recount", "--jobs", 0, "--out", tmp_path)
    (path,) = tmp_path.glob("*.jsonl")
    path.write_text(path.read_text().replace("Lantern 0", "Lantern 9"))
    said = say("replay", path)
    assert said.code == 1
    assert "Differences" in said.out


def test_the_state_that_a_trace_reached_is_saved_and_opened_again(say, tmp_path, cache):
    played = say("run", "tiny/recount", "--seed", 3, "--jobs", 0, "--out", tmp_path, "--json").json["rollouts"][0]
    assert say("snapshot", "save", played["trace"], "after-all").code == 0
    assert say("snapshot", "save", played["trace"], "after-one", "--steps", 1).code == 0
    reached = json.loads(Path(played["record"]).read_text())["state_hash"]
    with worlds.open(snapshot="after-all") as episode:
        assert episode.diff()
        assert episode.state_hash() == reached
    with worlds.open(snapshot="after-one") as episode:
        assert (len(episode.journal), episode.diff()) == (1, [])
    taken = say("snapshot", "save", played["trace"], "after-one")
    assert taken.code == 2
    assert "after-one" in taken.err
    assert say("snapshot", "save", played["trace"], "after-one", "--replace").code == 0
    assert {one["name"] for one in say("snapshot", "list", "--json").json} >= {"after-all", "after-one"}


@pytest.mark.browser
def test_the_demo_solves_a_task_through_tools_and_then_through_the_browser(say, home, tmp_path):
    said = say("demo", "office/approve-request", "--out", tmp_path)
    assert said.code == 0
    assert said.out.count("reward 1.0, passed") == 2
    assert "status 'open' → 'approved'" in said.out
    assert (tmp_path / "tools.jsonl").is_file()
    assert list((tmp_path / "browser").glob("*.png"))
    for surface in ("tools", "browser"):
        assert say("grade", tmp_path / f"{surface}.jsonl").code == 0
        assert "the final state is the same" in say("replay", tmp_path / f"{surface}.jsonl").out
