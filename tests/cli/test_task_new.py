"""`worlds task new`: the file that it writes is a task that keeps the promises of all tasks as it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from worlds.new.task import write_task

ROOT = Path(__file__).parent.parent.parent
PLAIN = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the house, so that its own worlds can be given a new task."""
    folder = tmp_path_factory.mktemp("house")
    for part in ("worlds", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=PLAIN)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run(house, *words):
    command, environment = [sys.executable, *words], {**os.environ, "PYTHONPATH": str(house)}
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands


def worlds(house, *words):
    return run(house, "-c", "import sys; from worlds.cli import main; main(sys.argv[1:])", *words)


def test_a_new_task_of_the_shop_keeps_the_promises_of_all_tasks_and_proves_itself(house):
    written = worlds(house, "task", "new", "shop/leave-note", "--title", "Leave a note")
    assert written.returncode == 0, written.stderr
    assert "worlds check shop/leave-note" in written.stdout
    kept = run(house, "-m", "pytest", "tests/conformance", "-q", "-p", "no:cacheprovider", "-k", "leave-note")
    assert kept.returncode == 0, kept.stdout[-4000:]
    proven = worlds(house, "check", "shop/leave-note", "--seeds", "2", "--browser-seeds", "1", "--jobs", "1")
    assert proven.returncode == 0, proven.stdout[-4000:]
    assert "No holes." in proven.stdout
    again = worlds(house, "task", "new", "shop/leave-note")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_a_new_task_of_a_new_world_keeps_the_promises_of_all_tasks_and_proves_itself(house):
    made = worlds(house, "new", "hr", "--into", str(house / "worlds"))
    assert made.returncode == 0, made.stderr
    written = worlds(house, "task", "new", "hr/decline-request")
    assert written.returncode == 0, written.stderr
    kept = run(house, "-m", "pytest", "tests/conformance", "-q", "-p", "no:cacheprovider", "-k", "decline-request")
    assert kept.returncode == 0, kept.stdout[-4000:]
    proven = worlds(house, "check", "hr", "--seeds", "2", "--browser-seeds", "1", "--jobs", "1")
    assert proven.returncode == 0, proven.stdout[-4000:]


@pytest.mark.parametrize("name", ["shop", "shop/", "shop/Refund", "shop/a_b", "shop/../x", f"shop/{'x' * 41}", "/x"])
def test_what_cannot_name_a_task_is_refused(say, name):
    assert say("task", "new", name).code == 2


def test_a_title_that_would_break_out_of_the_file_is_refused(say):
    said = say("task", "new", "shop/quoted", "--title", 'He said "no"')
    assert said.code == 2
    assert "cannot be a title" in said.err


def test_a_world_without_a_first_task_says_what_to_write():
    with pytest.raises(LookupError, match="no trivial task to begin with: write"):
        write_task("tiny/anything")
