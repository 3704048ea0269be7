"""`worlds new`: the folder of a new world, ready to be changed."""

from pathlib import Path

import click

from worlds.cli.output import console
from worlds.cli.reference import write
from worlds.new import HOUSE, home_of_new_worlds, write_world


@click.command("new")
@click.argument("name")
@click.option("--title", help="What people call the company; NAME with capital letters by default.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write the world into; beside the others in a checkout, otherwise the first folder of WORLDS_PATH.",
)
def command(name: str, title: str | None, into: Path | None) -> None:
    """Write the folder of a new world NAME: a small one that works, with a task that proves itself."""
    folder = write_world(name, into or home_of_new_worlds(), title=title)
    out = console()
    if folder.parent == HOUSE:
        for page in write():
            out.print(f"docs/reference/{page} is written anew.")
    out.print(f"{folder} is a world now. What to do next:", soft_wrap=True)
    out.print(f"  worlds tasks {name}")
    out.print(f"  worlds check {name}")
    out.print(f"  read {folder / 'README.md'}", soft_wrap=True)
    if folder.parent == HOUSE:
        out.print(f"To take it away again: rm -r worlds/{name} && scripts/docs", soft_wrap=True)
    else:
        out.print(
            f"Worlds are found in the folders of WORLDS_PATH; {folder.parent} must be one of them.", soft_wrap=True
        )
