"""The reference pages say what the code says, and leave nothing out."""

import re
import sys
from pathlib import Path
from subprocess import run

import pytest

from worlds.cli.reference import FOLDER, built_in, pages
from worlds.cli.reference.refusals import refusals_of
from worlds.cli.reference.settings import SETTINGS
from worlds.engine.faults.catalogue import faults_of
from worlds.engine.faults.plans import plans_of
from worlds.engine.world import find

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def printed():
    """The pages as they would be written now, by name."""
    return pages()


def test_no_page_is_stale():
    """In a process of its own, as `scripts/docs` runs: what other tests have done to this one stands on no page."""
    checked = run([sys.executable, "-m", "worlds.cli.reference", "--check"], cwd=ROOT, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout.decode()


def test_every_world_of_the_house_has_a_page():
    assert {f"{world.name}.md" for world in built_in()} <= {path.name for path in FOLDER.glob("*.md")}


@pytest.mark.parametrize("world", built_in(), ids=lambda world: world.name)
def test_every_operation_role_and_task_of_a_world_is_described(world, printed):
    page = printed[f"{world.name}.md"]
    for name, operation in world.operations.items():
        assert f"### `{name}`\n\n{operation.description}" in page
        for argument in operation.input_schema["properties"]:
            assert f"| `{argument}` |" in page
    for role in world.roles:
        assert f"| `{role}` |" in page
    for family in world.families:
        assert f"`{world.name}/{family}`" in page


@pytest.mark.parametrize("world", built_in(), ids=lambda world: world.name)
def test_every_fault_and_every_plan_of_a_world_is_described(world, printed):
    page = printed["failures.md"]
    for fault in faults_of(world).values():
        described = page[page.index(f"# `{fault.name}`\n") :].partition("\n#")[0]
        assert fault.code in described
        assert fault.title in described
        assert all(f"| `{name}` |" in described for name in fault.Params.model_fields)
    for name in plans_of(world).keys() - faults_of(world).keys():
        assert f"| `{name}` |" in page


def test_the_refusals_of_an_operation_are_found_through_what_it_calls():
    found = {name: {one.code: one.status for one in raised} for name, raised in refusals_of(find("tiny")).items()}
    assert found["sell_item"] == {"item_not_found": 404, "not_enough": 409}
    assert found["get_item"] == {"item_not_found": 404}
    assert found["list_items"] == {}


def test_every_environment_variable_that_is_read_is_described():
    sources = [*(ROOT / "worlds").rglob("*.py"), *(path for path in (ROOT / "scripts").iterdir() if path.is_file())]
    named = {
        name
        for path in sources
        for name in re.findall(r"\b(?:WORLDS|OPENAI|PLAYWRIGHT)_[A-Z]+(?:_[A-Z]+)*\b", path.read_text(encoding="utf-8"))
    }
    assert named - {"PLAYWRIGHT_VARIABLE"} <= set(SETTINGS)  # the one exception is a name in our own source


def test_no_setting_is_described_that_nobody_reads():
    sources = [*(ROOT / "worlds").rglob("*.py"), *(path for path in (ROOT / "scripts").iterdir() if path.is_file())]
    text = "".join(path.read_text(encoding="utf-8") for path in sources if path.name != "settings.py")
    assert [name for name in SETTINGS if name not in text] == []
