"""The house stays as it was drawn: imports point down, worlds keep apart, files and functions stay small."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "worlds"
LONGEST_FILE = 400
LONGEST_BODY = 40
LONGEST_TEST = 60
LONGEST_EXPECTATION = 70
"""Lines of a function in a world's tasks: what is expected is data, and reads best in one piece."""
DRAWERS = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc", "tools", "core"}

FLOORS = (
    ("worlds.cli", "worlds.bench", "worlds.new"),
    ("worlds.server",),
    ("worlds.engine.rollouts", "worlds.engine.console", "worlds.engine.proofs"),
    ("worlds",),  # the front door: worlds.open and worlds.discover
    ("worlds.<a world>",),
    ("worlds.engine.surfaces",),
    ("worlds.engine.hands", "worlds.engine.resilience", "worlds.engine.switchboard", "worlds.engine.people.lending"),
    ("worlds.engine.opening", "worlds.engine.episode", "worlds.engine.grading", "worlds.engine.drawing"),
    (
        "worlds.engine.start",
        "worlds.engine.task",
        "worlds.engine.door",
        "worlds.engine.guard",
        "worlds.engine.repeats",
        "worlds.engine.due",
        "worlds.engine.build",
        "worlds.engine.building",
        "worlds.engine.history",
        "worlds.engine.joining",
        "worlds.engine.seating",
        "worlds.engine.toolbox",
        "worlds.engine.people.traffic",
    ),
    ("worlds.engine.faults", "worlds.engine.adversary"),
    ("worlds.engine.world",),
    ("worlds.engine.everywhere",),
    ("worlds.engine.terms", "worlds.engine.beside", "worlds.engine.clashes", "worlds.engine.cursors"),
    ("worlds.engine.operation",),
    (
        "worlds.engine.changelog",
        "worlds.engine.events",
        "worlds.engine.inbox",
        "worlds.engine.outbox",
        "worlds.engine.context",
        "worlds.engine.journal",
        "worlds.engine.listing",
        "worlds.engine.past",
        "worlds.engine.people",
        "worlds.engine.reply",
        "worlds.engine.rows",
        "worlds.engine.targets",
        "worlds.engine.versions",
        "worlds.engine.locks",
    ),
    ("worlds.engine.bookkeeping",),
    (
        "worlds.engine.errors",
        "worlds.engine.days",
        "worlds.engine.fields",
        "worlds.engine.folding",
        "worlds.engine.hours",
        "worlds.engine.house_rules",
        "worlds.engine.schema",
        "worlds.engine.dialect",
        "worlds.engine.docstrings",
        "worlds.engine.json_schema",
        "worlds.engine.naming",
        "worlds.engine",
    ),
    ("worlds.graders", "worlds.seeds", "worlds.version"),
)
"""From the roof to the ground. A module belongs to the longest name here that it starts with."""

UPWARDS = {
    ("worlds.engine.episode", "worlds.engine.surfaces.browser"): "an episode offers a browser, loaded when asked for",
    ("worlds.engine.grading", "worlds.engine.resilience.solvability"): "what excuses an agent is found by playing",
    ("worlds.engine.task", "worlds.engine.surfaces.browser"): "the type of what a family's `browse` is given",
    ("worlds.engine.world", "worlds.engine.task"): "the type of what a world's `families` holds",
}
"""Imports that point up on purpose, each inside a function or for a type alone, and why."""


@dataclass(frozen=True)
class Import:
    """`deferred` means that importing the module does not run it: it stands in a function or under TYPE_CHECKING."""

    by: str
    of: str
    line: int
    deferred: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    paths = sorted(path for path in PACKAGE.rglob("*.py"))
    return {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in paths}  # not while collecting


@cache
def worlds_of_the_house() -> frozenset[str]:
    here = (folder for folder in PACKAGE.iterdir() if (folder / "models.py").is_file() or (folder / "models").is_dir())
    return frozenset(f"worlds.{folder.name}" for folder in here)


@cache
def imports() -> tuple[Import, ...]:
    return tuple(found for name, tree in modules().items() for found in imports_in(name, tree, deferred=False))


def imports_in(name: str, node: ast.AST, *, deferred: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                if alias.name.split(".")[0] == "worlds":
                    yield Import(name, alias.name, child.lineno, deferred)
        elif isinstance(child, ast.ImportFrom):
            for target in targets(name, child):
                yield Import(name, target, child.lineno, deferred)
        else:
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) or for_types_alone(child)
            yield from imports_in(name, child, deferred=deferred or later)


def targets(name: str, node: ast.ImportFrom) -> Iterator[str]:
    origin = node.module or ""
    if node.level:
        is_package = (ROOT / Path(*name.split(".")) / "__init__.py").is_file()
        parts = name.split(".")
        above = parts[: len(parts) - node.level + is_package]
        origin = ".".join([*above, *filter(None, [node.module])])
    if origin.split(".")[0] != "worlds":
        return
    for alias in node.names:
        deeper = f"{origin}.{alias.name}"
        yield deeper if deeper in modules() else origin


def for_types_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def world_of(module: str) -> str | None:
    return next((world for world in worlds_of_the_house() if f"{module}.".startswith(f"{world}.")), None)


def floor(module: str) -> int | None:
    """Number of a module's floor from the roof, 0; None if it has none."""
    if world_of(module):
        return next(number for number, names in enumerate(FLOORS) if "worlds.<a world>" in names)
    fitting = [
        (len(name), number)
        for number, names in enumerate(FLOORS)
        for name in names
        if module == name or (module.startswith(f"{name}.") and name not in ("worlds", "worlds.engine"))
    ]
    return max(fitting)[1] if fitting else None


def test_every_module_stands_on_a_floor():
    homeless = [name for name in modules() if floor(name) is None]
    assert not homeless, f"say in FLOORS of this test where these belong: {homeless}"


def test_imports_only_point_down():
    rising = [one for one in imports() if floor(one.of) < floor(one.by) and (one.by, one.of) not in UPWARDS]
    assert not rising, "\n".join(f"{one.by}:{one.line} imports {one.of}" for one in rising)


def test_what_points_up_on_purpose_is_deferred_and_still_there():
    for (by, of), why in UPWARDS.items():
        found = [one for one in imports() if (one.by, one.of) == (by, of)]
        assert found, f"{by} no longer imports {of} ({why}); take it out of UPWARDS"
        assert all(one.deferred for one in found), f"{by} imports {of} when it is loaded"


def test_loading_a_module_never_comes_back_to_it():
    graph: dict[str, set[str]] = {}
    for one in imports():
        if not one.deferred and one.of != one.by:
            graph.setdefault(one.by, set()).add(one.of)
    TopologicalSorter(graph).prepare()


def test_the_ground_floors_do_not_know_each_other():
    crossing = [one for one in imports() if one.by.startswith("worlds.seeds") and one.of.startswith("worlds.graders")]
    crossing += [one for one in imports() if one.by.startswith("worlds.graders") and one.of.startswith("worlds.seeds")]
    assert not crossing


def test_worlds_do_not_know_each_other():
    """Only the company is made of the others."""
    crossing = [
        one
        for one in imports()
        if world_of(one.by) and world_of(one.of) and world_of(one.by) not in (world_of(one.of), "worlds.company")
    ]
    assert not crossing, "\n".join(f"{one.by}:{one.line} imports {one.of}" for one in crossing)


def test_the_engine_names_no_world():
    named = [one for one in imports() if one.by.startswith("worlds.engine") and world_of(one.of)]
    assert not named


def sources() -> list[Path]:
    folders = (PACKAGE, ROOT / "tests", ROOT / "scripts")
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def test_files_stay_short():
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    long = {str(path): length for path, length in lengths.items() if length > LONGEST_FILE}
    assert not long


def test_functions_stay_short():
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name} has {length} lines"
        for path in sources()
        for function, length in functions(path)
        if length > longest(path)
    ]
    assert not long, "\n".join(long)


def longest(path: Path) -> int:
    if "tests" in path.relative_to(ROOT).parts:
        return LONGEST_TEST
    return LONGEST_EXPECTATION if path.parent.name == "tasks" else LONGEST_BODY


def functions(path: Path) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Functions of a file, and how many lines each has without signature and docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield node, (node.end_lineno - body[0].lineno + 1) if body else 0


def test_no_file_or_folder_is_a_drawer_for_everything():
    drawers = [path for path in PACKAGE.rglob("*") if path.stem in DRAWERS and "__pycache__" not in path.parts]
    drawers = [path for path in drawers if path.suffix in ("", ".py")]
    assert not drawers


def test_every_module_opens_with_a_sentence():
    silent = [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)]
    assert not silent, f"these do not say what they are for: {silent}"
