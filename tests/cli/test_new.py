"""`worlds new`: what it writes is a world, and keeps the promises of all worlds as it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from worlds import new
from worlds.engine.world import find

ROOT = Path(__file__).parent.parent.parent


def test_what_it_writes_is_found_and_plays(say, home):
    world = find("office")
    assert world.folder == home / "office"
    assert set(world.families) == {"approve-request"}
    assert {"small", "medium"} <= set(world.seeds)
    assert len(world.invariants) == 2


def test_what_it_writes_keeps_the_promises_of_all_worlds(say, tmp_path):
    said = say("new", "hr", "--title", "Harbour Rentals", "--into", tmp_path)
    assert said.code == 0
    command = [sys.executable, "-m", "pytest", "tests/conformance", "-q", "-p", "no:cacheprovider"]
    command += ["--worlds-path", str(tmp_path), "--world", "hr"]
    environment = {**os.environ, "WORLDS_CACHE": str(tmp_path / "cache")}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own tests
    assert ran.returncode == 0, ran.stdout[-6000:]
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout


def test_what_it_writes_is_as_clean_as_the_house(tmp_path, monkeypatch):
    """As it would stand beside the other worlds; `pyproject.toml` decides by a file's place."""
    home = tmp_path / "worlds"
    for package in (home, home / "engine", home / "graders"):
        package.mkdir()
        (package / "__init__.py").touch()
    monkeypatch.setattr(new, "HOUSE", home)
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    new.write_world("hr", home)
    for check in (("check",), ("format", "--check")):
        command = [sys.executable, "-m", "ruff", *check, "--no-cache", "."]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("name", ["Hr", "h", "2hr", "hr-it", "class", "../hr", "", "x" * 31, "hr "])
def test_what_cannot_name_a_world_is_refused(say, tmp_path, name):
    assert say("new", name, "--into", tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ['He said "no"', "{{ 7 * 7 }}", "<b>", "$name", "a\nb"])
def test_a_title_that_would_break_out_of_a_file_is_refused(tmp_path, title):
    with pytest.raises(ValueError, match="cannot be a title"):
        new.write_world("hr", tmp_path, title=title)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(say, tmp_path):
    (tmp_path / "hr").mkdir()
    (tmp_path / "hr" / "mine.txt").write_text("mine")
    said = say("new", "hr", "--into", tmp_path)
    assert said.code == 2
    assert [path.name for path in (tmp_path / "hr").iterdir()] == ["mine.txt"]


def test_names_of_the_house_are_taken(say):
    for name in ("engine", "shop", "cli"):
        assert say("new", name).code == 2


def test_a_checkout_takes_new_worlds_beside_the_others():
    assert new.home_of_new_worlds() == ROOT / "worlds"


def test_without_a_checkout_they_go_to_the_first_folder_of_ones_own(monkeypatch, tmp_path):
    monkeypatch.setattr(new, "HOUSE", tmp_path / "site-packages" / "worlds")
    monkeypatch.setenv("WORLDS_PATH", f"{tmp_path / 'mine'}{os.pathsep}{tmp_path / 'other'}")
    assert new.home_of_new_worlds() == tmp_path / "mine"
    monkeypatch.setenv("WORLDS_PATH", "")
    with pytest.raises(ValueError, match="--into"):
        new.home_of_new_worlds()


def test_a_world_beside_the_others_is_a_part_of_the_package(monkeypatch, tmp_path):
    monkeypatch.setattr(new, "HOUSE", tmp_path)
    text = (new.write_world("aaa", tmp_path) / "operations" / "requests.py").read_text()
    assert "from worlds.aaa.models import" in text
    assert text.index("from worlds.aaa.models") < text.index("from worlds.engine.context")
