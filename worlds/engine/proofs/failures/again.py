"""Plays cells of the matrix again in a process of its own: reads which on standard input, prints their digests."""

import json
import sys

from worlds.engine.faults.plans import find_plan
from worlds.engine.proofs.failures.cells import look
from worlds.engine.start import Start
from worlds.engine.world import find


def main() -> None:
    """Play what standard input lists as [[world, family, seed, plan], …]."""
    found = []
    for world_name, family, seed, plan in json.load(sys.stdin):
        world = find(world_name)
        start = Start.of(world, world.families[family].population)
        seen = look(start, family, seed, find_plan(world, plan), closely=False)
        found.append({name: run.digest for name, run in seen.runs.items()})
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
