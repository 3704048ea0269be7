"""`worlds check`: the solution earns 1.0, doing nothing 0, and no mistake passes, over many seeds.

A hole is a sentence that names family, seed and what happened; a family without holes is proven as far as this goes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from worlds.engine.build import snapshot_of
from worlds.engine.drawing import draw
from worlds.engine.proofs.keys import missing_keys
from worlds.engine.proofs.plays import Play, missed, nothing, through_browser, through_tools
from worlds.engine.start import Start
from worlds.engine.task import Family, Task
from worlds.engine.world import World
from worlds.graders.lint import literal_keys
from worlds.seeds.snapshots import SnapshotStore

Progress = Callable[[str, float], None]


@dataclass(slots=True)
class FamilyReport:
    """What the plays of one family showed; `mistakes` counts passes by name, `holes` must be empty."""

    name: str
    seeds: int
    browser_seeds: int
    solved: int = 0
    browsed: int = 0
    alternatives: dict[str, int] = field(default_factory=dict)
    idle_score: float = 0.0
    mistakes: dict[str, int] = field(default_factory=dict)
    fingerprints: int = 0
    holes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def check_family(
    world: World,
    family: Family,
    *,
    seeds: int = 20,
    browser_seeds: int = 2,
    store: SnapshotStore | None = None,
    progress: Progress | None = None,
) -> FamilyReport:
    """Play one family for seeds 0 to `seeds` - 1, the first `browser_seeds` of them through the browser too."""
    store = store or SnapshotStore()
    start = Start(world, family.population, snapshot_of(world, family.population, store=store), store)
    report = FamilyReport(f"{world.name}/{family.name}", seeds, min(browser_seeds, seeds))
    report.mistakes = dict.fromkeys(family.mistakes, 0)
    report.alternatives = dict.fromkeys(family.alternatives, 0)
    fingerprints = set()
    for seed in range(seeds):
        if progress:
            progress(f"{report.name} seed {seed}", seed / seeds)
        task = draw(start, family, seed)
        fingerprints.add(task.instance.fingerprint)
        _check_right(report, start, task, browser=seed < browser_seeds)
        _check_wrong(report, start, task)
        report.holes += _unknown_keys(start, task)
    report.fingerprints = len(fingerprints)
    if report.fingerprints * 20 < seeds * 19:
        report.holes.append(f"{report.name}: {seeds} seeds give only {report.fingerprints} different instances")
    return report


def check(targets: Sequence[tuple[World, Family]], **options: Any) -> list[FamilyReport]:
    """The reports of several families, in order."""
    return [check_family(world, family, **options) for world, family in targets]


def _check_right(report: FamilyReport, start: Start, task: Task, *, browser: bool) -> None:
    report.solved += _must_pass(report, task, "the solution", through_tools(start, task, task.family.solve))
    for name, way in task.family.alternatives.items():
        passed = _must_pass(report, task, f"the alternative “{name}”", through_tools(start, task, way))
        report.alternatives[name] += passed
    if browser:
        report.browsed += _must_pass(report, task, "the browser solution", through_browser(start, task))


def _check_wrong(report: FamilyReport, start: Start, task: Task) -> None:
    idle = nothing(start, task).grade
    report.idle_score = max(report.idle_score, idle.score)
    if idle.passed or idle.reward != 0.0 or idle.score != 0.0:
        report.holes.append(f"{report.name} seed {task.seed}: doing nothing scores {idle.score}")
    for name, way in task.family.mistakes.items():
        play = through_tools(start, task, way)
        if play.grade.passed:
            report.mistakes[name] += 1
            report.holes.append(f"{report.name} seed {task.seed}: the mistake “{name}” passes")
        if play.grade.reward is None:
            report.holes.append(f"{report.name} seed {task.seed}: the mistake “{name}” ends without a reward")
        if not play.committed and not play.answered:
            report.holes.append(f"{report.name} seed {task.seed}: the mistake “{name}” only fails: {play.stopped}")


def _must_pass(report: FamilyReport, task: Task, what: str, play: Play) -> bool:
    if play.earned:
        return True
    report.holes.append(f"{report.name} seed {task.seed}: {what} earns {play.grade.reward}: {missed(play)}")
    return False


def _unknown_keys(start: Start, task: Task) -> list[str]:
    """Literal keys of the expectation that the start state lacks: an id made in the episode cannot be known before."""
    effects = [effect for bundle in task.instance.expectation.any_of for effect in bundle.effects()]
    keys = literal_keys(start.world.schema, [*effects, *task.instance.expectation.final])
    return [
        f"{task.name} seed {task.seed}: the expectation names {table} {key}, which is not in the start state"
        for table, key in missing_keys(start, keys)
    ]
