"""What virtual time and failure plans cost: a week full of events, and a plan that fires nothing."""

from statistics import median
from time import perf_counter

from worlds.bench.workload import Workload, must
from worlds.engine import bookkeeping, events
from worlds.engine.episode import Episode
from worlds.engine.faults.plan import Conditions, FaultPlan
from worlds.engine.faults.plans import find_plan
from worlds.seeds.forks import open_fork

EVENTS = 10_000
WEEKS = 5
ROUNDS = 40
CALLS = 20
BUSY = 0.3
"""Seconds in which the processor is brought to its pace before a figure is taken."""


def wait_10k_events_s(workload: Workload) -> float | None:
    """A call of `wait` over a virtual week with ten thousand events that are due; None for a world that has none."""
    return _waited(workload, "week")


def wait_10k_light_events_s(workload: Workload) -> float | None:
    """The same with events that write one row each; None for a world whose own are that light."""
    return _waited(workload, "light_week")


def _waited(workload: Workload, name: str) -> float | None:
    """The seconds that a virtual week takes which a world's `bench` fills by a function of that name."""
    week = getattr(workload.world.part("bench"), name, None) if _has_bench(workload) else None
    if week is None:
        return None
    taken, task = [], workload.tasks[0]
    fork = open_fork(workload.start.snapshot.path)
    with Episode(workload.start, fork, task.actor, task) as episode:
        for _ in range(WEEKS):
            episode.reset()
            with fork.lease() as connection, connection.begin():
                driver = bookkeeping.driver_of(connection)
                for event in list(week(driver, bookkeeping.read(driver).now, EVENTS)):
                    events.queue(driver, event)
            begun = perf_counter()
            must(episode.call("wait", {"minutes": 7 * 24 * 60}))
            taken.append(perf_counter() - begun)
    return median(taken)


def _has_bench(workload: Workload) -> bool:
    return (workload.world.folder / "bench.py").is_file()


def fault_overhead(workload: Workload) -> float:
    """A call under a plan that matches it and fires nothing, over the same call without a plan.

    The rules are those of the plan `realistic`, with a rate of zero. Both calls are made in turns, so that the
    machine's moods fall on both, and the median of the paired ratios is taken.
    """
    plan = find_plan(workload.world, "realistic")
    silent = FaultPlan(name="silent", rules=tuple(one.model_copy(update={"rate": 0.0}) for one in plan.rules))
    with _opened(workload, FaultPlan(name="clean")) as without, _opened(workload, silent) as under:
        begun = perf_counter()
        while perf_counter() - begun < BUSY:
            _calls(workload, without)
            _calls(workload, under)
        return median(_ratio(workload, without, under, turn) for turn in range(ROUNDS))


def _ratio(workload: Workload, without: Episode, under: Episode, turn: int) -> float:
    if turn % 2:
        slow = _calls(workload, under)
        return slow / _calls(workload, without)
    fast = _calls(workload, without)
    return _calls(workload, under) / fast


def _opened(workload: Workload, plan: FaultPlan) -> Episode:
    task = workload.tasks[0]
    fork = open_fork(workload.start.snapshot.path)
    return Episode(workload.start, fork, task.actor, task, conditions=Conditions(plan=plan))


def _calls(workload: Workload, episode: Episode) -> float:
    """Seconds that some reading calls and the main write take, from the start of the episode."""
    episode.reset()
    for asked in workload.before:
        must(episode.call(asked.operation, asked.arguments))
    begun = perf_counter()
    for _ in range(CALLS):
        must(episode.call(workload.read.operation, workload.read.arguments))
    must(episode.call(workload.write.operation, workload.write.arguments))
    return perf_counter() - begun
