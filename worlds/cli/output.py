"""What commands print: tables for people and JSON for programs on standard output, remarks on standard error."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")

PIPED_WIDTH = 140
"""Columns of a table where no terminal says how many it has: in a log, in a file."""


def console() -> Console:
    """Where results go. Made anew each time, so that it follows a redirected standard output."""
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(highlight=False, emoji=False, markup=False, width=width)


def remarks() -> Console:
    """Where progress and remarks go, so that results can be piped."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def print_json(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Sequence[str] = (),
    whole: Sequence[str] | None = None,
) -> None:
    """Print a table; columns in `numbers` stand at the right, those in `whole` (the first one) are never broken."""
    unbroken = columns[:1] if whole is None else whole
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        side: Literal["left", "right"] = "right" if column in numbers else "left"
        table.add_column(column, justify=side, overflow="fold", no_wrap=column in unbroken)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console().print(table)


@dataclass(slots=True)
class Building:
    """Shows how far a snapshot's build has come; a bar appears only once there is something to build."""

    progress: Progress
    bar: TaskID | None = None

    def report(self, label: str, fraction: float) -> None:
        """Take up what a build reports."""
        if self.bar is None:
            self.bar = self.progress.add_task(label, total=1.0)
        self.progress.update(self.bar, description=label, completed=fraction)

    def say(self, sentence: str) -> None:
        """Tell a remark, above the bar."""
        self.progress.console.print(sentence)


@contextmanager
def building() -> Iterator[Building]:
    """A progress bar for whatever builds a snapshot inside of the `with`."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    said = remarks()
    with Progress(*columns, console=said, transient=True, disable=not said.is_terminal) as progress:
        yield Building(progress)


def size_of(count: int) -> str:
    """Bytes as a person reads them."""
    return f"{count / 2**20:.1f} MiB" if count >= 2**20 else f"{count / 2**10:.0f} KiB"
