"""`worlds demo`: one task solved through tools and then through the real browser, both graded before your eyes."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

import worlds
from worlds.cli.failures import WRONG
from worlds.cli.grades import print_diff, print_grade
from worlds.cli.output import building, console
from worlds.engine.episode import Episode
from worlds.engine.rollouts.agents import find_agent
from worlds.engine.rollouts.limits import Limits
from worlds.engine.rollouts.seat import SURFACES, Seat
from worlds.engine.rollouts.traces import TraceWriter


@click.command("demo")
@click.argument("task", default="shop/refund-partial")
@click.option("--seed", default=7, show_default=True, help="Draws the task's instance.")
@click.option(
    "--out",
    default="runs/demo",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for traces and screenshots.",
)
def command(task: str, seed: int, out: Path) -> None:
    """Show a graded episode: the reference agent solves TASK through tools, then, after a reset, in the browser."""
    with building() as bar:
        episode = worlds.open(task, seed=seed, report=bar.report, say=bar.say)
    with episode:
        _introduce(episode)
        passed = [_solved(episode, surface, out) for surface in SURFACES]
    if not all(passed):
        sys.exit(WRONG)


def _introduce(episode: Episode) -> None:
    if episode.task is None:
        raise click.UsageError("Name a task, such as shop/refund-partial; a world alone asks for nothing.")
    out = console()
    role = episode.world.roles[episode.actor.role]
    out.print(f"{episode.world.title}: {episode.task.name}, seed {episode.task.seed}", style="bold")
    out.print(f"The agent is: {role.title}. {role.sentence}")
    out.print(f"Request: {episode.task.instruction}\n")


def _solved(episode: Episode, surface: str, out: Path) -> bool:
    """Let the reference agent work on one surface from the start of the episode, and show what came of it."""
    episode.reset()
    path = out / f"{surface}.jsonl"
    with TraceWriter(path) as trace:
        seat = Seat(episode, surface, trace, Limits(), screenshots=True)
        trace.write("start", agent="solution", surface=surface, instruction=seat.instruction)
        answer = find_agent("solution").work(seat)
        trace.write("end", answer=_plain(answer), steps=seat.steps)
    changes = episode.diff()
    grade = episode.grade(answer)
    print_grade(f"Through the {surface}: {seat.steps} steps", grade)
    print_diff("What changed in the business", changes)
    console().print(f"Trace: {path}" + (f"; screenshots: {path.with_suffix('')}/\n" if surface == "browser" else "\n"))
    return grade.passed


def _plain(answer: object) -> object:
    dump: Callable[..., object] | None = getattr(answer, "model_dump", None)
    return dump(mode="json") if dump else answer
