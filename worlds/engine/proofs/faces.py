"""`worlds check --variants`: the browser solutions in other faces of the same pages, without being told which.

Each solution must earn what it earns on the plain face. What a solution knows is the trade's words in all languages of
the lexicon; the number of the variant is for the pages alone.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from worlds.engine.build import snapshot_of
from worlds.engine.drawing import draw
from worlds.engine.faults.plan import Conditions
from worlds.engine.proofs.plays import missed, play
from worlds.engine.start import Start
from worlds.engine.task import Family
from worlds.engine.world import World, find

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Faces:
    """What the solutions of one family came to in variants 1 to `variants`; `holes` must be empty."""

    name: str
    variants: int
    seeds: int
    holes: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {"family": self.name, "variants": self.variants, "seeds": self.seeds, "holes": list(self.holes)}


def browse_in(start: Start, family: Family, seed: int, variant: int) -> str:
    """Play the browser solution in a variant; answers what it lacks, or nothing."""
    task = draw(start, family, seed)
    one = play(
        start,
        task,
        lambda episode: task.family.browse(episode.browser().hands()),
        conditions=Conditions(variant=variant),
    )
    return "" if one.earned else missed(one)


def check_faces(
    targets: Sequence[tuple[World, Family]], variants: int, seeds: int, jobs: int, progress: Progress | None = None
) -> Iterator[Faces]:
    """The faces of several families, in order, each as soon as it is there.

    Args:
        targets: the families; processes find their worlds by name.
        variants: how many variants, from 1 on.
        seeds: instances in each variant.
        jobs: processes.
        progress: told (label, fraction).
    """
    for world, family in targets:
        snapshot_of(world, family.population)  # built here once; the processes find it in the cache
    asked = [(variant, seed) for variant in range(1, variants + 1) for seed in range(seeds)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        played = [[pool.submit(_hole, world.name, family.name, *one) for one in asked] for world, family in targets]
        for place, ((world, family), found) in enumerate(zip(targets, played, strict=True)):
            holes = []
            for number, one in enumerate(found):
                holes.append(one.result())
                if progress:
                    name = f"{world.name}/{family.name} variant {asked[number][0]}"
                    progress(name, (place + number / len(asked)) / len(targets))
            yield Faces(f"{world.name}/{family.name}", variants, seeds, tuple(filter(None, holes)))


def _hole(world_name: str, family_name: str, variant: int, seed: int) -> str:
    world = find(world_name)
    family = world.families[family_name]
    lacks = browse_in(Start.of(world, family.population), family, seed, variant)
    name = f"{world_name}/{family_name} seed {seed} in variant {variant}"
    return f"{name}: the browser solution does not earn 1.0: {lacks}" if lacks else ""
