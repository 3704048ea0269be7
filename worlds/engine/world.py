"""A world: state with laws, found by its shape; it knows nothing of agents or grades.

A folder is a world when its `__init__.py` says `WORLD = World("shop", ...)`. Its parts are found by name beside it:
`models.py`, `operations/`, `population.py`, `seeds.toml`, `invariants.py`, `policy/`, `pages/`, `tasks/`.
"""

import importlib
import importlib.util
import inspect
import os
import pkgutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import MetaData

from worlds.engine.clashes import check_columns
from worlds.engine.cursors import spoken_in
from worlds.engine.dialect import PLAIN, Dialect
from worlds.engine.errors import Refusal
from worlds.engine.naming import Names
from worlds.engine.operation import Operation
from worlds.engine.people.company import Address
from worlds.engine.schema import lint
from worlds.graders.shape import ColumnShape, Schema, TableShape

if TYPE_CHECKING:
    from worlds.engine.task import Family

PATH_VARIABLE = "WORLDS_PATH"


@dataclass(frozen=True, slots=True)
class Role:
    """A role that an agent can act in. `home` is the path, below the episode's prefix, where its work begins.

    In a company of several apps, `seats` are the roles that it has in them, by app.
    """

    title: str
    sentence: str
    home: str = ""
    seats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class App:
    """One app of a company: the world that it is, and under which names it stands in the company's database."""

    name: str
    world: "World"
    names: Names


_NO_APPS: Final[Mapping[str, App]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Invariant:
    """A law of a world that must hold throughout, anchored on the rows of one table.

    `sql` selects the ids of the rows among `:keys` (a JSON array of ids) that break the law. `via` names the tables
    whose changes bear on the anchor, and the column of theirs that holds the anchor's id.
    """

    name: str
    sentence: str
    table: str
    sql: str
    via: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeedSpec:
    """A named population: `[small]` in a world's seeds.toml."""

    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class World:
    """One simulated company, or a part of one.

    Args:
        name: the folder's name.
        title: what people of the trade call it.
        roles: by name.
        zone: IANA name of the zone in which its people read dates.
        currency: ISO 4217 code of its money.
        dialect: what it calls what stands beside arguments, and how its lists turn.
    """

    name: str
    title: str
    roles: Mapping[str, Role]
    zone: str = "UTC"
    currency: str = "EUR"
    dialect: Dialect = PLAIN
    package: str = ""

    def __post_init__(self) -> None:
        if not self.package:
            frame = inspect.currentframe()
            caller = frame.f_back.f_back if frame and frame.f_back else None
            object.__setattr__(self, "package", caller.f_globals["__name__"] if caller else "")

    @property
    def folder(self) -> Path:
        """Where the world's files lie."""
        return Path(str(sys.modules[self.package].__file__)).parent

    def part(self, name: str) -> ModuleType:
        """One of the world's modules, imported on first use."""
        return importlib.import_module(f"{self.package}.{name}")

    @cached_property
    def metadata(self) -> MetaData:
        """The tables.

        Raises:
            TypeError: listing what the schema lint found.
        """
        metadata: MetaData = self.part("models").Model.metadata
        if problems := lint(metadata):
            raise TypeError(f"The schema of {self.name} breaks its rules:\n" + "\n".join(problems))
        return metadata

    @cached_property
    def operations(self) -> Mapping[str, Operation[..., Any]]:
        """Every operation of the world's `operations` modules and those of all worlds, by name, sorted."""
        found: dict[str, Operation[..., Any]] = {}
        for value in _operations_in(self.part("operations")):
            if value.name in found:
                raise TypeError(f"World {self.name} has two operations named {value.name}.")
            if unknown := value.roles - self.roles.keys():
                raise TypeError(f"Operation {value.name} names roles {sorted(unknown)} that {self.name} lacks.")
            if value.columns:
                check_columns(value, self.metadata)
            found[value.name] = spoken_in(value, self.dialect)
        for name, value in operations_everywhere().items():
            found.setdefault(name, spoken_in(replace(value, roles=frozenset(self.roles)), self.dialect))
        return MappingProxyType(dict(sorted(found.items())))

    @cached_property
    def addresses(self) -> Mapping[str, Address]:
        """By which operations the agent writes to whom: `ADDRESSES` of the world's `people`, if it has any."""
        known: Mapping[str, Address] = {}
        if importlib.util.find_spec(f"{self.package}.people"):
            known = getattr(self.part("people"), "ADDRESSES", known)
        return known

    @cached_property
    def invariants(self) -> tuple[Invariant, ...]:
        """The laws stated in the world's `invariants` module."""
        return tuple(self.part("invariants").INVARIANTS)

    @cached_property
    def seeds(self) -> Mapping[str, SeedSpec]:
        """Named populations of seeds.toml."""
        with (self.folder / "seeds.toml").open("rb") as file:
            return {name: SeedSpec(name, settings) for name, settings in tomllib.load(file).items()}

    @cached_property
    def families(self) -> Mapping[str, "Family"]:
        """Task families found in the world's `tasks` modules (`FAMILY = Family(...)`), by name, sorted."""
        found = {
            module.FAMILY.name: module.FAMILY for module in modules_in(self.part("tasks")) if hasattr(module, "FAMILY")
        }
        return MappingProxyType(dict(sorted(found.items())))

    @cached_property
    def schema(self) -> Schema:
        """The tables and their classes as plain data for the grader."""
        return schema_of(self.metadata)

    @property
    def apps(self) -> Mapping[str, "App"]:
        """The apps of a company of several, by name; a world by itself has none."""
        return _NO_APPS

    def answering(self, operation: object) -> "World":
        """The world in whose words a call of that name is answered: in a company, that of the app whose tool it is."""
        known = self.operations.get(operation) if self.apps and isinstance(operation, str) else None
        return self.apps[known.app].world if known is not None and known.app else self

    def error_body(self, refusal: Refusal) -> Any:
        """A refusal in this world's one error shape; a world module `errors` may state its own `body`."""
        if importlib.util.find_spec(f"{self.package}.errors") and hasattr(self.part("errors"), "body"):
            return self.part("errors").body(refusal)
        return plain_error(refusal)


def plain_error(refusal: Refusal) -> dict[str, Any]:
    """The engine's own error shape: `{"error": {"code", "message", "field", ...}}`."""
    way = {"override": refusal.override} if refusal.override else {}
    said = {"code": refusal.code, "message": refusal.message, "field": refusal.field}
    return {"error": {**said, **way, **refusal.details}}


def schema_of(metadata: MetaData) -> Schema:
    """Tables and columns with their classes, as the grader wants them."""
    return Schema.of(
        *(
            TableShape(
                table.name,
                table.info["class"],
                {
                    column.name: ColumnShape(
                        "business" if column.primary_key else column.info["class"],
                        next((key.column.table.name for key in column.foreign_keys), None),
                    )
                    for column in table.columns
                },
            )
            for table in metadata.sorted_tables
        )
    )


def operations_everywhere() -> Mapping[str, Operation[..., Any]]:
    """The operations that all worlds have, by name."""
    return {value.name: value for value in _operations_in(importlib.import_module("worlds.engine.everywhere"))}


def _operations_in(package: ModuleType) -> Iterator[Operation[..., Any]]:
    for module in modules_in(package):
        for value in vars(module).values():
            if isinstance(value, Operation) and value.function.__module__ == module.__name__:
                yield value


def modules_in(package: ModuleType) -> Iterator[ModuleType]:
    """A module itself and, where it is a package, all modules below it, in name order."""
    yield package
    for info in sorted(
        pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."), key=lambda i: i.name
    ):
        yield importlib.import_module(info.name)


def discover() -> Mapping[str, World]:
    """Every world beside this engine and in the folders of WORLDS_PATH, by name, sorted.

    Raises:
        ValueError: when two worlds share a name.
    """
    found: dict[str, World] = {}
    for world in (*_built_in(), *_on_path()):
        if world.name in found and found[world.name] is not world:
            raise ValueError(f"Two worlds are named {world.name}: {found[world.name].folder} and {world.folder}.")
        found[world.name] = world
    return dict(sorted(found.items()))


def _built_in() -> Iterator[World]:
    root = Path(__file__).parent.parent
    for folder in sorted(root.iterdir()):
        if _is_world(folder):
            module = importlib.import_module(f"worlds.{folder.name}")
            if isinstance(getattr(module, "WORLD", None), World):
                yield module.WORLD


def _is_world(folder: Path) -> bool:
    """Whether a folder has tables, or joins worlds that have."""
    return any((folder / name).exists() for name in ("models.py", "models", "seats.py"))


def _on_path() -> Iterator[World]:
    for entry in filter(None, os.environ.get(PATH_VARIABLE, "").split(os.pathsep)):
        root = Path(entry).expanduser().resolve()
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if (folder / "__init__.py").is_file() and _is_world(folder):
                yield _import_folder(folder)


def _import_folder(folder: Path) -> World:
    name = f"worlds_{folder.name}"  # a name of its own, so that a user's `shop` cannot shadow a library
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise ValueError(f"The folder {folder} cannot be imported as a world.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]  # a second look is to tell the same error
            raise
    world = getattr(sys.modules[name], "WORLD", None)
    if not isinstance(world, World):
        raise TypeError(f"{folder / '__init__.py'} must say WORLD = World(...).")
    return world


def find(name: str) -> World:
    """The world of that name.

    Raises:
        LookupError: naming the worlds there are.
    """
    place = (os.environ.get(PATH_VARIABLE, ""), name)
    if place not in _FOUND:
        worlds = discover()
        if name not in worlds:
            raise LookupError(f"There is no world named {name!r}; there are: {', '.join(worlds)}.")
        _FOUND[place] = worlds[name]
    return _FOUND[place]


_FOUND: dict[tuple[str, str], World] = {}
"""Worlds that were looked for before: looking through the folders costs more than opening an episode."""
