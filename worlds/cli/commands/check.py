"""`worlds check`: whether tasks can be trusted."""

import os
import sys

import click

from worlds.cli.failures import WRONG
from worlds.cli.matrix import show_matrix
from worlds.cli.output import as_json, console, print_json, print_table
from worlds.engine.building import building
from worlds.engine.proofs.check import FamilyReport, Plan, check_all, world_holes
from worlds.engine.proofs.faces import check_faces
from worlds.engine.proofs.failures.matrix import Search, search
from worlds.engine.task import Family, find_task
from worlds.engine.world import World, discover, find

SEEDS = 20
FAULT_SEEDS = 5


@click.command("check")
@click.argument("names", nargs=-1)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    help=f"Instances of each task, drawn by the seeds from 0.  [default: {SEEDS}; with --faults {FAULT_SEEDS}]",
)
@click.option(
    "--browser-seeds",
    default=2,
    show_default=True,
    type=click.IntRange(0),
    help="How many of them are solved in the real browser too.",
)
@click.option("--jobs", type=click.IntRange(1), help="Processes; as many as there are cores where it is left out.")
@click.option("--faults", is_flag=True, help="Play the tasks under failure plans, in place of the other proofs.")
@click.option(
    "--plan",
    "plans",
    multiple=True,
    metavar="NAME",
    help="With --faults: only this failure plan, by its name or a fault's code; repeatable.",
)
@click.option(
    "--variants",
    type=click.IntRange(1),
    help="Solve the tasks in the real browser in so many variants of the pages, in place of the other proofs.",
)
@as_json
def command(
    names: tuple[str, ...],
    seeds: int | None,
    browser_seeds: int,
    jobs: int | None,
    faults: bool,
    plans: tuple[str, ...],
    variants: int | None,
    as_json: bool,
) -> None:
    """Prove tasks; NAMES are worlds (shop) or tasks (shop/refund-partial), all there are where none are named.

    Right ways must earn 1.0 however they are walked; doing nothing, policies that never look, copied and mutated
    solutions must not; the grader must need each of its criteria. A hole is a reason not to trust the reward; exit
    code 1 if there is one. Q, from 0 to 1, is the least of five shares: mutants that fail, varied right ways that pass,
    criteria that are needed, and what policies that never look and replays of other instances do not pass.
    docs/authoring.md says how to close each hole.

    With --faults every task is worked on under every failure plan, by an agent that knows failures and by one that does
    not: a matrix of what goes wrong by task. It is a hole where the first fails though nothing stops it, where the
    second does as well as the first, where a pass is not deserved, and where another process comes to something else.

    With --variants the browser solutions are played in other faces of the same pages (words, order, places, notices),
    one seed each, or --seeds. It is a hole where one does not earn 1.0.
    """
    targets = _chosen(names)
    if plans and not faults:
        raise click.UsageError("--plan names a failure plan for --faults.")
    if variants:
        _in_variants(targets, variants, seeds or 1, _jobs(jobs), as_json=as_json)
        return
    if faults:
        _under_faults(targets, Search(plans=plans, seeds=seeds or FAULT_SEEDS, jobs=_jobs(jobs)), as_json=as_json)
        return
    seeds = seeds or SEEDS
    plan = Plan(seeds, min(browser_seeds, seeds), _jobs(jobs))
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


def _jobs(asked: int | None) -> int:
    return asked or os.cpu_count() or 1


def _under_faults(targets: list[tuple[World, Family]], what: Search, *, as_json: bool) -> None:
    """Show the matrix of each world."""
    found = []
    with building() as bar:
        for matrix in search(targets, what, bar.report):
            found.append(matrix)
            if not as_json:
                bar.leave()
                show_matrix(matrix)
    if as_json:
        print_json({"worlds": [matrix.to_json() for matrix in found]})
    if any(matrix.holes for matrix in found):
        sys.exit(WRONG)


def _in_variants(targets: list[tuple[World, Family]], variants: int, seeds: int, jobs: int, *, as_json: bool) -> None:
    """Show what the browser solutions come to in other faces of the pages."""
    with building() as bar:
        found = list(check_faces(targets, variants, seeds, jobs, bar.report))
    if as_json:
        print_json({"families": [faces.to_json() for faces in found]})
    else:
        rows = [(faces.name, faces.variants, faces.seeds, len(faces.holes)) for faces in found]
        head = ("task", "variants", "seeds", "holes")
        print_table("Browser solutions in other faces of the pages", head, rows, numbers=head[1:])
        for hole in (hole for faces in found for hole in faces.holes):
            console().print(f"Hole: {hole}", soft_wrap=True)
    if any(faces.holes for faces in found):
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
