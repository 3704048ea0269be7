"""Running many rollouts in several processes, with a progress bar; no rollout is ever dropped.

    rollouts = run(Batch(tasks=["shop/refund-partial"], agent="solution", n=20, out="runs/today"), jobs=2)
    summary(rollouts)

Each process plays one rollout after another. One that dies or hangs is replaced; its rollout is played again, and if
that fails too it is reported with the reward None and its cause.
"""

import contextlib
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from worlds.engine.build import snapshot_of
from worlds.engine.faults.mixture import plan_for
from worlds.engine.rollouts.agents import find_agent
from worlds.engine.rollouts.limits import Limits
from worlds.engine.rollouts.rollout import Plan, Rollout, lost, play
from worlds.engine.rollouts.seat import SURFACES
from worlds.engine.surfaces.browsing.chromium import find_chromium
from worlds.engine.task import find_task

GRACE_SECONDS = 60.0
"""How much longer than its own limit a process may take before it is ended."""

Report = Callable[[Rollout, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be played.

    Args:
        tasks: full names, such as shop/refund-partial.
        agent: name of an agent.
        surface: "tools" or "browser".
        n: rollouts a task.
        seed: of the first rollout of each task; the next ones follow.
        out: folder for traces and records.
        options: of the agent.
        limits: of each rollout.
        population: a seed of the world's seeds.toml; the family's own by default.
        faults: a failure plan of the world, or "training"; nothing goes wrong by default.
        variant: which face the pages wear in the first rollout of each task; the next ones wear the following. 0 is
            the plain face, for all of them.
        screenshots: keep an image of every look at the browser.
    """

    tasks: Sequence[str]
    agent: str = "solution"
    surface: str = "tools"
    n: int = 1
    seed: int = 0
    out: Path | str
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    population: str | None = None
    faults: str | None = None
    variant: int = 0
    screenshots: bool = False

    def plans(self) -> list[Plan]:
        """A plan a rollout. File names hold no seed, since agents may see them.

        Raises:
            LookupError: when there is no such task, agent or failure plan.
            ValueError: for another surface, or an option that the agent does not know.
        """
        if self.surface not in SURFACES:
            raise ValueError(f"There is no surface {self.surface!r} for rollouts; there are: {', '.join(SURFACES)}.")
        if self.n < 1 or not self.tasks:
            raise ValueError("Name a task, and play it at least once.")
        find_agent(self.agent, self.options)
        for task in self.tasks:
            world, _ = find_task(task)
            if self.faults is not None:
                plan_for(world, self.faults, self.seed)
        return [self._plan(task, index) for task in dict.fromkeys(self.tasks) for index in range(self.n)]

    def _plan(self, task: str, index: int) -> Plan:
        return Plan(
            name=f"{task.replace('/', '.')}.{self.agent}.{self.surface}.{index:04d}",
            task=task,
            seed=self.seed + index,
            agent=self.agent,
            surface=self.surface,
            out=str(self.out),
            options=dict(self.options),
            limits=self.limits,
            population=self.population,
            faults=self.faults,
            variant=self.variant and self.variant + index,
            screenshots=self.screenshots,
        )


def run(
    batch: Batch,
    *,
    jobs: int = 1,
    progress: bool = True,
    report: Report | None = None,
    building: Callable[[str, float], None] | None = None,
) -> list[Rollout]:
    """Play a batch and answer its rollouts in the order of their plans.

    Args:
        batch: what is to be played.
        jobs: processes; 0 plays in this process, where nothing can end a rollout that hangs.
        progress: draw a bar on standard error.
        report: told each rollout as it ends, how many have ended, and how many there are.
        building: told (label, fraction) while a snapshot is built.

    Raises:
        LookupError: when there is no such task, agent or population.
        ValueError: for another surface, or an option that the agent does not know.
        BrowserMissing: when there is no browser to work with.
    """
    todo = batch.plans()
    if batch.surface == "browser":
        find_chromium()  # once and before anything starts, not in every rollout
    _build(todo, building)
    found: dict[str, Rollout] = {}
    with _bar(len(todo), shown=progress) as show:
        for rollout in _all(todo, jobs):
            found[rollout.plan.name] = rollout
            show(rollout)
            if report is not None:
                report(rollout, len(found), len(todo))
    return [found[plan.name] for plan in todo]


def _build(todo: Sequence[Plan], building: Callable[[str, float], None] | None) -> None:
    """Have every snapshot ready before processes would each build it."""
    needed = {}
    for plan in todo:
        world, family = find_task(plan.task)
        needed[world.name, plan.population or family.population] = world
    for (_, population), world in sorted(needed.items()):
        snapshot_of(world, population, report=building)


def _all(todo: Sequence[Plan], jobs: int) -> Iterator[Rollout]:
    if jobs < 1:
        yield from (play(plan) for plan in todo)
    else:
        yield from Crew(min(jobs, len(todo))).play(todo)


@contextlib.contextmanager
def _bar(total: int, *, shown: bool) -> Iterator[Callable[[Rollout], None]]:
    columns = (
        TextColumn("rollouts"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    passed = none = 0
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as progress:
        bar = progress.add_task("rollouts", total=total, told="")

        def show(rollout: Rollout) -> None:
            nonlocal passed, none
            passed += rollout.grade.passed
            none += rollout.reward is None
            progress.update(bar, advance=1, told=f"{passed} passed" + (f", {none} failed on our side" if none else ""))

        yield show


@dataclass(slots=True)
class _Worker:
    """A process and what it plays; `due` is the monotonic second at which it is taken for dead."""

    process: SpawnProcess
    pipe: "Connection[tuple[Plan, int] | None, Rollout]"
    plan: Plan | None = None
    attempt: int = 0
    due: float = float("inf")


@dataclass(slots=True)
class Crew:
    """A number of processes that play plans."""

    size: int
    _workers: list[_Worker] = field(default_factory=list)
    _todo: deque[tuple[Plan, int]] = field(default_factory=deque)

    def play(self, todo: Sequence[Plan]) -> Iterator[Rollout]:
        """Play all plans; answers each rollout as it ends, in any order."""
        self._todo.extend((plan, 1) for plan in todo)
        left = len(todo)
        try:
            self._workers = [_hired() for _ in range(self.size)]
            while left:
                for worker in self._workers:
                    self._give(worker)
                for rollout in self._wait():
                    left -= 1
                    yield rollout
        finally:
            for worker in self._workers:
                _dismiss(worker)
            self._workers = []

    def _give(self, worker: _Worker) -> None:
        if worker.plan is None and self._todo:
            worker.plan, worker.attempt = self._todo.popleft()
            attempts = worker.plan.limits.retries + 1
            worker.due = time.monotonic() + worker.plan.limits.episode_seconds * attempts + GRACE_SECONDS
            with contextlib.suppress(OSError):  # it died at rest; that is seen when it is waited for
                worker.pipe.send((worker.plan, worker.attempt))

    def _wait(self) -> Iterator[Rollout]:
        busy = {worker.pipe: worker for worker in self._workers if worker.plan is not None}
        soonest = min(worker.due for worker in busy.values())
        ready = wait(list(busy), timeout=max(0.0, soonest - time.monotonic()))
        for pipe in ready:
            worker = busy[pipe]  # type: ignore[index]  # `wait` answers what it was given
            try:
                rollout = worker.pipe.recv()
            except (EOFError, OSError):
                worker.process.join(5)
                yield from self._replace(worker, f"The process ended with the code {worker.process.exitcode}.")
            else:
                worker.plan, worker.due = None, float("inf")
                yield rollout
        for worker in busy.values():
            if worker.plan is not None and time.monotonic() > worker.due:
                yield from self._replace(worker, "The process took too long and was ended.")

    def _replace(self, worker: _Worker, why: str) -> Iterator[Rollout]:
        """Put another process in place of a dead one, and play its plan again or give it up."""
        plan, attempt = worker.plan, worker.attempt
        _dismiss(worker)
        self._workers[self._workers.index(worker)] = _hired()
        if plan is None:
            return
        if attempt <= plan.limits.retries:
            self._todo.appendleft((plan, attempt + 1))
        else:
            yield lost(plan, why, attempt)


def _hired() -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), name="rollouts", daemon=True)
    with _uninterrupted():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold interrupts back, for this thread and for good in processes that it starts: ours ends them itself."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _dismiss(worker: _Worker) -> None:
    with contextlib.suppress(OSError):
        worker.pipe.send(None)
    worker.pipe.close()
    if worker.plan is not None:
        worker.process.kill()
    worker.process.join(10)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    worker.process.close()


def _serve(pipe: "Connection[Rollout, tuple[Plan, int] | None]") -> None:
    """The life of a process: play what is sent until nothing more comes. Interrupting is for whoever sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while (sent := pipe.recv()) is not None:
            plan, attempt = sent
            try:
                rollout = play(plan, attempt)
            except Exception as error:  # noqa: BLE001 - a plan that cannot be played is told, not lost
                rollout = lost(plan, f"{type(error).__name__}: {error}", attempt)
            pipe.send(rollout)
    except EOFError:
        pass
