"""Writes the folder of a new world: a small one that works and proves itself, to be changed into what is wanted."""

import keyword
import os
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from pathlib import Path
from string import Template

from worlds.engine.world import PATH_VARIABLE

SUFFIX = ".tmpl"
NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")
HOUSE = Path(__file__).parent.parent


def home_of_new_worlds() -> Path:
    """Where a new world goes: beside the others in a checkout, otherwise the first folder of WORLDS_PATH.

    Raises:
        ValueError: when there is neither.
    """
    if in_checkout():
        return HOUSE
    named = [entry for entry in os.environ.get(PATH_VARIABLE, "").split(os.pathsep) if entry]
    if not named:
        raise ValueError(f"Say where the world goes: --into FOLDER, or set {PATH_VARIABLE} to a folder of your worlds.")
    return Path(named[0]).expanduser()


def in_checkout() -> bool:
    """Whether this package runs from a checkout of its repository."""
    return (HOUSE.parent / "pyproject.toml").is_file() and (HOUSE.parent / "scripts" / "setup").is_file()


def write_world(name: str, home: Path, *, title: str | None = None) -> Path:
    """Write the world's folder below `home` and answer its path.

    Raises:
        ValueError: when the name will not do, or the folder is there already.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} cannot name a world: use 2 to 30 of a-z, 0-9 and _, beginning with a letter.")
    folder = home / name
    if folder.exists():
        raise ValueError(f"{folder} is there already; choose another name, or remove it first.")
    package = f"worlds.{name}" if home.resolve() == HOUSE else f"worlds_{name}"
    words = {"name": name, "title": title or name.replace("_", " ").title(), "package": package}
    if not words["title"].isprintable() or set(words["title"]) & set('"\\<>&{}$'):
        raise ValueError(f"{words['title']!r} cannot be a title: leave out quotes, braces and angle brackets.")
    _write(files(__package__) / "template", folder, words)
    return folder


def _write(source: Traversable, target: Path, words: dict[str, str]) -> None:
    target.mkdir(parents=True)
    for entry in sorted(source.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            _write(entry, target / entry.name, words)
        elif entry.name.endswith(SUFFIX):
            text = Template(entry.read_text(encoding="utf-8")).substitute(words)
            (target / entry.name.removesuffix(SUFFIX)).write_text(_in_order(text), encoding="utf-8")


def _in_order(text: str) -> str:
    """The text with our imports sorted, since where the world's own belong depends on its name."""
    runs = groupby(text.splitlines(keepends=True), key=lambda line: line.startswith("from worlds"))
    return "".join(line for ours, lines in runs for line in (sorted(lines, key=_module) if ours else lines))


def _module(line: str) -> str:
    return line.split()[1]
