"""`worlds check`: whether tasks can be trusted."""

import os
import sys

import click

from worlds.cli.failures import WRONG
from worlds.cli.output import as_json, console, print_json, print_table
from worlds.engine.building import building
from worlds.engine.proofs.check import FamilyReport, Plan, check_all, world_holes
from worlds.engine.task import Family, find_task
from worlds.engine.world import World, discover, find


@click.command("check")
@click.argument("names", nargs=-1)
@click.option(
    "--seeds",
    default=20,
    show_default=True,
    type=click.IntRange(1),
    help="Instances of each task, drawn by the seeds from 0.",
)
@click.option(
    "--browser-seeds",
    default=2,
    show_default=True,
    type=click.IntRange(0),
    help="How many of them are solved in the real browser too.",
)
@click.option("--jobs", type=click.IntRange(1), help="Processes; as many as there are cores where it is left out.")
@as_json
def command(names: tuple[str, ...], seeds: int, browser_seeds: int, jobs: int | None, as_json: bool) -> None:
    """Prove tasks; NAMES are worlds (shop) or tasks (shop/refund-partial), all there are where none are named.

    Right ways must earn 1.0 however they are walked; doing nothing, policies that never look, copied and mutated
    solutions must not; the grader must need each of its criteria. A hole is a reason not to trust the reward; exit
    code 1 if there is one. Q, from 0 to 1, is the least of five shares: mutants that fail, varied right ways that pass,
    criteria that are needed, and what policies that never look and replays of other instances do not pass.
    docs/authoring.md says how to close each hole.
    """
    targets = _chosen(names)
    plan = Plan(seeds, min(browser_seeds, seeds), jobs or os.cpu_count() or 1)
    reports = []
    with building() as bar:
        for report in check_all(targets, plan, bar.report):
            reports.append(report)
            if not as_json:
                bar.leave()
                _show(report)
    holes = world_holes(targets)
    if as_json:
        print_json({"families": [report.to_json() for report in reports], "holes": holes})
    else:
        _sum_up(reports, holes)
    if holes or any(report.holes for report in reports):
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


def _show(report: FamilyReport) -> None:
    rows = [(name, len(one.holes), one.says) for name, one in report.verdicts.items()]
    seeds = "1 instance" if report.seeds == 1 else f"{report.seeds} instances"
    print_table(
        f"{report.name}, {seeds}: Q = {report.quality.q:.3f}",
        ("proof", "holes", "what it shows"),
        rows,
        numbers=("holes",),
    )
    out = console()
    out.print(report.quality.sentence, soft_wrap=True)
    for hole in report.holes:
        out.print(f"Hole: {hole}", soft_wrap=True)
    out.print()


def _sum_up(reports: list[FamilyReport], of_worlds: list[str]) -> None:
    out = console()
    rows = [(one.name, f"{one.quality.q:.3f}", len(one.holes)) for one in reports]
    print_table("Tasks, proven", ("task", "Q", "holes"), rows, numbers=("Q", "holes"))
    for hole in of_worlds:
        out.print(f"Hole: {hole}", soft_wrap=True)
    count = len(of_worlds) + sum(len(one.holes) for one in reports)
    out.print({0: "No holes.", 1: "1 hole."}.get(count, f"{count} holes."))
