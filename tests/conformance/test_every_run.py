"""The same seed and the same actions give the same bytes, in another process with another hash seed too."""

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "scripted_run.py"


def started(world, hash_seed):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, str(SCRIPT), world.name]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603 - our own script


def test_two_processes_see_the_same_bytes(world):
    runs = [started(world, hash_seed) for hash_seed in ("1", "4242")]
    (first, trouble), (second, _) = [run.communicate(timeout=600) for run in runs]
    assert first, trouble.decode()
    one, other = json.loads(first), json.loads(second)
    assert [name for name in one if one[name] != other[name]] == []
    assert first == second
