"""What there is, and how the command line says that something is wrong."""

import click
import pytest

from worlds.cli import group, main
from worlds.new import write_world


def commands(command=group, path=()):
    context = click.Context(command, info_name="worlds")
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        inner = command.get_command(context, name)
        yield (*path, name), inner
        yield from commands(inner, (*path, name))


def test_every_command_is_there():
    names = {path[0] for path, _ in commands()}
    wanted = "list doctor tasks task check run serve mcp grade replay reset snapshot seed new bench demo"
    assert names == set(wanted.split())


def test_every_command_and_option_says_what_it_is_for():
    for path, command in commands():
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{path} {parameter.name}"


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_help_is_printed(say, path):
    said = say(*path, "--help")
    assert said.code == 0
    assert "Usage: worlds" in said.out


def test_worlds_are_listed(say, home):
    found = {world["name"]: world for world in say("list", "--json").json}
    assert {"shop", "tiny", "office"} <= set(found)
    assert found["office"]["tasks"] == ["office/approve-request"]
    assert "office" in say("list").out


def test_tasks_are_listed(say, home):
    (found,) = say("tasks", "office", "--json").json
    assert found["name"] == "office/approve-request"
    assert found["role"] == "clerk"
    assert "approve-request" in say("tasks", "office").out
    assert {one["name"].split("/")[0] for one in say("tasks", "--json").json} >= {"shop", "tiny", "office"}


def test_a_task_is_shown_as_an_agent_may_see_it(say):
    shown = say("task", "show", "tiny/recount", "--seed", 3, "--json").json
    assert shown["seed"] == 3
    assert shown["instruction"]
    assert not {"expectation", "facts"} & set(shown)
    assert shown["instruction"][:30] in say("task", "show", "tiny/recount", "--seed", 3).out


def test_a_task_is_shown_with_what_is_sealed_only_when_asked(say):
    shown = say("task", "show", "tiny/recount", "--sealed", "--json").json
    assert shown["expectation"]["any_of"]
    assert "Required" in say("task", "show", "tiny/recount", "--sealed").out
    assert "Required" not in say("task", "show", "tiny/recount").out


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("list", "--nonsense"),
        ("tasks", "nowhere"),
        ("task", "show", "tiny/nothing"),
        ("task", "show", "nowhere/nothing"),
        ("task", "show", "tiny/recount", "--population", "huge"),
        ("check", "nowhere"),
        ("seed", "list", "nowhere"),
        ("seed", "build", "tiny", "huge"),
        ("snapshot", "remove", "nothing"),
        ("snapshot", "remove", "../etc"),
        ("run", "tiny/nothing"),
        ("run", "tiny/recount", "--option", "colour"),
        ("grade", "nothing.jsonl"),
        ("replay", "nothing.jsonl"),
        ("mcp", "tiny/nothing"),
        ("demo", "tiny"),
        ("reset", "somebody"),
        ("bench", "--world", "nowhere"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_in_a_sentence_with_code_2(say, words):
    said = say(*words)
    assert said.code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "defect" not in said.err
    assert said.err.strip().endswith((".", "?"))


def test_debug_shows_where_an_error_comes_from():
    with pytest.raises(LookupError, match="nowhere"):
        main(["--debug", "tasks", "nowhere"])


def test_what_lies_in_the_way_is_told_with_code_3(say, tmp_path, monkeypatch):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("WORLDS_CACHE", str(in_the_way))
    said = say("snapshot", "list")
    assert said.code == 3
    assert str(in_the_way) in said.err


def test_the_doctor_says_what_is_here(say):
    said = say("doctor", "--json")
    found = {one["what"]: one for one in said.json}
    assert {"Python", "SQLite", "fork mode", "browser", "cache folder", "worlds"} <= set(found)
    assert said.code == (0 if all(one["well"] for one in found.values()) else 3)
    assert found["fork mode"]["found"].split(":")[0] in ("slots", "copy")


def test_the_doctor_says_that_a_browser_is_lacking_and_what_to_do(say, monkeypatch):
    monkeypatch.setenv("WORLDS_CHROMIUM", "/nowhere/chromium")
    said = say("doctor")
    assert said.code == 3
    assert "LACKING" in said.out
    assert "WORLDS_CHROMIUM" in said.out


def test_plain_copies_are_told_by_the_doctor(say, monkeypatch):
    monkeypatch.setenv("WORLDS_FORK", "copy")
    found = {one["what"]: one["found"] for one in say("doctor", "--json").json}
    assert found["fork mode"].startswith("copy")


def test_populations_are_built_once_and_listed(say, home, cache):
    (before,) = (one for one in say("seed", "list", "office", "--json").json if one["population"] == "small")
    assert not before["built"]
    (built,) = say("seed", "build", "office", "small", "--json").json
    assert say("seed", "build", "office", "small", "--json").json == [built]
    (after,) = (one for one in say("seed", "list", "office", "--json").json if one["population"] == "small")
    assert after["hash"] == built["hash"]
    (listed,) = say("snapshot", "list", "--json").json
    assert (listed["name"], listed["kind"], listed["hash"]) == ("office-small", "built", built["hash"])
    assert say("snapshot", "remove", "office-small").code == 0
    assert say("snapshot", "list", "--json").json == []


def test_a_world_that_is_no_python_is_told_with_its_file_and_line(say, tmp_path, monkeypatch):
    folder = write_world("halfway", tmp_path)
    (folder / "invariants.py").write_text("INVARIANTS = (\n")
    monkeypatch.setenv("WORLDS_PATH", str(tmp_path))
    said = say("task", "show", "halfway/approve-request")
    assert said.code != 0
    assert f"{folder / 'invariants.py'}, line 1, is no Python" in said.err


def test_a_folder_of_worlds_that_is_not_there_is_told_by_the_doctor(say, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLDS_PATH", str(tmp_path / "gone"))
    said = say("doctor", "--json")
    assert said.code == 3
    (found,) = (one for one in said.json if one["what"] == "worlds")
    assert (str(tmp_path / "gone") in found["found"], found["well"]) == (True, False)
