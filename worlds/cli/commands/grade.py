"""`worlds grade`: a saved rollout judged again from its record."""

import sys
from pathlib import Path

import click

from worlds.cli.failures import WRONG
from worlds.cli.grades import print_grade
from worlds.cli.output import as_json, console, print_json
from worlds.engine.rollouts.replay import grade_trace


@click.command("grade")
@click.argument("trace", type=click.Path(path_type=Path, dir_okay=False))
@as_json
def command(trace: Path, as_json: bool) -> None:
    """Judge a saved rollout again without running it; TRACE is its trace or its record.

    Exit code 1 if the files were altered or the grade comes out differently.
    """
    found = grade_trace(trace)
    if as_json:
        print_json(found.to_json())
    else:
        print_grade(f"{trace.name}, from its record", found.grade)
        out = console()
        for sentence in (*found.altered, *found.remarks):
            out.print(sentence)
        if not found.same:
            out.print("The grade that was saved is another one.")
    if found.altered or not found.same:
        sys.exit(WRONG)
