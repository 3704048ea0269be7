"""Promises of snapshots: the same population is the same file, byte for byte, wherever it is built."""

import os
import sqlite3
import subprocess
import sys

import pytest

import worlds
from worlds.engine.build import build, content_key
from worlds.engine.errors import WorldBug
from worlds.engine.world import Invariant

BUILT = "import worlds; print(worlds.open('tiny').start.snapshot.hash)"


def test_a_population_is_the_same_file_in_another_process_with_another_hash_seed(tmp_path):
    hashes = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "WORLDS_CACHE": str(tmp_path / hash_seed)}
        told = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", BUILT],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        hashes.add(told.stdout.strip())
    assert len(hashes) == 1


def test_a_population_that_breaks_a_law_is_not_built(monkeypatch):
    world = worlds.discover()["tiny"]
    every_item = "SELECT id FROM item WHERE id IN (SELECT value FROM json_each(:keys))"
    law = Invariant("none", "there are no items", "item", every_item)
    monkeypatch.setitem(world.__dict__, "invariants", (law,))
    with pytest.raises(WorldBug, match="there are no items"):
        build(world, "small", sqlite3.connect(":memory:"), lambda _label, _fraction: None)


def test_the_content_key_changes_with_the_seed_and_not_with_the_process():
    world = worlds.discover()["shop"]
    assert content_key(world, "small") == content_key(world, "small")
    assert content_key(world, "small") != content_key(world, "medium")
