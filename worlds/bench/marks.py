"""What is measured, and what it should be at least or at most."""

from collections.abc import Callable
from dataclasses import dataclass

from worlds.bench import browsing, calls, forks, memory, troubles, ways_in
from worlds.bench.workload import Workload


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure: its key, its unit, the limit it should keep, and what exactly is measured.

    `least` says that the limit is a lower one. `take` answers None where this machine cannot measure it.
    """

    key: str
    unit: str
    limit: float
    meaning: str
    take: Callable[[Workload], float | None]
    least: bool = False

    def kept(self, value: float | None) -> bool | None:
        """Whether a value keeps the limit; None where there is no value."""
        if value is None:
            return None
        return value >= self.limit if self.least else value <= self.limit


MARKS = (
    Mark("fork_ms", "ms", 0.8, "worlds.open of a task until its first read is answered", forks.fork_ms),
    Mark("reset_ms", "ms", 0.1, "a fork after the typical solution back to its start, until SELECT 1", forks.reset_ms),
    Mark(
        "fork_growth", "times", 1.3, "an episode's first read with ten times the rows, over medium", forks.fork_growth
    ),
    Mark(
        "private_mb_per_episode",
        "MB",
        0.25,
        "private memory for each of 1,000 episodes alive after the typical solution",
        memory.private_mb_per_episode,
    ),
    Mark("read_ms", "ms", 0.5, "the large reading call through episode.call", calls.read_ms),
    Mark("write_ms", "ms", 2.0, "the main writing call through episode.call", calls.write_ms),
    Mark(
        "diff_grade_ms", "ms", 1.0, "episode.grade after the typical solution, its diff included", calls.diff_grade_ms
    ),
    Mark(
        "episodes_per_s", "1/s", 150.0, "open, solution through tools, grade, close", calls.episodes_per_s, least=True
    ),
    Mark("browser_reset_ms", "ms", 120.0, "reset until the start page is observed anew", browsing.browser_reset_ms),
    Mark(
        "browser_step_ms",
        "ms",
        120.0,
        "an action in the browser and the observation after it",
        browsing.browser_step_ms,
    ),
    Mark("http_call_ms", "ms", 4.0, "the large reading call over HTTP, one client", ways_in.http_call_ms),
    Mark("mcp_call_ms", "ms", 5.0, "the large reading call over MCP, the official client", ways_in.mcp_call_ms),
    Mark(
        "wait_10k_events_s", "s", 1.0, "a wait over a week in which 10,000 events are due", troubles.wait_10k_events_s
    ),
    Mark(
        "wait_10k_light_events_s",
        "s",
        1.0,
        "the same with events that write one row each, where the world's own write more",
        troubles.wait_10k_light_events_s,
    ),
    Mark(
        "fault_overhead",
        "times",
        1.1,
        "calls under the plan realistic with all rates at zero, over the same calls without a plan",
        troubles.fault_overhead,
    ),
)


def measure(
    workload: Workload, marks: tuple[Mark, ...] = MARKS, report: Callable[[str, float], None] | None = None
) -> dict[str, float | None]:
    """Take the figures, by key, in order; `report` is told (label, fraction)."""
    taken = {}
    for place, mark in enumerate(marks):
        if report:
            report(mark.key, place / len(marks))
        taken[mark.key] = mark.take(workload)
    return taken
