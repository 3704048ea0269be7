"""The same seed and the same actions give the same bytes, in another process with another hash seed too.

So do every family's solution, and every fault and plan of a world, since chance in them is an input as well.
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from worlds.engine.faults.plans import plans_of

SCRIPT = Path(__file__).parent / "scripted_run.py"
HASH_SEEDS = ("1", "4242")


@cache
def twice(world):
    """What two processes printed."""
    command = [sys.executable, str(SCRIPT), world]
    runs = [
        subprocess.Popen(  # noqa: S603 - our own script
            command, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for seed in HASH_SEEDS
    ]
    (first, trouble), (second, _) = [run.communicate(timeout=900) for run in runs]
    assert first, trouble.decode()[-2000:]
    return first, second


def test_two_processes_see_the_same_bytes(any_world):
    first, second = twice(any_world.name)
    one, other = json.loads(first), json.loads(second)
    assert [name for name in one if one[name] != other[name]] == []
    assert first == second


def test_every_task_is_solved_and_every_plan_strikes_in_it(any_world):
    told = json.loads(twice(any_world.name)[0])
    assert all(told[f"task {name}"]["grade"]["passed"] for name in any_world.families)
    plans = [told[f"plan {name}"] for name in plans_of(any_world)]
    met = {name for plan in plans for entry in plan["journal"] for name in entry["faults"]}
    assert {"timeout-after-commit", "timeout-before-commit"} <= met
