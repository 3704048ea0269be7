"""Memory that an episode has to itself."""

import gc
from contextlib import ExitStack
from pathlib import Path

from worlds.bench.workload import Workload
from worlds.engine.hands import Hands

ALIVE = 1_000
ROLLUP = Path("/proc/self/smaps_rollup")


def private_mb_per_episode(workload: Workload) -> float | None:
    """Growth of this process's private memory for each of 1,000 episodes alive; None where Linux does not count it."""
    if not ROLLUP.is_file():
        return None
    with ExitStack() as warm:  # what is paid once is not an episode's
        _solve_many(workload, 20, warm)
    gc.collect()
    before = _private_bytes()
    with ExitStack() as alive:
        _solve_many(workload, ALIVE, alive)
        gc.collect()
        return (_private_bytes() - before) / ALIVE / 1e6


def _solve_many(workload: Workload, count: int, alive: ExitStack) -> None:
    for turn in range(count):
        episode = alive.enter_context(workload.opened(turn))
        workload.family.solve(Hands(episode))


def _private_bytes() -> int:
    lines = ROLLUP.read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
