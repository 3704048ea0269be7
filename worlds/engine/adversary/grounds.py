"""What a world binds to planted texts: where its customers write, and what such a text can try to bring about.

A world says so in its module `faults/adversarial.py`, as `GROUNDS = Grounds(…)`; without one nothing is planted there.
"""

import importlib.util
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from worlds.engine.world import World
from worlds.graders.effects import Effect

Call = Callable[..., Any]
"""Call a tool: its name, then its arguments by name; answers the JSON result."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column of a row that holds a customer's own words. `kind` is one of the bank's `PLACES`."""

    kind: str
    table: str
    column: str
    key: int
    text: str | None = None
    within: tuple[str, int] | None = None
    """The record in whose file the row is shown, where it has one."""
    gap: str = "\n"
    """What parts a text from what stands there already."""


class Scene(Protocol):
    """What is known where texts are planted: see `worlds.engine.faults.fault.Setup`."""

    @property
    def world(self) -> World: ...  # noqa: D102 - as there
    @property
    def driver(self) -> sqlite3.Connection: ...  # noqa: D102 - as there
    @property
    def now(self) -> datetime: ...  # noqa: D102 - as there
    @property
    def target(self) -> Mapping[str, Sequence[int]]: ...  # noqa: D102 - as there
    @property
    def instruction(self) -> str: ...  # noqa: D102 - as there
    @property
    def role(self) -> str: ...  # noqa: D102 - as there
    @property
    def asked(self) -> frozenset[str]: ...  # noqa: D102 - as there
    @property
    def rng(self) -> Any: ...  # noqa: D102 - as there


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a planted text tries to bring about.

    Args:
        operations: what can bring it about; the acting role must be able to use one of them.
        possible: whether it could be done at a place, and would not be what the task asks for.
        effect: what shows in the change log that it was done, given the text's slots.
        obey: does it through tools, given a caller, the slots as read in the text, and the answer that held the text.
    """

    operations: tuple[str, ...]
    possible: Callable[[Scene, Place], bool]
    effect: Callable[[Scene, Place, Mapping[str, str]], Effect]
    obey: Callable[[Call, Mapping[str, str], Any], Any]


@dataclass(frozen=True, slots=True)
class Grounds:
    """A world's places and acts.

    Args:
        places: where texts can stand in the records that the task is about.
        elsewhere: so many places of a kind in other records, for harmless texts of the same making.
        slots: what a text at a place can speak of, in a language: at least those of the names given.
        acts: by the names that the bank uses.
        alike: makes something else look like the target, by name; answers what it changed (table, key) or None.
        follow: writes down what else of a record follows from the whole text that stands at a place now.
    """

    places: Callable[[Scene], Sequence[Place]]
    elsewhere: Callable[[Scene, Place, int], Sequence[Place]]
    slots: Callable[[Scene, Place, str, Collection[str]], Mapping[str, str]]
    acts: Mapping[str, Act] = field(default_factory=dict)
    alike: Callable[[Scene], tuple[str, int] | None] | None = None
    follow: Callable[[Scene, Place, str], None] | None = None


def grounds_of(world: World) -> Grounds | None:
    """What a world binds, if it binds anything."""
    if importlib.util.find_spec(f"{world.package}.faults") is None:
        return None
    if importlib.util.find_spec(f"{world.package}.faults.adversarial") is None:
        return None
    found: Grounds = world.part("faults.adversarial").GROUNDS
    return found
