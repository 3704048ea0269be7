"""`worlds replay`: a trace played again."""

import sys
from pathlib import Path

import click

from worlds.cli.failures import WRONG
from worlds.cli.output import as_json, console, print_json, print_table
from worlds.engine.rollouts.replay import Replay, replay


@click.command("replay")
@click.argument("trace", type=click.Path(path_type=Path, dir_okay=False))
@as_json
def command(trace: Path, as_json: bool) -> None:
    """Play TRACE again and say whether every observation and the final state came out the same.

    Exit code 1 if something came out differently.
    """
    found = replay(trace)
    if as_json:
        print_json(found.to_json())
    else:
        _show(found)
    if not found.same:
        sys.exit(WRONG)


def _show(found: Replay) -> None:
    out = console()
    for remark in found.remarks:
        out.print(remark)
    if found.differences:
        rows = [(one.step, one.what, one.was, one.now) for one in found.differences]
        print_table("Differences", ("step", "what", "was", "is now"), rows, numbers=("step",))
    state = {True: "the same", False: "another one", None: "not on record"}[found.state_same]
    out.print(f"{found.steps} steps played, {len(found.differences)} observations differ; the final state is {state}.")
