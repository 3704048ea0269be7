"""Plays every fault of a world, and its named plans, and prints all that can be observed, to compare processes."""

import json
import sys
from contextlib import suppress
from hashlib import sha256

import worlds
from worlds.engine.errors import WorldBug
from worlds.engine.faults.mixture import plan_for
from worlds.engine.faults.plans import plans_of
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.naive import Naive
from worlds.engine.resilience.resilient import Resilient
from worlds.engine.world import find

SURFACES = ("tools", "http")
CALLS = 30
"""Operations that are called under each plan, or a few more."""


def played(world, plan, number):
    """What an agent and a few calls by another way in come to under a plan."""
    families = list(world.families)
    name = f"{world.name}/{families[number % len(families)]}"
    with worlds.open(name, seed=number, faults=plan_for(world, plan, number)) as episode:
        work(episode, (Resilient, Naive)[number % 2])
        with suppress(WorldBug):  # some worlds hold operations that break on purpose
            every = max(1, len(world.operations) // CALLS)  # other ones from plan to plan, so that each is called
            for operation in sorted(world.operations)[number % every :: every]:
                episode.perform(operation, {}, SURFACES[number % 2])
        image = sha256(episode.image()).hexdigest()
        state = episode.state_hash()
        grade = episode.grade({"status": "not_done"})
        return {
            "journal": episode.journal.to_json(),
            "image": image,
            "state": state,
            "grade": grade.to_json(),
            "record": sha256(json.dumps(episode.record.to_json()).encode()).hexdigest(),
        }


def work(episode, agent):
    """Let an agent work as far as it comes."""
    try:
        agent(Desk.at(episode)).work()
    except Exception as error:  # noqa: BLE001 - how far it came is compared, and what ended it
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    chosen = find(sys.argv[1])
    names = [*plans_of(chosen), "training"]
    sys.stdout.write(json.dumps({name: played(chosen, name, number) for number, name in enumerate(names)}))
