"""`worlds run`: rollouts of an agent, in several processes."""

import sys
from pathlib import Path

import click

from worlds.cli.failures import WRONG, Lacking
from worlds.cli.output import as_json, console, print_json
from worlds.engine.build import snapshot_of
from worlds.engine.building import building
from worlds.engine.rollouts.agents import agent_names
from worlds.engine.rollouts.limits import Limits
from worlds.engine.rollouts.rollout import Rollout
from worlds.engine.rollouts.runner import Batch, run
from worlds.engine.rollouts.seat import SURFACES
from worlds.engine.rollouts.summary import summary, summary_table
from worlds.engine.task import find_task

DEFAULTS = Limits()


def _options(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE pairs."""
    for pair in given:
        if "=" not in pair:
            raise click.BadParameter(f"{pair!r} is not of the form NAME=VALUE.")
    return dict(pair.split("=", 1) for pair in given)


@click.command("run")
@click.argument("tasks", nargs=-1, required=True)
@click.option(
    "--agent",
    default="solution",
    show_default=True,
    help=f"Who works: {', '.join(agent_names())}, or a module of your own.",
)
@click.option(
    "--surface", default="tools", show_default=True, type=click.Choice(SURFACES), help="What the agent works with."
)
@click.option("-n", "count", default=1, show_default=True, type=click.IntRange(1), help="Rollouts a task.")
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Seed of the first rollout of each task; the next ones follow.",
)
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(0), help="Processes; 0 plays in this one.")
@click.option(
    "--out",
    default="runs",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for traces and records.",
)
@click.option("--population", help="A population of the world's seeds.toml; the task's own by default.")
@click.option("--faults", help="What goes wrong: a failure plan of the world, or training; nothing by default.")
@click.option(
    "--variant",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Face of the pages in each task's first rollout; the next ones follow. 0 is the plain face for all.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    callback=_options,
    metavar="NAME=VALUE",
    help="An option of the agent, such as model=…; repeatable.",
)
@click.option(
    "--steps", default=DEFAULTS.steps, show_default=True, type=click.IntRange(1), help="Most steps of a rollout."
)
@click.option(
    "--step-seconds",
    default=DEFAULTS.step_seconds,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Most seconds of a step.",
)
@click.option(
    "--seconds",
    default=DEFAULTS.episode_seconds,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Most seconds of a rollout.",
)
@click.option("--screenshots", is_flag=True, help="Keep an image of every look at the browser.")
@as_json
def command(  # noqa: PLR0913 - the options of a run
    tasks: tuple[str, ...],
    agent: str,
    surface: str,
    count: int,
    seed: int,
    jobs: int,
    out: Path,
    population: str | None,
    faults: str | None,
    variant: int,
    options: dict[str, str],
    steps: int,
    step_seconds: float,
    seconds: float,
    screenshots: bool,
    as_json: bool,
) -> None:
    """Run an agent on TASKS (such as shop/refund-partial); traces and graded records go to a folder.

    Exit code 1 if a rollout has no reward because the world or our own side failed.
    """
    _build(tasks, population)
    _make(out)
    batch = Batch(
        tasks=tasks,
        agent=agent,
        surface=surface,
        n=count,
        seed=seed,
        out=out,
        options=options,
        limits=Limits(steps=steps, step_seconds=step_seconds, episode_seconds=seconds),
        population=population,
        faults=faults,
        variant=variant,
        screenshots=screenshots,
    )
    rollouts = run(batch, jobs=jobs)
    if as_json:
        lines = [line.to_json() for line in summary(rollouts)]
        print_json({"summary": lines, "rollouts": [rollout.to_json() for rollout in rollouts]})
    else:
        _show(rollouts, out)
    if any(rollout.reward is None for rollout in rollouts):
        sys.exit(WRONG)


def _build(tasks: tuple[str, ...], population: str | None) -> None:
    for world, family in map(find_task, tasks):
        with building() as bar:
            snapshot_of(world, population or family.population, report=bar.report, say=bar.say)


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Lacking(f"{out} cannot be written to: {error.strerror}.") from None


def _show(rollouts: list[Rollout], out: Path) -> None:
    printed = console()
    printed.print(summary_table(summary(rollouts)))
    for rollout in rollouts:
        if rollout.error:
            printed.print(f"{rollout.plan.name}: {rollout.error.strip().splitlines()[-1]}", soft_wrap=True)
    printed.print(f"Traces and records: {out}", soft_wrap=True)
