"""README, guides and decisions: links lead somewhere, examples run, the map is of this house."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def relative(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / unquote(target)).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_a_page_has_one_title(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert text.startswith("# ")
    assert len(re.findall(r"^# ", text, flags=re.MULTILINE)) == 1


def test_the_first_screen_says_the_two_commands_and_who_takes_the_slower_copy():
    first = "\n".join(README.read_text(encoding="utf-8").splitlines()[:45])
    assert "scripts/demo" in first
    assert "scripts/test" in first
    assert all(word in first for word in ("macOS", "Windows", "copy"))


def test_the_python_examples_of_the_readme_run():
    examples = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert examples
    for example in examples:
        ran = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603 - our own example
        assert ran.returncode == 0, ran.stderr


def test_the_map_names_what_is_there_and_every_folder_of_the_package():
    text = README.read_text(encoding="utf-8")
    named = {path.rstrip("/") for path in re.findall(r"^\| `([a-zA-Z_./]+)` \|", text, flags=re.MULTILINE)}
    assert {path for path in named if not (ROOT / path).exists()} == set()
    inside = [ROOT / "worlds", ROOT / "worlds" / "engine"]
    folders = {f"{relative(path)}" for home in inside for path in home.iterdir() if (path / "__init__.py").is_file()}
    worlds_of_ones_own = {name for name in folders if (ROOT / name / "population.py").is_file()}
    assert folders - worlds_of_ones_own <= named


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_a_sentence_for_a_title_and_says_why(page):
    title, _, body = page.read_text(encoding="utf-8").partition("\n")
    assert title.endswith(".")
    assert len(title.split()) > 4
    for heading in ("## Why", "## What it costs"):
        assert heading in body


def test_every_decision_is_listed():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in DECISIONS:
        title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}](decisions/{page.name})" in index


def test_every_script_is_explained():
    index = README.read_text(encoding="utf-8")
    for script in (ROOT / "scripts").iterdir():
        if script.is_file():
            assert f"scripts/{script.name}" in index
            assert script.read_text(encoding="utf-8").splitlines()[1].startswith("# "), script.name


def test_the_changelog_has_a_place_for_what_is_new():
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_constraints_pin_names_to_versions_alone():
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line
