"""`worlds check`: every proof over every family, seed by seed, on as many processes as there are cores.

A hole is a sentence that names family, seed and what happened; a family without holes is proven as far as this goes.
What is found does not depend on how many processes find it.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from worlds.engine.proofs import provenance, quality
from worlds.engine.proofs.chosen import PROOFS
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import Proof, Verdict, View
from worlds.engine.proofs.quality import Quality
from worlds.engine.start import Start
from worlds.engine.task import Family
from worlds.engine.world import World, find

Progress = Callable[[str, float], None]
Found = dict[str, Any]
"""What one instance showed: name of a proof -> its finding."""

BROKEN = "could not be completed"


@dataclass(frozen=True, slots=True)
class FamilyReport:
    """What the proofs of one family showed; `holes` must be empty."""

    name: str
    seeds: int
    browser_seeds: int
    verdicts: dict[str, Verdict]
    quality: Quality
    holes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "family": self.name,
            "seeds": self.seeds,
            "browser_seeds": self.browser_seeds,
            "quality": self.quality.to_json(),
            "proofs": {name: {"says": one.says, **one.figures} for name, one in self.verdicts.items()},
            "holes": self.holes,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Which instances are examined: seeds 0 to `seeds` - 1, the first `browser_seeds` in the real browser too."""

    seeds: int = 20
    browser_seeds: int = 2
    jobs: int = 1


def check_family(
    world: World,
    family: Family,
    *,
    seeds: int = 20,
    browser_seeds: int = 2,
    proofs: Sequence[Proof] = PROOFS,
    progress: Progress | None = None,
) -> FamilyReport:
    """Prove one family in this process."""
    plan = Plan(seeds, min(browser_seeds, seeds))
    start = _start(world, family)
    found = []
    for seed in range(seeds):
        if progress:
            progress(f"{world.name}/{family.name} seed {seed}", seed / seeds)
        found.append(_examine(start, family, seed, browser=seed < plan.browser_seeds, proofs=proofs))
    return _conclude(start, family, plan, found, proofs)


def check_all(
    targets: Sequence[tuple[World, Family]], plan: Plan, progress: Progress | None = None
) -> Iterator[FamilyReport]:
    """The reports of several families, in order, each as soon as it is there.

    Processes find worlds by name, so what is checked must lie in the package or on WORLDS_PATH.
    """
    if plan.jobs == 1:
        for world, family in targets:
            yield check_family(world, family, seeds=plan.seeds, browser_seeds=plan.browser_seeds, progress=progress)
        return
    for world, family in targets:
        _start(world, family)  # built here once, with its progress; the others find it in the cache
    with ProcessPoolExecutor(plan.jobs, mp_context=get_context("spawn"), initializer=seldom_collect) as pool:
        yield from _together(pool, targets, plan, progress)


def seldom_collect() -> None:
    """Let Python look for cycles in a process's objects more seldom: most of what proofs keep is kept for long.

    Looking through all of it as often as is usual takes a twelfth of the time.
    """
    gc.set_threshold(100_000, 20, 20)


def _together(
    pool: Executor, targets: Sequence[tuple[World, Family]], plan: Plan, progress: Progress | None
) -> Iterator[FamilyReport]:
    examined = [
        [pool.submit(_examine_named, world.name, family.name, seed, plan) for seed in range(plan.seeds)]
        for world, family in targets
    ]
    total, done = plan.seeds * len(targets), 0
    reports: list[Future[FamilyReport]] = []
    for (world, family), seeds in zip(targets, examined, strict=True):
        found = []
        for seed, one in enumerate(seeds):
            found.append(one.result())
            done += 1
            if progress:
                progress(f"{world.name}/{family.name} seed {seed}", done / total)
        reports.append(pool.submit(_conclude_named, world.name, family.name, plan, found))
        while reports and reports[0].done():
            yield reports.pop(0).result()
    for report in reports:
        yield report.result()


def _examine_named(world: str, family: str, seed: int, plan: Plan) -> Found:
    chosen = find(world)
    start = _start(chosen, chosen.families[family])
    return _examine(start, chosen.families[family], seed, browser=seed < plan.browser_seeds, proofs=PROOFS)


def _conclude_named(world: str, family: str, plan: Plan, found: Sequence[Found]) -> FamilyReport:
    chosen = find(world)
    return _conclude(_start(chosen, chosen.families[family]), chosen.families[family], plan, found, PROOFS)


def _start(world: World, family: Family) -> Start:
    return Start.of(world, family.population)


def _examine(start: Start, family: Family, seed: int, *, browser: bool, proofs: Sequence[Proof]) -> Found:
    """What every proof finds in one instance; a task that breaks a proof is a hole, and the others go on."""
    label = f"{start.world.name}/{family.name} seed {seed}"
    try:
        case = Case.of(start, family, seed, browser=browser)
    except Exception as error:  # noqa: BLE001 - an author's code; whatever it raises is a hole of the task
        return {BROKEN: [f"{label}: the instance cannot be drawn: {error}"]}
    found: Found = {BROKEN: []}
    for proof in proofs:
        try:
            found[proof.name] = proof.examine(case)
        except Exception as error:  # noqa: BLE001 - an author's code; whatever it raises is a hole of the task
            found[BROKEN].append(f"{label}: the proof of {proof.name} {BROKEN}: {type(error).__name__}: {error}")
    return found


def _conclude(
    start: Start, family: Family, plan: Plan, found: Sequence[Found], proofs: Sequence[Proof]
) -> FamilyReport:
    view = View(start, family, range(plan.seeds))
    verdicts, holes = {}, [hole for one in found for hole in one[BROKEN]]
    for proof in proofs:
        there = [one[proof.name] for one in found if proof.name in one]
        if not there:
            continue
        try:
            verdicts[proof.name] = proof.conclude(view, there)
        except Exception as error:  # noqa: BLE001 - an author's code; whatever it raises is a hole of the task
            holes.append(f"{view.name}: the proof of {proof.name} {BROKEN}: {type(error).__name__}: {error}")
    holes += [hole for one in verdicts.values() for hole in one.holes]
    rated = quality.rated({name: one.figures for name, one in verdicts.items()})
    return FamilyReport(view.name, plan.seeds, plan.browser_seeds, verdicts, rated, holes)


def world_holes(targets: Sequence[tuple[World, Family]]) -> list[str]:
    """Holes of whole worlds, where all of a world's families are checked."""
    holes = []
    for world in {world.name: world for world, _ in targets}.values():
        families = [family for one, family in targets if one.name == world.name]
        if len(families) == len(world.families):
            holes += provenance.world_holes(world, families)
    return holes
