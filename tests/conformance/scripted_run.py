"""Plays every family's solution for one seed and prints all that can be observed, to compare processes."""

import json
import sys
from hashlib import sha256

import worlds
from worlds.engine.build import build
from worlds.engine.hands import Hands


def played(name, seed):
    with worlds.open(name, seed=seed) as episode:
        tools = episode.tools()
        answer = episode.task.family.solve(Hands(episode))
        image = sha256(episode.image()).hexdigest()
        state = episode.state_hash()
        grade = episode.grade(answer)
        return {
            "task": episode.task.hash,
            "instruction": episode.task.instruction,
            "tools": tools,
            "journal": episode.journal.to_json(),
            "image": image,
            "state": state,
            "grade": grade.to_json(),
            "record": episode.record.to_json(),
        }


def built(world, population):
    """Hash of a population built anew, in memory."""
    import sqlite3  # noqa: PLC0415 - used here alone

    database = sqlite3.connect(":memory:", isolation_level=None)
    truth = build(world, population, database, lambda _label, _share: None)
    return sha256("\n".join(database.iterdump()).encode() + json.dumps(truth, sort_keys=True).encode()).hexdigest()


if __name__ == "__main__":
    world = worlds.discover()[sys.argv[1]]
    report = {"population": built(world, "small")}
    report |= {family: played(f"{world.name}/{family}", 4) for family in world.families}
    sys.stdout.write(json.dumps(report, indent=1))
