"""`worlds demo`: one task solved through tools and then through the real browser, both graded before your eyes."""

import sys
from pathlib import Path

import click

import worlds
from worlds.cli.failures import WRONG
from worlds.cli.grades import print_diff, print_grade
from worlds.cli.output import console
from worlds.engine.building import building
from worlds.engine.episode import Episode
from worlds.engine.rollouts.agents import find_agent
from worlds.engine.rollouts.rollout import Plan, play_in
from worlds.engine.rollouts.seat import SURFACES
from worlds.engine.surfaces.browsing.chromium import find_chromium


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
    find_chromium()  # so that its lack is said at once, not as a failed solution
    with building() as bar:
        episode = worlds.open(task, seed=seed, report=bar.report, say=bar.say)
    with episode:
        _introduce(episode)
        passed = [_solved(episode, surface, out) for surface in SURFACES]
    first = out / f"{SURFACES[0]}.jsonl"
    console().print(f"To judge or to play it again: worlds grade {first}, worlds replay {first}", soft_wrap=True)
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
    if episode.task is None:
        raise ValueError("A demo plays a task.")
    episode.reset()
    plan = Plan(
        name=surface,
        task=episode.task.name,
        seed=episode.task.seed,
        agent="solution",
        surface=surface,
        out=str(out),
        screenshots=True,
    )
    rollout = play_in(episode, plan, find_agent("solution"))
    print_grade(f"Through the {surface}: {rollout.steps} steps", rollout.grade)
    if rollout.error:
        console().print(rollout.error, markup=False)
    print_diff("What changed in the business", episode.diff())
    pictures = f"; screenshots: {plan.trace.with_suffix('')}/" if surface == "browser" else ""
    console().print(f"Trace: {plan.trace}, graded record: {plan.record}{pictures}\n", soft_wrap=True)
    return rollout.grade.passed
