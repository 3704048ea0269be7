"""What a run came to, family by family."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from rich.table import Table

from worlds.engine.rollouts.rollout import Rollout


@dataclass(frozen=True, slots=True)
class Line:
    """One task's rollouts. `none` counts those that failed on our side; they are in `count` but in no mean.

    `pass_low` and `pass_high` take each of them as not passed and as passed.
    """

    task: str
    count: int
    passed: int
    none: int
    world_bugs: int
    truncated: int
    mean_score: float
    mean_steps: float

    @property
    def pass_low(self) -> float:
        """Share of passes, where those without a reward count as failed."""
        return self.passed / self.count

    @property
    def pass_high(self) -> float:
        """Share of passes, where those without a reward count as passed."""
        return (self.passed + self.none) / self.count

    def to_json(self) -> dict[str, Any]:
        """The line as JSON values."""
        return asdict(self) | {"pass_low": self.pass_low, "pass_high": self.pass_high}


def summary(rollouts: Sequence[Rollout]) -> list[Line]:
    """A line a task, in the order in which tasks first come."""
    tasks = dict.fromkeys(rollout.plan.task for rollout in rollouts)
    return [_line(task, [rollout for rollout in rollouts if rollout.plan.task == task]) for task in tasks]


def _line(task: str, rollouts: list[Rollout]) -> Line:
    judged = [rollout for rollout in rollouts if rollout.reward is not None]
    return Line(
        task=task,
        count=len(rollouts),
        passed=sum(rollout.grade.passed for rollout in judged),
        none=len(rollouts) - len(judged),
        world_bugs=sum(rollout.cause == "world_bug" for rollout in rollouts),
        truncated=sum(rollout.truncated is not None for rollout in rollouts),
        mean_score=fmean(rollout.grade.score for rollout in judged) if judged else 0.0,
        mean_steps=fmean(rollout.steps for rollout in judged) if judged else 0.0,
    )


def summary_table(lines: Sequence[Line]) -> Table:
    """The lines as a table for people."""
    table = Table("task", title="Rollouts", title_justify="left")
    for heading in (
        "rollouts",
        "passed",
        "pass rate",
        "mean score",
        "mean steps",
        "truncated",
        "world bugs",
        "no reward",
    ):
        table.add_column(heading, justify="right")
    for line in lines:
        rate = f"{line.pass_low:.0%}" if not line.none else f"{line.pass_low:.0%} to {line.pass_high:.0%}"
        numbers = (line.count, line.passed, rate, f"{line.mean_score:.2f}", f"{line.mean_steps:.1f}")
        table.add_row(line.task, *map(str, (*numbers, line.truncated, line.world_bugs, line.none)))
    return table
