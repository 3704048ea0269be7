"""A task: a person's request in a world, how it is judged, how it is solved and how it is typically got wrong.

A family is one file in a world's `tasks/` that says `FAMILY = Family(...)`; from a seed it draws an instance.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from worlds.engine.context import Actor
from worlds.engine.dialect import Dialect
from worlds.engine.faults.plan import Rule
from worlds.engine.people.company import NOBODY, Company
from worlds.engine.people.persona import Person
from worlds.engine.world import World, find
from worlds.graders.answers import FinalAnswer
from worlds.graders.expectation import Expectation

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

Choice = TypeVar("Choice")
SOLVABLE = "solvable"
MOST_ROWS = 100
"""Rows for which a page of a list can be asked."""


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

    @property
    def dialect(self) -> Dialect:
        """In whose words the tools answer; an agent reads them off the tools' descriptions."""

    def call(self, operation: str, /, **arguments: Any) -> Any:
        """The JSON result of a tool call.

        Raises:
            Refused: when the world says no.
        """


def every_row(worker: Worker, operation: str, /, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Every row that a list finds, page by page; the next page is asked for once this one's rows were taken."""
    words, found = worker.dialect, worker.call(operation, **arguments, page_size=MOST_ROWS)
    if (pages := words.pages(found)) is None:
        yield from _by_cursors(worker, operation, found)
        return
    yield from words.rows(found)
    for page in range(2, pages + 1):
        yield from words.rows(worker.call(operation, **arguments, page=page, page_size=MOST_ROWS))


def _by_cursors(worker: Worker, operation: str, found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a list that cursors turn: all pages first, since a cursor does not wait until rows are worked on."""
    words = worker.dialect
    rows = list(words.rows(found))
    while (onward := words.onward(found)) is not None:
        found = worker.call(operation, **{words.cursor: onward}, page_size=MOST_ROWS)
        rows += words.rows(found)
    yield from rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that others do while the agent works: an event operation of the world, run at the door when it is due.

    Args:
        name: who or what did it; its changes are rooted in `world:<name>`, so the agent is never blamed for them.
        operation: an operation that no surface offers (`@writes(roles=(), doors=())`).
        arguments: what it is called with.
        after: the operation whose first successful call sets it off; the start of the episode where empty.
        given: arguments that this call has to have; a call on another record sets nothing off then.
        delay: virtual seconds from there until it is due.
    """

    name: str
    operation: str
    arguments: Mapping[str, Any]
    after: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    delay: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One drawn task.

    Args:
        instruction: the request as its person would write it; every value of `facts` occurs in it.
        facts: what the instruction says, by name.
        actor: who the agent is.
        expectation: what counts as done, built from `decision`.
        target: what the task is about (table -> ids), for audits of the draw; the agent never sees it.
        decision: what the family's ruling answered. `decision["branch"]` says which way is right where instances come
            as twins; without it the instance is "solvable".
        happenings: what others do meanwhile.
        faults: what goes wrong, where that is the point of the task; a failure plan is met on top of it.
        people: whom the agent can write to or has to do with; what they do is booked to `person:<name>`.
    """

    instruction: str
    facts: Mapping[str, str]
    actor: Actor
    expectation: Expectation
    target: Mapping[str, Sequence[int]]
    decision: Mapping[str, Any] = field(default_factory=dict)
    happenings: Sequence[Happening] = ()
    faults: Sequence[Rule] = ()
    people: Sequence[Person] = ()

    def __post_init__(self) -> None:
        missing = [name for name, value in self.facts.items() if value not in self.instruction]
        if missing:
            raise ValueError(f"The instruction does not say {', '.join(missing)}: {self.instruction!r}")

    @property
    def branch(self) -> str:
        """Which way is right: "solvable" unless the ruling says otherwise."""
        return str(self.decision.get("branch", SOLVABLE))

    @property
    def fingerprint(self) -> str:
        """Hash of what makes this instance different from others: its target and what is expected, not its words."""
        parts = (sorted((k, list(v)) for k, v in self.target.items()), self.expectation.to_json())
        return sha256(repr(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a ruling looks at: the start state, the time, what the task is about and what the request says."""

    session: Session
    now: datetime
    target: Mapping[str, Sequence[int]]
    facts: Mapping[str, str]


Decision = Mapping[str, Any]
"""What the written rules say of a situation, as JSON values; `branch` names the way that is right."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What a family draws an instance from: the start state, read-only, and chance keyed by family and seed.

    `flip` asks for the twin of the seed's instance: the same chance and wording, the next of the family's branches.
    `wording` asks for the same instance in other words: so many wordings further on. `listed` keeps the lists of cases
    that were made of this start state, `turns` counts the instances of each branch, `pinned` is the case to pick.
    """

    world: World
    session: Session
    now: datetime
    seed: int
    family: str
    truth: Callable[[], Any]
    flip: int = 0
    listed: dict[str, Sequence[Any]] = field(default_factory=dict)
    pinned: Any = None
    picked: list[Any] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)
    wording: int = 0

    def rng(self, stream: str = "") -> random.Random:
        """Chance for one purpose of this instance."""
        digest = sha256(f"{self.family}|{self.seed}|{stream}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))

    def branch(self, branches: Sequence[str]) -> str:
        """One of the ways that instances can be right; the twin of a seed gets the next one.

        As many neighbouring seeds as there are branches get each of them once, in an order of their own.
        """
        block, place = divmod(self.seed, len(branches))
        order = list(branches)
        random.Random(f"{self.family}|branches|{block}").shuffle(order)
        place = (place + self.flip) % len(order)
        chosen = order[place]
        self.turns[chosen] = block * order.count(chosen) + order[:place].count(chosen)
        return chosen

    def pick(self, cases: Callable[["Draw"], Sequence[Choice]], *, branch: str = "") -> Choice:
        """One of the cases that a function lists: seeds (of a branch) get different ones until all have been had.

        The function is called once for a start state, so it may read much; its cases are plain frozen values in a
        stable order. With `branch`, only those whose `branch` is that.

        Raises:
            LookupError: when the population holds none.
        """
        candidates = self._cases(cases, branch)
        if not candidates:
            raise LookupError(f"The population holds no case for the family {self.family} {branch}".strip() + ".")
        order = list(range(len(candidates)))
        random.Random(f"{self.family}|order").shuffle(
            order
        )  # a text seed is hashed by sha512, the same in every process
        case = self.pinned or candidates[order[self.turns.get(branch, self.seed) % len(order)]]
        self.picked.append(case)
        return case

    def _cases(self, cases: Callable[["Draw"], Sequence[Choice]], branch: str) -> Sequence[Choice]:
        name = f"{self.family}|{cases.__module__}.{cases.__qualname__}"
        if name not in self.listed:
            self.listed[name] = cases(self)
        if not branch:
            return self.listed[name]
        key = f"{name}|{branch}"
        if key not in self.listed:
            self.listed[key] = [case for case in self.listed[name] if case.branch == branch]
        return self.listed[key]

    def word(self, wordings: Sequence[str], facts: Mapping[str, str]) -> str:
        """One of several wordings, filled with the facts."""
        at = self.rng("wording").randrange(len(wordings))
        return wordings[(at + self.wording) % len(wordings)].format(**facts)


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
        alternatives: other right ways through tools, by other operations or another order.
        only_way: why there is no other right way, where there is none.
        ruling: what the written rules say of a situation; a policy function of its own, which no solution calls.
        unenforced: written rules that the world itself does not hold the agent to: name of the mistake that breaks one
            -> the rule's words as a policy page has them (a sentence or a part of one).
        deadline: why a few hours more would change what is right, where they do.
        population: the seed of seeds.toml that holds enough cases.
    """

    name: str
    title: str
    point: str
    role: str
    instance: Callable[[Draw], Instance]
    solve: Callable[[Worker], FinalAnswer]
    browse: Callable[["Page"], FinalAnswer]
    mistakes: Mapping[str, Callable[[Worker], FinalAnswer]]
    ruling: Callable[[Situation], Decision]
    alternatives: Mapping[str, Callable[[Worker], FinalAnswer]] = field(default_factory=dict)
    only_way: str = ""
    unenforced: Mapping[str, str] = field(default_factory=dict)
    deadline: str = ""
    population: str = "small"

    def __post_init__(self) -> None:
        if len(self.mistakes) < 2:
            raise TypeError(f"The family {self.name} names {len(self.mistakes)} mistakes; it needs two or more.")
        if bool(self.alternatives) == bool(self.only_way):
            raise TypeError(f"The family {self.name} needs another right way, or in `only_way` why there is none.")
        if unknown := self.unenforced.keys() - self.mistakes.keys():
            raise TypeError(f"The family {self.name} has no mistake named {min(unknown)!r}.")


@dataclass(frozen=True)
class Task:
    """An instance of a family in a world: what `worlds.open("shop/refund-partial", seed=7).task` is."""

    world: World
    family: Family
    population: str
    seed: int
    instance: Instance
    flip: int = 0

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

    def company(self, chance: str) -> Company:
        """The people of the instance, ready to act; `chance` is what the episode's randomness is keyed by."""
        return Company.of(self.instance.people, self.world.addresses, chance) if self.instance.people else NOBODY

    @cached_property
    def hash(self) -> str:
        """Hash of the task: its name, its words and its instance's fingerprint."""
        return sha256(f"{self.name}|{self.instruction}|{self.instance.fingerprint}".encode()).hexdigest()[:16]


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
