"""`worlds snapshot`: the states that are kept, built and saved."""

import click

from worlds.cli.control import Control, control_options
from worlds.cli.output import as_json, console, print_json, print_table, size_of
from worlds.seeds.snapshots import SnapshotStore


@click.group("snapshot")
def command() -> None:
    """Snapshots: list, save and remove them."""


@command.command("list")
@as_json
def list_snapshots(as_json: bool) -> None:
    """List the built populations and the saved states in the cache folder."""
    store = SnapshotStore()
    found = store.listed()
    if as_json:
        print_json(
            [{"name": s.name, "kind": s.kind, "hash": s.hash, "bytes": s.bytes, "path": str(s.path)} for s in found]
        )
        return
    rows = [(s.name, s.kind, s.hash[:16], size_of(s.bytes)) for s in found]
    print_table(f"Snapshots in {store.root}", ("name", "kind", "hash", "size"), rows, numbers=("size",))


@command.command("save")
@click.argument("episode")
@click.argument("name")
@click.option("--replace", is_flag=True, help="Replace what is saved under that name.")
@control_options
def save(episode: str, name: str, replace: bool, control: Control) -> None:
    """Save the state of a running server's EPISODE under NAME, to be opened again by worlds.open(snapshot=NAME)."""
    control.post(f"episodes/{episode}/snapshot", {"name": name, "replace": replace})
    console().print(f"Saved the state of {episode} as {name}.")


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove what is saved under NAME, or every build of the population NAME such as shop-small."""
    SnapshotStore().remove(name)
    console().print(f"Removed {name}.")
