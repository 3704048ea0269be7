"""`worlds check`: whether tasks can be trusted."""

import sys

import click

from worlds.cli.failures import WRONG
from worlds.cli.output import as_json, console, print_json, print_table
from worlds.engine.build import snapshot_of
from worlds.engine.building import building
from worlds.engine.proofs.check import FamilyReport, check_family
from worlds.engine.task import Family, find_task
from worlds.engine.world import World, discover, find


@click.command("check")
@click.argument("names", nargs=-1)
@click.option(
    "--seeds", default=20, show_default=True, type=click.IntRange(1), help="Instances a family, played through tools."
)
@click.option(
    "--browser-seeds",
    default=2,
    show_default=True,
    type=click.IntRange(0),
    help="Instances played through the browser too.",
)
@as_json
def command(names: tuple[str, ...], seeds: int, browser_seeds: int, as_json: bool) -> None:
    """Play tasks to prove them; NAMES are worlds (shop) or tasks (shop/refund-partial), all where none are named.

    The solution and its alternatives must earn 1.0, doing nothing 0, and no named mistake may pass.
    Exit code 1 if there is a hole.
    """
    reports = []
    for world, family in _chosen(names):
        with building() as bar:
            snapshot_of(world, family.population, report=bar.report, say=bar.say)
        with building() as bar:
            reports.append(check_family(world, family, seeds=seeds, browser_seeds=browser_seeds, progress=bar.report))
    holes = [hole for report in reports for hole in report.holes]
    if as_json:
        print_json([report.to_json() for report in reports])
    else:
        _show(reports, holes)
    if holes:
        sys.exit(WRONG)


def _chosen(names: tuple[str, ...]) -> list[tuple[World, Family]]:
    targets = []
    for name in names or tuple(discover()):
        if "/" in name:
            targets.append(find_task(name))
        else:
            world = find(name)
            targets += [(world, family) for family in world.families.values()]
    if not targets:
        raise LookupError("There is no task to check.")
    return targets


def _show(reports: list[FamilyReport], holes: list[str]) -> None:
    print_table(
        "Tasks, proven",
        ("task", "solution", "browser", "other ways", "doing nothing", "mistakes passing", "instances"),
        map(_row, reports),
    )
    out = console()
    for hole in holes:
        out.print(f"Hole: {hole}")
    out.print(f"{len(holes)} holes." if holes else "No holes.")


def _row(report: FamilyReport) -> tuple[object, ...]:
    other = f"{sum(report.alternatives.values())} of {len(report.alternatives) * report.seeds}"
    wrong = f"{sum(report.mistakes.values())} of {len(report.mistakes) * report.seeds}"
    return (
        report.name,
        f"{report.solved} of {report.seeds}",
        f"{report.browsed} of {report.browser_seeds}",
        other,
        f"{report.idle_score:.1f}",
        wrong,
        f"{report.fingerprints} different",
    )
