"""A task: a person's request in a world, how it is judged, how it is solved and how it is typically got wrong.

A family is one file in a world's `tasks/` that says `FAMILY = Family(...)`; from a seed it draws an instance.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from worlds.engine.context import Actor
from worlds.engine.world import World, find
from worlds.graders.answers import FinalAnswer
from worlds.graders.expectation import Expectation

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

Choice = TypeVar("Choice")


class Refused(Exception):  # noqa: N818 - what a solution meets when the world says no; not an error of ours
    """An answer of the world that was no, as the one who called sees it."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Worker(Protocol):
    """The hands of a solution that works through tools: what an agent has, and nothing more."""

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name, so that a solution need not parse prose."""

    def call(self, operation: str, /, **arguments: Any) -> Any:
        """The JSON result of a tool call.

        Raises:
            Refused: when the world says no.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One drawn task.

    Args:
        instruction: the request as its person would write it; every value of `facts` occurs in it.
        facts: what the instruction says, by name.
        actor: who the agent is.
        expectation: what counts as done.
        target: what the task is about (table -> ids), for audits of the draw; the agent never sees it.
        branch: which way is right, where instances come as twins ("solvable" unless a family says otherwise).
    """

    instruction: str
    facts: Mapping[str, str]
    actor: Actor
    expectation: Expectation
    target: Mapping[str, Sequence[int]]
    branch: str = "solvable"

    def __post_init__(self) -> None:
        missing = [name for name, value in self.facts.items() if value not in self.instruction]
        if missing:
            raise ValueError(f"The instruction does not say {', '.join(missing)}: {self.instruction!r}")

    @property
    def fingerprint(self) -> str:
        """Hash of what makes this instance different from others: its facts and its expectation."""
        parts = (
            sorted(self.facts.items()),
            sorted((k, list(v)) for k, v in self.target.items()),
            self.expectation.to_json(),
        )
        return sha256(repr(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Draw:
    """What a family draws an instance from: the start state, read-only, and chance keyed by family and seed."""

    world: World
    session: Session
    now: datetime
    seed: int
    family: str
    truth: Callable[[], Any]

    def rng(self, stream: str = "") -> random.Random:
        """Chance for one purpose of this instance."""
        digest = sha256(f"{self.family}|{self.seed}|{stream}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))

    def pick(self, candidates: Sequence[Choice]) -> Choice:
        """One of the candidates: neighbouring seeds get different ones until all have been had.

        Raises:
            LookupError: when the population holds none.
        """
        if not candidates:
            raise LookupError(f"The population holds no case for the family {self.family}.")
        order = list(range(len(candidates)))
        random.Random(f"{self.family}|order").shuffle(
            order
        )  # a text seed is hashed by sha512, the same in every process
        return candidates[order[self.seed % len(order)]]

    def word(self, wordings: Sequence[str], facts: Mapping[str, str]) -> str:
        """One of several wordings, filled with the facts."""
        return self.rng("wording").choice(wordings).format(**facts)


@dataclass(frozen=True, kw_only=True)
class Family:
    """A kind of task in one world.

    Args:
        name: the file's name with dashes; `shop/refund-partial` is the task's full name.
        title: a line for people.
        point: what is typically got wrong, and what the task teaches.
        role: who the agent is.
        instance: draws an instance.
        solve: the reference solution through tools; answers the final answer.
        browse: the reference solution through the real browser.
        mistakes: named ways of getting it wrong through tools; each commits something.
        alternatives: other right ways through tools.
    """

    name: str
    title: str
    point: str
    role: str
    instance: Callable[[Draw], Instance]
    solve: Callable[[Worker], FinalAnswer]
    browse: Callable[["Page"], FinalAnswer]
    mistakes: Mapping[str, Callable[[Worker], FinalAnswer]]
    alternatives: Mapping[str, Callable[[Worker], FinalAnswer]] = field(default_factory=dict)
    population: str = "small"

    def __post_init__(self) -> None:
        if len(self.mistakes) < 2:
            raise TypeError(f"The family {self.name} names {len(self.mistakes)} mistakes; it needs two or more.")


@dataclass(frozen=True)
class Task:
    """An instance of a family in a world: what `worlds.open("shop/refund-partial", seed=7).task` is."""

    world: World
    family: Family
    population: str
    seed: int
    instance: Instance

    @property
    def name(self) -> str:
        """Full name: `shop/refund-partial`."""
        return f"{self.world.name}/{self.family.name}"

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""
        return self.instance.instruction

    @property
    def actor(self) -> Actor:
        """Who the agent is."""
        return self.instance.actor

    @property
    def chance(self) -> str:
        """What an episode's randomness is keyed by: the seed, but nothing of what is expected."""
        return f"{self.name}|{self.population}|{self.seed}"

    @cached_property
    def hash(self) -> str:
        """Hash of the task: its name and its instance's fingerprint."""
        return sha256(f"{self.name}|{self.instance.fingerprint}".encode()).hexdigest()[:16]


def find_task(name: str) -> tuple[World, Family]:
    """World and family of a full name.

    Raises:
        LookupError: naming what there is.
    """
    world_name, _, family_name = name.partition("/")
    world = find(world_name)
    if family_name not in world.families:
        raise LookupError(f"World {world_name} has no task {family_name!r}; it has: {', '.join(world.families)}.")
    return world, world.families[family_name]
