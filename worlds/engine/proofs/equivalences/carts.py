"""E5: something put into a cart, or the like, and taken out again before the work begins.

What counts as a cart is found by trying: an operation that adds rows to session tables alone, and another that takes
such a row away again with nothing but what the first one's reply says.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from worlds.engine.context import Actor
from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.hands import Hands
from worlds.engine.opening import stand_in
from worlds.engine.proofs.arguments import Known
from worlds.engine.proofs.equivalences.variations import NotApplicable, Played, Solved, Variation
from worlds.engine.proofs.plausible import arguments, known_at
from worlds.engine.proofs.plays import play
from worlds.engine.start import Start
from worlds.engine.toolbox import offered
from worlds.graders.answers import FinalAnswer
from worlds.seeds.forks import open_fork

TRIES = 6


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call."""

    operation: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two calls of which the second takes back what the first one put in."""

    put_in: Call
    take_out: Call


def fill_and_empty(solved: Solved) -> Played:
    """The solution after something was put into the cart and taken out again."""
    case = solved.case
    names = carting(case.start, case.task.actor.role)
    pair = next((one for one in (_pair(case.start, case.task.actor, *two) for two in names) if one), None)
    if pair is None:
        return NotApplicable("no two tools of the role put something into session data and take it out again")

    def work(episode: Episode) -> FinalAnswer:
        for call in (pair.put_in, pair.take_out):
            episode.call(call.operation, call.arguments)
        return case.family.solve(Hands(episode))

    words = f"{pair.put_in.operation}, then {pair.take_out.operation}, before the work"
    return [Variation(words, play(case.start, case.task, work))]


@lru_cache(maxsize=64)
def carting(start: Start, role: str) -> tuple[tuple[str, str], ...]:
    """The pairs of tools of a role that fill and empty something in session data, as its stand-in finds them."""
    actor = stand_in(start, role)
    tools = [one.name for one in offered(start.world, role) if one.writing]
    return tuple((name, other) for name in tools for other in _undoing(start, actor, name, tools))


def _undoing(start: Start, actor: Actor, name: str, tools: list[str]) -> Iterator[str]:
    if not any(_rows_put_in(start, actor, Call(name, given)) for given in _offers(start, name)):
        return
    yield from (other for other in tools if other != name and _pair(start, actor, name, other))


def _pair(start: Start, actor: Actor, name: str, other: str) -> Pair | None:
    """Arguments with which one tool puts something in and the other takes it out."""
    for given in _offers(start, name):
        first = Call(name, given)
        if not _rows_put_in(start, actor, first):
            continue
        with Episode(start, open_fork(start.snapshot.path), actor, None) as episode:
            known = Known()
            known.learn(episode.call(name, given).body)
            there = len(episode.diff())
            taking = start.world.operations[other]
            least = _least(start, other, arguments(taking, known, random.Random(other), optional=0))
            if _done(episode, Call(other, least)) and _in_session(episode) and len(episode.diff()) < there:
                return Pair(first, Call(other, least))
    return None


def _offers(start: Start, name: str) -> list[dict[str, Any]]:
    operation = start.world.operations[name]
    rng, known = random.Random(name), known_at(start, [operation])
    return [arguments(operation, known, rng, optional=0) for _ in range(TRIES)]


def _least(start: Start, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments with every number that may be 0 at 0."""
    properties = start.world.operations[name].input_schema.get("properties", {})
    return {one: 0 if properties[one].get("minimum") == 0 else value for one, value in given.items()}


def _rows_put_in(start: Start, actor: Actor, call: Call) -> bool:
    """Whether a call, made first of all, adds rows to session tables and touches nothing else."""
    with Episode(start, open_fork(start.snapshot.path), actor, None) as episode:
        added = _done(episode, call) and any(change.kind == "insert" for change in episode.diff())
        return added and _in_session(episode)


def _in_session(episode: Episode) -> bool:
    schema = episode.world.schema
    return all(schema.table(change.table).class_ == "session" for change in episode.diff())


def _done(episode: Episode, call: Call) -> bool:
    try:
        return episode.call(call.operation, call.arguments).ok
    except WorldBug:
        return False
