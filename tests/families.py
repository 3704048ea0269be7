"""Instances of a family by the way that is right in them, for the tests of families."""

from collections.abc import Iterable

from worlds.engine.proofs.plays import Case
from worlds.engine.start import Start
from worlds.engine.task import Family


def of_each_branch(start: Start, family: Family, seeds: Iterable[int] = (3, 4)) -> dict[str, list[Case]]:
    """The instances of some seeds and their twins, by branch."""
    found: dict[str, list[Case]] = {}
    for seed in seeds:
        for flip in (0, 1):
            one = Case.of(start, family, seed, flip=flip)
            found.setdefault(one.task.instance.branch, []).append(one)
    return found
