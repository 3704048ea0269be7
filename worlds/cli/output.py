"""What commands print: tables for people and JSON for programs on standard output, remarks on standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import click
from rich.console import Console
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


def size_of(count: int) -> str:
    """Bytes as a person reads them."""
    return f"{count / 2**20:.1f} MiB" if count >= 2**20 else f"{count / 2**10:.0f} KiB"
