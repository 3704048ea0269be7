"""What refusals of every world owe: words that a person on a page understands as well as a program with tools."""

import ast
import re
from pathlib import Path

import worlds.engine.everywhere
import worlds.engine.surfaces

SHARED = [Path(package.__file__).parent for package in (worlds.engine.everywhere, worlds.engine.surfaces)]
REFUSALS = {"Conflict", "Forbidden", "Invalid", "NotFound", "Unauthorized"}
FOR_PROGRAMS = {"tasks", "rulings"}
"""Folders of a world whose texts no page shows."""


def spoken(tree):
    """All texts of a module that are no docstrings, with their lines."""
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def put_in(tree):
    """Texts that stand under a name which the same function puts into a sentence, with their lines."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        named = {
            one.value.id for one in ast.walk(function) if isinstance(one, ast.FormattedValue) and is_name(one.value)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and any(is_name(one) and one.id in named for one in node.targets):
                yield from spoken(node)


def is_name(node):
    return isinstance(node, ast.Name)


def test_no_text_that_a_page_may_show_names_a_tool(world):
    tools = re.compile(rf"\b({'|'.join(sorted(name for name in world.operations if '_' in name))})\b")
    named = []
    for folder in (world.folder, *SHARED):
        for path in sorted(folder.rglob("*.py")):
            if FOR_PROGRAMS & set(path.relative_to(folder).parts):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            sentences = [(line, text) for line, text in spoken(tree) if " " in text.strip()]
            named += [(path.name, line, text) for line, text in (*sentences, *put_in(tree)) if tools.search(text)]
    assert named == [], "say what to do in the trade's words: a page has no tools"


BESIDE = {"tasks", "rulings", "pages", "faults", "population", "variants"}
"""Folders of a world that are not its business."""


def raised(world):
    """The first argument of every refusal in the modules of a world's business, with where it stands.

    What a failure plan says (`said["error"]`) is the plan's own.
    """
    for path in sorted(world.folder.rglob("*.py")):
        if BESIDE & set(path.relative_to(world.folder).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            refuses = isinstance(node, ast.Call) and is_name(node.func) and node.func.id in REFUSALS
            if refuses and not isinstance(node.args[0], ast.Subscript):
                yield f"{path.name}:{node.lineno}", node.args[0]


def codes_of(code, listed):
    """The codes that a first argument may be: itself, or of `f"{kind}_not_found"` those that are listed."""
    if isinstance(code, ast.Constant):
        return {code.value}
    if isinstance(code, ast.JoinedStr):
        parts = [re.escape(one.value) if isinstance(one, ast.Constant) else "[a-z]+" for one in code.values]
        return {one for one in listed if re.fullmatch("".join(parts), one)}
    return set()


def test_every_code_that_a_world_raises_is_listed_with_what_it_means_and_no_other(world):
    listed = getattr(world.part("errors"), "CODES", {}) if (world.folder / "errors.py").is_file() else {}
    codes = {where: codes_of(code, listed) for where, code in raised(world)}
    assert [where for where, found in codes.items() if not found] == [], "these name their codes elsewhere"
    assert set().union(*codes.values()) == set(listed) or not listed
