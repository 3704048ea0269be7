"""`worlds snapshot`: the states that are kept, built and saved."""

from pathlib import Path
from typing import Any

import click

import worlds
from worlds.cli.output import as_json, console, print_json, print_table, size_of
from worlds.engine.building import building
from worlds.engine.episode import Episode
from worlds.engine.rollouts.traces import STEPS, read_record, read_trace, trace_path
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
@click.argument("trace", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("name")
@click.option("--steps", type=click.IntRange(0), help="Only so many of its steps; all of them by default.")
@click.option("--replace", is_flag=True, help="Replace what is saved under that name.")
def save(trace: Path, name: str, steps: int | None, replace: bool) -> None:
    """Play TRACE again and save the state that it reaches under NAME, to be opened by worlds.open(snapshot=NAME)."""
    run = read_record(trace)["run"]
    lines = [line for line in read_trace(trace_path(trace)) if line["kind"] in STEPS][:steps]
    with building() as bar:
        episode = worlds.open(
            run["task"], seed=run["seed"], population=run["population"], report=bar.report, say=bar.say
        )
    with episode:
        for line in lines:
            _again(episode, line)
        saved = episode.snapshot(name, replace=replace)
    console().print(f"Saved the state after {len(lines)} steps as {name}: {saved.hash[:16]}, {size_of(saved.bytes)}.")


def _again(episode: Episode, line: dict[str, Any]) -> None:
    if line["kind"] == "call":
        episode.call(line["operation"], line["arguments"], key=line["key"])
    elif line["kind"] == "act":
        episode.browser().act(line["action"])
    else:
        episode.browser().observe()


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove what is saved under NAME, or every build of the population NAME such as shop-small."""
    SnapshotStore().remove(name)
    console().print(f"Removed {name}.")
