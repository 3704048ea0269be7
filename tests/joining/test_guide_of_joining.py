"""The guide of joining worlds is true: what it writes is a company, joined from a world of the house and a new one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from worlds.cli.commands.new import command
from worlds.engine.world import PATH_VARIABLE, find

GUIDE = Path(__file__).parent.parent.parent / "docs" / "joining-worlds.md"
FILE = re.compile(r"File\s`([^`]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the world that `worlds new` writes, and the company of the guide."""
    folder = tmp_path_factory.mktemp("joined")
    made = CliRunner().invoke(command, ["hr", "--into", str(folder)])
    assert made.exit_code == 0, made.output
    for name, text in FILE.findall(GUIDE.read_text(encoding="utf-8")):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "house" / "tasks").mkdir()
    (folder / "house" / "tasks" / "__init__.py").write_text('"""Tasks across both apps."""\n')
    return folder


@pytest.fixture(scope="module")
def house(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PATH_VARIABLE, str(folder))
        company = find("house")
        assert company.apps
    return company


def test_its_example_runs(folder, house):
    (example,) = re.findall(
        r"## What one has then\n\n```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    ran = subprocess.run(  # noqa: S603 - our own example
        [sys.executable, "-c", example],
        env={**os.environ, PATH_VARIABLE: str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    number, tables = ran.stdout.strip().split(" ", 1)
    assert number.startswith("LK-")
    assert {"request", "notice"} <= set(re.findall(r"\w+", tables)) <= set(house.metadata.tables)


def test_tools_of_both_worlds_are_there_and_each_keeps_its_error_body(house):
    assert {"shop_refund_order", "people_decide_request"} <= house.operations.keys()
    assert house.answering("shop_get_order") is house.apps["shop"].world
    assert house.answering("wait") is house


def test_somebody_without_a_seat_in_an_app_has_none_of_its_tools(house):
    roles = {name: one.roles for name, one in house.operations.items() if name.startswith("people_") and one.doors}
    assert all("stockist" not in able for able in roles.values())
    assert any("lead" in able for able in roles.values())
