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


def raised(world):
    """The first argument of every refusal in a world's own modules, with where it stands."""
    for path in sorted([*world.folder.glob("*.py"), *world.folder.glob("operations/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and is_name(node.func) and node.func.id in REFUSALS:
                yield f"{path.name}:{node.lineno}", node.args[0]


def test_every_code_that_a_world_raises_is_listed_with_what_it_means_and_no_other(world):
    listed = getattr(world.part("errors"), "CODES", {}) if (world.folder / "errors.py").is_file() else {}
    codes = {where: code.value for where, code in raised(world) if isinstance(code, ast.Constant)}
    assert [where for where, _ in raised(world) if where not in codes] == [], "these name their codes elsewhere"
    assert set(codes.values()) == set(listed) or not listed
