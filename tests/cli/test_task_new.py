"""`worlds task new` and docs/authoring.md: the files that they write are tasks that prove themselves as they are."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from worlds.new.task import write_task

ROOT = Path(__file__).parent.parent.parent
PLAIN = shutil.ignore_patterns("__pycache__")


TASKS = ("shop/leave-note", "shop/find-parcel", "hr/decline-request")
OF_TASKS = ("tests/conformance/test_every_task.py", "tests/conformance/test_every_episode.py")
FILES = ("worlds/shop/tasks/leave_note.py", "worlds/shop/tasks/find_parcel.py", "worlds/shop/rulings/find_parcel.py")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the house with a new task in the shop, a new world with a new task, and the guide's example."""
    folder = tmp_path_factory.mktemp("house")
    for part in ("worlds", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=PLAIN)
    shutil.copy(ROOT / "pyproject.toml", folder)
    if (ROOT / ".mypy_cache").is_dir():  # what it knows of the house holds for the copy as well, and it looks
        shutil.copytree(ROOT / ".mypy_cache", folder / ".mypy_cache")
    for words in (
        ("task", "new", "shop/leave-note", "--title", "Leave a note " + 67 * "o"),
        ("new", "hr", "--into", str(folder / "worlds")),
        ("task", "new", "hr/decline-request"),
    ):
        written = worlds(folder, *words)
        assert written.returncode == 0, written.stderr
        assert "worlds check" in written.stdout
    follow_the_guide(folder / "worlds" / "shop")
    return folder


def follow_the_guide(shop):
    """The two files of the worked example: the block of the section on rulings, and all that come after it."""
    guide = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    ruling, *blocks = re.findall(r"```python\n(.*?)```", guide[guide.index("\n## 4. ") :], flags=re.DOTALL)
    (shop / "rulings" / "find_parcel.py").write_text(ruling, encoding="utf-8")
    (shop / "tasks" / "find_parcel.py").write_text("\n\n".join(blocks), encoding="utf-8")


def run(house, *words):
    command, environment = [sys.executable, *words], {**os.environ, "PYTHONPATH": str(house)}
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands


def worlds(house, *words):
    return run(house, "-c", "import sys; from worlds.cli import main; main(sys.argv[1:])", *words)


def test_what_it_writes_keeps_the_promises_of_all_tasks(house):
    names = "leave-note or decline-request"
    kept = run(house, "-m", "pytest", *OF_TASKS, "-q", "-p", "no:cacheprovider", "-k", names)
    assert kept.returncode == 0, kept.stdout[-4000:]
    assert " passed" in kept.stdout


def test_what_it_writes_and_what_the_guide_writes_prove_themselves(house):
    proven = worlds(house, "check", *TASKS, "--seeds", "1", "--browser-seeds", "1", "--json")
    assert proven.returncode == 0, proven.stdout[-4000:]
    families = json.loads(proven.stdout)["families"]
    assert [(one["family"], one["quality"]["q"]) for one in families] == [(name, 1.0) for name in TASKS]


@pytest.mark.parametrize("checked", [("ruff", "check", "--no-cache"), ("ruff", "format", "--check"), ("mypy",)])
def test_what_they_write_is_as_clean_as_the_house(house, checked):
    ran = run(house, "-m", *checked, *FILES, "worlds/hr")
    assert ran.returncode == 0, ran.stdout


def test_a_task_that_is_there_is_left_alone(house):
    path = house / "worlds" / "shop" / "tasks" / "leave_note.py"
    before = path.read_bytes()
    again = worlds(house, "task", "new", "shop/leave-note", "--title", "Another one")
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["shop", "shop/", "shop/Refund", "shop/a_b", "shop/../x", f"shop/{'x' * 41}", "/x"])
def test_what_cannot_name_a_task_is_refused(say, name):
    assert say("task", "new", name).code == 2


@pytest.mark.parametrize("title", ['He said "no"', "{{ 7 * 7 }}", "$name", "a\nb", "small", "With a stop.", "X" * 81])
def test_a_title_that_would_break_out_of_the_file_is_refused(say, title):
    said = say("task", "new", "shop/quoted", "--title", title)
    assert said.code == 2
    assert "cannot be a title" in said.err


def test_a_world_without_a_first_task_says_what_to_write():
    with pytest.raises(LookupError, match="no trivial task to begin with; write"):
        write_task("tiny/anything")
