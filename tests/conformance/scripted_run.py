"""Plays every family's solution, and every failure plan, and prints all that can be observed, to compare processes."""

import json
import sys
from contextlib import suppress
from hashlib import sha256
from zlib import crc32

import worlds
from worlds.engine.build import build
from worlds.engine.errors import WorldBug
from worlds.engine.faults.mixture import plan_for
from worlds.engine.faults.plans import plans_of
from worlds.engine.hands import Hands
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.naive import Naive
from worlds.engine.resilience.resilient import Resilient

SURFACES = ("tools", "http")
CALLS = 30
"""Operations that are called under each plan, or a few more."""


def seen(episode, answer):
    """All that can be observed of an episode, with its grade for an answer."""
    pages, state = sorted(episode._fork._settled_pages().items()), episode.state_hash()
    return {
        "journal": episode.journal.to_json(),
        "pages": [[number, crc32(page)] for number, page in pages],  # that differ from the snapshot's, which has a hash
        "state": state,
        "grade": episode.grade(answer).to_json(),
        "record": sha256(json.dumps(episode.record.to_json()).encode()).hexdigest(),
    }


def played(name, seed):
    """What a family's solution comes to."""
    with worlds.open(name, seed=seed) as episode:
        told = {"task": episode.task.hash, "instruction": episode.task.instruction, "tools": episode.tools()}
        return told | seen(episode, episode.task.family.solve(Hands(episode)))


def struck(world, plan, number):
    """What an agent and a few calls by another way in come to under a plan."""
    families = list(world.families)
    name = f"{world.name}/{families[number % len(families)]}"
    with worlds.open(name, seed=number, faults=plan_for(world, plan, number)) as episode:
        work(episode, (Resilient, Naive)[number % 2])
        with suppress(WorldBug):  # some worlds hold operations that break on purpose
            every = max(1, len(world.operations) // CALLS)  # other ones from plan to plan, so that each is called
            for operation in sorted(world.operations)[number % every :: every]:
                episode.perform(operation, {}, SURFACES[number % 2])
        return seen(episode, {"status": "not_done"})


def work(episode, agent):
    """Let an agent work as far as it comes."""
    try:
        agent(Desk.at(episode)).work()
    except Exception as error:  # noqa: BLE001 - how far it came is compared, and what ended it
        return f"{type(error).__name__}: {error}"
    return ""


def built(world, population):
    """Hash of a population built anew, in memory."""
    import sqlite3  # noqa: PLC0415 - used here alone

    database = sqlite3.connect(":memory:", isolation_level=None)
    truth = build(world, population, database, lambda _label, _share: None)
    return sha256("\n".join(database.iterdump()).encode() + json.dumps(truth, sort_keys=True).encode()).hexdigest()


if __name__ == "__main__":
    chosen = worlds.discover()[sys.argv[1]]
    report = {"population": built(chosen, "small")}
    report |= {f"task {family}": played(f"{chosen.name}/{family}", 4) for family in chosen.families}
    plans = (*plans_of(chosen), "training")
    report |= {f"plan {name}": struck(chosen, name, number) for number, name in enumerate(plans)}
    sys.stdout.write(json.dumps(report, indent=1))
