"""Calls through the one door, grading, and whole episodes."""

from time import perf_counter

from worlds.bench.workload import Workload, median_ms, must, timed
from worlds.engine.errors import WorldBug
from worlds.engine.hands import Hands

REPETITIONS = 200
SECONDS = 4.0


def read_ms(workload: Workload) -> float:
    """The large reading call in an episode that is warm."""
    taken: list[float] = []
    with workload.opened() as episode:
        for _ in range(REPETITIONS):
            with timed(taken):
                reply = episode.call(workload.read.operation, workload.read.arguments)
            must(reply)
    return median_ms(taken)


def write_ms(workload: Workload) -> float:
    """The main writing call, each time in the state in which the solution makes it."""
    taken: list[float] = []
    with workload.opened() as episode:
        for _ in range(REPETITIONS):
            episode.reset()
            for asked in workload.before:
                must(episode.call(asked.operation, asked.arguments))
            must(episode.call(workload.read.operation, workload.read.arguments))
            with timed(taken):
                reply = episode.call(workload.write.operation, workload.write.arguments)
            must(reply)
    return median_ms(taken)


def diff_grade_ms(workload: Workload) -> float:
    """Judging: the fold of the change log, the laws, the expectation, the answer."""
    taken: list[float] = []
    with workload.opened() as episode:
        for _ in range(REPETITIONS):
            episode.reset()
            answer = workload.family.solve(Hands(episode))
            with timed(taken):
                grade = episode.grade(answer)
            _passed(grade.passed)
    return median_ms(taken)


def episodes_per_s(workload: Workload) -> float:
    """Whole episodes a second in one thread, over twenty instances that were drawn before."""
    for turn in range(len(workload.tasks)):
        _whole_episode(workload, turn)
    begun = perf_counter()
    count = 0
    while perf_counter() - begun < SECONDS:
        _whole_episode(workload, count)
        count += 1
    return count / (perf_counter() - begun)


def _whole_episode(workload: Workload, turn: int) -> None:
    with workload.opened(turn) as episode:
        _passed(episode.grade(workload.family.solve(Hands(episode))).passed)


def _passed(passed: bool) -> None:
    if not passed:
        raise WorldBug("The solution to be measured does not pass; `worlds check` says why.")
