"""Populations built in memory, with settings of a test's own."""

import dataclasses
import sqlite3
from typing import Any

from worlds.engine.build import build
from worlds.engine.world import SeedSpec, World


def populated(world: World, **other: Any) -> tuple[sqlite3.Connection, Any]:
    """The population `small` with other settings, such as `sizes` and `seed`, and its sealed truth.

    Building it checks every law; here it is also held that every reference leads somewhere.
    """
    copy = dataclasses.replace(world)
    settings = {**world.seeds["small"].settings, **other}
    vars(copy)["seeds"] = {"mini": SeedSpec("mini", settings)}
    connection = sqlite3.connect(":memory:")
    truth = build(copy, "mini", connection, lambda *_: None)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return connection, truth
