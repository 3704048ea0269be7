"""`worlds bench`: speed and memory against the marks."""

import sys

import click

from worlds.bench import MARKS, Mark, measure, workload_of
from worlds.cli.failures import WRONG
from worlds.cli.output import as_json, print_json, print_table
from worlds.engine.building import building
from worlds.engine.world import find


@click.command("bench")
@click.option("--world", default="shop", show_default=True, help="The world whose typical task is measured.")
@click.option(
    "--only", multiple=True, type=click.Choice([mark.key for mark in MARKS]), help="Take only this figure; repeatable."
)
@click.option("--strict", is_flag=True, help="Exit with code 1 if a mark is missed.")
@as_json
def command(world: str, only: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Measure a world at its population `medium`: about two minutes on an idle machine."""
    marks = tuple(mark for mark in MARKS if not only or mark.key in only)
    with building() as bar:
        workload = workload_of(find(world), report=bar.report)
    with building() as bar:
        taken = measure(workload, marks, bar.report)
    if as_json:
        print_json({key: None if value is None else round(value, 4) for key, value in taken.items()})
    else:
        columns = ("figure", "measured", "mark", "verdict", "what it is")
        title = f"{workload.name} at medium: read {workload.read.operation}, write {workload.write.operation}"
        print_table(title, columns, [_row(mark, taken[mark.key]) for mark in marks], numbers=("measured", "mark"))
    if strict and any(mark.kept(taken[mark.key]) is False for mark in marks):
        sys.exit(WRONG)


def _row(mark: Mark, value: float | None) -> tuple[str, ...]:
    measured = (
        "not here" if value is None else f"{value:.3g} {mark.unit}" if value < 100 else f"{value:.0f} {mark.unit}"
    )
    verdict = {None: "–", True: "kept", False: "missed"}[mark.kept(value)]
    limit = f"{'≥' if mark.least else '≤'} {mark.limit:g} {mark.unit}"
    return (mark.key, measured, limit, verdict, mark.meaning)
