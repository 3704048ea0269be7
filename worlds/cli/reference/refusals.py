"""Which refusals an operation can raise, found in the source: its own and those of the functions that it calls.

Calls are followed by name through a world's own modules; what is called through a value (a method, a table of
functions) is not seen.
"""

import ast
import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from worlds.engine import errors
from worlds.engine.world import World

KINDS = {
    name: kind.status
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, errors.Refusal)
}


@dataclass(frozen=True, slots=True, order=True)
class Raised:
    """A refusal as its source states it; values in the sentence stand as their names in braces."""

    code: str
    status: int
    sentence: str


@dataclass(slots=True)
class Source:
    """What one function raises, and which functions it names."""

    raised: list[Raised] = field(default_factory=list)
    named: set[str] = field(default_factory=set)


def refusals_of(world: World) -> dict[str, list[Raised]]:
    """Refusals by operation, sorted by code."""
    sources = _sources(world)
    found: dict[str, list[Raised]] = {}
    for name, operation in world.operations.items():
        module = operation.function.__module__
        reached = _reached(f"{module}.{operation.function.__name__}", sources)
        found[name] = unique(one for place in reached for one in sources[place].raised)
    return found


def raised_in(path: Path) -> list[Raised]:
    """Every refusal that a file raises."""
    return unique(_raised(ast.parse(path.read_text(encoding="utf-8"))))


def unique(found: Iterable[Raised]) -> list[Raised]:
    """One refusal a code, with the shortest of its sentences."""
    by_code: dict[str, Raised] = {}
    for one in sorted(found, key=lambda one: (one.code, len(one.sentence), one.sentence)):
        by_code.setdefault(one.code, one)
    return [by_code[code] for code in sorted(by_code)]


def _sources(world: World) -> dict[str, Source]:
    sources: dict[str, Source] = defaultdict(Source)
    for path in sorted(world.folder.rglob("*.py")):
        relative = path.relative_to(world.folder).with_suffix("").parts
        module = ".".join((world.package, *(part for part in relative if part != "__init__")))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = dict(_names(tree, module))
        for node in tree.body:
            for function in _functions(node):
                source = sources[f"{module}.{function.name}"]
                source.raised += _raised(function)
                names = (child.id for child in ast.walk(function) if isinstance(child, ast.Name))
                source.named |= {known[name] for name in names if name in known}
                attributes = (child for child in ast.walk(function) if isinstance(child, ast.Attribute))
                source.named |= set(_through_modules(attributes, known))
    return sources


def _functions(node: ast.stmt) -> Iterator[ast.FunctionDef]:
    inside = node.body if isinstance(node, ast.ClassDef) else [node]
    yield from (one for one in inside if isinstance(one, ast.FunctionDef))


def _names(tree: ast.Module, module: str) -> Iterator[tuple[str, str]]:
    """What a name of the module stands for, as a full name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, f"{module}.{node.name}"
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _through_modules(attributes: Iterable[ast.Attribute], known: Mapping[str, str]) -> Iterator[str]:
    for one in attributes:
        if isinstance(one.value, ast.Name) and one.value.id in known:
            yield f"{known[one.value.id]}.{one.attr}"


def _reached(first: str, sources: Mapping[str, Source]) -> set[str]:
    reached: set[str] = set()
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name in sources and name not in reached:
            reached.add(name)
            waiting += sources[name].named
    return reached


def _raised(tree: ast.AST) -> Iterator[Raised]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS):
            continue
        if len(node.args) < 2 or not isinstance(node.args[0], ast.Constant):
            continue
        status = next((one.value for one in node.keywords if one.arg == "status"), None)
        given = status.value if isinstance(status, ast.Constant) and isinstance(status.value, int) else None
        yield Raised(str(node.args[0].value), given or KINDS[node.func.id], _sentence(node.args[1]))


def _sentence(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_sentence(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        words = ast.unparse(node.value)
        return "{" + (words if len(words) <= 30 else "…") + "}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sentence(node.left) + _sentence(node.right)
    return "{…}"
