"""Which functions a function can call, as far as its code names them: globals, closures, defaults, nested code.

It errs on the side of reaching too much: a name that is never called counts. Only functions of the modules asked about
are followed, so that the engine and libraries play no part.
"""

import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from worlds.engine.task import Family


@dataclass(frozen=True, slots=True)
class Scope:
    """The packages and modules whose functions are followed."""

    names: frozenset[str]

    def holds(self, module: str) -> bool:
        """Whether a module belongs to it."""
        return any(module == name or module.startswith(f"{name}.") for name in self.names)


def reached(function: Callable[..., Any], scope: Scope) -> dict[CodeType, FunctionType]:
    """The functions that a function can call, and itself, by code."""
    found: dict[CodeType, FunctionType] = {}
    waiting = list(functions_in(function, scope))
    while waiting:
        one = waiting.pop()
        if one.__code__ not in found:
            found[one.__code__] = one
            waiting += _called(one, scope)
    return found


def functions_in(value: Any, scope: Scope, names: frozenset[str] = frozenset()) -> Iterator[FunctionType]:
    """The functions that a value is or holds; of a module, a class or a family those that are named."""
    if isinstance(value, FunctionType):
        yield from _own(value, scope)
    elif isinstance(value, ModuleType | type):
        yield from _members(value, scope, names)
    else:
        for inner in _held(value, names):
            yield from functions_in(inner, scope)


def _held(value: Any, names: frozenset[str]) -> Iterator[Any]:
    if isinstance(value, partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, MethodType):
        yield value.__func__
    elif isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list | tuple):
        yield from value
    elif isinstance(value, Family):
        yield from (vars(value)[name] for name in sorted(names & vars(value).keys()))
    elif hasattr(value, "__wrapped__"):
        yield value.__wrapped__


def _own(function: FunctionType, scope: Scope) -> Iterator[FunctionType]:
    if scope.holds(function.__module__):
        yield function
    elif hasattr(function, "__wrapped__"):
        yield from functions_in(function.__wrapped__, scope)


def _members(value: ModuleType | type, scope: Scope, names: frozenset[str]) -> Iterator[FunctionType]:
    home = value.__name__ if isinstance(value, ModuleType) else value.__module__
    if not scope.holds(home):
        return
    for name, member in vars(value).items():
        inner = member.__func__ if isinstance(member, staticmethod | classmethod) else member
        inner = inner.fget if isinstance(inner, property) else inner
        if isinstance(inner, FunctionType) and (name in names or name in ("__init__", "__post_init__", "__call__")):
            yield from _own(inner, scope)
        elif isinstance(inner, ModuleType) and name in names:
            yield from _members(inner, scope, names)


def _called(function: FunctionType, scope: Scope) -> list[FunctionType]:
    names = frozenset(name for code in _nested(function.__code__) for name in code.co_names)
    values = [function.__globals__[name] for name in sorted(names) if name in function.__globals__]
    values += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:  # a name that was never given a value
            continue
    values += _imported(names, function)
    return [inner for value in values for inner in functions_in(value, scope, names)]


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _imported(names: frozenset[str], function: FunctionType) -> Iterator[ModuleType]:
    """The modules that a function imports itself, if they were ever loaded."""
    package = str(function.__globals__.get("__package__") or "")
    for name in sorted(names):
        dots = range(1, package.count(".") + 2 if package else 1)
        spellings = [name, *(importlib.util.resolve_name("." * count + name, package) for count in dots)]
        yield from (sys.modules[one] for one in spellings if one in sys.modules)
