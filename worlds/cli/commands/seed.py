"""`worlds seed`: the named populations of worlds, and building their snapshots."""

import click

from worlds.cli.output import as_json, console, print_json, print_table, size_of
from worlds.engine.build import content_key, snapshot_of
from worlds.engine.building import building
from worlds.engine.world import World, discover, find
from worlds.seeds.snapshots import Snapshot, SnapshotStore


@click.group("seed")
def command() -> None:
    """Populations: list them, build their snapshots."""


@command.command("list")
@click.argument("world", required=False)
@as_json
def list_seeds(world: str | None, as_json: bool) -> None:
    """List the populations of WORLD, or of all worlds, and whether each is built."""
    chosen = [find(world)] if world else list(discover().values())
    built = {snapshot.key: snapshot for snapshot in SnapshotStore().listed() if snapshot.kind == "built"}
    found = [_described(one, name, built.get(content_key(one, name))) for one in chosen for name in one.seeds]
    if as_json:
        print_json(found)
        return
    rows = [(one["world"], one["population"], one["sizes"], "yes" if one["built"] else "no") for one in found]
    print_table("Populations", ("world", "population", "sizes", "built"), rows)


def _described(world: World, name: str, snapshot: Snapshot | None) -> dict[str, object]:
    settings = world.seeds[name].settings
    sizes = ", ".join(f"{count} {what}" for what, count in settings.get("sizes", {}).items())
    return {
        "world": world.name,
        "population": name,
        "seed": settings["seed"],
        "start": settings["start"].isoformat(),
        "sizes": sizes,
        "built": snapshot is not None,
        "hash": snapshot.hash if snapshot else None,
    }


@command.command("build")
@click.argument("world")
@click.argument("name", required=False)
@as_json
def build(world: str, name: str | None, as_json: bool) -> None:
    """Build the snapshot of population NAME of WORLD, or of all its populations; what is built stays."""
    found = find(world)
    store = SnapshotStore()
    made = {}
    for one in [name] if name else list(found.seeds):
        with building() as bar:
            made[one] = snapshot_of(found, one, store=store, report=bar.report, say=bar.say)
    if as_json:
        print_json(
            [{"population": one, "hash": s.hash, "bytes": s.bytes, "path": str(s.path)} for one, s in made.items()]
        )
        return
    for one, snapshot in made.items():
        console().print(
            f"{found.name} {one}: {size_of(snapshot.bytes)}, {snapshot.hash[:16]}, {snapshot.path}", soft_wrap=True
        )
