"""Instances of a family by the way that is right in them, and what was asked and made there, for tests of families."""

from collections.abc import Iterable
from functools import cache
from itertools import count
from typing import Any

import worlds
from worlds.engine.episode import Episode
from worlds.engine.proofs.plays import Case, Play
from worlds.engine.start import Start
from worlds.engine.task import SOLVABLE, Family, Instance


def of_each_branch(start: Start, family: Family, seeds: Iterable[int] = (3, 4)) -> dict[str, list[Case]]:
    """The instances of some seeds and their twins, by branch."""
    found: dict[str, list[Case]] = {}
    for seed in seeds:
        for flip in (0, 1):
            one = Case.of(start, family, seed, flip=flip)
            found.setdefault(one.task.instance.branch, []).append(one)
    return found


@cache
def first(family: str, branch: str) -> int:
    """The first seed for which an instance of a family of the shop is of a branch."""
    for seed in count(1):
        with worlds.open(f"shop/{family}", seed=seed) as episode:
            if episode.task is not None and episode.task.instance.branch == branch:
                return seed
    raise AssertionError("seeds never end")


def opened(family: str, branch: str = SOLVABLE) -> Episode:
    """An episode of that instance."""
    return worlds.open(f"shop/{family}", seed=first(family, branch))


def bare(instance: Instance) -> str:
    """The words of a request without what it is about."""
    text = instance.instruction
    for name, value in instance.facts.items():
        text = text.replace(value, name)
    return text


def made(play: Play, table: str) -> list[Any]:
    """The rows that the agent made in a table."""
    inserted = [entry for entry in play.record.entries if entry.actor == "agent" and entry.before is None]
    return [entry.after for entry in inserted if entry.table == table]
