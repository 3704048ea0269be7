"""The same plan twice, in two processes with two hash seeds: identical traces and dumps, for every fault and world."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import worlds
from worlds.engine.faults.plans import plans_of
from worlds.engine.world import find

SCRIPT = Path(__file__).parent / "struck_runs.py"
HASH_SEEDS = ("1", "4242")
EVERYWHERE = [name for name, world in sorted(worlds.discover().items()) if world.families]


@cache
def twice(world):
    """What two processes saw, or why one of them saw nothing."""
    runs = [
        subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(SCRIPT), world],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for seed in HASH_SEEDS
    ]
    told = []
    for run in runs:
        seen, trouble = run.communicate(timeout=900)
        told.append(json.loads(seen) if seen else trouble.decode()[-2_000:])
    return told


@pytest.mark.parametrize(
    ("world", "plan"), [(world, plan) for world in EVERYWHERE for plan in (*plans_of(find(world)), "training")]
)
def test_two_processes_see_the_same_under_a_plan(world, plan):
    one, other = twice(world)
    assert isinstance(one, dict), one
    one, other = one[plan], other[plan]
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.parametrize("world", EVERYWHERE)
def test_the_plans_strike_at_all(world):
    met = {name for told in twice(world)[0].values() for entry in told["journal"] for name in entry["faults"]}
    assert {"timeout-after-commit", "timeout-before-commit"} <= met
