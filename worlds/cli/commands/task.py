"""`worlds task`: one drawn task, and the file of a new family."""

from typing import Any

import click

from worlds.cli.output import as_json, console, print_json, print_table
from worlds.engine.building import building
from worlds.engine.drawing import draw
from worlds.engine.start import Start
from worlds.engine.task import Task, find_task
from worlds.new.task import write_task


@click.group("task")
def command() -> None:
    """Look at one task, or write a new one."""


@command.command("show")
@click.argument("name")
@click.option("--seed", default=0, show_default=True, help="Draws the instance.")
@click.option("--population", help="A population of the world's seeds.toml; the task's own by default.")
@click.option("--sealed", is_flag=True, help="Also show what is expected, which no agent may see.")
@as_json
def show(name: str, seed: int, population: str | None, sealed: bool, as_json: bool) -> None:
    """Show the instance of task NAME that a seed draws, such as shop/refund-partial."""
    task = _drawn(name, seed, population)
    if as_json:
        print_json(_described(task, sealed=sealed))
        return
    out = console()
    out.print(f"{task.name}, seed {seed}: {task.family.title}", style="bold")
    out.print(f"Role: {task.actor.role}" + (f" ({task.actor.name})" if task.actor.name else ""))
    out.print(f"Population: {task.population}. What it teaches: {task.family.point}.\n")
    out.print(task.instruction)
    if sealed:
        out.print()
        if task.instance.decision:
            print_table("Decided by the ruling", ("what", "value"), list(task.instance.decision.items()))
        rows = [(effect.id, effect.words) for bundle in task.instance.expectation.any_of for effect in bundle.required]
        print_table("Required in the database", ("criterion", "in words"), rows)


@command.command("new")
@click.argument("name")
@click.option("--title", help="A line for people; NAME in words by default.")
def new(name: str, title: str | None) -> None:
    """Write the file of a new task family NAME, such as shop/leave-note: a trivial one that proves itself."""
    path = write_task(name, title=title)
    out = console()
    out.print(f"{path} is a task now. What to do next:", soft_wrap=True)
    out.print(f"  worlds task show {name} --sealed")
    out.print(f"  worlds check {name} --seeds 3")
    out.print("  read docs/authoring.md, and change it into the task that you want")


def _drawn(name: str, seed: int, population: str | None) -> Task:
    world, family = find_task(name)
    chosen = population or family.population
    with building() as bar:
        start = Start.of(world, chosen, report=bar.report, say=bar.say)
    return draw(start, family, seed)


def _described(task: Task, *, sealed: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": task.name,
        "title": task.family.title,
        "seed": task.seed,
        "population": task.population,
        "role": task.actor.role,
        "instruction": task.instruction,
        "hash": task.hash,
    }
    if sealed:
        shown |= {"facts": dict(task.instance.facts), "expectation": task.instance.expectation.to_json()}
    return shown
