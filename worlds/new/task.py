"""Writes the file of a new task family: the world's own trivial task, to be changed into what is wanted."""

import re
from pathlib import Path
from string import Template

from worlds.engine.world import find

FIRST = "first.py.tmpl"
"""A world's trivial task in its `tasks/`, with `$name` and `$title` left open."""
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 40
LONGEST_TITLE = 80


def write_task(full_name: str, *, title: str | None = None) -> Path:
    """Write the family's file into its world's `tasks/` and answer its path.

    Raises:
        LookupError: when there is no such world, or it has no trivial task to begin with.
        ValueError: when the name or title will not do, or the family is there already.
    """
    world_name, _, name = full_name.partition("/")
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise ValueError(
            f"{full_name!r} cannot name a task: say WORLD/NAME, where NAME has up to {LONGEST} of a-z, 0-9 and dashes."
        )
    world = find(world_name)
    words = {"name": name, "title": title or name.replace("-", " ").capitalize()}
    if not _can_be_a_title(words["title"]):
        raise ValueError(
            f"{words['title']!r} cannot be a title: say it in one line of {LONGEST_TITLE} characters at most, "
            "beginning with a capital letter, without quotes, braces, backslashes and a full stop."
        )
    pattern = world.folder / "tasks" / FIRST
    if not pattern.is_file():
        raise LookupError(
            f"World {world_name} has no trivial task to begin with; write {pattern} once, or copy a family."
        )
    path = pattern.with_name(f"{name.replace('-', '_')}.py")
    if name in world.families or path.exists():
        raise ValueError(f"{path} is there already; choose another name, or remove it first.")
    path.write_text(Template(pattern.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    return path


def _can_be_a_title(text: str) -> bool:
    """Whether it stands in the file as a sentence of a docstring and as a text without breaking out of either."""
    plain = text.isprintable() and text == text.strip() and not set(text) & set('"\\{}$')
    return plain and 0 < len(text) <= LONGEST_TITLE and text[0] == text[0].upper() and text[-1] not in ".!?:;,"
