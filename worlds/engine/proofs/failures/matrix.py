"""The matrix fault by family: played in several processes, summed up, and searched for holes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import get_context
from typing import Any

from worlds.engine.faults.catalogue import faults_of, find_fault
from worlds.engine.faults.fault import Fault
from worlds.engine.faults.plan import CLEAN, FaultPlan
from worlds.engine.faults.plans import find_plan, plans_of
from worlds.engine.proofs.failures.cells import Seen, look
from worlds.engine.start import Start
from worlds.engine.task import Family
from worlds.engine.world import World, find

Progress = Callable[[str, float], None]
Target = tuple[World, Family]

CLOSELY = 4
"""One seed in so many cells is looked at closely."""
AGAIN = 5
"""One seed of a cell is played again in another process; of cells with fewer seeds than these, a part."""
OTHER_HASH_SEED = "4242"
"""Of the process that plays a share of the cells again."""


TELLING = ("solvable", "unsolvable")
"""The states from which something is learnt of the agents."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is played: which plans (all that there are, where none are named), for how many seeds, how.

    `closely` compares whole databases with the log, for one seed of every fourth cell; `again` plays one seed of every
    cell in another process, too, and with fewer than five seeds one in five.
    """

    plans: Sequence[str] = ()
    seeds: int = 5
    jobs: int = 1
    closely: bool = True
    again: bool = True


@dataclass(slots=True)
class Cell:
    """A plan and a family: what all seeds showed."""

    plan: str
    family: str
    seen: list[Seen] = field(default_factory=list)

    def count(self, state: str) -> int:
        """How many seeds came out so."""
        return sum(one.state == state for one in self.seen)

    def passed(self, agent: str, *, met: bool = True) -> int:
        """How many seeds an agent passed, of those in which something went wrong."""
        return sum(one.runs[agent].passed for one in self.seen if not met or one.state in TELLING)

    @property
    def met(self) -> int:
        """How many seeds tell something of the plan."""
        return sum(one.state in TELLING for one in self.seen)

    @property
    def text(self) -> str:
        """`5/2:5u1`: resilient, naive, of so many, one of which cannot be solved; `·`: nothing met; `x`: dead ends."""
        if not self.met:
            return "x" if self.count("dead end") else "\u00b7"
        unsolvable = self.count("unsolvable")
        return f"{self.passed('resilient')}/{self.passed('naive')}:{self.met}" + (
            f"u{unsolvable}" if unsolvable else ""
        )


@dataclass(frozen=True, slots=True)
class Matrix:
    """All cells of a world by plan and family, and the holes in them."""

    world: str
    families: tuple[str, ...]
    plans: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    holes: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    def total(self, plan: str) -> str:
        """A plan's cells as one."""
        seen = [one for (name, _), cell in self.cells.items() if name == plan for one in cell.seen]
        return Cell(plan, "", seen).text

    def to_json(self) -> dict[str, Any]:
        """The matrix as JSON values, with every play."""
        cells = [
            {
                "plan": cell.plan,
                "family": cell.family,
                "met": cell.met,
                "unsolvable": cell.count("unsolvable"),
                "dead_ends": cell.count("dead end"),
                "resilient": cell.passed("resilient"),
                "naive": cell.passed("naive"),
                "plays": [one.to_json() for one in cell.seen],
            }
            for cell in self.cells.values()
        ]
        return {"world": self.world, "cells": cells, "holes": list(self.holes), "remarks": list(self.remarks)}


def plans_for(world: World, names: Sequence[str] = ()) -> dict[str, FaultPlan]:
    """The plans that tools can meet: those named, or all but the clean one; a plan for pages alone is left out.

    Raises:
        LookupError: for an unknown name.
    """
    chosen = [find_plan(world, name) for name in names] if names else list(plans_of(world).values())
    return {plan.name: plan for plan in chosen if plan.name != CLEAN.name and _meets_tools(world, plan)}


def _meets_tools(world: World, plan: FaultPlan) -> bool:
    for rule in plan.rules:
        fault = find_fault(world, rule.fault)
        prepares = type(fault).prepare is not Fault.prepare
        if (not rule.surfaces or "tools" in rule.surfaces) and ("tools" in fault.surfaces or prepares):
            return True
    return False


def search(targets: Sequence[Target], what: Search, progress: Progress | None = None) -> Iterator[Matrix]:
    """The matrix of each world, over the families that are named."""
    for world in {world.name: world for world, _ in targets}.values():
        families = [family for one, family in targets if one.name == world.name]
        plans = plans_for(world, what.plans)
        seen = list(_played(world, families, plans, what, progress))
        yield concluded(world, families, plans, seen, again=what.jobs if what.again else 0)


def _played(
    world: World, families: Sequence[Family], plans: Mapping[str, FaultPlan], what: Search, progress: Progress | None
) -> Iterator[Seen]:
    for family in families:
        Start.of(world, family.population)  # built once, before processes would each build it
    shares = [(family.name, seed) for family in families for seed in range(what.seeds)]
    names = tuple(plans)
    if what.jobs == 1:
        for done, (name, seed) in enumerate(shares):
            if progress:
                progress(f"{world.name}/{name} seed {seed}", done / len(shares))
            yield from share(world.name, name, seed, names, what)
        return
    with ProcessPoolExecutor(what.jobs, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(share, world.name, name, seed, names, what) for name, seed in shares]
        for done, (one, (name, seed)) in enumerate(zip(waiting, shares, strict=True)):
            if progress:
                progress(f"{world.name}/{name} seed {seed}", done / len(shares))
            yield from one.result()


def share(world: str, family: str, seed: int, plans: Sequence[str], what: Search) -> list[Seen]:
    """One instance under every plan."""
    chosen = find(world)
    start = Start.of(chosen, chosen.families[family].population)
    found, named = [], plans_of(chosen)
    for name in plans:
        closely = what.closely and seed == _of_cell(family, name, CLOSELY * what.seeds)
        found.append(look(start, family, seed, named[name], closely=closely))
    return found


def _of_cell(family: str, plan: str, seeds: int) -> int:
    """A seed for a cell, another one from cell to cell."""
    return int.from_bytes(sha256(f"{family}|{plan}".encode()).digest()[:4], "big") % seeds


def concluded(
    world: World,
    families: Sequence[Family],
    plans: Mapping[str, FaultPlan],
    seen: Sequence[Seen],
    *,
    again: int,
) -> Matrix:
    """The matrix of what was seen, with its holes; in `again` other processes a part of it is played again."""
    cells: dict[tuple[str, str], Cell] = {}
    for one in sorted(seen, key=lambda one: (list(plans).index(one.plan), one.family, one.seed)):
        cells.setdefault((one.plan, one.family), Cell(one.plan, one.family)).seen.append(one)
    holes, lessons = list(_of_plays(world, seen)), list(_of_lessons(world, plans, cells))
    if len(families) == len(world.families):  # a few families are too little to say what a failure teaches
        holes, lessons = [*holes, *lessons], []
    if again:
        holes += _otherwise(world, [one for cell in cells.values() for one in _chosen(cell)], again)
    remarks = [*_remarks(world, plans, cells), *lessons]
    return Matrix(
        world.name, tuple(family.name for family in families), tuple(plans), cells, tuple(holes), tuple(remarks)
    )


def _of_plays(world: World, seen: Iterable[Seen]) -> Iterator[str]:
    """Holes of single plays: the resilient agent fails, a pass is not deserved, a world breaks."""
    for one in seen:
        label = f"{world.name}/{one.family} seed {one.seed} under {one.plan}"
        resilient = one.runs["resilient"]
        if one.state == "dead end":
            continue
        if not resilient.passed and one.state == "unsolvable":
            yield f"{label}: unsolvable, and the resilient agent's report does not pass: {resilient.lacking}"
        elif not resilient.passed:
            yield f"{label}: the resilient agent fails though it is not stopped: {resilient.lacking}"
        naive = one.runs["naive"]
        if one.state == "unsolvable" and naive.passed and not naive.excused:
            yield f"{label}: called unsolvable, and the naive agent solves it"
        for name, run in one.runs.items():
            yield from (f"{label}: the {name} agent {wrong}" for wrong in run.wrong)
            if run.cause == "world_bug":
                yield f"{label}: the world breaks under the {name} agent"


def _of_lessons(world: World, plans: Mapping[str, FaultPlan], cells: Mapping[tuple[str, str], Cell]) -> Iterator[str]:
    """Faults from which nothing is learnt, though they are meant to be: the naive agent does as well."""
    for fault in faults_of(world).values():
        mine = [cell for (plan, _), cell in cells.items() if plan == fault.name and plan in plans]
        met = sum(cell.met for cell in mine)
        if not mine or not fault.catches or not met:
            continue
        resilient, naive = (sum(cell.passed(name) for cell in mine) for name in ("resilient", "naive"))
        if naive >= resilient:
            yield f"{world.name} under {fault.name}: the naive agent passes {naive} of {met}, the resilient {resilient}"


def _remarks(world: World, plans: Mapping[str, FaultPlan], cells: Mapping[tuple[str, str], Cell]) -> Iterator[str]:
    """What is worth knowing and no hole: plans that nothing met, plans that stop everybody."""
    for plan in plans:
        mine = [cell for (name, _), cell in cells.items() if name == plan]
        met, unsolvable = sum(cell.met for cell in mine), sum(cell.count("unsolvable") for cell in mine)
        if mine and not met:
            yield f"{world.name} under {plan}: nothing was met in any of these families"
        elif met and unsolvable == met:
            yield f"{world.name} under {plan}: no instance that met it can be solved"


def _chosen(cell: Cell) -> list[Seen]:
    """The seed of a cell that is played again, if it has that one."""
    place = _of_cell(cell.family, cell.plan, max(AGAIN, len(cell.seen)))
    return cell.seen[place : place + 1]


def _otherwise(world: World, seen: Sequence[Seen], jobs: int) -> Iterator[str]:
    """Plays that come out otherwise in other processes with another hash seed."""
    shares = [share for first in range(jobs) if (share := seen[first::jobs])]
    asked = [json.dumps([[world.name, one.family, one.seed, one.plan] for one in share]) for share in shares]
    with ThreadPoolExecutor(jobs) as pool:
        for share, told in zip(shares, pool.map(_played_again, asked), strict=True):
            if told.returncode:
                yield f"{world.name}: the cells could not be played again: {told.stderr[-400:]}"
                continue
            for one, digests in zip(share, json.loads(told.stdout), strict=True):
                unlike = [name for name, run in one.runs.items() if digests[name] != run.digest]
                if unlike:
                    label = f"{world.name}/{one.family} seed {one.seed} under {one.plan}"
                    yield f"{label}: comes out otherwise in another process ({', '.join(unlike)})"


def _played_again(asked: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "worlds.engine.proofs.failures.again"],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": OTHER_HASH_SEED},
    )
