"""Opening, resetting, and how both depend on the size of the database."""

import tempfile
from pathlib import Path

from worlds.bench.tenfold import tenfold
from worlds.bench.workload import Workload, median_ms, must, timed
from worlds.engine import bookkeeping
from worlds.engine.episode import Episode
from worlds.engine.hands import Hands
from worlds.seeds.forks import open_fork

REPETITIONS = 200


def fork_ms(workload: Workload) -> float:
    """`worlds.open` until the first read is answered."""
    taken: list[float] = []
    for turn in range(REPETITIONS):
        with timed(taken):
            episode = workload.opened(turn)
            reply = episode.call(workload.read.operation, workload.read.arguments)
        must(reply)
        episode.close()
    return median_ms(taken)


def reset_ms(workload: Workload) -> float:
    """A fork in which the task was solved back to its start, and the first trivial statement on it."""
    taken: list[float] = []
    task = workload.tasks[0]
    fork = open_fork(workload.start.snapshot.path)
    with Episode(workload.start, fork, task.actor, task) as episode:
        for _ in range(REPETITIONS):
            workload.family.solve(Hands(episode))
            with timed(taken):
                fork.reset()
                with fork.lease() as connection:
                    bookkeeping.driver_of(connection).execute("SELECT 1").fetchall()
            episode.reset()
    return median_ms(taken)


def fork_growth(workload: Workload) -> float:
    """How much longer an episode's first read takes with ten times the rows."""
    with tempfile.TemporaryDirectory(prefix="worlds-bench-") as folder:
        large = tenfold(workload.start.snapshot.path, Path(folder) / "tenfold.sqlite", workload.world.metadata)
        once: dict[Path, list[float]] = {workload.start.snapshot.path: [], large: []}
        for _ in range(REPETITIONS):  # in turns, so that the machine's moods fall on both
            for path, taken in once.items():
                _first_read(workload, path, taken)
        small, grown = (median_ms(taken) for taken in once.values())
    return grown / small


def _first_read(workload: Workload, path: Path, taken: list[float]) -> None:
    task = workload.tasks[0]
    with timed(taken):
        episode = Episode(workload.start, open_fork(path), task.actor, task)
        reply = episode.call(workload.read.operation, workload.read.arguments)
    must(reply)
    episode.close()
